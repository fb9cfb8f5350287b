"""What a firm has to do next in a task: one table from the states to a word and a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from assignments.enums import AssignmentStatus, TaskStatus
from delivery.enums import CommissionStatus, VersionKind, VersionStatus
from delivery.rules import draft_due

if TYPE_CHECKING:
    from assignments.models import Assignment, EvaluationTask
    from delivery.models import Commission, ReportVersion


@dataclass(frozen=True, slots=True)
class Next:
    """One thing to do: its word, its address, by when, and a sentence; ``url`` empty: the firm waits."""

    label: str
    url: str = ""
    due_on: date | None = None
    text: str = ""


WAITED_KINDS: dict[str, VersionKind] = {
    TaskStatus.COMMISSIONED: VersionKind.WORK_PLAN,
    TaskStatus.PLAN_RETURNED: VersionKind.WORK_PLAN,
    TaskStatus.FIELDWORK: VersionKind.DRAFT,
    TaskStatus.DRAFT: VersionKind.DRAFT,
    TaskStatus.COMMENTS: VersionKind.SUBMITTED,
    TaskStatus.REVISION: VersionKind.SUBMITTED,
    TaskStatus.EXPERT_REVIEW: VersionKind.FINAL,
    TaskStatus.FINAL: VersionKind.FINAL,
}


def next_step(
    task: EvaluationTask,
    *,
    assignment: Assignment | None,
    commission: Commission | None,
    due_on: date | None,
    latest: ReportVersion | None = None,
    may_sign: bool = True,
    unanswered: int = 0,
    is_read: bool = False,
) -> Next:
    """Return the one thing the firm does next in this task, or what it waits for.

    ``latest`` is the newest version, also one that was returned; ``is_read``: the experts have handed in their opinion.
    """
    if commission is None or commission.status not in {CommissionStatus.SENT, CommissionStatus.ACCEPTED}:
        return _before_commission(task, assignment, may_sign=may_sign)
    if commission.status == CommissionStatus.SENT:
        if not may_sign:
            return Next(_("Accept the commission"), text=_("Whoever answers for the firm does this."))
        words = _("Read the letter and accept the commission.")
        return Next(_("Accept the commission"), reverse("pages:firm-accept", args=[task.number]), None, words)
    draft_on = draft_due(sent_on=commission.sent_on, due_on=due_on) if commission.sent_on and due_on else due_on
    if task.status == TaskStatus.UNIT_NOTIFIED:
        words = _("The unit is notified; fieldwork can begin.")
        return Next(_("Begin the fieldwork"), reverse("pages:firm-start", args=[task.number]), draft_on, words)
    if task.status == TaskStatus.COMMENTS and unanswered:
        words = _("%(count)s comments of the unit wait for your answer.") % {"count": unanswered}
        return Next(_("Answer the comments"), f"{task_address(task.number)}#comments", due_on, words)
    return _hand_in(task, latest, due_on=due_on, draft_on=draft_on, is_read=is_read) or _waits(task, due_on)


def _hand_in(
    task: EvaluationTask, latest: ReportVersion | None, *, due_on: date | None, draft_on: date | None, is_read: bool
) -> Next | None:
    deliver = reverse("pages:firm-deliver", args=[task.number])
    status = TaskStatus(task.status)
    returned = latest is not None and latest.status == VersionStatus.RETURNED
    words = _("The bureau returned it with words.") if returned else ""
    if status in {TaskStatus.COMMISSIONED, TaskStatus.PLAN_RETURNED}:
        return Next(_("Hand in the work plan"), deliver, None, words)
    if status == TaskStatus.FIELDWORK or (status == TaskStatus.DRAFT and returned):
        return Next(_("Hand in the draft"), deliver, draft_on, words)
    if status in {TaskStatus.COMMENTS, TaskStatus.REVISION}:
        words = _("The report was returned for revision.") if status == TaskStatus.REVISION else ""
        return Next(_("Hand in the version for review"), deliver, due_on, words)
    if (status == TaskStatus.EXPERT_REVIEW and is_read) or (status == TaskStatus.FINAL and returned):
        return Next(_("Hand in the final report"), deliver, due_on, words or _("The experts have given their opinion."))
    if status == TaskStatus.FINAL and not is_signed(latest):
        words = _("The lead evaluator signs the very file that was handed in.")
        return Next(_("Sign the final report"), f"{deliver}#sign", due_on, words)
    return None


def is_signed(version: ReportVersion | None) -> bool:
    """Return whether a signature under this version holds; read it with its signature."""
    signature = getattr(version, "sign_off", None)
    return signature is not None and not signature.is_void


def _before_commission(task: EvaluationTask, assignment: Assignment | None, *, may_sign: bool) -> Next:
    status = assignment.status if assignment else ""
    if status in {AssignmentStatus.NOTIFIED, AssignmentStatus.ACCEPTED} and not may_sign:
        return Next(_("The firm answers the bureau"), text=_("Whoever answers for the firm does this."))
    if status == AssignmentStatus.NOTIFIED and (url := _address("firm-answer", task.number)):
        return Next(_("Say whether you take it"), url, None, "")
    if status == AssignmentStatus.ACCEPTED and (url := _address("firm-declare", task.number)):
        return Next(_("Declare your independence"), url, None, "")
    return Next(_("The bureau prepares the commission letter"))


def _waits(task: EvaluationTask, due_on: date | None) -> Next:
    words = {
        TaskStatus.PLAN_REVIEW: _("The bureau reads the work plan"),
        TaskStatus.DRAFT: _("The bureau reads the draft"),
        TaskStatus.SUBMITTED: _("The bureau opens the expert review"),
        TaskStatus.EXPERT_REVIEW: _("The experts read"),
        TaskStatus.FINAL: _("The bureau accepts the report"),
        TaskStatus.ACCEPTED: _("The report is accepted; the rating follows"),
        TaskStatus.ARCHIVED: _("Closed"),
        TaskStatus.STOPPED: _("Stopped"),
    }
    over = task.status in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED}
    return Next(str(words.get(TaskStatus(task.status), task.get_status_display())), "", None if over else due_on)


def task_address(number: str) -> str:
    """Return the firm's page of a task."""
    return reverse("pages:firm-task", args=[number])


def _address(page: str, number: str) -> str:
    try:
        return reverse(f"pages:{page}", args=[number])
    except NoReverseMatch:
        return ""
