"""What a firm takes over from those before it: confirmed years, carried bars. Rule R-49."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from django.db import models

from evaluators.models import (
    AssessedYear,
    CarriedBar,
    Firm,
)
from parties.selectors import predecessors


def assessed_points(firm_ids: Iterable[int], year: int) -> dict[int, int]:
    """Return the points of each firm's confirmed assessment of ``year`` in hundredths; 未评定 is left out."""
    rows = AssessedYear.objects.filter(firm_id__in=firm_ids, year=year, points_hundredths__isnull=False)
    return {
        firm_id: points for firm_id, points in rows.values_list("firm_id", "points_hundredths") if points is not None
    }


def predecessor_firms(
    firm_ids: Iterable[int], on: date, *, passing: Literal["", "scores", "sanctions"] = ""
) -> dict[int, set[int]]:
    """Return the firms whose place each firm had taken by ``on``, directly or through others; without: left out.

    With ``passing`` only those whose scores or sanctions passed to it. Rule R-49. At most three queries.
    """
    firm_of_body = dict(Firm.objects.filter(pk__in=list(firm_ids)).values_list("organisation_id", "pk"))
    found = predecessors(firm_of_body, on, passing=passing)
    if not found:
        return {}
    bodies = {body for before in found.values() for body in before}
    earlier = dict(Firm.objects.filter(organisation_id__in=bodies).values_list("organisation_id", "pk"))
    return {firm_of_body[key]: {earlier[body] for body in before if body in earlier} for key, before in found.items()}


def carried_bars(firm_ids: Iterable[int], on: date) -> models.QuerySet[CarriedBar]:
    """Return the suspensions and removals of predecessors that hold for these firms on ``on``. Rule R-49."""
    rows = CarriedBar.objects.filter(firm_id__in=firm_ids, started_on__lte=on, ends_on__gt=on)
    return rows.select_related("predecessor__organisation").order_by("ends_on", "pk")


def assessed_with_predecessors(firm_ids: Iterable[int], year: int, on: date) -> dict[int, int]:
    """Return the points of each firm's confirmed assessment of ``year``, as ``assessed_points``. Rule R-49.

    A firm without a result of its own has the lowest of those whose scores passed to it.
    """
    firms = list(firm_ids)
    before = predecessor_firms(firms, on, passing="scores")
    earlier = {pk for all_ in before.values() for pk in all_}
    points = assessed_points({*firms, *earlier}, year)
    found = {pk: points[pk] for pk in firms if pk in points}
    for pk, all_ in before.items():
        if pk not in found and (known := [points[one] for one in all_ if one in points]):
            found[pk] = min(known)
    return found
