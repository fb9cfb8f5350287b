"""What comes next for a task: one table from its state to the page that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from assignments.enums import (
    AssignmentStatus,
    DrawStatus,
    Executor,
    FirmTrack,
    ReportTrackAction,
    Route,
    TaskAction,
    TaskStatus,
)
from assignments.rules.routes import PROCUREMENT
from assignments.selectors.tasks import hand_actions, report_actions
from foundation.accounts.enums import Capability as Can
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment, Draw, EvaluationTask, ReReviewTask
    from foundation.accounts.models import User
    from foundation.approvals.models import Approval


@dataclass(frozen=True, slots=True)
class Next:
    """A step: its word, its address, and whether it is the one to do first."""

    label: StrOrPromise
    url: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What else the choice of the next step looks at."""

    seat: Assignment | None = None
    draw: Draw | None = None
    approval: Approval | None = None
    re_review: ReReviewTask | None = None


# Steps that other rooms' pages do: state → (word, page, who may). Each page takes the task's number.
ELSEWHERE: Final[Mapping[TaskStatus, tuple[tuple[StrOrPromise, str, Can], ...]]] = {
    TaskStatus.RECUSAL_CONFIRMED: ((_("Commission the firm"), "commission", Can.COMMISSION),),
    TaskStatus.COMMISSIONED: ((_("See commission and contract"), "commission", Can.COMMISSION),),
    TaskStatus.PLAN_REVIEW: (
        (_("Notify the unit"), "unit-notify", Can.COMMISSION),
        (_("Open an expert review"), "re-review-open", Can.DRAW),
        (_("Read what was handed in"), "commission", Can.COMMISSION),
    ),
    TaskStatus.DRAFT: (
        (_("Ask the unit for comments"), "comments-ask", Can.COMMISSION),
        (_("Read what was handed in"), "commission", Can.COMMISSION),
    ),
    TaskStatus.FIELDWORK: ((_("See commission and contract"), "commission", Can.COMMISSION),),
    TaskStatus.SUBMITTED: ((_("Open the expert review"), "re-review-open", Can.DRAW),),
    TaskStatus.FINAL: (
        (_("Accept the report"), "report-accept", Can.COMMISSION),
        (_("Read what was handed in"), "commission", Can.COMMISSION),
    ),
    TaskStatus.ACCEPTED: (
        (_("Rate the report"), "rating", Can.SCORE_SECTION),
        (_("Confirm the rating"), "rating", Can.CONFIRM),
    ),
}
ROUTE_PAGES: Final[Mapping[str, tuple[StrOrPromise, str, Can]]] = {
    Route.DRAW: (_("Prepare the draw"), "draw-firm", Can.DRAW),
    Route.COMPARISON: (_("Record the comparison"), "task-compare", Can.COMMISSION),
    Route.DIRECT: (_("Appoint a firm"), "task-appoint", Can.COMMISSION),
    **dict.fromkeys(PROCUREMENT, (_("Record the award"), "task-award", Can.COMMISSION)),
}
SEAT_PAGES: Final[Mapping[str, tuple[tuple[StrOrPromise, str], ...]]] = {
    AssignmentStatus.DRAWN: ((_("Notify the firm"), "seat-notify"), (_("Log a call"), "call")),
    AssignmentStatus.NOTIFIED: ((_("Log a call"), "call"),),
    AssignmentStatus.ACCEPTED: ((_("Enter the declaration"), "declare-for"),),
}
HAND_WORDS: Final[Mapping[TaskAction, StrOrPromise]] = {
    TaskAction.CONFIRM_RECUSAL: _("Confirm the recusal"),
    TaskAction.RETURN_PLAN: _("Return the work plan"),
    TaskAction.NOTIFY_UNIT: _("Notify the unit"),
    TaskAction.START: _("Start the fieldwork"),
    TaskAction.SUBMIT_DRAFT: _("Note the draft"),
    TaskAction.ASK_COMMENTS: _("Ask the unit for comments"),
    TaskAction.SUBMIT: _("Note the version for review"),
    TaskAction.FINALISE: _("Note the final report"),
    TaskAction.ACCEPT: _("Accept the report"),
    TaskAction.ARCHIVE: _("Archive the task"),
}
REPORT_WORDS: Final[Mapping[ReportTrackAction, StrOrPromise]] = {
    ReportTrackAction.CONFIRM: _("Confirm the report"),
    ReportTrackAction.FEED_BACK: _("Send feedback to the unit"),
    ReportTrackAction.REPORT: _("Report to government and congress"),
    ReportTrackAction.PUBLISH: _("Note the publication"),
    ReportTrackAction.APPLY: _("Note the use of the results"),
    ReportTrackAction.RECTIFY: _("Close the rectification"),
}
WAITS: Final[Mapping[TaskStatus, StrOrPromise]] = {
    TaskStatus.SELECTED: _("A firm is chosen; make sure that it need not recuse itself."),
    TaskStatus.RECUSAL_CONFIRMED: _("The firm may take the task: write the commission and have it approved."),
    TaskStatus.PLAN_REVIEW: _("The work plan is here: read it, then notify the unit or return the plan."),
    TaskStatus.UNIT_NOTIFIED: _("The unit knows; the fieldwork can start."),
    TaskStatus.DRAFT: _("The draft is here: ask the unit for its comments."),
    TaskStatus.SUBMITTED: _("The version for review is here: the experts read it next."),
    TaskStatus.FINAL: _("The final report is here: check it and accept it."),
    TaskStatus.ACCEPTED: _("The report is accepted; what is left stands on the two lines above."),
    TaskStatus.COMMISSIONED: _("The firm writes the work plan."),
    TaskStatus.PLAN_RETURNED: _("The firm corrects the work plan."),
    TaskStatus.FIELDWORK: _("Fieldwork runs; the draft comes next."),
    TaskStatus.COMMENTS: _("The unit comments on the draft; the version for review comes next."),
    TaskStatus.EXPERT_REVIEW: _("The panel reads and scores."),
    TaskStatus.REVISION: _("The report is being corrected."),
    TaskStatus.STOPPED: _("The task is stopped. It can be commissioned again."),
    TaskStatus.ARCHIVED: _("Everything is done and archived."),
}


