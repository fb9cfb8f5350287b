"""The letters of a batch: one invitation for each expert who is told, about all his seats."""

from collections import defaultdict
from datetime import date
from typing import Any

from assignments.enums import AssignmentStatus
from assignments.models import Assignment, AssignmentBatch, BatchLetter
from assignments.transitions import GONE
from experts.models import Expert
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.papers.services import next_numbers

KIND = "INVITATION"


def write_letters(batch: AssignmentBatch, *, by: User, on: date) -> list[BatchLetter]:
    """Write a letter to each expert of the batch who was told of a seat that no letter names yet.

    In the caller's transaction. Firm, unit, title of the task and the other members stay out of it: an expert learns
    them after accepting.
    """
    written = {seat["assignment"] for letter in batch.letters.all() for seat in letter.seats}
    told = Assignment.objects.filter(batch=batch).exclude(status__in=[AssignmentStatus.DRAWN, *GONE])
    seats: dict[Expert, list[dict[str, Any]]] = defaultdict(list)
    for row in told.exclude(pk__in=written).select_related("expert", "re_review").order_by("re_review__number", "pk"):
        if row.expert is not None:
            seats[row.expert].append(_seat(row))
    if not seats:
        return []
    experts = sorted(seats, key=lambda one: (one.number, one.pk))
    numbers = next_numbers(bureau=batch.bureau, kind=KIND, year=on.year, count=len(experts))
    letters = BatchLetter.objects.bulk_create(
        BatchLetter(
            batch=batch,
            expert=expert,
            number=f"邀请〔{on.year}〕{number}号",
            seats=seats[expert],
            contact=by.name[:60],
            written_on=on,
            written_by=by,
        )
        for expert, number in zip(experts, numbers, strict=True)
    )
    facts = {"numbers": [letter.number for letter in letters], "on": on}
    record(actor=by, action="batches.letters_written", subject=batch, facts=facts)
    return letters


def _seat(row: Assignment) -> dict[str, Any]:
    review = row.re_review
    assert review is not None  # noqa: S101 - a batch seats experts on re-reviews alone
    return {
        "assignment": row.pk,
        "re_review": review.number,
        "kind": review.kind,
        "meets_on": review.meets_on.isoformat() if review.meets_on else None,
        "half_days": review.half_days,
        "place": review.place,
        "by_correspondence": review.by_correspondence,
        "due_on": review.due_on.isoformat(),
    }
