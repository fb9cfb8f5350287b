"""What the last run of a batch found: the loads it expects, what each rule costs, why seats cannot be filled."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from assignments.enums import BatchStatus
from assignments.matching import INFEASIBLE, UNITS
from assignments.models import AssignmentBatch, BatchTask, ReReviewTask
from assignments.selectors.draws import meeting_warnings
from experts.models import Expert
from foundation.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Load:
    """How many re-reviews of a batch an expert gets, in thousandths: expected before the draw, drawn after it.

    ``cap`` is how many he may still take this year.
    """

    expert: Expert
    employer: str
    cap: int
    permille: int


def loads_of(batch: AssignmentBatch, experts: Sequence[Expert]) -> list[Load]:
    """Return everybody of the pool who has a load, the greatest first; ``experts`` are those of the pool, by number."""
    drawn = Counter(number for panel in batch.panels for number in panel)
    found = []
    for number, row in enumerate(batch.pool):
        load = drawn[number] * UNITS if batch.seed else row.get("load", 0)
        if load:
            found.append((-load, number, Load(experts[number], row["employer"], row["cap"], load)))
    return [load for _order, _number, load in sorted(found, key=lambda one: one[:2])]


def rule_costs(tasks: Iterable[BatchTask]) -> list[tuple[str, int]]:
    """Return (code, pairs of task and expert that it takes away) of each rule, the dearest first."""
    cost: Counter[str] = Counter()
    for task in tasks:
        cost.update(dict(task.removed))
    return cost.most_common()


def is_fillable(batch: AssignmentBatch) -> bool:
    """Return whether the last run found a way to fill every seat; no where there was no run."""
    return batch.solved is not None and batch.solved["status"] != INFEASIBLE


def reasons_of(batch: AssignmentBatch) -> list[tuple[str, str | None]]:
    """Return why the last run could not fill every seat: (sentence in the reader's language, source).

    The source is None where no rule is named.
    """
    if not batch.solved:
        return []
    place = 1 if (get_language() or "").startswith("zh") else 0
    return [(reason[place], next(iter(reason[2:]), None)) for reason in batch.solved["reasons"]]


def early_meetings(batch: AssignmentBatch, tasks: Iterable[BatchTask], on: date) -> list[tuple[ReReviewTask, Refusal]]:
    """Return which re-reviews meet too late to be drawn on ``on``, while nothing is frozen. Rule R-21: never a bar."""
    if batch.status != BatchStatus.PREPARED:
        return []
    return meeting_warnings([task.re_review for task in tasks], on)
