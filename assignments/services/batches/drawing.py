"""The sample of a batch, and the names that are opened in its record. As in a draw (R-42, R-45)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments import matching
from assignments.enums import BatchAction
from assignments.models import AssignmentBatch
from assignments.selectors.batches import is_over
from assignments.selectors.seeding import parts_of
from assignments.services.batches.facts import BatchRefused, keep_record, locked, move, openings_of, seated_ever
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal


def draw_now(batch: AssignmentBatch, *, by: User, at: datetime) -> None:
    """Sample the panels from the chances by the seed of the parts, in the caller's transaction."""
    sample_now(batch)
    move(batch, BatchAction.DRAW)
    batch.drawn_at = at
    batch.save()
    keep_record(batch)
    record(actor=by, action="batches.drawn", subject=batch, facts={"h": batch.commitment, "seed": batch.seed})
    seal()


def sample_now(batch: AssignmentBatch) -> matching.Solution:
    """Set seed and panels as the parts of the seed give them; return what was frozen."""
    seed = pure.seed(batch.commitment, parts_of(batch), use="batch")
    solution, _terms = matching.read_freeze(batch.freeze_text)
    batch.seed = seed.hex()
    batch.panels = [list(panel) for panel in matching.sample(solution, seed).assignment]
    return solution


@transaction.atomic
def open_names(*, batch: AssignmentBatch, by: User, on: date) -> AssignmentBatch:
    """Open in the record the leaves of everybody whom the batch seated; of nobody else. Rule R-45.

    Raise ``BatchRefused`` before every one of its reviews is over. Opening again changes nothing.
    """
    batch = locked(batch)
    if by.bureau_id != batch.bureau_id or not may(by, Capability.PUBLISH):
        raise NotAllowed
    if not is_over(batch):
        message = _("Names are opened only after all reviews of the batch are over.")
        raise BatchRefused(Refusal("names_too_early", message, {"status": batch.status}))
    if (batch.record or {}).get("openings"):
        return batch
    keep_record(batch, is_named=True)
    record(actor=by, action="batches.names_opened", subject=batch, facts={"numbers": seated_ever(batch), "on": on})
    seal()
    return batch


@transaction.atomic
def open_leaves(*, batch: AssignmentBatch, by: User) -> list[pure.Opening]:
    """Return every leaf of the frozen pool, opened, for who witnesses draws of this bureau; each look is journaled.

    Raise ``BatchRefused`` before the batch is drawn or void.
    """
    batch = locked(batch)
    if by.bureau_id != batch.bureau_id or not may(by, Capability.WITNESS):
        raise NotAllowed
    if not batch.record or not batch.secret_sealed:
        raise BatchRefused(Refusal("not_drawn", _("The leaves are opened only when the draw is over.")))
    record(actor=by, action="batches.leaves_opened", subject=batch, facts={"leaves": len(batch.pool)})
    return openings_of(batch, range(len(batch.pool)))
