"""The parties' steps of a draw, and its outside value: the shared protocol, told what a draw is. R-42, R-62, R-63."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from assignments.enums import DrawAction, PartyRole
from assignments.models import Draw
from assignments.models.seeding import SeedValue
from assignments.selectors.draws import base_of
from assignments.selectors.tasks import rules_of_task
from assignments.services import seeding
from assignments.services.draws.correcting import draw_again
from assignments.services.draws.drawing import draw_now
from assignments.services.draws.facts import (
    DrawRefused,
    began_to_work,
    does_not_follow,
    locked,
    move,
    party_of,
)
from assignments.services.seeding import Reading
from foundation.accounts.models import User
from foundation.rulesets.selectors import Rules


def rules_on(draw: Draw, at: datetime) -> Rules:
    """Return the rules of the draw's task on the day of ``at``."""
    return rules_of_task(base_of(draw), timezone.localdate(at))


DRAW: Final[seeding.Noun[Draw]] = seeding.Noun(
    acts="draws",
    action=DrawAction,
    refused=DrawRefused,
    locked=locked,
    party_of=party_of,
    rules=rules_on,
    move=move,
    does_not_follow=does_not_follow,
    draw_now=draw_now,
    draw_again=draw_again,
    has_begun=began_to_work,
)


def commit(*, draw: Draw, commitment: str, by: User, at: datetime) -> Draw:
    """Take the commitment of ``by``; as ``seeding.commit``."""
    return seeding.commit(DRAW, draw, commitment=commitment, by=by, at=at)


def reveal(*, draw: Draw, nonce: str, by: User, at: datetime) -> Draw:
    """Take the nonce of ``by``; without an outside value the last one draws. As ``seeding.reveal``."""
    return seeding.reveal(DRAW, draw, nonce=nonce, by=by, at=at)


def open_from_slip(*, draw: Draw, role: PartyRole, nonce: str, by: User, at: datetime) -> Draw:
    """Show a nonce whose device is lost from its slip; as ``seeding.open_from_slip``."""
    return seeding.open_from_slip(DRAW, draw, role=role, nonce=nonce, by=by, at=at)


def note_receipt(*, draw: Draw, words: str, by: User, at: datetime) -> Draw:
    """Write that H left the machine; as ``seeding.note_receipt``."""
    return seeding.note_receipt(DRAW, draw, words=words, by=by, at=at)


def type_value(*, draw: Draw, reading: Reading, by: User, at: datetime) -> SeedValue:
    """Write what was read at the outside source; as ``seeding.type_value``."""
    return seeding.type_value(DRAW, draw, reading=reading, by=by, at=at)


def confirm_value(*, draw: Draw, reading: Reading, by: User, at: datetime) -> Draw:
    """Confirm what another typed; as ``seeding.confirm_value``."""
    return seeding.confirm_value(DRAW, draw, reading=reading, by=by, at=at)
