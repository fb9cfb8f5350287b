"""What is written about a person's ties to bodies: that he works there, owns, advises or heads it, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.selectors import posts_of
from faces.pages.bureau.firm_people import posts_words
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.person_steps import PersonStep
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.spell_form import SpellForm
from foundation.accounts.enums import Capability
from parties.enums import EmploymentKind
from parties.models import Employment
from parties.selectors import spells_visible_to
from parties.services import accept_end, declare_spell, decline_end, end_spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class PersonSpell(PersonStep):
    """Enter where somebody works or worked, or what he owns, advises or heads."""

    title, submit_label = gettext_lazy("Enter an employer or another tie"), gettext_lazy("Enter")
    form_class = SpellForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it decides."""
        return [_("Each kind of tie counts in the draws of experts, for himself and for his near relations (R-07).")]

    def act(self, form: SpellForm) -> str:
        """Enter it."""
        declare_spell(person=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("%(name)s is entered.") % {"name": form.cleaned_data["employer"]}


class SpellEndForm(ActionForm):
    """The day."""

    ended_on = forms.DateField(label=gettext_lazy("First day on which it no longer holds"), widget=day())


class OneSpell(ActionView):
    """A spell of a visible person; afterwards back to his page."""

    audience, needs = "bureau", Capability.REGISTER

    def rows(self) -> QuerySet[Employment]:
        """Return the spells of visible persons."""
        return spells_visible_to(self.user)

    def object_url(self) -> str:
        """Return the person's page."""
        return reverse("pages:person", args=[self.object.person_id])


class SpellEnd(OneSpell):
    """End an employment or another tie, or correct its end."""

    title, submit_label, danger = gettext_lazy("End the employment or tie"), gettext_lazy("Write the end"), True
    form_class = SpellEndForm

    def get_initial(self) -> dict[str, Any]:
        """Offer the known end, else today."""
        return super().get_initial() | {"ended_on": self.object.ended_on or self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one, and what the end means."""
        row: Employment = self.object
        facts = {
            "name": row.person.name, "body": row.organisation.name, "kind": row.get_kind_display(),
            "day": full_day(row.started_on),
        }  # fmt: skip
        return [
            _("%(name)s, %(kind)s, %(body)s, since %(day)s.") % facts,
            _("From the end the years of the conflict rule are counted (R-07). What was there before is journaled."),
            *self._posts(),
        ]

    def _posts(self) -> list[StrOrPromise]:
        """Say which posts in the firm go on without the employment."""
        row: Employment = self.object
        if row.kind != EmploymentKind.EMPLOYEE:
            return []
        found = posts_words(posts_of(row.person, row.organisation, self.today))
        return (
            [*found, _("A post is ended on the firm’s page; the employment ends with the last one.")] if found else []
        )

    def act(self, form: SpellEndForm) -> str:
        """End it."""
        end_spell(spell=self.object, ended_on=form.cleaned_data["ended_on"], by=self.user, on=self.today)
        return _("The end is written; the row stays.")


class AskedEnds(ListPage):
    """Ends that experts asked for and nobody has answered yet; the page of the person answers."""

    audience, needs = "bureau", Capability.REGISTER
    title = gettext_lazy("Ends of employment that were asked for")
    columns = (
        Column(
            gettext_lazy("Name"),
            "person.name",
            key=True,
            link=lambda row: reverse("pages:person", args=[row.person_id]),
        ),
        Column(gettext_lazy("Employer"), "organisation.name"),
        Column(gettext_lazy("As what"), "kind"),
        Column(gettext_lazy("Since"), lambda row: full_day(row.started_on)),
        Column(gettext_lazy("End that is known"), lambda row: full_day(row.ended_on) if row.ended_on else "—"),
        Column(gettext_lazy("End that is asked for"), lambda row: full_day(row.asked_end_on)),
        Column(gettext_lazy("Asked on"), lambda row: full_day(row.asked_on)),
    )
    facets = (Facet("kind", gettext_lazy("As what"), EmploymentKind.choices),)
    search_fields = ("person__name", "person__sort_key", "organisation__name", "organisation__sort_key")
    search_hint = gettext_lazy("Name, initials, employer")
    sorts = (Sort("old", gettext_lazy("Oldest first"), ("asked_on",)),)
    export_name = "asked-ends"
    empty_title = gettext_lazy("No end is asked for")
    empty_text = gettext_lazy("An expert asks on the page of his record; until it is accepted the tie counts on.")

    def rows(self) -> QuerySet[Employment]:
        """Return the spells of visible persons whose end is asked for."""
        return spells_visible_to(self.user).asked()


class EndAccept(OneSpell):
    """Accept the end that an expert asked for."""

    title, submit_label = gettext_lazy("Accept the end that was asked for"), gettext_lazy("Accept")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which end, and what it opens."""
        row: Employment = self.object
        facts = {
            "name": row.person.name, "body": row.organisation.name, "kind": row.get_kind_display(),
            "day": full_day(row.asked_end_on),
        }  # fmt: skip
        return [
            _("%(name)s, %(kind)s, %(body)s: ends on %(day)s.") % facts,
            _("From the end the years of the conflict rule are counted (R-07): see a proof before you accept."),
            _("The expert is told."),
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Accept it."""
        accept_end(spell=self.object, by=self.user, on=self.today)
        return _("The end is written; the row stays.")


class DeclineForm(ActionForm):
    """Why."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=textarea(3))


class EndDecline(OneSpell):
    """Decline the end that an expert asked for."""

    title, submit_label = gettext_lazy("Decline the end that was asked for"), gettext_lazy("Decline")
    form_class = DeclineForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays, and who reads the reason."""
        return [_("The tie counts on. He reads the reason and may ask again.")]

    def act(self, form: DeclineForm) -> str:
        """Decline it."""
        decline_end(spell=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("Declined; the expert is told.")


urls = [
    path("persons/<int:pk>/employer/", PersonSpell.as_view(), name="person-spell"),
    path("persons/spells/asked/", AskedEnds.as_view(), name="asked-ends"),
    path("persons/spells/<int:pk>/end/", SpellEnd.as_view(), name="spell-end"),
    path("persons/spells/<int:pk>/accept/", EndAccept.as_view(), name="spell-end-accept"),
    path("persons/spells/<int:pk>/decline/", EndDecline.as_view(), name="spell-end-decline"),
]
