"""The firm's own record in the register, and the answers that come before a commission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appraisals.selectors import sanctions_visible_to
from appraisals.selectors import visible_to as years_visible_to
from assignments.enums import DeclineReason
from assignments.models import Assignment
from assignments.selectors.assignments import own_of
from assignments.services.assignments import accept, declare, decline
from assignments.transitions import GONE
from credit.selectors import visible_to as events_visible_to
from desk.selectors import leads_with_load
from evaluators.models import Firm
from evaluators.selectors import firm_of, interests_of, leads_running, practitioners_running
from evaluators.services import QualificationDraft, declare_interest, hand_in_qualification
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.entry_words import checklist, confirmations_section, renewals_section
from faces.pages.shared.left_out import OwnLeafFile, left_out
from faces.pages.shared.qualification_form import LeadOfFirm, QualificationForm
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from faces.pages.shared.yearly_steps import withdraw_acts, yearly_acts
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core import clock
from foundation.rulesets.selectors import rules_for
from parties.enums import INTERESTS
from training.selectors import hours_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


SOON_DAYS = 90


class FirmRecord(SectionsPage):
    """What the register knows of us."""

    audience, needs = "firm", Capability.FIRM_DESK
    title = gettext_lazy("Our record")

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own firm up."""
        super().setup(request, *args, **kwargs)
        firm = firm_of(request.user) if request.user.is_authenticated else None
        self.kwargs["pk"] = firm.pk if firm else 0

    def rows(self) -> QuerySet[Firm]:
        """Return the firm behind the reader."""
        firm = firm_of(self.user)
        return Firm.objects.filter(pk=firm.pk if firm else 0).select_related("organisation", "bureau")

    def layout(self) -> Layout:
        """Return qualifications, people, events, years."""
        row: Firm = self.object
        year = self.today.year
        done = row.undertakings.filter(year=year).exists()
        leads = list(leads_running(row, self.today))
        others = list(practitioners_running(row, self.today))
        hours = hours_of([*(one.person_id for one in leads), *(one.person_id for one in others)], year)
        staff = [
            (person.name, word, f"{hours.get(person.pk, 0) / 10:g}")
            for word, person in [
                *((_("lead evaluator"), one.person) for one in leads),
                *((_("staff"), one.person) for one in others),
            ]
        ]
        papers = [
            (
                f"{one.name}（{one.lead.person.name}）" if one.lead else one.name,
                one.number,
                formats.day(one.valid_to, with_year=True) if one.valid_to else "—",
                ends_cell(one.valid_to, self.today),
                Cell("", status=one),
                Cell(one.words, said=True) if one.words else "—",
            )
            for one in row.qualifications.select_related("lead__person").order_by("name", "-valid_from", "pk")
        ]
        most = rules_for(bureau=row.bureau, on=self.today).value("lead_running_tasks")
        leading = [
            (
                one.person.name,
                formats.day(one.certificate_valid_to, with_year=True) if one.certificate_valid_to else "—",
                ends_cell(one.certificate_valid_to, self.today),
                _("%(load)d of %(most)d") % {"load": one.load, "most": most},
            )
            for one in leads_with_load(self.user, self.today).filter(firm=row).order_by("pk")
        ]
        events = [
            (formats.day(one.occurred_on, with_year=True), str(one.points), one.words,
             formats.day(one.expires_on, with_year=True))
            for one in events_visible_to(self.user).order_by("-occurred_on", "-pk")
        ]  # fmt: skip
        years = [
            (str(one.year), one.get_standing_display(),
             "—" if one.points_hundredths is None else formats.score(one.points_hundredths))
            for one in years_visible_to(self.user).order_by("-year")
        ]  # fmt: skip
        sanctions = [
            (one.get_kind_display(), formats.day(one.started_on, with_year=True) if one.started_on else "—",
             formats.day(one.ends_on, with_year=True) if one.ends_on else "—", Cell(one.reason, said=True))
            for one in sanctions_visible_to(self.user).order_by("-pk")
        ]  # fmt: skip
        signs = may(self.user, Capability.FIRM_SIGN)
        acts = yearly_acts(row, self.today, pages="firm") if signs else ()
        word = _("accepted") if done else _("not yet accepted: without it we are not drawn")
        pairs = (
            (_("Number"), row.number),
            (_("Code"), row.organisation.uscc or "—"),
            (_("Kind"), row.get_kind_display()),
            (_("Term ends on"), formats.day(row.term_ends_on, with_year=True) if row.term_ends_on else "—"),
            (_("Undertaking of %(year)s") % {"year": year}, word),
        )
        return Layout(
            meta=(row.organisation.name,),
            status=row,
            acts=acts,
            main=(
                Section(
                    _("Qualifications"),
                    grid=Grid(
                        (_("Qualification"), _("Number"), _("Valid to"), _("Today"), _("State"), _("Why")), papers
                    ),
                    empty=_("No qualification is recorded."), count=len(papers),
                    acts=(Act(_("Hand in a qualification"), reverse("pages:firm-hand-in-qualification")),),
                ),
                Section(
                    _("Lead evaluators: certificates and running tasks"),
                    grid=Grid((_("Name"), _("Certificate valid to"), _("Today"), _("Running tasks")), leading),
                    empty=_("Nobody leads: without a lead evaluator we cannot be chosen."), count=len(leading),
                ),
                Section(
                    _("People, and their training this year"),
                    grid=Grid((_("Name"), _("Role"), _("Hours")), staff, frozenset({2})), count=len(staff),
                    empty=_("Nobody is recorded."),
                    acts=(Act(_("Changes of our people"), reverse("pages:firm-staff-changes")),),
                ),
                _interests(row, signs=signs),
                checklist(row, self.today),
                confirmations_section(row, self.today),
                renewals_section(row, self.today, *(withdraw_acts(row, pages="firm") if signs else ())),
                Section(
                    _("Credit events"),
                    grid=Grid((_("Day"), _("Points"), _("What happened"), _("Runs until")), events, frozenset({1})),
                    empty=_("None."),
                ),
                Section(
                    _("Yearly assessments"), grid=Grid((_("Year"), _("Standing"), _("Points")), years, frozenset({2})),
                    empty=_("No year has been confirmed yet."),
                ),
                Section(
                    _("Sanctions"), grid=Grid((_("Kind"), _("From"), _("Until"), _("Reason")), sanctions),
                    empty=_("None."),
                ),
            ),
            beside=(Section(_("In the register"), pairs=tuple((key, Cell(value)) for key, value in pairs)),),
        )  # fmt: skip


