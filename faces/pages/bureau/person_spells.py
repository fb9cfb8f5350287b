"""What is written about a person's ties to bodies: that he works there, owns, advises or heads it, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.person_steps import PersonStep
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day
from faces.pages.shared.spell_form import SpellForm
from foundation.accounts.enums import Capability
from parties.models import Employment
from parties.selectors import persons_visible_to
from parties.services import declare_spell, end_spell

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
        rows = Employment.objects.filter(person__in=persons_visible_to(self.user))
        return rows.select_related("person", "organisation")

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
        ]

    def act(self, form: SpellEndForm) -> str:
        """End it."""
        end_spell(spell=self.object, ended_on=form.cleaned_data["ended_on"], by=self.user, on=self.today)
        return _("The end is written; the row stays.")


urls = [
    path("persons/<int:pk>/employer/", PersonSpell.as_view(), name="person-spell"),
    path("persons/spells/<int:pk>/end/", SpellEnd.as_view(), name="spell-end"),
]
