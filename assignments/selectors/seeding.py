"""What draw and batch have in common: parties who commit to a nonce each, then show it in turn. Rules R-42, R-62."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from assignments.enums import DrawStatus, PartyRole
from assignments.models import AssignmentBatch, Draw
from assignments.models.seeding import SeedParty
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may

Attempt = Draw | AssignmentBatch
REVEAL_ORDER: Final = (PartyRole.OPERATOR, PartyRole.THIRD, PartyRole.WITNESS)
MISSING: Final = "missing_commitment"
REFUSED: Final = "refused_reveal"
ORDERED: Final = "ordered_again"


def missing_role(attempt: Attempt) -> str:
    """Return the role whose part is missing now: the first without commitment, or without nonce in its turn."""
    parties = {row.role: row for row in attempt.parties.all()}
    for role in REVEAL_ORDER:
        row = parties.get(role)
        if row is not None and not (row.nonce if attempt.status == DrawStatus.COMMITTED else row.commitment):
            return str(role)
    return ""


def turn_began_at(attempt: Attempt) -> datetime | None:
    """Return when the turn of the party that must show its nonce began: the last commitment, or the last nonce."""
    moments = [at for row in attempt.parties.all() for at in (row.committed_at, row.revealed_at) if at is not None]
    return max(moments, default=None)


def is_at_table(user: User, attempt: Attempt) -> bool:
    """Return whether ``user`` may type or confirm what the draw waits for: a party, or who runs or witnesses draws."""
    if user.bureau_id != attempt.bureau_id:
        return False
    may_any = may(user, Capability.DRAW) or may(user, Capability.WITNESS)
    return may_any or any(row.user_id == user.pk for row in attempt.parties.all())


def slips_of(parties: Iterable[SeedParty]) -> dict[str, list[str]]:
    """Return for the record which nonces came from slips; nothing where all came from the parties' devices."""
    roles = [row.role.lower() for row in parties if row.slip_confirmed_by_id]
    return {"slips": roles} if roles else {}
