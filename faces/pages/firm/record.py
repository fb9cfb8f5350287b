"""The firm's own record in the register, and the answers that come before a commission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DeclineReason
from assignments.models import Assignment
from assignments.selectors.assignments import own_of
from assignments.services.assignments import accept, declare, decline
from assignments.transitions import GONE
from evaluators.models import Firm
from evaluators.selectors import firm_of, leads_running, standing_on
from evaluators.services import QualificationDraft, declare_interest, hand_in_qualification
from faces.pages.firm import record_sections as parts
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.entry_words import checklist, confirmations_section, renewals_section
from faces.pages.shared.left_out import OwnLeafFile, left_out
from faces.pages.shared.qualification_form import LeadOfFirm, QualificationForm
from faces.pages.shared.sections import Layout, SectionsPage
from faces.pages.shared.yearly_steps import withdraw_acts, yearly_acts
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core import clock
from parties.enums import INTERESTS
from parties.selectors import name_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class OwnFirmPage(SectionsPage):
    """A page about the reader's own firm."""

    audience, needs = "firm", Capability.FIRM_DESK

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own firm up."""
        super().setup(request, *args, **kwargs)
        firm = firm_of(request.user) if request.user.is_authenticated else None
        self.kwargs["pk"] = firm.pk if firm else 0

    def rows(self) -> QuerySet[Firm]:
        """Return the firm behind the reader."""
        firm = firm_of(self.user)
        return Firm.objects.filter(pk=firm.pk if firm else 0).select_related("organisation", "bureau")


class FirmRecord(DatedPage, OwnFirmPage):
    """What the register knows of us, or knew on a day (``?on=``)."""

    title = gettext_lazy("Our record")

    def layout(self) -> Layout:
        """Return qualifications, people, events, years."""
        row: Firm = self.object
        signs = self.is_now and may(self.user, Capability.FIRM_SIGN)
        withdraws = withdraw_acts(row, pages="firm") if signs else ()
        return Layout(
            meta=(name_on(row.organisation, self.day),),
            status=standing_on(row, self.day) if self.is_past else row,
            acts=yearly_acts(row, self.today, pages="firm") if signs else (),
            main=(
                parts.papers(row, self.day, edits=self.is_now),
                parts.leads(row, self.day, self.user),
                parts.people(row, self.day, edits=self.is_now),
                parts.interests(row, self.day, signs=signs),
                checklist(row, self.day),
                confirmations_section(row, self.day),
                renewals_section(row, self.day, *withdraws),
                parts.events(self.user, self.day),
                parts.years(self.user, self.day),
                parts.sanctions(self.user, self.day),
            ),
            beside=(parts.in_register(row, self.day),),
        )


class InterestForm(ActionForm):
    """In which unit, of which kind, since when."""

    unit = forms.CharField(label=gettext_lazy("Full name of the budget unit"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("What we are to it"),
        choices=[(kind.value, kind.label) for kind in INTERESTS],
        widget=forms.RadioSelect,
    )
    started_on = forms.DateField(label=gettext_lazy("First day"), widget=day())
    ended_on = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=day())
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=200, widget=textarea(2))


class FirmInterest(FormPage):
    """Declare a standing interest of ours."""

    audience, needs = "firm", Capability.FIRM_SIGN
    title, submit_label = gettext_lazy("Declare an interest"), gettext_lazy("Declare")
    form_class = InterestForm

    def get_success_url(self) -> str:
        """Return the record."""
        return reverse("pages:firm-record")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it does, and what hiding one does."""
        return [
            _("From now on and for three years after its end you are not chosen for this unit or those around it."),
            _("Only the bureau takes it back. What is kept back and found later is a violation."),
        ]

    def act(self, form: InterestForm) -> str:
        """Declare it."""
        firm = firm_of(self.user)
        if firm is None:
            raise Http404
        declare_interest(firm=firm, by=self.user, on=self.today, **form.cleaned_data)
        return _("The interest is declared.")


