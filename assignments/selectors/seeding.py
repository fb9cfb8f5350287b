"""What draw and batch have in common: parties who show a nonce each, and an outside value. Rules R-42, R-62, R-63."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import models

from assignments import draw as pure
from assignments.enums import DrawProfile, DrawStatus, PartyRole
from assignments.models import AssignmentBatch, Draw
from assignments.models.seeding import SeedParty, SeedValue
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may

Attempt = Draw | AssignmentBatch
REVEAL_ORDER: Final = (PartyRole.OPERATOR, PartyRole.THIRD, PartyRole.WITNESS)
MISSING: Final = "missing_commitment"
REFUSED: Final = "refused_reveal"
ORDERED: Final = "ordered_again"
GIVEN_UP: Final = "given_up"  # before the freeze: no list, no commitment, nothing that a seed could have decided


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


def is_outside(attempt: Attempt) -> bool:
    """Return whether an outside value decides, so that a silent party stops nothing."""
    return attempt.profile == DrawProfile.OUTSIDE


def sources_of(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the outside source of an attempt and its fall-backs, in order."""
    first = attempt.outside_source
    return [first, *first["fallbacks"]] if first else []


def confirmed_values(attempt: Attempt) -> models.QuerySet[Any]:
    """Return what two persons found at the outside sources of an attempt."""
    return attempt.values.filter(confirmed_at__isnull=False)


def awaited_source(attempt: Attempt) -> dict[str, Any] | None:
    """Return the outside source whose value is asked for: the first that was not found unavailable."""
    gone = set(confirmed_values(attempt).filter(part__isnull=True).values_list("source", flat=True))
    return next((source for source in sources_of(attempt) if source["id"] not in gone), None)


def waiting_value(attempt: Attempt) -> SeedValue | None:
    """Return the public value that one has typed and nobody confirmed yet."""
    open_rows = (row for row in attempt.values.all() if row.confirmed_at is None and row.dropped_at is None)
    return next(open_rows, None)


def used_value(attempt: Attempt) -> SeedValue | None:
    """Return the confirmed value that the seed is made of; None before there is one."""
    found: SeedValue | None = (
        confirmed_values(attempt).filter(part__isnull=False, is_wrong=False).order_by("-pk").first()
    )
    return found


def parts_of(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the seed's parts in the freeze's order: every party, a silent one as null, then the confirmed value."""
    nonces = {row.role: row.nonce or None for row in attempt.parties.all()}
    parts = [pure.nonce_part(role.lower(), nonces[role]) for role in REVEAL_ORDER if role in nonces]
    used = used_value(attempt) if is_outside(attempt) else None
    return [*parts, used.part] if used is not None and used.part is not None else parts


def findings_of(attempt: Attempt) -> list[pure.Finding]:
    """Return for the record what was found at the outside sources, in the order in which it was confirmed."""
    return [
        pure.Finding(row.source, " / ".join(filter(None, (row.words, row.confirmed_words))), row.part, row.is_wrong)
        for row in confirmed_values(attempt).order_by("pk")
    ]


def reveals_of(attempt: Attempt, *, is_drawn: bool) -> dict[str, str | None]:
    """Return for the record the nonces by party; once an outside value has decided, a silent party stands as None."""
    shown = {row.role.lower(): row.nonce or None for row in attempt.parties.all()}
    if is_drawn and is_outside(attempt):
        return shown
    return {role: nonce for role, nonce in shown.items() if nonce}


def is_overdue(attempt: Attempt, at: datetime) -> bool:
    """Return whether the time of the step that an attempt waits for has passed by ``at``: it must be settled."""
    if attempt.status == DrawStatus.FROZEN:
        return attempt.commit_until is not None and at > attempt.commit_until
    is_open = attempt.status == DrawStatus.COMMITTED and is_outside(attempt)
    return is_open and attempt.reveal_until is not None and at > attempt.reveal_until


def turn_of_party(attempt: Attempt, user: User) -> str:
    """Return what a frozen attempt waits for from ``user``: commit, reveal, type, confirm (the value), or nothing."""
    if attempt.status == DrawStatus.REVEALED:
        return _turn_at_value(attempt, user)
    parties = {row.role: row for row in attempt.parties.all()}
    mine = next((row for row in parties.values() if row.user_id == user.pk), None)
    if mine is None:
        return ""
    if attempt.status == DrawStatus.FROZEN:
        return "" if mine.commitment else "commit"
    if attempt.status != DrawStatus.COMMITTED or mine.nonce:
        return ""
    return "reveal" if missing_role(attempt) == mine.role or is_outside(attempt) else ""


def _turn_at_value(attempt: Attempt, user: User) -> str:
    if not is_at_table(user, attempt):
        return ""
    typed = waiting_value(attempt)
    if typed is None:
        return "type"
    return "" if typed.typed_by_id == user.pk else "confirm"
