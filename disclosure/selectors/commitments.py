"""The public commitments, and what became of each."""

from dataclasses import dataclass

from disclosure.enums import PublicationKind
from disclosure.models import Commitment, Publication

SHOWN = 50


@dataclass(frozen=True, slots=True)
class CommitmentLine:
    """One commitment, and the address of its record once that is published."""

    commitment: Commitment
    slug: str


def newest_commitments(*, count: int = SHOWN) -> list[CommitmentLine]:
    """Return the newest commitments, those without a record among them: two queries."""
    rows = list(Commitment.objects.order_by("-frozen_at", "-pk")[:count])
    kinds = (PublicationKind.DRAW, PublicationKind.BATCH)
    records = Publication.objects.filter(kind__in=kinds, body__record__h__in=[row.h for row in rows])
    slugs = dict(records.order_by("version", "pk").values_list("body__record__h", "slug"))
    return [CommitmentLine(row, slugs.get(row.h, "")) for row in rows]


def commitment_of(h: str) -> Commitment | None:
    """Return the public commitment with these digits."""
    return Commitment.objects.filter(h=h.lower()).first()
