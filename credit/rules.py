"""Deductions that expire. Rule R-28."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from foundation.core.dates import months_after
from foundation.rulesets.rules import Rule

STEPS: Final = {"light": {"points": 10, "months": 3}, "heavy": {"points": 15, "months": 6}}
LABELS: Final = ("WATCH", "CLOSE_WATCH")  # 关注, 重点关注
RULES: Final = (
    Rule("deduction_steps", "R-28", STEPS, "points and months", "LOCAL"),
    Rule("label_points", "R-26", [15, 30], "points running, for 关注 and 重点关注", "LOCAL"),
)


def label_of(points: int, cuts: Sequence[int]) -> str:
    """Return the label that ``points`` of running deductions (a positive number) give; empty below the first cut.

    Rule R-26. A label informs; whether 重点关注 bars a draw says rule R-46.
    """
    reached = [label for label, cut in zip(LABELS, cuts, strict=True) if points >= cut]
    return reached[-1] if reached else ""


def deduction(steps: Mapping[str, Any], code: str, *, occurred_on: date, is_repeat: bool) -> tuple[int, date]:
    """Return (points, first free day) of a violation; a repeat inside a running period doubles the points.

    Points are negative. Raise ``KeyError`` for a code that the steps do not know.
    """
    step = steps[code]
    points = -int(step["points"]) * (2 if is_repeat else 1)
    return points, months_after(occurred_on, int(step["months"]))
