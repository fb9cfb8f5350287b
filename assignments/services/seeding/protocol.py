"""Commitments, then nonces, then the draw: the steps of the parties, the same for a draw and a batch. R-42, R-62."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import BatchAction, DrawAction, DrawStatus, PartyRole
from assignments.models import AssignmentBatch, BatchParty, Draw, DrawParty
from assignments.selectors.seeding import REVEAL_ORDER, is_outside, is_overdue
from assignments.services.seeding.checks import (
    Slip,
    open_slip,
    read_commitment,
    require_fit,
    require_in_time,
    require_turn,
)
from foundation.accounts.models import User
from foundation.audit.services import record, seal
from foundation.core.errors import DomainError, Refusal, TransitionRefused
from foundation.rulesets.selectors import Rules

Row = TypeVar("Row", Draw, AssignmentBatch)


@dataclass(frozen=True, slots=True)
class Noun(Generic[Row]):
    """What the protocol asks of a draw, or of a batch.

    ``draw_now`` makes the result once the seed is complete, ``draw_again`` anew after a public value was corrected,
    ``has_begun`` says that it is too late for that.
    """

    acts: str  # the first word of its acts in the journal
    action: type[DrawAction] | type[BatchAction]
    refused: type[DomainError]
    locked: Callable[[Row], Row]
    party_of: Callable[[Row, User], Any]
    rules: Callable[[Row, datetime], Rules]
    move: Callable[[Row, Any], None]
    does_not_follow: Callable[[Row, Any], TransitionRefused]
    draw_now: Callable[..., None]
    draw_again: Callable[..., None]
    has_begun: Callable[[Row], bool]


@transaction.atomic
def commit(noun: Noun[Row], row: Row, *, commitment: str, by: User, at: datetime) -> Row:
    """Take the commitment of ``by``: 64 hex digits over a nonce that stays on his device.

    The last one closes the commitments and seals the journal. A second commitment of a party is refused, and one after
    the time; the same one again changes nothing.
    """
    row = noun.locked(row)
    party = noun.party_of(row, by)
    value = commitment.strip().lower()
    if party.commitment == value and value:
        return row
    if row.status != DrawStatus.FROZEN or party.commitment:
        raise noun.does_not_follow(row, noun.action("COMMIT"))
    require_in_time(row, at, noun.rules(row, row.commit_until or at), refused=noun.refused)
    value = read_commitment(commitment, refused=noun.refused)
    party.commitment, party.committed_at = value, at
    party.save(update_fields=["commitment", "committed_at"])
    record(actor=by, action=f"{noun.acts}.committed", subject=row, facts={"role": party.role, "commitment": value})
    if not row.parties.filter(commitment="").exists():
        noun.move(row, noun.action("COMMIT"))
        row.save(update_fields=["status"])
        record(actor=by, action=f"{noun.acts}.commitments_closed", subject=row, facts={"h": row.commitment})
        seal()
    return row


@transaction.atomic
def reveal(noun: Noun[Row], row: Row, *, nonce: str, by: User, at: datetime) -> Row:
    """Take the nonce of ``by`` once all are committed; without an outside value the last one draws, in the same act.

    Without an outside value the order is operator, third, witness; with one, everybody before its time. Raise
    ``noun.refused`` for a nonce that does not fit its commitment, out of turn or too late. The same again changes
    nothing.
    """
    row = noun.locked(row)
    party = noun.party_of(row, by)
    value = nonce.strip().lower()
    if party.nonce and party.nonce == value:
        return row
    if row.status != DrawStatus.COMMITTED or party.nonce:
        raise noun.does_not_follow(row, noun.action("DRAW"))
    _require_moment(noun, row, party, at)
    require_fit(row, party, value, refused=noun.refused)
    party.nonce, party.revealed_at = value, at
    party.save(update_fields=["nonce", "revealed_at"])
    record(actor=by, action=f"{noun.acts}.revealed", subject=row, facts={"role": party.role})
    _go_on(noun, row, by=by, at=at)
    return row


@transaction.atomic
def open_from_slip(noun: Noun[Row], row: Row, *, role: PartyRole, nonce: str, by: User, at: datetime) -> Row:
    """Show a nonce whose device is lost from its slip: one at the table types it, another types it again.

    Turn and time are those of ``reveal``. The record says which nonces came from slips. Raise as ``open_slip``.
    """
    row = noun.locked(row)
    if waiting := row.parties.filter(role=role, nonce="").first():
        _require_moment(noun, row, waiting, at)
    became = open_slip(row, role, nonce, by=by, at=at, refused=noun.refused)
    if became is not Slip.KNOWN:
        record(actor=by, action=f"{noun.acts}.{became.value}", subject=row, facts={"role": role})
    if became is Slip.CONFIRMED:
        _go_on(noun, row, by=by, at=at)
    return row


def _require_moment(noun: Noun[Row], row: Row, party: DrawParty | BatchParty, at: datetime) -> None:
    """Raise ``noun.refused`` out of turn, or, where an outside value follows, after the time for nonces."""
    if not is_outside(row):
        require_turn(row, party, refused=noun.refused)
    elif is_overdue(row, at) and row.reveal_until is not None:
        moment = timezone.localtime(row.reveal_until).strftime("%Y-%m-%d %H:%M")
        message = _(
            "Nonces were due by %(at)s. The draw goes on without this one; type the public value when it is known."
        )
        source = noun.rules(row, row.reveal_until).source("draw_commit_hours")
        facts = {"until": row.reveal_until.isoformat()}
        raise noun.refused(Refusal("reveal_too_late", message % {"at": moment}, facts, source))


def _go_on(noun: Noun[Row], row: Row, *, by: User, at: datetime) -> None:
    """Draw, or wait for the outside value, once every nonce is shown."""
    if row.parties.filter(nonce="").exists():
        return
    if is_outside(row):
        close_reveals(noun, row, by=by)
    else:
        noun.draw_now(row, by=by, at=at)


def close_reveals(noun: Noun[Row], row: Row, *, by: User | str) -> None:
    """Take no nonce any more: those missing enter as null, and the outside value decides."""
    silent = set(row.parties.filter(nonce="").values_list("role", flat=True))
    noun.move(row, noun.action("CLOSE_REVEALS"))
    row.save(update_fields=["status"])
    facts = {"silent": [str(role) for role in REVEAL_ORDER if role in silent]}
    record(actor=by, action=f"{noun.acts}.reveals_closed", subject=row, facts=facts)
    seal()


@transaction.atomic
def note_receipt(noun: Noun[Row], row: Row, *, words: str, by: User, at: datetime) -> Row:
    """Write that H left the machine: who took the slip, when. Without it the record prints UNWITNESSED."""
    row = noun.locked(row)
    noun.party_of(row, by)
    if row.status not in {DrawStatus.FROZEN, DrawStatus.COMMITTED}:
        raise noun.does_not_follow(row, noun.action("COMMIT"))
    row.outside_receipt = words.strip()[:200]
    row.save(update_fields=["outside_receipt"])
    record(actor=by, action=f"{noun.acts}.receipt", subject=row, facts={"words": row.outside_receipt, "at": at})
    return row
