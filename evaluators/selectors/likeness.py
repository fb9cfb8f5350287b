"""Firms that share a mark with a removed one: shown, never stopped. Rule R-50."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Q

from evaluators.enums import FirmStatus
from evaluators.models import (
    CarriedBar,
    Firm,
    FirmStanding,
    LeadEvaluator,
    LikenessSetAside,
)
from evaluators.rules import Marks, shared_marks
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import rules_for
from parties.selectors import former_facts


@dataclass(frozen=True, slots=True)
class Likeness:
    """A removed firm that shares something with another one: a hint, never an obstacle. Rule R-50."""

    removed: Firm
    marks: tuple[str, ...]


def likenesses(
    bureau: Bureau, firms: Mapping[int, Marks], on: date, *, with_set_aside: bool = False
) -> dict[int, list[Likeness]]:
    """Return the removed firms of ``bureau`` that each of ``firms`` resembles; without any: left out.

    What somebody set aside is left out until they share something more. Who took a removed firm's place and carries its
    removal, or is it, is no likeness; a link alone, along which nothing passed, hides none. At most five queries, one
    where nobody is removed.
    """
    compared = rules_for(bureau=bureau, on=on).value("likeness_marks")
    removed = {row.pk: row for row in removed_firms(bureau).select_related("organisation")}
    if not removed:
        return {}
    marks = marks_of(removed.values())
    carried = _carried_removals(removed, on)
    aside = {} if with_set_aside else _set_aside(firms)
    found: dict[int, list[Likeness]] = {}
    for key, own in firms.items():
        for pk, other in marks.items():
            shared = shared_marks(own, other, compared=compared)
            if shared and pk != key and (key, pk) not in carried and set(shared) - aside.get((key, pk), set()):
                found.setdefault(key, []).append(Likeness(removed[pk], shared))
    return found


def removed_firms(bureau: Bureau) -> models.QuerySet[Firm]:
    """Return the firms that are removed from the register, and those whose record was closed while they were."""
    until_closed = FirmStanding.objects.filter(
        firm=models.OuterRef("pk"), status=FirmStatus.REMOVED, ended_on=models.OuterRef("status_since")
    )
    was_removed = Q(status=FirmStatus.REMOVED) | Q(models.Exists(until_closed), status=FirmStatus.CLOSED)
    return Firm.objects.filter(was_removed, bureau=bureau).order_by("pk")


def marks_of(firms: Iterable[Firm]) -> dict[int, Marks]:
    """Return what is compared of each firm (with its organisation at hand): who leads or ever led is among it.

    So are the legal representatives and addresses that it had before. Two queries.
    """
    rows = {row.pk: row.organisation for row in firms}
    leads: dict[int, set[int]] = {}
    for firm_id, person_id in LeadEvaluator.objects.filter(firm__in=list(rows)).values_list("firm_id", "person_id"):
        leads.setdefault(firm_id, set()).add(person_id)
    former = former_facts([body.pk for body in rows.values()])
    return {
        pk: Marks(
            body.legal_person,
            body.address,
            body.phone,
            frozenset(leads.get(pk, ())),
            frozenset(former.get(body.pk, {}).get("legal_person", ())),
            frozenset(former.get(body.pk, {}).get("address", ())),
        )
        for pk, body in rows.items()
    }


def open_likenesses(bureau: Bureau, on: date) -> list[tuple[Firm, list[Likeness]]]:
    """Return who stands in the register or wants to and resembles a removed firm, not set aside. Rule R-50."""
    if not removed_firms(bureau).exists():
        return []
    gone = [FirmStatus.REMOVED, FirmStatus.LEFT, FirmStatus.CLOSED]
    rows = Firm.objects.filter(bureau=bureau).exclude(status__in=gone).select_related("organisation")
    firms = {row.pk: row for row in rows.order_by("pk")}
    return [(firms[pk], found) for pk, found in likenesses(bureau, marks_of(firms.values()), on).items()]


def _carried_removals(removed: Iterable[int], on: date) -> set[tuple[int, int]]:
    """Return pairs (successor, removed firm) of whom the removal passed, over by now or not. Rule R-49."""
    bars = CarriedBar.objects.filter(predecessor__in=list(removed), status=FirmStatus.REMOVED, started_on__lte=on)
    return set(bars.values_list("firm_id", "predecessor_id"))


def _set_aside(firm_ids: Iterable[int]) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    rows = LikenessSetAside.objects.filter(firm_id__in=list(firm_ids))
    for firm_id, removed_id, marks in rows.values_list("firm_id", "removed_id", "marks"):
        found.setdefault((firm_id, removed_id), set()).update(marks)
    return found
