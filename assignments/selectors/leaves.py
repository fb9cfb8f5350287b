"""Opened leaves: who stands behind a number of a frozen list, or was kept off it; and each person's own. R-45."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from assignments import draw as pure
from assignments.models import Assignment, AssignmentBatch, Draw, DrawEntry, DrawExclusion
from assignments.selectors import batches
from assignments.selectors.draws import over
from experts.models import Expert
from foundation.accounts.models import User
from foundation.core.crypto import decrypt
from parties.models import FormerPersonName
from parties.selectors import memberships_of

FORMER_NAMES: Final = ("firm__organisation__former_names", "expert__person__former_names")
LEAF_TYPE: Final = "gongping/own-leaf/1"


@dataclass(frozen=True, slots=True)
class OwnLeaf:
    """The leaf of one person on one frozen list whose draw is over; ``h`` is the commitment of that list."""

    key: str
    h: str
    frozen_at: datetime | None
    opening: pure.Opening
    is_seated: bool

    def document(self) -> dict[str, Any]:
        """Return what ``verify_draw.py record.json --leaf`` reads."""
        row = self.opening
        return {
            "h": self.h,
            "name": row.name,
            "number": row.number,
            "ref": row.ref,
            "salt": row.salt,
            "type": LEAF_TYPE,
        }


def entries_opened(draw: Draw, rows: QuerySet[DrawEntry]) -> list[pure.Opening]:
    """Open leaves of the list, under the names they were closed with: firm or person may bear another since (E19)."""
    secret = bytes.fromhex(decrypt(draw.secret_sealed))
    rows = rows.select_related("firm__organisation", "expert__person").prefetch_related(*FORMER_NAMES)
    return [_opened(row, secret, row.number, None) for row in rows.order_by("number")]


def exclusions_opened(draw: Draw) -> list[pure.Opening]:
    """Open the sealed part: everybody who was kept off the list, with the first rule that said no."""
    secret = bytes.fromhex(decrypt(draw.secret_sealed))
    rows = draw.exclusions.select_related("firm__organisation", "expert__person").prefetch_related(*FORMER_NAMES)
    first: dict[int, DrawExclusion] = {}
    for row in rows.order_by("pk"):
        first.setdefault(row.firm_id or row.expert_id or 0, row)
    return [_opened(row, secret, 0, row.code) for row in first.values()]


def _opened(row: DrawEntry | DrawExclusion, secret: bytes, number: int, reason: str | None) -> pure.Opening:
    party: Any = row.firm or row.expert
    named: Any = row.firm.organisation if row.firm else party.person
    salt = pure.salt(secret, party.number)
    names = [named.name, *(old.name for old in named.former_names.all())]
    held = (name for name in names if pure.leaf(name, party.number, reason, salt) == row.leaf)
    return pure.Opening(number, next(held, names[0]), party.number, salt, reason)


def batch_opened(batch: AssignmentBatch, people: Mapping[int, Expert]) -> list[pure.Opening]:
    """Open the leaves of these experts by their numbers in the batch, under the names they were closed with."""
    secret = bytes.fromhex(decrypt(batch.secret_sealed))
    leaves = json.loads(batch.freeze_text)["leaves"]
    former: dict[int, list[str]] = {}
    rows = FormerPersonName.objects.filter(person__in=[row.person_id for row in people.values()])
    for person_id, name in rows.order_by("-until_on", "-pk").values_list("person_id", "name"):
        former.setdefault(person_id, []).append(name)
    found = []
    for number, row in people.items():
        salt = pure.salt(secret, row.number)
        names = [row.person.name, *former.get(row.person_id, ())]
        held = (name for name in names if pure.leaf(name, row.number, None, salt) == leaves[number])
        found.append(pure.Opening(number, next(held, names[0]), row.number, salt))
    return found


def own_leaves(user: User, *, as_firm: bool = False) -> list[OwnLeaf]:
    """Return the leaves of the expert (or the firm) behind ``user`` in draws and batches that are over, latest first.

    Nobody else's, and nothing before the review, or the firm's work, is over.
    """
    mine = memberships_of(user)
    if as_firm:
        organisations = mine.filter(organisation__isnull=False).values("organisation_id")
        found = _of_draws(DrawEntry.objects.filter(firm__organisation_id__in=organisations))
    else:
        persons = mine.filter(person__isnull=False).values("person_id")
        found = _of_draws(DrawEntry.objects.filter(expert__person_id__in=persons))
        found += _of_batches(Expert.objects.filter(person_id__in=persons).select_related("person"))
    return sorted(found, key=lambda row: (str(row.frozen_at), row.key), reverse=True)


def _of_draws(rows: QuerySet[DrawEntry]) -> list[OwnLeaf]:
    rows = rows.filter(draw__in=over(Draw.objects.exclude(secret_sealed="")).values("pk"))
    sits = Assignment.objects.filter(Q(firm=OuterRef("firm")) | Q(expert=OuterRef("expert")), draw=OuterRef("draw"))
    draws = Draw.objects.only("commitment", "frozen_at", "secret_sealed")
    rows = rows.select_related("firm__organisation", "expert__person").annotate(is_seated=Exists(sits))
    found = []
    for row in rows.prefetch_related(Prefetch("draw", queryset=draws), *FORMER_NAMES):
        opening = _opened(row, bytes.fromhex(decrypt(row.draw.secret_sealed)), row.number, None)
        found.append(OwnLeaf(f"d{row.pk}", row.draw.commitment, row.draw.frozen_at, opening, row.is_seated))
    return found


def _of_batches(mine: QuerySet[Expert]) -> list[OwnLeaf]:
    own = {row.pk: row for row in mine}
    bureaus = {row.bureau_id for row in own.values()}
    found = []
    for batch in batches.over(AssignmentBatch.objects.filter(bureau_id__in=bureaus).exclude(secret_sealed="")):
        people = {number: own[row["expert"]] for number, row in enumerate(batch.pool) if row["expert"] in own}
        seated = set(Assignment.objects.filter(batch=batch, expert__in=own).values_list("expert_id", flat=True))
        found += [
            OwnLeaf(f"b{batch.pk}", batch.commitment, batch.frozen_at, opening, people[opening.number].pk in seated)
            for opening in batch_opened(batch, people)
        ]
    return found
