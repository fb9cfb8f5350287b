"""Which tasks somebody may see, and the year-line of one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.db.models import Q, Sum

from assignments.enums import (
    AssignmentStatus,
    Executor,
    FirmTrack,
    ReportTrack,
    ReportTrackAction,
    ReReviewStatus,
    TaskAction,
    TaskKind,
    TaskStatus,
)
from assignments.models import Assignment, Award, EvaluationTask, ReReviewTask, TaskMove
from assignments.transitions import FIRM_TRACK_ENDS, GONE, REPORT_TRACK, REPORT_TRACK_ENDS, task_table
from evaluators.models import Firm
from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import may, roles_of
from foundation.core import clock
from foundation.rulesets.selectors import Rules, rules_for, rules_of
from parties.models import Membership

FIRM_LINE = (
    TaskStatus.PLANNED, TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED, TaskStatus.COMMISSIONED,
    TaskStatus.PLAN_REVIEW, TaskStatus.UNIT_NOTIFIED, TaskStatus.FIELDWORK, TaskStatus.DRAFT, TaskStatus.COMMENTS,
    TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW, TaskStatus.FINAL, TaskStatus.ACCEPTED,
)  # fmt: skip
OWN_LINE = (
    TaskStatus.PLANNED, TaskStatus.UNIT_NOTIFIED, TaskStatus.FIELDWORK, TaskStatus.DRAFT, TaskStatus.COMMENTS,
    TaskStatus.SUBMITTED, TaskStatus.FINAL, TaskStatus.ACCEPTED,
)  # fmt: skip
FIRM_HELP_LINE = (
    TaskStatus.PLANNED, TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED, TaskStatus.COMMISSIONED,
    TaskStatus.FIELDWORK, TaskStatus.ACCEPTED,
)  # fmt: skip
OWN_HELP_LINE = (TaskStatus.PLANNED, TaskStatus.FIELDWORK, TaskStatus.ACCEPTED)
# Where a firm serves, the unit and the firm are told of these steps: the pages of delivery take them.
BY_HAND = frozenset({TaskAction.CONFIRM_RECUSAL, TaskAction.START, TaskAction.ARCHIVE})
BY_OWN_HAND = BY_HAND | {
    TaskAction.RETURN_PLAN,
    TaskAction.NOTIFY_UNIT,
    TaskAction.SUBMIT_DRAFT,
    TaskAction.ASK_COMMENTS,
    TaskAction.SUBMIT,
    TaskAction.FINALISE,
    TaskAction.ACCEPT,
}
# An expert learns which task it is only after accepting; what was void or declined is no longer his.
TOLD = frozenset(
    {AssignmentStatus.ACCEPTED, AssignmentStatus.DECLARED, AssignmentStatus.SERVING, AssignmentStatus.SIGNED,
     AssignmentStatus.EVALUATED, AssignmentStatus.PAID}
)  # fmt: skip
SIDE_STATES = {
    TaskStatus.PLAN_RETURNED: TaskStatus.PLAN_REVIEW,
    TaskStatus.REVISION: TaskStatus.EXPERT_REVIEW,
    TaskStatus.ARCHIVED: TaskStatus.ACCEPTED,
}
RETURNS = (TaskStatus.PLAN_RETURNED, TaskStatus.REVISION)


@dataclass(frozen=True, slots=True)
class LineStep:
    """One place of the year-line: ``state`` is done, now or ahead; ``times`` how often the task came there."""

    status: str
    label: str
    state: str
    reached_on: date | None = None
    by: str = ""
    words: str = ""
    times: int = 0
    is_returned: bool = False


@dataclass(frozen=True, slots=True)
class TaskLine:
    """The year-line of a task and, after acceptance, its two tracks."""

    steps: list[LineStep]
    report: list[LineStep] = field(default_factory=list)
    firm: list[LineStep] = field(default_factory=list)
    is_stopped: bool = False


def visible_to(user: User) -> models.QuerySet[EvaluationTask]:
    """Return the tasks that ``user`` may see.

    The bureau and its supervisor: all. A business section: its units'. A firm: those given to it, once it was told.
    An expert: those of re-reviews accepted. A unit: its own and those of the units below it.
    """
    rows = EvaluationTask.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    wanted = Q(pk__in=[])
    roles, today = roles_of(user), clock.today()
    if may(user, Capability.READ_UNIT_TASKS):
        sections = user.grants.on(today).filter(role=Role.BUSINESS_SECTION, section__isnull=False)
        wanted |= Q(unit__section_id__in=sections.values("section_id"))
    still = Q(ended_on__isnull=True) | Q(ended_on__gt=today)
    members = Membership.objects.filter(still, user=user, started_on__lte=today)
    organisations = members.filter(organisation__isnull=False).values("organisation_id")
    if roles & {Role.FIRM_ADMIN, Role.FIRM_MEMBER}:
        mine = Assignment.objects.filter(firm__organisation_id__in=organisations, task__isnull=False)
        wanted |= Q(pk__in=mine.exclude(status__in=[AssignmentStatus.DRAWN, *GONE]).values("task_id"))
    if Role.EXPERT in roles:
        persons = members.filter(person__isnull=False).values("person_id")
        seats = Assignment.objects.filter(expert__person_id__in=persons, status__in=TOLD)
        wanted |= Q(pk__in=seats.values("re_review__evaluation_id"))
    if Role.UNIT in roles:
        wanted |= Q(unit__organisation_id__in=organisations) | Q(unit__superior__organisation_id__in=organisations)
    return rows.filter(wanted)


def awards_visible_to(user: User) -> models.QuerySet[Award]:
    """Return the awards whose notices ``user`` may read: the bureau and its supervisor all, others none."""
    rows = Award.objects.filter(task__bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.none()


def current_assignment(task: EvaluationTask) -> Assignment | None:
    """Return the firm's assignment that runs, with its firm and organisation."""
    rows = Assignment.objects.filter(task=task).exclude(status__in=GONE)
    return rows.select_related("firm__organisation").order_by("-pk").first()


