"""The panels that batches drew, with the chance that each expert had of each: what statistics count. Three queries."""

import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Q

from assignments.enums import BatchStatus
from assignments.matching import UNITS
from assignments.models import AssignmentBatch, BatchTask
from foundation.bureaus.models import Bureau


@dataclass(frozen=True, slots=True)
class BatchPanel:
    """One re-review of a drawn batch: its free seats, by expert the chance of one of them, and who was drawn.

    Who was named beforehand is no matter of chance and stands in neither. ``skipped`` are (expert, reason) of whom the
    walks of its replacements passed over, each reason once: a later walk begins anew and meets the same people again.
    """

    batch: str
    number: str
    evaluation: int
    seats: int
    chances: dict[int, Fraction]
    drawn: tuple[int, ...]
    skipped: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BatchAttempts:
    """A batch with all attempts at its re-reviews: how many there were, and why the earlier ones are void."""

    number: str
    title: str
    attempts: int
    grounds: tuple[str, ...]


def batch_panels(bureau: Bureau, work_year: int | None) -> list[BatchPanel]:
    """Return the panels of the bureau's drawn batches of a work year, or of all years; void batches are left out."""
    of_year = Q() if work_year is None else Q(work_year=work_year)
    rows = AssignmentBatch.objects.filter(of_year, bureau=bureau).exclude(Q(seed="") | Q(status=BatchStatus.VOID))
    fields = ("pk", "number", "freeze_text", "pool", "record__draw__assignment", "record__replacements")
    found: dict[int, tuple[str, dict[str, Any], list[int], list[list[int]], list[dict[str, Any]]]] = {
        pk: (number, json.loads(text), [row["expert"] for row in pool], drawn, walks)
        for pk, number, text, pool, drawn, walks in rows.order_by("pk").values_list(*fields)
    }
    columns = ("batch_id", "place", "re_review__number", "re_review__evaluation_id")
    tasks = BatchTask.objects.filter(batch__in=found).order_by("batch_id", "place").values_list(*columns)
    by_batch: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for batch, place, number, evaluation in tasks:
        by_batch[batch].append((place, number, evaluation))
    panels = []
    for pk, (batch_number, freeze, pool, drawn, walks) in found.items():
        pinned = {(one["task"], one["expert"]) for one in freeze["pins"]}
        chances: dict[int, dict[int, Fraction]] = defaultdict(dict)
        for task, expert, units in freeze["marginals"]:
            if (task, expert) not in pinned:
                chances[task][pool[expert]] = Fraction(units, UNITS)
        for place, number, evaluation in by_batch[pk]:
            free = freeze["problem"]["seats"][place] - sum(task == place for task, _expert in pinned)
            came = tuple(pool[expert] for expert in drawn[place] if (place, expert) not in pinned)
            own = [skip for walk in walks if walk["task"] == place for skip in walk["skipped"]]
            over = {(pool[skip["expert"]], skip["reason"]) for skip in own}
            panels.append(BatchPanel(batch_number, number, evaluation, free, chances[place], came, tuple(sorted(over))))
    return panels


def batch_attempts(bureau: Bureau, work_year: int | None) -> list[BatchAttempts]:
    """Return each batch, attempts at the same re-reviews together, the newest number for all of them."""
    of_year = Q() if work_year is None else Q(batch__work_year=work_year)
    rows = BatchTask.objects.filter(of_year, batch__bureau=bureau).order_by("batch_id")
    columns = ("re_review_id", "batch_id", "batch__number", "batch__title", "batch__status", "batch__void_ground")
    lineage: dict[int, list[int]] = {}
    told: dict[int, tuple[str, str, str]] = {}
    for review, batch, number, title, status, ground in rows.values_list(*columns):
        told[batch] = (number, title, ground if status == BatchStatus.VOID else "")
        line = lineage.setdefault(review, [])
        line.append(batch)
    heads: dict[int, set[int]] = {}
    for line in lineage.values():
        joined = set(line).union(*(heads[batch] for batch in line if batch in heads))
        heads.update(dict.fromkeys(joined, joined))
    found = []
    for group in {id(one): one for one in heads.values()}.values():
        keys = sorted(group)
        number, title, _ground = told[keys[-1]]
        found.append(BatchAttempts(number, title, len(keys), tuple(told[key][2] for key in keys if told[key][2])))
    return sorted(found, key=lambda row: row.number)
