"""Credit events of a party."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce

from credit.enums import CreditCode
from credit.models import CreditEvent, EventReply
from credit.rules import totals
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.files.models import StoredFile
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


def running_points_of_persons(person_ids: Iterable[int], on: date) -> dict[int, int]:
    """Return the sum of the running points of each person on ``on``; without any: left out."""
    rows = CreditEvent.objects.filter(person_id__in=person_ids).running_on(on)
    found = rows.order_by().values_list("person_id").annotate(Sum("points"))
    return {key: points for key, points in found if key is not None}


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


def events_of(
    *, organisation_id: int | None = None, person_id: int | None = None, organisation_ids: Collection[int] = ()
) -> models.QuerySet[CreditEvent]:
    """Return the events of one party, or of a firm and those whom it follows, newest first, with their replies."""
    bodies = {organisation_id, *organisation_ids} - {None}
    own = models.Q(organisation_id__in=bodies) if bodies else models.Q(person_id=person_id)
    rows = CreditEvent.objects.filter(own)
    joins = "bureau", "evidence", "recorded_by", "voided_by", "reply__given_by", "reply__answered_by", "reply__file"
    return rows.select_related(*joins).order_by("-occurred_on", "-pk")


def ledger_of(events: Iterable[CreditEvent]) -> list[tuple[date, int]]:
    """Return (day, sum from that day on) of a party's events, without the void ones. Rule R-28."""
    return totals((one.occurred_on, one.expires_on, one.points) for one in events if one.voided_on is None)


def replies_visible_to(user: User) -> models.QuerySet[EventReply]:
    """Return the replies to visible events: a party reads its own, the bureau all."""
    return EventReply.objects.filter(event__in=visible_to(user))


def evidence_of(event_ids: Iterable[int]) -> dict[int, list[StoredFile]]:
    """Return the files of evidence of each event in one query; without any: left out."""
    found: dict[int, list[StoredFile]] = {}
    rows = StoredFile.objects.filter(owner_kind=CreditEvent._meta.label_lower, owner_id__in=event_ids)
    for file in rows.order_by("pk"):
        if file.owner_id is not None:
            found.setdefault(file.owner_id, []).append(file)
    return found


def code_name(line: Mapping[str, str]) -> str:
    """Return the name of a line of the catalogue: the bureau's own words, else the shipped ones. Rule R-55."""
    return line["name"] or (str(CreditCode(line["code"]).label) if line["code"] in CreditCode.values else line["code"])


def event_name(event: CreditEvent) -> str:
    """Return the name of an event's code as it was on its day."""
    return code_name({"code": event.code, "name": event.code_name})