def read_by_experts() -> Q:
    """Return the condition that the task's expert reviews, at least one, are all done with an opinion."""
    rows = ReReviewTask.objects.filter(evaluation=models.OuterRef("pk")).exclude(status=ReReviewStatus.STOPPED)
    return Q(models.Exists(rows.filter(status=ReReviewStatus.DONE))) & ~Q(
        models.Exists(rows.exclude(status=ReReviewStatus.DONE))
    )


def current_firm(task: EvaluationTask) -> Firm | None:
    """Return the firm that has the task now."""
    seat = current_assignment(task)
    return seat.firm if seat else None


def rules_of_task(task: EvaluationTask, on: date) -> Rules:
    """Return the rules by which the task is judged: those of the day it was commissioned, before that those of ``on``.

    Edge case E12: rules that change later leave it alone.
    """
    if task.rule_set is not None:
        return rules_of(task.rule_set)
    return rules_for(bureau=task.bureau, on=task.commissioned_on or on)


def table_of(task: EvaluationTask) -> Mapping[tuple[TaskStatus, TaskAction], TaskStatus]:
    """Return the table that the task moves by."""
    return task_table(by_firm=task.executor == Executor.FIRM, is_assistance=task.is_assistance)


def actions_of(task: EvaluationTask) -> list[TaskAction]:
    """Return what may follow in the task's present state, in the order of the year."""
    table = table_of(task)
    return [action for action in TaskAction if (TaskStatus(task.status), action) in table]


def hand_actions(task: EvaluationTask) -> list[TaskAction]:
    """Return the steps that the bureau takes by hand: those that need no paper and no file of another room."""
    own = task.executor != Executor.FIRM or task.is_assistance
    wanted = BY_OWN_HAND if own else BY_HAND
    found = [action for action in actions_of(task) if action in wanted]
    return found if tracks_ended(task) else [action for action in found if action != TaskAction.ARCHIVE]


def report_actions(task: EvaluationTask) -> list[ReportTrackAction]:
    """Return what may follow on the report's track."""
    if task.status != TaskStatus.ACCEPTED:
        return []
    here = ReportTrack(task.report_track)
    return [action for action in ReportTrackAction if (here, action) in REPORT_TRACK]


