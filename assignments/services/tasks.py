"""Adding tasks and moving them along their year-line and their two tracks."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import (
    AssignmentStatus,
    Executor,
    FirmTrack,
    FirmTrackAction,
    PlanStatus,
    ReportTrack,
    ReportTrackAction,
    TaskAction,
    TaskKind,
    TaskStatus,
)
from assignments.models import Assignment, EvaluationPlan, EvaluationTask, TaskMove
from assignments.permissions import may_commission, may_plan
from assignments.rules.tasks import EARLIEST_YEAR, LATEST_YEAR, commissioner_refusal, is_assistance
from assignments.selectors.draws import live_draw_of
from assignments.selectors.tasks import hand_actions, tracks_ended
from assignments.services.archive import file_papers
from assignments.transitions import FIRM_TRACK, GONE, REPORT_TRACK, task_table
from foundation.accounts.models import User
from foundation.approvals.selectors import running
from foundation.audit.services import record
from foundation.bureaus.models import Bureau, Section
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.papers.services import next_number
from foundation.rulesets.selectors import Rules, rules_for
from parties.models import BudgetUnit
from projects.models import Project

WORDS = {
    "bureau_evaluates_itself": gettext_lazy(
        "The bureau is evaluated here: its superior, the government or the congress commissions, not the bureau."
    ),
    "own_evaluation": gettext_lazy("Nobody commissions his own evaluation. Name another commissioner."),
    "commissioner_below": gettext_lazy(
        "The commissioner stands below the evaluated unit. Name the bureau or a superior of the unit."
    ),
}
OPEN_FOR_TASKS = frozenset({PlanStatus.COLLECTING, PlanStatus.DRAFTING, PlanStatus.CO_SIGNING, PlanStatus.ADJUSTING})


class TaskRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The task cannot be added or moved."""


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What a new task is; amounts in 分. ``number`` empty: the next one of the year is given."""

    kind: TaskKind
    title: str
    executor: Executor
    unit: BudgetUnit
    budget_year: int
    amount_cents: int
    project: Project | None = None
    assessment_year: int | None = None
    fee_limit_cents: int | None = None
    section: Section | None = None
    procurement_item: str = ""
    commissioner: BudgetUnit | None = None
    place: str = ""
    half_days: int | None = None
    number: str = ""


@transaction.atomic
def add_tasks(
    *, plan: EvaluationPlan, drafts: list[TaskDraft], clerk: User, by: User, on: date
) -> list[EvaluationTask]:
    """Add tasks to a plan that still takes some; raise ``TaskRefused`` naming the first draft that may not be.

    Raise ``TransitionRefused`` for a plan that lies before the committee, is issued (adjust it first) or done.
    """
    plan = EvaluationPlan.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=plan.pk)
    if not may_plan(by, plan):
        raise NotAllowed
    if plan.status not in OPEN_FOR_TASKS:
        message = _("The plan is in the state “%(state)s” and takes no task. Adjust an issued plan first.") % {
            "state": plan.get_status_display()
        }
        raise TransitionRefused(noun="plan", status=plan.status, action="ADD_TASK", message=message)
    rules = rules_for(bureau=plan.bureau, on=on)
    rows = []
    for draft in drafts:
        if refusal := _draft_refusal(draft, plan, rules):
            raise TaskRefused(refusal)
        rows.append(
            EvaluationTask(
                bureau=plan.bureau,
                plan=plan,
                number=draft.number or _number(plan.bureau, plan.work_year),
                kind=draft.kind,
                project=draft.project,
                unit=draft.unit,
                title=draft.title.strip(),
                executor=draft.executor,
                budget_year=draft.budget_year,
                work_year=plan.work_year,
                assessment_year=draft.assessment_year or plan.work_year,
                amount_cents=draft.amount_cents,
                fee_limit_cents=draft.fee_limit_cents,
                section=draft.section,
                procurement_item=draft.procurement_item.strip(),
                commissioner=draft.commissioner,
                is_assistance=is_assistance(draft.kind, kinds=rules.value("assistance_kinds")),
                place=draft.place,
                half_days=draft.half_days,
                clerk=clerk,
                is_demo=plan.bureau.is_demo,
            )
        )
    EvaluationTask.objects.bulk_create(rows)
    moves = [TaskMove(task=row, action="ADD", status=row.status, moved_on=on, moved_by=by) for row in rows]
    TaskMove.objects.bulk_create(moves)
    for row in rows:
        facts = {"number": row.number, "kind": row.kind, "executor": row.executor, "amount_cents": row.amount_cents}
        record(actor=by, action="tasks.added", subject=row, facts=facts)
    return rows


def add_task(
    *,
    plan: EvaluationPlan,
    kind: TaskKind,
    unit: BudgetUnit,
    title: str,
    executor: Executor,
    budget_year: int,
    amount_cents: int,
    by: User,
    on: date,
    clerk: User | None = None,
    project: Project | None = None,
    **more: Any,  # noqa: ANN401 - the other fields of TaskDraft
) -> EvaluationTask:
    """Add one task, of which ``clerk`` (else ``by``) takes care; ``more`` as ``TaskDraft``; raise as ``add_tasks``."""
    draft = TaskDraft(
        kind=kind,
        title=title,
        executor=executor,
        unit=unit,
        budget_year=budget_year,
        amount_cents=amount_cents,
        project=project,
        **more,
    )
    return add_tasks(plan=plan, drafts=[draft], clerk=clerk or by, by=by, on=on)[0]


def _number(bureau: Bureau, year: int) -> str:
    return f"评〔{year}〕{next_number(bureau=bureau, kind='TASK', year=year)}号"


def _draft_refusal(draft: TaskDraft, plan: EvaluationPlan, rules: Rules) -> Refusal | None:
    if refusal := _shape_refusal(draft.title, [draft.amount_cents, draft.fee_limit_cents or 0]):
        return refusal
    parts = [draft.unit, draft.project, draft.section, draft.commissioner]
    if any(part is not None and part.bureau_id != plan.bureau_id for part in parts):
        return Refusal("foreign_unit", _("Unit and project belong to another bureau."), {"field": "unit"})
    if draft.project and draft.project.unit_id != draft.unit.pk:
        return Refusal("project_of_another", _("The project belongs to another unit."), {"field": "project"})
    if not EARLIEST_YEAR <= draft.budget_year <= LATEST_YEAR:
        return Refusal("bad_year", _("That is not a budget year."), {"field": "budget_year"})
    return commissioner_problem(executor=draft.executor, unit=draft.unit, commissioner=draft.commissioner, rules=rules)


def _shape_refusal(title: str, amounts: list[int]) -> Refusal | None:
    if not title.strip():
        return Refusal("title_missing", _("Give the task a title."), {"field": "title"})
    if min(amounts) < 0:
        return Refusal("bad_amount", _("An amount is zero or more."), {"field": "amount"})
    return None


def commissioner_problem(
    *, executor: str, unit: BudgetUnit, commissioner: BudgetUnit | None, rules: Rules
) -> Refusal | None:
    """Return why this commissioner (None: the bureau) may not commission the evaluation of ``unit``. Rule R-09."""
    refusal = commissioner_refusal(
        executor=executor,
        is_bureau_itself=unit.is_bureau_itself and commissioner is None,
        is_own=commissioner is not None and commissioner.pk == unit.pk,
        is_subordinate=commissioner is not None and unit.pk in _superiors(commissioner),
        is_on=rules.value("commissioner_rule"),
        source=rules.source("commissioner_rule"),
    )
    return replace(refusal, message=str(WORDS[refusal.code])) if refusal else None


def _superiors(unit: BudgetUnit) -> set[int]:
    found: set[int] = set()
    above = unit.superior
    while above is not None and above.pk not in found:
        found.add(above.pk)
        above = above.superior
    return found


@transaction.atomic
def amend_task(
    *,
    task: EvaluationTask,
    title: str,
    amount_cents: int,
    fee_limit_cents: int | None,
    by: User,
    on: date,
    procurement_item: str = "",
    place: str = "",
    half_days: int | None = None,
) -> EvaluationTask:
    """Change what a planned task says; raise ``TransitionRefused`` once a firm is chosen or work has begun.

    A changed fee limit takes the chosen route back: it is judged anew.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    if not may_plan(by, task):
        raise NotAllowed
    if task.status != TaskStatus.PLANNED:
        raise _does_not_follow(task, "AMEND")
    if refusal := _shape_refusal(title, [amount_cents, fee_limit_cents or 0]):
        raise TaskRefused(refusal)
    if task.route and fee_limit_cents != task.fee_limit_cents:
        if live_draw_of(task=task) is not None or running("APPOINTMENT", task):
            words = _("A draw or an appointment runs on this fee limit. Void it first.")
            raise TaskRefused(Refusal("route_in_use", words, {"field": "fee_limit"}))
        task.route = task.framework_way = ""
    before = {"title": task.title, "amount_cents": task.amount_cents, "fee_limit_cents": task.fee_limit_cents}
    task.title, task.amount_cents, task.fee_limit_cents = title.strip(), amount_cents, fee_limit_cents
    task.procurement_item, task.place, task.half_days = procurement_item.strip(), place, half_days
    task.save()
    after = {"title": task.title, "amount_cents": task.amount_cents, "fee_limit_cents": task.fee_limit_cents}
    record(actor=by, action="tasks.amended", subject=task, facts={"before": before, "after": after, "on": on})
    return task


