"""The expert's own record: what the bureau knows, and what he may change himself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.enums import ExpertAction
from experts.models import Expert
from experts.selectors import expert_of, standing_on
from experts.services import add_unavailability, declare_employment
from experts.transitions import TRANSITIONS
from faces.pages.expert import record_sections as parts
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.delivery_forms import day
from faces.pages.shared.entry_words import checklist, confirmations_section, renewals_section
from faces.pages.shared.left_out import OwnLeafFile, left_out
from faces.pages.shared.sections import Act, Layout, SectionsPage
from faces.pages.shared.specialty_sections import asks, own_specialties
from faces.pages.shared.spell_form import SpellForm
from faces.pages.shared.yearly_steps import withdraw_acts, yearly_acts
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from parties.models import Employment
from parties.selectors import person_name_on, spells_visible_to
from parties.services import ask_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

ASKED = gettext_lazy(
    "The bureau is told. Until it accepts the end, the tie counts on; the answer stands in your record."
)


class OwnExpertPage(SectionsPage):
    """A page about the expert who reads it."""

    audience, needs = "expert", Capability.EXPERT_DESK

    def rows(self) -> QuerySet[Expert]:
        """Return the expert behind the reader."""
        return Expert.objects.filter(pk=self.kwargs["pk"]).select_related("person", "bureau")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own record up; who is no expert finds none."""
        super().setup(request, *args, **kwargs)
        me = expert_of(request.user) if isinstance(request.user, User) else None
        self.kwargs["pk"] = me.pk if me else 0


class ExpertRecord(DatedPage, OwnExpertPage):
    """My record, today or as it was on a day (``?on=``)."""

    title = gettext_lazy("My record")

    def layout(self) -> Layout:
        """Return standing, specialties, employment, days off, training and fees."""
        row: Expert = self.object
        edits, past = self.is_now, self.day if self.is_past else None
        return Layout(
            meta=(person_name_on(row.person, self.day),),
            status=standing_on(row, self.day) if self.is_past else row,
            acts=self._acts() if edits else (),
            main=(
                parts.employers(row, self.user, self.day, edits=edits),
                parts.relations(row, self.day, edits=edits),
                own_specialties(row, day=past, acts=parts.specialty_acts() if edits else ()),
                *asks(row, day=past, each=parts.withdraw_ask if edits else None),
                parts.absences(row, self.day, edits=edits),
                checklist(row, self.day),
                confirmations_section(row, self.day),
                renewals_section(row, self.day, *(withdraw_acts(row, pages="expert") if edits else ())),
                parts.training(self.user, self.day),
                parts.fees(self.user, self.day),
            ),
            beside=(parts.in_pool(row, self.day),),
        )

    def _acts(self) -> tuple[Act, ...]:
        row: Expert = self.object
        acts = (
            *yearly_acts(row, self.today, pages="expert"),
            Act(_("My telephone and e-mail"), reverse("pages:expert-contact")),
            Act(_("My bank account"), reverse("pages:expert-account")),
        )
        if (row.status, ExpertAction.LEAVE) in TRANSITIONS:
            acts += (Act(_("Leave the pool"), reverse("pages:expert-leaves")),)
        return acts


class ExpertLeftOut(OwnExpertPage):
    """Why I was not in a draw."""

    title = gettext_lazy("Why I was not in the draw")

    def layout(self) -> Layout:
        """Return by which rule, which own fact and until when; only after the review is over."""
        return left_out(self.user)


class ExpertLeaf(OwnLeafFile):
    """My line of a frozen list."""

    audience, needs = "expert", Capability.EXPERT_DESK


class OwnStep(FormPage):
    """Something the expert says of himself."""

    audience, needs = "expert", Capability.EXPERT_DESK
    template_name = "expert/step.html"

    def get_success_url(self) -> str:
        """Return the record."""
        return reverse("pages:expert-record")

    @property
    def me(self) -> Expert:
        """The expert behind the reader."""
        row = expert_of(self.user)
        if row is None:
            raise Http404
        return row


class AddEmployment(OwnStep):
    """Say where I work or worked, or what I own, advise or head."""

    title, submit_label = gettext_lazy("Add or correct an employer"), gettext_lazy("Save")
    form_class = SpellForm

    def act(self, form: SpellForm) -> str:
        """Write it."""
        row = declare_employment(expert=self.me, by=self.user, on=self.today, **form.cleaned_data)
        if row.asked_end_on is not None:
            return str(ASKED)
        return _("Noted. Reviews of this employer are not given to you for the years of the rule.")


class EndForm(ActionForm):
    """The day."""

    ended_on = forms.DateField(label=gettext_lazy("First day on which it no longer holds"), widget=day())


class AskEnd(ActionView):
    """Say that an employment or another tie of mine has ended, for the bureau to accept."""

    audience, needs = "expert", Capability.EXPERT_DESK
    template_name = "expert/step.html"
    title, submit_label = gettext_lazy("It has ended"), gettext_lazy("Tell the bureau")
    form_class = EndForm

    def rows(self) -> QuerySet[Employment]:
        """Return the reader's own spells."""
        return spells_visible_to(self.user)

    def object_url(self) -> str:
        """Return the record."""
        return reverse("pages:expert-record")

    def get_initial(self) -> dict[str, Any]:
        """Offer the known end, else today."""
        return super().get_initial() | {"ended_on": self.object.ended_on or self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one, and from when it counts."""
        row: Employment = self.object
        facts = {
            "kind": row.get_kind_display(), "body": row.organisation.name,
            "days": parts.spell(row.started_on, row.ended_on),
        }  # fmt: skip
        return [
            _("%(kind)s, %(body)s, %(days)s.") % facts,
            _("The years of the conflict rule are counted from the end (R-07), so the bureau looks at it first."),
        ]

    def act(self, form: EndForm) -> str:
        """Ask."""
        ask_end(spell=self.object, ended_on=form.cleaned_data["ended_on"], by=self.user, on=self.today)
        return str(ASKED)


class AbsenceForm(ActionForm):
    """Days."""

    started_on = forms.DateField(label=gettext_lazy("First day"), widget=day())
    ended_on = forms.DateField(label=gettext_lazy("Last day"), widget=day())
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=120)


class AddAbsence(OwnStep):
    """Say when I am not free."""

    title, submit_label = gettext_lazy("Days on which I am not free"), gettext_lazy("Save")
    form_class = AbsenceForm

    def act(self, form: AbsenceForm) -> str:
        """Write it."""
        add_unavailability(expert=self.me, by=self.user, on=self.today, **form.cleaned_data)
        return _("Noted. You are not drawn for meetings on these days.")


urls = [
    path("record/", ExpertRecord.as_view(), name="expert-record"),
    path("left-out/", ExpertLeftOut.as_view(), name="expert-left-out"),
    path("left-out/<slug:key>/leaf.json", ExpertLeaf.as_view(), name="expert-leaf"),
    path("record/employment/", AddEmployment.as_view(), name="expert-employment"),
    path("record/employment/<int:pk>/end/", AskEnd.as_view(), name="expert-employment-end"),
    path("record/absence/", AddAbsence.as_view(), name="expert-absence"),
]