def tracks_ended(task: EvaluationTask) -> bool:
    """Return whether both tracks of an accepted task have come to their end."""
    return task.report_track in REPORT_TRACK_ENDS and task.firm_track in FIRM_TRACK_ENDS


def wanted_line(task: EvaluationTask) -> tuple[TaskStatus, ...]:
    """Return the places of the task's course up to acceptance."""
    if task.executor == Executor.FIRM:
        return FIRM_HELP_LINE if task.is_assistance else FIRM_LINE
    return OWN_HELP_LINE if task.is_assistance else OWN_LINE


def line_of(task: EvaluationTask) -> TaskLine:
    """Return the year-line in one query; a step of the past carries its day and its person.

    Both tracks always show: they are the part of the year that is still to come.
    """
    moves = list(TaskMove.objects.filter(task=task).select_related("moved_by").order_by("pk"))
    wanted = wanted_line(task)
    if not task.is_assistance and any(move.status == TaskStatus.EXPERT_REVIEW for move in moves):
        wanted = _with_review(wanted)
    moves = _since_last_start(moves)
    here = SIDE_STATES.get(TaskStatus(task.status), TaskStatus(task.status))
    is_stopped = here == TaskStatus.STOPPED
    if here not in wanted:
        reached = {
            SIDE_STATES.get(TaskStatus(move.status), TaskStatus(move.status)) for move in moves if not move.track
        }
        here = next((status for status in reversed(wanted) if status in reached), wanted[0])
    steps = _steps(moves, "", [(s.value, str(s.label)) for s in wanted], here.value)
    if task.is_assistance:
        return TaskLine(steps, is_stopped=is_stopped)
    reports = [(s.value, str(s.label)) for s in ReportTrack if s not in {ReportTrack.NONE, ReportTrack.SKIPPED}]
    firms = [(s.value, str(s.label)) for s in FirmTrack if s not in {FirmTrack.NONE, FirmTrack.SKIPPED}]
    return TaskLine(
        steps,
        report=_steps(moves, "report", reports, task.report_track),
        firm=[] if task.executor != Executor.FIRM else _steps(moves, "firm", firms, task.firm_track),
        is_stopped=is_stopped,
    )


def _with_review(wanted: tuple[TaskStatus, ...]) -> tuple[TaskStatus, ...]:
    if TaskStatus.EXPERT_REVIEW in wanted:
        return wanted
    place = wanted.index(TaskStatus.SUBMITTED) + 1
    return (*wanted[:place], TaskStatus.EXPERT_REVIEW, *wanted[place:])


def _since_last_start(moves: list[TaskMove]) -> list[TaskMove]:
    """Keep the first move and what came after the last second commission: the line shows the firm that works now."""
    starts = [index for index, move in enumerate(moves) if move.action == TaskAction.RECOMMISSION]
    return [*moves[:1], *moves[starts[-1] :]] if starts else moves


def _steps(moves: list[TaskMove], track: str, wanted: list[tuple[str, str]], here: str) -> list[LineStep]:
    here_moves = [move for move in moves if move.track == track]
    last = {move.status: move for move in here_moves}
    times = Counter(move.status for move in here_moves)
    returned = {SIDE_STATES[TaskStatus(status)].value for status in RETURNS if not track and status in last}
    names = [code for code, _label in wanted]
    place = names.index(here) if here in names else -1
    steps = []
    for index, (code, label) in enumerate(wanted):
        move = last.get(code) if index <= place else None
        state = "done" if index < place else "now" if index == place else "ahead"
        by = move.moved_by.name if move and move.moved_by else ""
        day, words = (move.moved_on, move.words) if move else (None, "")
        steps.append(LineStep(code, label, state, day, by, words, times[code], code in returned))
    return steps


def amounts_by_kind(rows: models.QuerySet[EvaluationTask]) -> list[tuple[str, int, int]]:
    """Return (kind, number of tasks, sum in 分) of ``rows``, in the order of the kinds."""
    found = {
        row["kind"]: (row["n"], row["cents"])
        for row in rows.order_by().values("kind").annotate(n=models.Count("pk"), cents=Sum("amount_cents"))
    }
    return [(kind.value, *found[kind.value]) for kind in TaskKind if kind.value in found]