@transaction.atomic
def move_task(*, task: EvaluationTask, action: TaskAction, by: User, on: date, words: str = "") -> EvaluationTask:
    """Take one step of the year-line; raise ``TransitionRefused`` for a step that does not follow.

    The callers of the rooms above ask for the permission that belongs to their step. Acceptance begins both tracks:
    a task without a firm skips the firm's. Archiving needs the end of both and says how long papers are kept (R-25).
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    table = task_table(by_firm=task.executor == Executor.FIRM, is_assistance=task.is_assistance)
    after = table.get((TaskStatus(task.status), action))
    if after is None:
        raise _does_not_follow(task, action)
    if action == TaskAction.ARCHIVE and not tracks_ended(task):
        message = _("Archiving needs the end of both tracks: rectification closed, and the firm paid or skipped.")
        raise TransitionRefused(noun="task", status=task.status, action=action, message=message)
    changed = ["status"]
    task.status = after
    if action == TaskAction.COMMISSION:
        rules = rules_for(bureau=task.bureau, on=on)
        problem = commissioner_problem(
            executor=task.executor, unit=task.unit, commissioner=task.commissioner, rules=rules
        )
        if problem:
            raise TaskRefused(problem)
        task.commissioned_on, task.rule_set = on, rules.rule_set
        changed += ["commissioned_on", "rule_set"]
    if action == TaskAction.ACCEPT and (task.executor != Executor.FIRM or task.is_assistance):
        task.firm_track = FirmTrack.SKIPPED
        changed.append("firm_track")
    if action == TaskAction.ACCEPT and task.is_assistance:
        task.report_track = ReportTrack.SKIPPED
        changed.append("report_track")
    task.save(update_fields=changed)
    if action == TaskAction.ARCHIVE:
        file_papers(task, on=on)
    TaskMove.objects.create(task=task, action=action, status=after, moved_on=on, moved_by=by, words=words)
    record(actor=by, action="tasks.moved", subject=task, facts={"action": action, "status": after, "words": words})
    return task


@transaction.atomic
def move_report_track(
    *, task: EvaluationTask, action: ReportTrackAction, by: User, on: date, words: str = ""
) -> EvaluationTask:
    """Take one step of the report's track; raise ``TransitionRefused`` before acceptance or out of order."""
    task = _accepted(task, action)
    after = REPORT_TRACK.get((ReportTrack(task.report_track), action))
    if after is None:
        raise _does_not_follow(task, action)
    task.report_track = after
    task.save(update_fields=["report_track"])
    _write_track(task, "report", action, after, by=by, on=on, words=words)
    return task


