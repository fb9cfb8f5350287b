"""A bureau's year in figures: the official ones, the pipeline, the grades, the supply of experts."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, Sum

from assignments.enums import DrawStatus, Executor, ReReviewKind, ReReviewStatus, TaskKind, TaskStatus
from assignments.models import Draw, EvaluationPlan, EvaluationTask, ReReviewTask
from desk.rules import mean_text, supply_state
from experts.enums import ExpertStatus
from experts.models import ExpertSpecialty
from foundation.bureaus.models import Bureau
from foundation.core.money import wan
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from projects.models import SelfEvaluation, Target, WholeDepartmentPilot
from reviews.enums import RatingStatus
from reviews.models import QualityRating

KEY_KINDS: Final = (TaskKind.KEY_PROJECT, TaskKind.POLICY, TaskKind.PPP, TaskKind.SPECIAL_BOND)
LINE: Final = (
    TaskStatus.PLANNED, TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED, TaskStatus.COMMISSIONED,
    TaskStatus.PLAN_REVIEW, TaskStatus.PLAN_RETURNED, TaskStatus.UNIT_NOTIFIED, TaskStatus.FIELDWORK, TaskStatus.DRAFT,
    TaskStatus.COMMENTS, TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW, TaskStatus.REVISION, TaskStatus.FINAL,
    TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED,
)  # fmt: skip
RARE: Final = frozenset({TaskStatus.PLAN_RETURNED, TaskStatus.REVISION, TaskStatus.ARCHIVED, TaskStatus.STOPPED})
FINISHED: Final = (TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED)


def year_summary(bureau: Bureau, year: int) -> dict[str, Any]:
    """Return the official figures of a work year, computed from the rows; amounts are 万元 with two decimals.

    Sums are of integers; ``mean_score`` is half up at two decimals, None without self-evaluations.
    """
    tasks = EvaluationTask.objects.filter(bureau=bureau, work_year=year)
    key = tasks.filter(kind__in=KEY_KINDS).aggregate(
        n=Count("pk"),
        cents=Sum("amount_cents"),
        firms=Count("pk", filter=Q(executor=Executor.FIRM)),
        own=Count("pk", filter=Q(executor=Executor.BUREAU)),
    )
    ex_ante = tasks.filter(kind=TaskKind.EX_ANTE).aggregate(n=Count("pk"), cents=Sum("amount_cents"))
    again = ReReviewTask.objects.filter(
        evaluation__bureau=bureau, evaluation__work_year=year, evaluation__kind=TaskKind.EX_ANTE,
        kind=ReReviewKind.EX_ANTE,
    ).exclude(status=ReReviewStatus.STOPPED)  # fmt: skip
    own = SelfEvaluation.objects.filter(project__bureau=bureau, work_year=year).aggregate(
        n=Count("pk"), cents=Sum("amount_cents"), score=Sum("score_hundredths")
    )
    targets = Target.objects.filter(project__bureau=bureau, work_year=year, published_on__isnull=False)
    pilots = WholeDepartmentPilot.objects.filter(unit__bureau=bureau, work_year=year)
    return {
        "key_evaluations": {
            "tasks": key["n"],
            "amount_wan": wan(key["cents"] or 0),
            "by_firms": key["firms"],
            "by_bureau": key["own"],
        },
        "ex_ante": {
            "tasks": ex_ante["n"],
            "amount_wan": wan(ex_ante["cents"] or 0),
            "re_reviewed": again.values("evaluation_id").distinct().count(),
        },
        "self_evaluations": {
            "projects": own["n"],
            "amount_wan": wan(own["cents"] or 0),
            "mean_score": mean_text(own["score"] or 0, own["n"]),
        },
        "targets_published": targets.count(),
        "whole_department_pilots": pilots.count(),
    }


def work_years(bureau: Bureau | None = None) -> list[int]:
    """Return the work years that have a plan, newest first."""
    plans = EvaluationPlan.objects.all() if bureau is None else EvaluationPlan.objects.filter(bureau=bureau)
    return sorted(set(plans.values_list("work_year", flat=True)), reverse=True)


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of the year's pipeline: ``boxes`` holds a word per task (firm, own, late, stop)."""

    status: TaskStatus
    count: int
    own: int
    late: int
    boxes: tuple[str, ...]