def _interests(row: Firm, *, signs: bool) -> Section:
    """Return what stands of our interests, whatever the task; each keeps us from the unit (R-20)."""
    lines = [
        (
            one.other.name,
            one.get_kind_display(),
            formats.day(one.started_on, with_year=True),
            formats.day(one.ended_on, with_year=True) if one.ended_on else _("still"),
            Cell(one.note, said=True) if one.note else "—",
        )
        for one in interests_of(row)
    ]
    return Section(
        _("Declared interests"),
        grid=Grid((_("Unit"), _("What we are to it"), _("From"), _("Until"), _("Remark")), lines),
        count=len(lines),
        empty=_("None is declared. Declare whom you advised, audit or supply: you are not drawn for it, at no cost."),
        acts=(Act(_("Declare an interest"), reverse("pages:firm-interest")),) if signs else (),
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


def ends_cell(last_day: date | None, today: date) -> Cell | str:
    """Return how near a last day is: run out, within 90 days, or neither."""
    if last_day is None:
        return "—"
    left = (last_day - today).days
    if left < 0:
        return Cell(_("run out"), shape="over")
    word = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    return Cell(word, shape="warn" if left <= SOON_DAYS else "done")


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


class FirmLeftOut(FirmRecord):
    """Why we were not in a draw."""

    title = gettext_lazy("Why we were not in the draw")

    def layout(self) -> Layout:
        """Return by which rule, which own fact and until when; only after the firm's work is over."""
        return left_out(self.user, as_firm=True)


class FirmLeaf(OwnLeafFile):
    """Our line of a frozen list."""

    audience, needs, as_firm = "firm", FirmRecord.needs, True


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
