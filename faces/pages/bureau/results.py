"""From finding to money: what a unit has to put right, what is proposed, what was adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import TaskStatus
from assignments.models import EvaluationTask
from assignments.selectors import tasks
from faces.pages.bureau.fields import WanField
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.tasks import task_url
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.selectors import running
from results.enums import AdoptionOutcome, RectificationStatus
from results.models import Proposal, Rectification
from results.selectors import proposals_visible_to, visible_to
from results.services import (
    ask_rectification,
    close_rectification,
    propose,
    record_adoption,
    return_rectification,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


def adopted_of(row: Proposal) -> str:
    """Return the adopted amount; a dash while nothing is decided."""
    adoption = getattr(row, "adoption", None)
    return formats.wan_with_unit(adoption.amount_cents) if adoption else "—"


def decision_of(row: Proposal) -> str:
    """Return what became of a proposal, by whom and under which number."""
    adoption = getattr(row, "adoption", None)
    if adoption is None:
        return _("proposed only: counts nowhere yet")
    day = full_day(adoption.decided_on)
    return f"{adoption.get_outcome_display()} · {adoption.decided_by_name} · {adoption.reference} · {day}"


class ResultList(ListPage):
    """What units have to put right."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Results: rectification")
    columns = (
        Column(
            gettext_lazy("Task"),
            "task.title",
            key=True,
            link=lambda row: reverse("pages:task-results", args=[row.task.number]),
        ),
        Column(gettext_lazy("Unit"), "task.unit.organisation.name"),
        Column(gettext_lazy("What has to be put right"), "words"),
        Column(gettext_lazy("Due on"), lambda row: full_day(row.due_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("status", gettext_lazy("State"), RectificationStatus.choices),)
    search_fields = ("task__title", "task__number", "words")
    sorts = (
        Sort("due", gettext_lazy("Due first"), ("due_on",)),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "rectifications"
    empty_title = gettext_lazy("Nothing has to be put right yet")
    empty_text = gettext_lazy("After a report is accepted, send its findings to the unit from the page of the task.")

    def rows(self) -> QuerySet[Rectification]:
        """Return the visible rectifications."""
        return visible_to(self.user).select_related("task__unit__organisation")


class ProposalList(ListPage):
    """What is proposed for the use of results, and what became of it."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Results: proposals and adoption")
    columns = (
        Column(
            gettext_lazy("Task"),
            "task.title",
            key=True,
            link=lambda row: reverse("pages:task-results", args=[row.task.number]),
        ),
        Column(gettext_lazy("Proposal"), "words"),
        Column(gettext_lazy("Budget year"), "budget_year", num=True),
        Column(gettext_lazy("Proposed"), lambda row: formats.wan_with_unit(row.amount_cents), num=True),
        Column(gettext_lazy("Adopted"), adopted_of, num=True),
        Column(gettext_lazy("What became of it"), decision_of),
    )
    facets = (Facet("outcome", gettext_lazy("Outcome"), AdoptionOutcome.choices, lookup="adoption__outcome"),)
    search_fields = ("task__title", "task__number", "words", "adoption__reference")
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-pk",)),)
    export_name = "proposals"
    empty_title = gettext_lazy("Nothing is proposed yet")
    empty_text = gettext_lazy("After a report is accepted, propose on the results page of its task how it is used.")

    def rows(self) -> QuerySet[Proposal]:
        """Return the visible proposals."""
        return proposals_visible_to(self.user).select_related("task", "adoption")


class TaskResults(SectionsPage):
    """Everything that follows from one task's report."""

    audience, needs, lookup = "bureau", Capability.READ_ALL, "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return tasks.visible_to(self.user).select_related("unit__organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say the task in the title."""
        title = _("What follows from %(title)s") % {"title": self.object.title}
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return rectifications and proposals."""
        task: EvaluationTask = self.object
        may_act = may(self.user, Capability.COMMISSION)
        acts: tuple[Act, ...] = ()
        if may_act and task.status in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
            acts = (
                Act(_("Ask for a rectification"), reverse("pages:rectification-ask", args=[task.number])),
                Act(_("Propose how it is used"), reverse("pages:proposal", args=[task.number])),
            )
        return Layout(
            crumbs=((_("Results"), reverse("pages:results")), (task.number, task_url(task))),
            meta=(task.unit.organisation.name,),
            acts=acts,
            main=(self._rectifications(task, may_act=may_act), self._proposals(task, may_act=may_act)),
        )

    def _rectifications(self, task: EvaluationTask, *, may_act: bool) -> Section:
        lines = []
        for row in visible_to(self.user).filter(task=task).select_related("evidence").order_by("pk"):
            steps: tuple[Act, ...] = ()
            if row.status == RectificationStatus.REPORTED and may_act:
                steps = (
                    Act(_("Close"), reverse("pages:rectification-close", args=[row.pk])),
                    Act(_("Send back"), reverse("pages:rectification-return", args=[row.pk])),
                )
            evidence = Cell("PDF / DOCX", reverse("pages:file", args=[row.evidence_id])) if row.evidence_id else "—"
            missing = row.return_words if row.status == RectificationStatus.RETURNED else ""
            lines.append(
                (
                    Cell(row.words, said=True),
                    full_day(row.due_on),
                    Cell(row.report or "—", said=bool(row.report)),
                    evidence,
                    Cell(missing or "—", said=bool(missing)),
                    Cell("", status=row, acts=steps),
                )
            )
        headings = (_("Asked"), _("Due on"), _("Reported"), _("Evidence"), _("What is still missing"), _("State"))
        return Section(
            _("Rectification"), grid=Grid(headings, lines), empty=_("The unit was not asked yet."), count=len(lines)
        )

    def _proposals(self, task: EvaluationTask, *, may_act: bool) -> Section:
        lines = []
        rows = proposals_visible_to(self.user).filter(task=task).select_related("adoption").order_by("pk")
        for row in rows:
            steps: tuple[Act, ...] = ()
            if getattr(row, "adoption", None) is None and may_act:
                approval = running("PROPOSAL", row)
                steps = (
                    Act(_("See the approval"), reverse("pages:approval", args=[approval.pk]))
                    if approval
                    else Act(_("Record the decision"), reverse("pages:adoption", args=[row.pk])),
                )
            lines.append(
                (
                    Cell(row.words, said=True),
                    str(row.budget_year),
                    formats.wan_with_unit(row.amount_cents),
                    adopted_of(row),
                    Cell(decision_of(row), acts=steps),
                )
            )
        headings = (_("Proposal"), _("Budget year"), _("Proposed"), _("Adopted"), _("What became of it"))
        return Section(
            _("Use of the result"),
            grid=Grid(headings, lines, frozenset({1, 2, 3})),
            empty=_("Nothing is proposed yet."),
            count=len(lines),
            note=_("Only adopted amounts count."),
        )


class AskForm(ActionForm):
    """What, and by when."""

    words = forms.CharField(label=gettext_lazy("What has to be put right"), max_length=1000, widget=textarea(5))
    due_on = forms.DateField(label=gettext_lazy("Due on"), widget=day())


class TaskStep(ActionView):
    """A step about a task's results."""

    audience, needs, lookup = "bureau", Capability.COMMISSION, "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return tasks.visible_to(self.user)

    def object_url(self) -> str:
        """Return the results of the task."""
        return reverse("pages:task-results", args=[self.object.number])


class Ask(TaskStep):
    """Ask the unit to put something right."""

    title, submit_label = gettext_lazy("Ask for a rectification"), gettext_lazy("Send it to the unit")
    form_class = AskForm

    def act(self, form: AskForm) -> str:
        """Ask."""
        given = form.cleaned_data
        ask_rectification(task=self.object, words=given["words"], due_on=given["due_on"], by=self.user, on=self.today)
        return _("The unit is asked, with its day.")


class ProposeForm(ActionForm):
    """How the result is used."""

    words = forms.CharField(label=gettext_lazy("Proposal"), max_length=1000, widget=textarea(4))
    amount = WanField(label=gettext_lazy("Amount, 万元"))
    budget_year = forms.IntegerField(label=gettext_lazy("Budget year"), min_value=2000, max_value=2099)


class Propose(TaskStep):
    """Propose how the result is used; co-signed, then adopted or not."""

    title, submit_label = gettext_lazy("Propose how it is used"), gettext_lazy("Submit for approval")
    form_class = ProposeForm

    def act(self, form: ProposeForm) -> str:
        """Propose."""
        given = form.cleaned_data
        propose(
            task=self.object,
            words=given["words"],
            amount_cents=given["amount"] or 0,
            budget_year=given["budget_year"],
            by=self.user,
            on=self.today,
        )
        return _("The proposal is under approval.")


class RectificationStep(ActionView):
    """A step of one rectification."""

    audience, needs = "bureau", Capability.COMMISSION

    def rows(self) -> QuerySet[Rectification]:
        """Return the visible rectifications."""
        return visible_to(self.user).select_related("task")

    def object_url(self) -> str:
        """Return the results of the task."""
        return reverse("pages:task-results", args=[self.object.task.number])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what the unit reported."""
        return [_("Reported: %(words)s") % {"words": self.object.report}]


class Close(RectificationStep):
    """Accept what the unit reported (销号)."""

    title, submit_label = gettext_lazy("Close the rectification"), gettext_lazy("Close")

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Close."""
        close_rectification(rectification=self.object, by=self.user, on=self.today)
        return _("Closed.")


class WordsForm(ActionForm):
    """What is missing."""

    words = forms.CharField(label=gettext_lazy("What is still missing"), max_length=500, widget=textarea(4))


class SendBack(RectificationStep):
    """Send the unit's report back."""

    title, submit_label = gettext_lazy("Send the report back"), gettext_lazy("Send back")
    form_class = WordsForm

    def act(self, form: WordsForm) -> str:
        """Send back."""
        return_rectification(rectification=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("The report went back to the unit.")


class AdoptionForm(ActionForm):
    """What became of a proposal."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=AdoptionOutcome.choices, widget=forms.RadioSelect
    )
    amount = WanField(label=gettext_lazy("Adopted amount, 万元"), initial="0")
    decided_by_name = forms.CharField(label=gettext_lazy("Decided by"), max_length=60)
    reference = forms.CharField(label=gettext_lazy("Letter number or meeting"), max_length=100)
    decided_on = forms.DateField(label=gettext_lazy("Decided on"), widget=day())


class RecordAdoption(ActionView):
    """Record what became of a proposal: only this amount counts."""

    audience, needs = "bureau", Capability.COMMISSION
    title, submit_label = gettext_lazy("Record the decision"), gettext_lazy("Record it")
    form_class = AdoptionForm

    def rows(self) -> QuerySet[Proposal]:
        """Return the visible proposals."""
        return proposals_visible_to(self.user).select_related("task")

    def object_url(self) -> str:
        """Return the results of the task."""
        return reverse("pages:task-results", args=[self.object.task.number])

    def act(self, form: AdoptionForm) -> str:
        """Record it."""
        given = form.cleaned_data
        record_adoption(
            proposal=self.object,
            outcome=given["outcome"],
            amount_cents=given["amount"] or 0,
            decided_by_name=given["decided_by_name"],
            reference=given["reference"],
            decided_on=given["decided_on"],
            by=self.user,
            on=self.today,
        )
        return _("The decision is recorded.")


urls = [
    path("results/", ResultList.as_view(), name="results"),
    path("results/proposals/", ProposalList.as_view(), name="proposals"),
    path("tasks/<str:number>/results/", TaskResults.as_view(), name="task-results"),
    path("tasks/<str:number>/results/ask/", Ask.as_view(), name="rectification-ask"),
    path("tasks/<str:number>/results/propose/", Propose.as_view(), name="proposal"),
    path("rectifications/<int:pk>/close/", Close.as_view(), name="rectification-close"),
    path("rectifications/<int:pk>/return/", SendBack.as_view(), name="rectification-return"),
    path("proposals/<int:pk>/adoption/", RecordAdoption.as_view(), name="adoption"),
]
