"""Credit events of a party."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from credit.enums import CreditCode
from credit.models import CreditEvent, EventReply
from credit.rules import LABELS, totals
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.files.models import StoredFile
from foundation.rulesets.selectors import rules_for, rules_of
from parties.selectors import memberships_of, name_then, person_name_then, predecessors

Party: TypeAlias = Literal["organisation", "person"]
Heirs: TypeAlias = Mapping[int, Collection[int]]


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


def with_points(
    rows: models.QuerySet[Any], on: date, *, party: Party = "organisation", heirs: Heirs | None = None
) -> models.QuerySet[Any]:
    """Add to rows with an ``organisation`` (or a ``person``) the deductions that run on ``on``: ``deducted``, positive.

    As ``running_points``, for lists: the few who follow somebody (``points_heirs``, asked where they are not given)
    are named in the query. Rule R-28.
    """
    if heirs is None:
        heirs = points_heirs(on) if party == "organisation" else {}
    running = CreditEvent.objects.running_on(on).order_by()
    own = _total(running.filter(**{f"{party}_id": models.OuterRef(f"{party}_id")}))
    cases = [
        models.When(organisation_id=heir, then=_total(running.filter(organisation_id__in=keys)))
        for heir, keys in heirs.items()
    ]
    total = models.Case(*cases, default=own) if cases else own
    found: models.QuerySet[Any] = rows.annotate(deducted=-Coalesce(total, 0))
    return found


def with_label(rows: models.QuerySet[Any], cuts: Sequence[int]) -> models.QuerySet[Any]:
    """Add to rows with ``deducted`` the label that these points give, empty below the first cut: ``label``. R-26."""
    steps = [
        models.When(deducted__gte=cut, then=models.Value(label))
        for label, cut in reversed(list(zip(LABELS, cuts, strict=True)))
    ]
    found: models.QuerySet[Any] = rows.annotate(label=models.Case(*steps, default=models.Value("")))
    return found


def has_label(label: str, cuts: Sequence[int], on: date, *, party: Party = "organisation", heirs: Heirs) -> models.Q:
    """Return what rows with an ``organisation`` (or a ``person``) have that bears ``label`` on ``on``. Rule R-26.

    It sums up the few parties with points that run, not every row of a list; no row bears a label that is none.
    """
    if label not in LABELS:
        return models.Q(pk__in=[])
    place = LABELS.index(label)
    least, below = cuts[place], cuts[place + 1] if place + 1 < len(cuts) else None
    running = CreditEvent.objects.running_on(on).order_by()
    others = running.filter(**{f"{party}__isnull": False}).exclude(organisation_id__in=list(heirs))
    summed = others.values(f"{party}_id").annotate(total=-Sum("points"))
    summed = summed.filter(total__gte=least) if below is None else summed.filter(total__gte=least, total__lt=below)
    found = models.Q(**{f"{party}_id__in": summed.values(f"{party}_id")})
    for heir, keys in heirs.items():
        total = -Coalesce(_total(running.filter(organisation_id__in=keys)), 0)
        reached = models.Q(GreaterThanOrEqual(total, least))
        if below is not None:
            reached &= models.Q(LessThan(total, below))
        found |= models.Q(organisation_id=heir) & reached
    return found


def points_heirs(on: date) -> dict[int, set[int]]:
    """Return for who follows somebody all whose deductions count for it on ``on``, its own among them. Rule R-49."""
    return {heir: {heir, *before} for heir, before in predecessors(None, on, passing="sanctions").items()}


def label_cuts(bureau: Bureau | None, on: date) -> list[int]:
    """Return the running points from which on a party bears each label, in the order of ``LABELS``. Rule R-26."""
    rules = rules_for(bureau=bureau, on=on) if bureau else rules_of(None)
    return [int(cut) for cut in rules.value("label_points")]


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


def events_on(rows: models.QuerySet[CreditEvent], day: date) -> models.QuerySet[Any]:
    """Keep the events that had happened by ``day``, each with ``party_then``: the party's name of that day."""
    party = Coalesce(name_then("organisation", day), person_name_then("person", day))
    return rows.filter(occurred_on__lte=day).annotate(party_then=party)


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