def wait_words(task: EvaluationTask, around: Around) -> StrOrPromise:
    """Return what the task waits for, where the next step is not the bureau's."""
    if around.approval is not None:
        return _("A direct appointment is under approval.")
    if task.status == TaskStatus.PLANNED:
        return _planned_words(task, around)
    return WAITS.get(TaskStatus(task.status), "")


def _planned_words(task: EvaluationTask, around: Around) -> StrOrPromise:
    if task.executor != Executor.FIRM:
        return _("No firm is needed; the work can begin.")
    if around.draw is not None:
        return _("The draw of the firm is under way.")
    return _("The route is chosen; now find the firm.") if task.route else _("Choose how the firm is found.")


def steps_for(task: EvaluationTask, user: User, around: Around) -> list[Next]:
    """Return what ``user`` may do next, the first thing first; pages that do not exist are left out."""
    found: list[tuple[StrOrPromise, str, list[object]]] = []
    number: list[object] = [task.number]
    if task.status == TaskStatus.PLANNED and task.executor == Executor.FIRM:
        found += [(word, page, number) for word, page, can in _choice(task, around) if may(user, can)]
    elif task.status == TaskStatus.SELECTED and around.seat and may(user, Can.COMMISSION):
        found += [(word, page, [around.seat.pk]) for word, page in SEAT_PAGES.get(around.seat.status, ())]
    if around.draw and task.status == TaskStatus.PLANNED:
        found.insert(0, (_("Go to the draw"), "draw", [around.draw.number]))
    if around.approval:
        found.insert(0, (_("See the approval"), "approval", [around.approval.pk]))
    if around.re_review and task.status in {TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW, TaskStatus.PLAN_REVIEW}:
        found.append((_("Go to the expert review"), "re-review", [around.re_review.number]))
    elsewhere = [(word, page, number) for word, page, can in _elsewhere(task, around) if may(user, can)]
    by_hand = [(word, page, args) for word, page, args in _by_hand(task)] if may(user, Can.COMMISSION) else []
    if task.status == TaskStatus.SELECTED:
        by_hand.reverse()
    if task.status in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED} and may(user, Can.READ_ALL):
        by_hand.append((_("Rectification and use of the result"), "task-results", number))
    steps = [Next(word, url) for word, page, args in [*found, *elsewhere, *by_hand] if (url := address(page, args))]
    unique = list({step.url: step for step in reversed(steps)}.values())[::-1]
    return [Next(step.label, step.url, is_primary=index == 0) for index, step in enumerate(unique)]


def _choice(task: EvaluationTask, around: Around) -> list[tuple[StrOrPromise, str, Can]]:
    if around.approval or (around.draw and around.draw.status != DrawStatus.VOID):
        return []
    if not task.route:
        return [(_("Choose the route"), "task-route", Can.PLAN)]
    eligible = (_("Who is eligible, and why not"), "eligibility-firm", Can.READ_ALL)
    return [ROUTE_PAGES[task.route], eligible, (_("Change the route"), "task-route", Can.PLAN)]


def _elsewhere(task: EvaluationTask, around: Around) -> tuple[tuple[StrOrPromise, str, Can], ...]:
    if task.executor != Executor.FIRM and task.status != TaskStatus.SUBMITTED:
        return ()
    if task.status == TaskStatus.ACCEPTED and task.firm_track in {FirmTrack.TAIL_PAID, FirmTrack.SKIPPED}:
        return ()
    if around.re_review and task.status == TaskStatus.SUBMITTED:
        return ()
    return ELSEWHERE.get(TaskStatus(task.status), ())


def _by_hand(task: EvaluationTask) -> list[tuple[StrOrPromise, str, list[object]]]:
    moves: list[tuple[StrOrPromise, str, list[object]]] = [
        (HAND_WORDS[action], "task-move", [task.number, action.value]) for action in hand_actions(task)
    ]
    tracks: list[tuple[StrOrPromise, str, list[object]]] = [
        (REPORT_WORDS[action], "task-report", [task.number, action.value]) for action in report_actions(task)
    ]
    return moves + tracks


def address(page: str, args: list[object]) -> str:
    """Return the address of a page of the bureau, empty where it does not exist."""
    try:
        return reverse(f"pages:{page}", args=args)
    except NoReverseMatch:
        return ""