def pipeline(bureau: Bureau, year: int, *, on: date, stopped_task_ids: frozenset[int] = frozenset()) -> list[Stage]:
    """Return the year's evaluations by state; unusual states only where somebody stands in them."""
    rows = EvaluationTask.objects.filter(bureau=bureau, work_year=year).exclude(kind=TaskKind.EX_ANTE)
    found: dict[str, list[str]] = {}
    for pk, status, executor, due_on in rows.order_by("pk").values_list("pk", "status", "executor", "due_on"):
        late = due_on is not None and due_on < on and status not in FINISHED
        word = "stop" if pk in stopped_task_ids else "late" if late else "f" if executor == Executor.FIRM else "own"
        found.setdefault(status, []).append(word)
    stages = []
    for status in LINE:
        boxes = sorted(found.get(status, []), key=("late", "stop", "f", "own").index)
        if boxes or status not in RARE:
            counts = Counter(boxes)
            stages.append(Stage(status, len(boxes), counts["own"], counts["late"], tuple(boxes)))
    return stages


@dataclass(frozen=True, slots=True)
class YearGrades:
    """Ratings of the year: how many have a value, how many firm tasks still wait, the newest ones."""

    rated: int
    waiting: int
    own: int
    newest: list[QualityRating]
    by_grade: dict[str, int]


def year_grades(bureau: Bureau, year: int, *, count: int = 5) -> YearGrades:
    """Return the report-quality ratings of a work year."""
    rows = QualityRating.objects.filter(task__bureau=bureau, task__work_year=year)
    known = list(rows.exclude(status=RatingStatus.RAW).select_related("task").order_by("-pk"))
    tasks = EvaluationTask.objects.filter(bureau=bureau, work_year=year).exclude(status=TaskStatus.STOPPED)
    executors = dict(tasks.exclude(kind=TaskKind.EX_ANTE).order_by().values_list("executor").annotate(Count("pk")))
    firm_tasks = executors.get(Executor.FIRM.value, 0)
    return YearGrades(
        rated=len(known),
        waiting=max(firm_tasks - len(known), 0),
        own=executors.get(Executor.BUREAU.value, 0),
        newest=known[:count],
        by_grade=dict(Counter(row.grade for row in known if row.grade)),
    )


@dataclass(frozen=True, slots=True)
class Supply:
    """One field of the specialty tree: how many seats the year's draws ask for, how many experts there are."""

    node: Node
    need: int
    have: int
    state: str


def supply(bureau: Bureau, year: int, *, on: date) -> list[Supply]:
    """Return each field with seats needed in the year or with experts today, the scarcest first: four queries."""
    nodes = {node.pk: node for node in Node.objects.filter(bureau=bureau, tree=TreeKind.SPECIALTY)}
    roots = {node.code: node for node in nodes.values() if node.level == 1}

    def root_of(pk: int) -> Node | None:
        node = nodes.get(pk)
        return roots.get(node.path.split("/")[0]) if node else None

    have: dict[int, set[int]] = {}
    active = ExpertSpecialty.objects.filter(expert__bureau=bureau, expert__status=ExpertStatus.ACTIVE).on(on)
    for expert_id, node_id in active.values_list("expert_id", "node_id"):
        if root := root_of(node_id):
            have.setdefault(root.pk, set()).add(expert_id)
    need: Counter[int] = Counter()
    draws = Draw.objects.filter(bureau=bureau, re_review__evaluation__work_year=year).exclude(status=DrawStatus.VOID)
    for seats in draws.values_list("seats", flat=True):
        for seat in seats:
            if root := next((found for pk in seat.get("nodes", []) if (found := root_of(pk))), None):
                need[root.pk] += int(seat["count"])
    ratio = int(rules_for(bureau=bureau, on=on).value("candidate_ratio"))
    rows = [
        Supply(root, need[root.pk], len(have.get(root.pk, ())), supply_state(
            have=len(have.get(root.pk, ())), need=need[root.pk], ratio=ratio
        ))
        for root in roots.values()
        if root.retired_on is None
    ]  # fmt: skip
    order = ("LACKING", "THIN", "ENOUGH")
    return sorted(rows, key=lambda row: (order.index(row.state), row.have - row.need * ratio, row.node.path))
