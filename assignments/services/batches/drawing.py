"""Phase 2 of a batch: commitments, reveals, the sample. As in a draw (R-42, R-62)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments import matching
from assignments.enums import BatchAction, BatchStatus, PartyRole
from assignments.models import AssignmentBatch
from assignments.selectors.batches import is_over
from assignments.services.batches.facts import (
    BatchRefused,
    does_not_follow,
    keep_record,
    locked,
    move,
    openings_of,
    parts_of,
    party_of,
    rules_of,
    seated_ever,
)
from assignments.services.seeding import Slip, open_slip, read_commitment, require_fit, require_in_time, require_turn
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal


@transaction.atomic
def commit(*, batch: AssignmentBatch, commitment: str, by: User, at: datetime) -> AssignmentBatch:
    """Take the commitment of ``by``: 64 hex digits over a nonce that stays on his device.

    The last one closes the commitments and seals the journal. A second commitment of a party is refused, the same one
    again changes nothing.
    """
    batch = locked(batch)
    party = party_of(batch, by)
    value = commitment.strip().lower()
    if party.commitment == value and value:
        return batch
    if batch.status != BatchStatus.FROZEN or party.commitment:
        raise does_not_follow(batch, BatchAction.COMMIT)
    require_in_time(batch, at, rules_of(batch, batch.commit_until or at), refused=BatchRefused)
    value = read_commitment(commitment, refused=BatchRefused)
    party.commitment, party.committed_at = value, at
    party.save(update_fields=["commitment", "committed_at"])
    record(actor=by, action="batches.committed", subject=batch, facts={"role": party.role, "commitment": value})
    if not batch.parties.filter(commitment="").exists():
        move(batch, BatchAction.COMMIT)
        batch.save(update_fields=["status"])
        record(actor=by, action="batches.commitments_closed", subject=batch, facts={"h": batch.commitment})
        seal()
    return batch


@transaction.atomic
def reveal(*, batch: AssignmentBatch, nonce: str, by: User, at: datetime) -> AssignmentBatch:
    """Take the nonce of ``by`` once all are committed; the last reveal draws, in the same transaction.

    Order: operator, witness. Raise ``BatchRefused`` for a nonce that does not fit its commitment, or out of turn. The
    same reveal again changes nothing.
    """
    batch = locked(batch)
    party = party_of(batch, by)
    value = nonce.strip().lower()
    if party.nonce and party.nonce == value:
        return batch
    if batch.status != BatchStatus.COMMITTED or party.nonce:
        raise does_not_follow(batch, BatchAction.DRAW)
    require_turn(batch, party, refused=BatchRefused)
    require_fit(batch, party, value, refused=BatchRefused)
    party.nonce, party.revealed_at = value, at
    party.save(update_fields=["nonce", "revealed_at"])
    record(actor=by, action="batches.revealed", subject=batch, facts={"role": party.role})
    if not batch.parties.filter(nonce="").exists():
        _draw_now(batch, by=by, at=at)
    return batch


@transaction.atomic
def open_from_slip(*, batch: AssignmentBatch, role: PartyRole, nonce: str, by: User, at: datetime) -> AssignmentBatch:
    """Show a nonce whose device is lost from its slip, typed by one and again by another; as in a draw."""
    batch = locked(batch)
    if waiting := batch.parties.filter(role=role, nonce="").first():
        require_turn(batch, waiting, refused=BatchRefused)
    became = open_slip(batch, role, nonce, by=by, at=at, refused=BatchRefused)
    if became is not Slip.KNOWN:
        record(actor=by, action=f"batches.{became.value}", subject=batch, facts={"role": role})
    if became is Slip.CONFIRMED and not batch.parties.filter(nonce="").exists():
        _draw_now(batch, by=by, at=at)
    return batch


def _draw_now(batch: AssignmentBatch, *, by: User, at: datetime) -> None:
    seed = pure.seed(batch.commitment, parts_of(batch), use="batch")
    solution, _terms = matching.read_freeze(batch.freeze_text)
    drawn = matching.sample(solution, seed)
    move(batch, BatchAction.DRAW)
    batch.seed, batch.drawn_at = seed.hex(), at
    batch.panels = [list(panel) for panel in drawn.assignment]
    batch.save()
    keep_record(batch)
    record(actor=by, action="batches.drawn", subject=batch, facts={"h": batch.commitment, "seed": batch.seed})
    seal()


@transaction.atomic
def note_receipt(*, batch: AssignmentBatch, words: str, by: User, at: datetime) -> AssignmentBatch:
    """Write that H left the machine: who took the slip, when. Without it the record prints UNWITNESSED."""
    batch = locked(batch)
    party_of(batch, by)
    if batch.status not in {BatchStatus.FROZEN, BatchStatus.COMMITTED}:
        raise does_not_follow(batch, BatchAction.COMMIT)
    batch.outside_receipt = words.strip()[:200]
    batch.save(update_fields=["outside_receipt"])
    record(actor=by, action="batches.receipt", subject=batch, facts={"words": batch.outside_receipt, "at": at})
    return batch


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
