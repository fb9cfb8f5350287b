"""Two records that may be one person: found by what is equal, asked once, the answer remembered."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from itertools import combinations, pairwise
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import NotAllowed, Refusal
from parties.enums import PairGround, SameName
from parties.models import Person, SuspectedPair
from parties.services.bodies import PartyRefused

GROUNDS: Final = (
    (PairGround.NAME_PHONE, ("name", "phone_index")),
    (PairGround.NAME_BIRTH, ("name", "born_on")),
    (PairGround.PHONE, ("phone_index",)),
)
SHARED_LINE: Final = 5  # more persons than these on one telephone: an office's line, no sign of one person


@transaction.atomic
def find_pairs(*, bureau: Bureau, on: date, among: Collection[int] | None = None) -> int:
    """Write down the records that may be one person and were not yet, and return how many; ``among``: one of these.

    A constant number of queries, whatever the number of persons.
    """
    rows = Person.objects.filter(bureau=bureau, joined_into__isnull=True)
    found: dict[tuple[int, int], PairGround] = {}
    for ground, fields in GROUNDS:
        for group in _groups(rows, fields, among):
            if ground == PairGround.PHONE and len(group) > SHARED_LINE:
                continue
            ordered = sorted(group)  # of many that look alike each is asked about with the next, not with all others
            for pair in combinations(ordered, 2) if len(ordered) <= SHARED_LINE else pairwise(ordered):
                if among is None or pair[0] in among or pair[1] in among:
                    found.setdefault(pair, ground)
    if not found:
        return 0
    known = SuspectedPair.objects.filter(bureau=bureau)
    if among is not None:
        known = known.filter(Q(first__in=among) | Q(second__in=among))
    for pair in known.values_list("first_id", "second_id"):
        found.pop(pair, None)
    made = [
        SuspectedPair(bureau=bureau, first_id=first, second_id=second, ground=ground, found_on=on)
        for (first, second), ground in sorted(found.items())
    ]
    SuspectedPair.objects.bulk_create(made, batch_size=500)
    return len(made)


def _groups(rows: QuerySet[Person], fields: tuple[str, ...], among: Collection[int] | None) -> Iterable[list[int]]:
    """Return the numbers of the persons who are equal in ``fields``, none of which is empty."""
    filled = rows.exclude(phone_index="") if "phone_index" in fields else rows.filter(born_on__isnull=False)
    if among is not None:
        own = filled.filter(pk__in=among)
        filled = filled.filter(**{f"{name}__in": own.values(name) for name in fields})
    doubled = filled.order_by().values(*fields).annotate(n=Count("pk")).filter(n__gt=1)
    members = filled.filter(**{f"{fields[-1]}__in": doubled.values(fields[-1])})
    found: dict[Any, list[int]] = defaultdict(list)
    for pk, *values in members.values_list("pk", *fields):
        found[tuple(values)].append(pk)
    return [group for group in found.values() if len(group) > 1]


@transaction.atomic
def part_pairs(*, pairs: Iterable[tuple[Person, Person]], by: User, on: date) -> None:
    """Remember that these persons were told apart when they were typed in, so that nobody is asked again."""
    for one, other in pairs:
        first, second = sorted((one, other), key=lambda person: person.pk)
        facts = {"answer": SameName.OTHER, "answered_on": on, "answered_by": by}
        row, _made = SuspectedPair.objects.update_or_create(
            first=first,
            second=second,
            defaults=facts,
            create_defaults={**facts, "bureau": one.bureau, "ground": PairGround.NAME, "found_on": on},
        )
        record(actor=by, action="parties.pair_parted", subject=row, facts={"on": on})


@transaction.atomic
def keep_apart(*, pair: SuspectedPair, words: str, by: User, on: date) -> SuspectedPair:
    """Remember that two records are two persons; raise ``PartyRefused`` where that was answered before."""
    require(by, Capability.REGISTER)
    row = SuspectedPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    if row.answer:
        message = _("This was answered on %(day)s already.")
        raise PartyRefused(Refusal("pair_answered", message % {"day": row.answered_on}))
    if not words.strip():
        raise PartyRefused(Refusal("words_missing", _("Say by what they were told apart."), {"field": "words"}))
    row.answer, row.answered_on, row.answered_by, row.words = SameName.OTHER, on, by, words.strip()[:200]
    row.save(update_fields=["answer", "answered_on", "answered_by", "words"])
    record(actor=by, action="parties.pair_parted", subject=row, facts={"words": row.words, "on": on})
    return row


@transaction.atomic
def look_for_pairs(*, bureau: Bureau, by: User, on: date) -> int:
    """Look for doubles among all persons of the bureau, and return how many new pairs are to be asked about."""
    require(by, Capability.REGISTER)
    if by.bureau_id != bureau.pk:
        raise NotAllowed
    count = find_pairs(bureau=bureau, on=on)
    record(actor=by, action="parties.pairs_looked_for", subject=bureau, facts={"found": count, "on": on})
    return count