@transaction.atomic
def move_firm_track(
    *, task: EvaluationTask, action: FirmTrackAction, by: User, on: date, words: str = ""
) -> EvaluationTask:
    """Take one step of the firm's track; raise ``TransitionRefused`` before acceptance or out of order."""
    task = _accepted(task, action)
    after = FIRM_TRACK.get((FirmTrack(task.firm_track), action))
    if after is None:
        raise _does_not_follow(task, action)
    task.firm_track = after
    task.save(update_fields=["firm_track"])
    _write_track(task, "firm", action, after, by=by, on=on, words=words)
    return task


def move_by_hand(*, task: EvaluationTask, action: TaskAction, by: User, on: date, words: str = "") -> EvaluationTask:
    """Take a step that needs no paper and no file of another room; raise ``NotAllowed``, else as ``move_task``."""
    if not may_commission(by, task):
        raise NotAllowed
    if action not in hand_actions(task):
        raise _does_not_follow(task, action)
    return move_task(task=task, action=action, by=by, on=on, words=words)


@transaction.atomic
def move_report_by_hand(
    *, task: EvaluationTask, action: ReportTrackAction, by: User, on: date, words: str = ""
) -> EvaluationTask:
    """Note a step of the report's track; raise ``NotAllowed``, else as ``move_report_track``."""
    if not may_commission(by, task):
        raise NotAllowed
    return move_report_track(task=task, action=action, by=by, on=on, words=words)


