"""Plans of a bureau."""

from dataclasses import dataclass
from datetime import date

from django.db import models

from assignments.enums import Executor, PlanAction, PlanStatus, TaskKind, TaskStatus
from assignments.models import EvaluationPlan, EvaluationTask, PlanMove
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau

LINE = (
    PlanStatus.COLLECTING,
    PlanStatus.DRAFTING,
    PlanStatus.CO_SIGNING,
    PlanStatus.MEETING,
    PlanStatus.ISSUED,
    PlanStatus.DONE,
)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One place of a plan's line: ``state`` is done, now or ahead."""

    status: PlanStatus
    state: str
    reached_on: date | None = None
    by: str = ""


def visible_to(user: User) -> models.QuerySet[EvaluationPlan]:
    """Return the plans of the reader's bureau; outsiders see none."""
    rows = EvaluationPlan.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_DESK) else rows.none()


def plan_of(user: User, work_year: int) -> EvaluationPlan | None:
    """Return the plan of a work year."""
    return visible_to(user).filter(work_year=work_year).first()


def work_years(user: User) -> list[int]:
    """Return the work years that have a plan, newest first."""
    return list(visible_to(user).order_by("-work_year").values_list("work_year", flat=True))


def next_plan(plan: EvaluationPlan) -> EvaluationPlan | None:
    """Return the plan of the year after ``plan``, None where it is not open yet."""
    return EvaluationPlan.objects.filter(bureau_id=plan.bureau_id, work_year=plan.work_year + 1).first()


def carried_tasks(bureau: Bureau, work_year: int) -> models.QuerySet[EvaluationTask]:
    """Return the tasks of the years before ``work_year`` that are still open, the oldest first.

    They stay in their own plan under their own numbers: the plan of ``work_year`` shows them and does not count them,
    while the load of firms does.
    """
    rows = EvaluationTask.objects.filter(bureau=bureau, work_year__lt=work_year)
    return rows.exclude(status__in=[TaskStatus.ARCHIVED, TaskStatus.STOPPED]).order_by("work_year", "pk")


def approval_subject(plan: EvaluationPlan) -> EvaluationPlan | PlanMove:
    """Return what a PLAN approval is about: the plan, or, once it was issued, its latest adjustment."""
    return plan.moves.filter(action=PlanAction.ADJUST).order_by("-pk").first() or plan


def line_of(plan: EvaluationPlan) -> list[PlanStep]:
    """Return the plan's line; a step of the past carries its day and its person. One query."""
    moves = {move.status: move for move in plan.moves.select_related("moved_by").order_by("pk")}
    here = PlanStatus.ISSUED if plan.status == PlanStatus.ADJUSTING else PlanStatus(plan.status)
    place = LINE.index(here)
    steps = []
    for index, status in enumerate(LINE):
        move = moves.get(status) if index <= place else None
        state = "done" if index < place or status == here == PlanStatus.DONE else "now" if index == place else "ahead"
        steps.append(PlanStep(status, state, move.moved_on if move else None, move.moved_by.name if move else ""))
    return steps


@dataclass(frozen=True, slots=True)
class KindTotal:
    """The tasks of one kind: how many, how much, and who carries them out."""

    kind: TaskKind
    tasks: int
    amount_cents: int
    by_firms: int
    by_bureau: int
    by_units: int


def totals_of(plan: EvaluationPlan) -> list[KindTotal]:
    """Return the totals of a plan by kind, in the order of the kinds; stopped tasks do not count. One query."""
    rows = plan.tasks.exclude(status=TaskStatus.STOPPED).values("kind", "executor")
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in rows.annotate(n=models.Count("pk"), cents=models.Sum("amount_cents")):
        found.setdefault(row["kind"], {})[row["executor"]] = (row["n"], row["cents"])
    totals = []
    for kind in TaskKind:
        if parts := found.get(kind):
            counts = [parts.get(executor, (0, 0))[0] for executor in (Executor.FIRM, Executor.BUREAU, Executor.UNIT)]
            cents = sum(amount for _count, amount in parts.values())
            totals.append(KindTotal(kind, sum(counts), cents, *counts))
    return totals
