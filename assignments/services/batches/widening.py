"""Letting in whoever had no chance in the freeze, where a list is exhausted: by approval, as in a draw."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import matching
from assignments.enums import BatchAction
from assignments.models import AssignmentBatch, BatchTask
from assignments.rules.draws import SOURCE
from assignments.selectors.batches import SEATED, experts_of, tasks_of
from assignments.services.batches.facts import BatchRefused, does_not_follow, locked, require_operator
from assignments.services.batches.seating import OVER, STEPS, empty_seats, late_for, walk
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.errors import Refusal

NAMED: Final = 3  # re-reviews that a title names


@transaction.atomic
def ask_widening(*, batch: AssignmentBatch, reason: str, by: User, on: date) -> Approval:
    """Ask that people without a chance may come in: one approval for all re-reviews whose list is exhausted.

    Raise ``BatchRefused`` where the empty seats can be filled without it, where it was approved for all of them
    already, or without a reason.
    """
    batch = locked(batch)
    require_operator(batch, by)
    if batch.status not in SEATED:
        raise does_not_follow(batch, BatchAction.REPLACE)
    if not reason.strip():
        raise BatchRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    short = _exhausted(batch, on)
    if not short:
        message = _("The seats can be filled without it; a list is widened only when it is exhausted.")
        raise BatchRefused(Refusal("not_exhausted", message, {}, SOURCE))
    closed = [(task, needed, possible) for task, needed, possible in short if task.approved_steps < STEPS]
    if not closed:
        message = _("No widening step is left: everybody who may know the field is let in already.")
        raise BatchRefused(Refusal("no_step_left", message, {}, SOURCE))
    numbers = [task.re_review.number for task, _needed, _possible in closed]
    facts = {
        "batch": batch.number, "re_reviews": numbers, "tier": STEPS, "reason": reason.strip(),
        "needed": sum(needed for _task, needed, _possible in closed),
        "possible": sum(possible for _task, _needed, possible in closed),
    }  # fmt: skip
    title = _("%(number)s: widening for %(reviews)s") % {"number": batch.number, "reviews": _told(numbers)}
    return submit(bureau=batch.bureau, kind="WIDENING", subject=batch, title=title[:200], facts=facts, by=by, on=on)


def _told(numbers: Sequence[str]) -> str:
    if len(numbers) <= NAMED:
        return "、".join(numbers)
    return _("%(n)d re-reviews") % {"n": len(numbers)}


def _exhausted(batch: AssignmentBatch, on: date) -> list[tuple[BatchTask, int, int]]:
    """Return (re-review, empty seats, how many of them can be filled) wherever not all can, with what is approved."""
    experts = experts_of(batch)
    left = empty_seats(batch, {row.pk: number for number, row in enumerate(experts)})
    solution, _terms = matching.read_freeze(batch.freeze_text)
    found = []
    for task in tasks_of(batch):
        rows = left.get(task.re_review_id)
        if not rows or task.re_review.status in OVER:
            continue
        late = late_for(task, solution, experts, on)
        came = walk(batch, solution, task, withdrawn=sorted(rows), late=late)  # tried on a row that is not saved
        if len(came) < len(rows):
            found.append((task, len(rows), len(came)))
    return found


def widening_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Let the next walk over each of these re-reviews open the tier of who had no chance."""
    batch = locked(AssignmentBatch(pk=approval.subject_id))
    numbers = approval.facts["re_reviews"]
    batch.tasks.filter(re_review__number__in=numbers).update(approved_steps=STEPS)
    facts = {"re_reviews": numbers, "tier": STEPS, "approval": approval.pk, "on": on}
    record(actor=by, action="batches.widened", subject=batch, facts=facts)
