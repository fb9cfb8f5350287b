"""Credit events of a party."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce

from credit.models import CreditEvent
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of, predecessors


def visible_to(user: User) -> models.QuerySet[CreditEvent]:
    """Return the events of the reader's bureau; an outsider sees his own."""
    rows = CreditEvent.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user)
    return rows.filter(
        models.Q(person_id__in=mine.values("person_id")) | models.Q(organisation_id__in=mine.values("organisation_id"))
    )


def evidence_visible_to(user: User) -> models.QuerySet[CreditEvent]:
    """Return the events whose evidence the reader may download: only inside the bureau."""
    return visible_to(user) if may(user, Capability.READ_ALL) else CreditEvent.objects.none()


def running_points(organisation_ids: Iterable[int], on: date) -> dict[int, int]:
    """Return the sum of the running points of each organisation on ``on``; without any: left out.

    What ran at a predecessor whose sanctions passed to it counts, too. Rule R-49.
    """
    return {key: sum(points for points, _day in events) for key, events in running_events(organisation_ids, on).items()}


def running_events(organisation_ids: Iterable[int], on: date) -> dict[int, list[tuple[int, date]]]:
    """Return (points, first free day) of each organisation's running events on ``on``; without any: left out.

    Those of a predecessor whose sanctions passed to it are among them. Rule R-49.
    """
    ids = set(organisation_ids)
    carriers: dict[int, set[int]] = {key: {key} for key in ids}
    for heir, before in predecessors(ids, on, passing="sanctions").items():
        for key in before:
            carriers.setdefault(key, set()).add(heir)
    rows = CreditEvent.objects.filter(organisation_id__in=carriers).running_on(on).order_by("expires_on", "pk")
    found: dict[int, list[tuple[int, date]]] = {}
    for key, points, expires_on in rows.values_list("organisation_id", "points", "expires_on"):
        for carrier in carriers.get(key or 0, ()):
            found.setdefault(carrier, []).append((points, expires_on))
    return found


def with_points(rows: models.QuerySet[Any], on: date) -> models.QuerySet[Any]:
    """Add to rows with an ``organisation`` the deductions that run on ``on``, a positive number: ``deducted``.

    As ``running_points``, for lists: the few who follow somebody are named in the query.
    """
    running = CreditEvent.objects.running_on(on).order_by()
    whose = {heir: {heir, *before} for heir, before in predecessors(None, on, passing="sanctions").items()}
    cases = [
        models.When(organisation_id=heir, then=_total(running.filter(organisation_id__in=keys)))
        for heir, keys in whose.items()
    ]
    own = _total(running.filter(organisation_id=models.OuterRef("organisation_id")))
    total = models.Case(*cases, default=own) if cases else own
    found: models.QuerySet[Any] = rows.annotate(deducted=-Coalesce(total, 0))
    return found


def _total(events: models.QuerySet[CreditEvent]) -> models.Subquery:
    """Return the sum of the points of ``events`` as one value."""
    summed = events.annotate(one=models.Value(1)).values("one").annotate(total=Sum("points")).values("total")
    return models.Subquery(summed)
