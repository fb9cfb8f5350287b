"""When the steps of a draw are due, and what a widening may relax. Rules R-62 to R-64; the protocol is docs/draws.md.

Moments carry their zone; spells are whole hours and minutes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from foundation.rulesets.rules import Rule

SOURCE: Final = "docs/draws.md"


def is_some(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether a spell is longer than nothing."""
    return bool(value >= 1)


RULES: Final = (
    Rule("draw_commit_hours", "R-62", 24, "hours", "DEFAULT", SOURCE, check=is_some),
    Rule("draw_reveal_minutes", "R-62", 30, "minutes", "DEFAULT", SOURCE, check=is_some),
    Rule("draw_value_gap_minutes", "R-63", 10, "minutes", "DEFAULT", SOURCE, check=is_some),
    Rule("answer_wait_hours", "R-64", 2, "hours", "DEFAULT", SOURCE),
    Rule("answer_calls", "R-64", 2, "unanswered calls", "DEFAULT", SOURCE, check=is_some),
    Rule("own_act_to_leave", "R-68", default=True, unit="yes or no", tag="DEFAULT", source=SOURCE, is_fixed=True),
)
WIDER_FIELDS: Final = "wider_fields"
# What a widening may let pass, by what is drawn: never a conflict, a law, a standing, or a cap that draws share.
STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "panel": (WIDER_FIELDS, "cool_down", "untrained"),
    "firm": ("same_unit", "over_share", "assessed_low"),
}


_WHEN_FROZEN: Final[list[str]] = []


def when_frozen(listener: str) -> None:
    """Let the dotted ``listener(at=…)`` run in the transaction of every freeze of a draw or a batch."""
    if listener not in _WHEN_FROZEN:
        _WHEN_FROZEN.append(listener)


def listeners_of_freezes() -> list[str]:
    """Return whom a freeze tells."""
    return list(_WHEN_FROZEN)


@dataclass(frozen=True, slots=True)
class Times:
    """Until when commitments are taken, and nonces where an outside value follows (None: each party has its spell)."""

    commit_until: datetime
    reveal_until: datetime | None = None


def times_without_value(at: datetime, *, commit_hours: int) -> Times:
    """Return the times of a draw by the parties alone that is frozen at ``at``. Rule R-62."""
    return Times(at + timedelta(hours=commit_hours))


def times_before(
    value_at: datetime, at: datetime, *, commit_hours: int, reveal_minutes: int, gap_minutes: int
) -> Times | None:
    """Return the times of a draw whose outside value is known at ``value_at``; None where that is too soon.

    Nonces are due ``gap_minutes`` before the value, commitments ``reveal_minutes`` before that, and the commitment H
    has been outside for ``gap_minutes`` by then. Rules R-62, R-63.
    """
    reveal_until = value_at - timedelta(minutes=gap_minutes)
    gap = timedelta(minutes=gap_minutes)
    commit_until = min(reveal_until - timedelta(minutes=reveal_minutes), at + max(timedelta(hours=commit_hours), gap))
    if commit_until < at + gap:
        return None
    return Times(commit_until, reveal_until)


def soonest_value(at: datetime, *, reveal_minutes: int, gap_minutes: int) -> datetime:
    """Return the first moment at which an outside value may be known for a list that is frozen at ``at``."""
    return at + timedelta(minutes=2 * gap_minutes + reveal_minutes)


def may_be_blamed_from(began_at: datetime, *, reveal_minutes: int) -> datetime:
    """Return from when a party whose turn began at ``began_at`` may be named as missing. Rule R-62."""
    return began_at + timedelta(minutes=reveal_minutes)


def no_answer_from(notified_at: datetime, *, wait_hours: int) -> datetime:
    """Return from when somebody told at ``notified_at`` may be given up. Rule R-64."""
    return notified_at + timedelta(hours=wait_hours)


def relaxed_by(steps: Sequence[str], tier: int) -> frozenset[str]:
    """Return the codes that do not count against somebody of ``tier``: each widening keeps those before it."""
    return frozenset(steps[:tier])
