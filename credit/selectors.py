"""Credit events of a party."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Sum

from credit.models import CreditEvent
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of


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
    """Return the sum of the running points of each organisation on ``on``; without any: left out."""
    rows = CreditEvent.objects.filter(organisation_id__in=organisation_ids).running_on(on)
    found = rows.order_by().values_list("organisation_id").annotate(Sum("points"))
    return {key: points for key, points in found if key is not None}


def running_events(organisation_ids: Iterable[int], on: date) -> dict[int, list[tuple[int, date]]]:
    """Return (points, first free day) of each organisation's running events on ``on``; without any: left out."""
    rows = CreditEvent.objects.filter(organisation_id__in=organisation_ids).running_on(on).order_by("expires_on", "pk")
    found: dict[int, list[tuple[int, date]]] = {}
    for key, points, expires_on in rows.values_list("organisation_id", "points", "expires_on"):
        if key is not None:
            found.setdefault(key, []).append((points, expires_on))
    return found