class HandInQualification(FormPage):
    """Hand in a qualification of ours, or of one of our lead evaluators."""

    audience, needs = "firm", Capability.FIRM_DESK
    title, submit_label = gettext_lazy("Hand in a qualification"), gettext_lazy("Hand it in")
    form_class = QualificationForm

    def get_success_url(self) -> str:
        """Return the record."""
        return reverse("pages:firm-record")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say when it counts."""
        return [_("It counts once the bureau has accepted it. A renewed one is handed in with its new first day.")]

    def get_form(self, form_class: Any = None) -> QualificationForm:  # noqa: ANN401 - Django's signature
        """Offer our lead evaluators."""
        form: QualificationForm = super().get_form(form_class)
        firm, choice = firm_of(self.user), form.fields["lead"]
        if firm is not None and isinstance(choice, LeadOfFirm):
            choice.queryset = leads_running(firm, self.today)
        return form

    def act(self, form: QualificationForm) -> str:
        """Hand it in."""
        firm = firm_of(self.user)
        if firm is None:
            raise Http404
        given = dict(form.cleaned_data)
        file = given.pop("proof")
        proof = (file.name, file.read()) if file else None
        hand_in_qualification(draft=QualificationDraft(firm, **given), proof=proof, by=self.user, on=self.today)
        return _("Handed in; the bureau decides about it.")


class FirmLeftOut(OwnFirmPage):
    """Why we were not in a draw."""

    title = gettext_lazy("Why we were not in the draw")

    def layout(self) -> Layout:
        """Return by which rule, which own fact and until when; only after the firm's work is over."""
        return left_out(self.user, as_firm=True)


class FirmLeaf(OwnLeafFile):
    """Our line of a frozen list."""

    audience, needs, as_firm = "firm", Capability.FIRM_DESK, True


class SeatStep(ActionView):
    """Our answer about a task that we were chosen for, by the task's number."""

    audience, needs, lookup = "firm", Capability.FIRM_SIGN, "task__number"

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look it up by the task's number."""
        super().setup(request, *args, **kwargs)
        self.kwargs["task__number"] = self.kwargs["number"]

    def rows(self) -> QuerySet[Assignment]:
        """Return our own seats, told ones only."""
        rows = own_of(self.user).filter(task__isnull=False).exclude(status__in=GONE)
        return rows.select_related("task__unit__organisation").order_by("-pk")

    def get_success_url(self) -> str:
        """Return our tasks."""
        return reverse("pages:firm-home")


class AnswerForm(ActionForm):
    """Take it or not."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Our answer"),
        choices=(("yes", gettext_lazy("we take the task")), ("no", gettext_lazy("we do not take it"))),
        widget=forms.RadioSelect,
        initial="yes",
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why not"), required=False, choices=(("", "—"), *DeclineReason.choices)
    )
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea(2))


class FirmAnswer(SeatStep):
    """Say whether we take the task."""

    title, submit_label = gettext_lazy("Say whether we take the task"), gettext_lazy("Send the answer")
    form_class = AnswerForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Name the task."""
        task = self.object.task
        return [_("%(title)s, %(unit)s") % {"title": task.title, "unit": task.unit.organisation.name}]

    def act(self, form: AnswerForm) -> str:
        """Answer."""
        given = form.cleaned_data
        if given["answer"] == "yes":
            accept(assignment=self.object, by=self.user, at=clock.now())
            return _("Taken. Please declare your independence next.")
        decline(
            assignment=self.object,
            reason=DeclineReason(given["reason"] or DeclineReason.OTHER),
            words=given["words"],
            by=self.user,
            at=clock.now(),
        )
        return _("Your answer is with the bureau.")


class DeclareForm(ActionForm):
    """Whether there is a conflict."""

    has_conflict = forms.TypedChoiceField(
        label=gettext_lazy("We declare"),
        choices=(
            ("no", gettext_lazy("no relation to the unit, and no earlier work on this project")),
            ("yes", gettext_lazy("a relation or earlier work, and step back")),
        ),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=gettext_lazy("Which relation"), required=False, max_length=500, widget=textarea(3))


class FirmDeclare(SeatStep):
    """Declare our independence."""

    title, submit_label = gettext_lazy("Declare our independence"), gettext_lazy("Declare")
    form_class = DeclareForm

    def act(self, form: DeclareForm) -> str:
        """Declare."""
        given = form.cleaned_data
        declare(
            assignment=self.object,
            has_conflict=given["has_conflict"],
            words=given["words"],
            by=self.user,
            at=clock.now(),
        )
        return _("Declared. The commission letter comes next.")


urls = [
    path("record/", FirmRecord.as_view(), name="firm-record"),
    path("record/qualification/", HandInQualification.as_view(), name="firm-hand-in-qualification"),
    path("record/interest/", FirmInterest.as_view(), name="firm-interest"),
    path("left-out/", FirmLeftOut.as_view(), name="firm-left-out"),
    path("left-out/<slug:key>/leaf.json", FirmLeaf.as_view(), name="firm-leaf"),
    path("tasks/<str:number>/answer/", FirmAnswer.as_view(), name="firm-answer"),
    path("tasks/<str:number>/declare/", FirmDeclare.as_view(), name="firm-declare"),
]