@transaction.atomic
def stop_task(*, task: EvaluationTask, reason: str, by: User, on: date) -> EvaluationTask:
    """Stop the task for a reason; raise ``NotAllowed``, ``TaskRefused`` without a reason."""
    return _exit(task, TaskAction.STOP, reason, by=by, on=on)


@transaction.atomic
def recommission(*, task: EvaluationTask, reason: str, by: User, on: date) -> EvaluationTask:
    """Give the task free for a second firm: the first one's assignment is void and kept, the route chosen anew.

    Raise as ``stop_task``.
    """
    task = _exit(task, TaskAction.RECOMMISSION, reason, by=by, on=on)
    for seat in Assignment.objects.select_for_update().filter(task=task).exclude(status__in=GONE).order_by("pk"):
        seat.status, seat.void_words = AssignmentStatus.VOID, reason[:300]
        seat.save(update_fields=["status", "void_words"])
        record(actor=by, action="assignments.voided", subject=seat, facts={"reason": reason, "task": task.pk})
    task.route = task.route_reason = task.framework_way = ""
    task.commissioned_on = task.rule_set = task.due_on = None
    task.save(update_fields=["route", "route_reason", "framework_way", "commissioned_on", "rule_set", "due_on"])
    return task


def _exit(task: EvaluationTask, action: TaskAction, reason: str, *, by: User, on: date) -> EvaluationTask:
    if not may_plan(by, task):
        raise NotAllowed
    if not reason.strip():
        raise TaskRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if running("APPOINTMENT", task):
        raise TaskRefused(Refusal("under_approval", _("An appointment is under approval. Wait for it or withdraw it.")))
    return move_task(task=task, action=action, by=by, on=on, words=reason.strip()[:300])


def _accepted(task: EvaluationTask, action: str) -> EvaluationTask:
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    if task.status != TaskStatus.ACCEPTED:
        raise _does_not_follow(task, action)
    return task


def _write_track(task: EvaluationTask, track: str, action: str, after: str, *, by: User, on: date, words: str) -> None:
    TaskMove.objects.create(task=task, action=action, status=after, track=track, moved_on=on, moved_by=by, words=words)
    facts = {"track": track, "action": action, "status": after, "words": words}
    record(actor=by, action="tasks.track_moved", subject=task, facts=facts)


def _does_not_follow(task: EvaluationTask, action: str) -> TransitionRefused:
    message = _("The task is in the state “%(state)s”; this step does not follow.") % {
        "state": task.get_status_display()
    }
    return TransitionRefused(noun="task", status=task.status, action=action, message=message)
