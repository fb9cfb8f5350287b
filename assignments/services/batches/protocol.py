"""The parties' steps of a batch, and its outside value: the shared protocol, told what a batch is. R-42, R-62, R-63."""

from datetime import datetime
from typing import Final

from assignments.enums import BatchAction, PartyRole
from assignments.models import AssignmentBatch
from assignments.models.seeding import SeedValue
from assignments.services import seeding
from assignments.services.batches.correcting import draw_again
from assignments.services.batches.drawing import draw_now
from assignments.services.batches.facts import (
    BatchRefused,
    began_to_work,
    does_not_follow,
    locked,
    move,
    party_of,
    rules_of,
)
from assignments.services.seeding import Reading
from foundation.accounts.models import User

BATCH: Final[seeding.Noun[AssignmentBatch]] = seeding.Noun(
    acts="batches",
    action=BatchAction,
    refused=BatchRefused,
    locked=locked,
    party_of=party_of,
    rules=rules_of,
    move=move,
    does_not_follow=does_not_follow,
    draw_now=draw_now,
    draw_again=draw_again,
    has_begun=began_to_work,
)


def commit(*, batch: AssignmentBatch, commitment: str, by: User, at: datetime) -> AssignmentBatch:
    """Take the commitment of ``by``; as ``seeding.commit``."""
    return seeding.commit(BATCH, batch, commitment=commitment, by=by, at=at)


def reveal(*, batch: AssignmentBatch, nonce: str, by: User, at: datetime) -> AssignmentBatch:
    """Take the nonce of ``by``; without an outside value the last one draws. As ``seeding.reveal``."""
    return seeding.reveal(BATCH, batch, nonce=nonce, by=by, at=at)


def open_from_slip(*, batch: AssignmentBatch, role: PartyRole, nonce: str, by: User, at: datetime) -> AssignmentBatch:
    """Show a nonce whose device is lost from its slip; as ``seeding.open_from_slip``."""
    return seeding.open_from_slip(BATCH, batch, role=role, nonce=nonce, by=by, at=at)


def note_receipt(*, batch: AssignmentBatch, words: str, by: User, at: datetime) -> AssignmentBatch:
    """Write that H left the machine; as ``seeding.note_receipt``."""
    return seeding.note_receipt(BATCH, batch, words=words, by=by, at=at)


def type_value(*, batch: AssignmentBatch, reading: Reading, by: User, at: datetime) -> SeedValue:
    """Write what was read at the outside source; as ``seeding.type_value``."""
    return seeding.type_value(BATCH, batch, reading=reading, by=by, at=at)


def confirm_value(*, batch: AssignmentBatch, reading: Reading, by: User, at: datetime) -> AssignmentBatch:
    """Confirm what another typed; as ``seeding.confirm_value``."""
    return seeding.confirm_value(BATCH, batch, reading=reading, by=by, at=at)
