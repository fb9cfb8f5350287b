"""The points of a firm's year and the ladder of sanctions. Rules R-26, R-30, R-56 and R-66."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, Final

from foundation.rulesets.rules import Rule

WEIGHTS: Final = {"score": 60, "compliance": 15, "training": 10, "feedback": 15}
RULES: Final = (
    Rule("appraisal_weights", "R-30", WEIGHTS, "points", "DEFAULT", check=lambda value: sum(value.values()) == FULL),
    Rule("assessment_window_years", "R-30", 3, "calendar years", "DEFAULT"),
    Rule("small_sample", "R-30", 3, "reports", "DEFAULT"),
    Rule("mutual_recognition", "R-30", default=True, unit="yes or no", tag="DEFAULT"),
    Rule("conflict_reply_workdays", "R-66", 3, "working days", "DEFAULT"),
    Rule("hand_over_answer_days", "R-69", 60, "days", "DEFAULT"),
    Rule("suspension_months_most", "R-26", 12, "months", "LOCAL"),
    Rule("prior_notice_kinds", "R-56", ["SUSPENSION", "REMOVAL"], "kinds of sanctions", "DEFAULT"),
)
FULL: Final = 100
LADDER: Final = ("TALK", "SUSPENSION", "REMOVAL")
CHECKS: Final = ("undertaking", "qualifications", "answers")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the year: its weight, what was earned (None: nothing to measure), the facts behind it."""

    code: str
    weight: int
    earned: Fraction | None
    facts: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the part as it is stored and shown."""
        shown = None if self.earned is None else hundredths(self.earned)
        exact = "" if self.earned is None else str(self.earned)
        return {"code": self.code, "weight": self.weight, "hundredths": shown, "exact": exact, "facts": self.facts}


def hundredths(points: Fraction) -> int:
    """Return points in hundredths, half up."""
    return floor(points * 100 + Fraction(1, 2))


def score_part(finals: Sequence[Fraction], *, weight: int, recognised: int = 0) -> Part:
    """Return the mean of the final report scores of the year, scaled to ``weight``. Rule R-30.

    ``recognised`` says how many of them another bureau gave.
    """
    earned = sum(finals, Fraction(0)) / len(finals) * weight / FULL if finals else None
    facts = {"reports": len(finals), "scores": [str(score) for score in finals]}
    return Part("score", weight, earned, facts | ({"recognised": recognised} if recognised else {}))


def compliance_part(kept: Mapping[str, bool], *, weight: int) -> Part:
    """Return an equal share of ``weight`` for each of the checks that the firm kept: undertaking, papers, answers."""
    share = Fraction(weight, len(CHECKS))
    return Part("compliance", weight, share * sum(kept[name] for name in CHECKS), {name: kept[name] for name in CHECKS})


def training_part(hours_tenths: Sequence[int], *, needed_hours: int, weight: int) -> Part:
    """Return the share of the firm's people who attended ``needed_hours`` in the year; without people: nothing."""
    met = sum(tenths >= needed_hours * 10 for tenths in hours_tenths)
    earned = Fraction(weight * met, len(hours_tenths)) if hours_tenths else None
    return Part("training", weight, earned, {"people": len(hours_tenths), "met": met, "needed_hours": needed_hours})


def feedback_part(points: Sequence[int], *, weight: int) -> Part:
    """Return the mean of the commissioner's feedback (0 to 100), scaled to ``weight``; without any: nothing."""
    earned = Fraction(sum(points) * weight, len(points) * FULL) if points else None
    return Part("feedback", weight, earned, {"answers": len(points), "points": list(points)})


def total(parts: Sequence[Part], *, deduction: int) -> Fraction:
    """Return the year's points: what was earned of what could be measured, in per cent, less running deductions.

    ``deduction`` is zero or negative; the result is never below zero. Rule R-30.
    """
    measured = [part for part in parts if part.earned is not None]
    weights = sum(part.weight for part in measured)
    earned = sum((part.earned for part in measured if part.earned is not None), Fraction(0))
    return max(earned * FULL / weights + deduction, Fraction(0)) if weights else Fraction(0)


def standing(*, tasks: int, reports: int, reports_in_window: int, small_sample: int) -> str:
    """Return NOT_ASSESSED without a rated task in the year, SMALL_SAMPLE below the window's count, else ASSESSED."""
    if tasks == 0 or reports == 0:
        return "NOT_ASSESSED"
    return "SMALL_SAMPLE" if reports_in_window < small_sample else "ASSESSED"


def missing_rung(kind: str, earlier: Collection[str], *, is_grave: bool) -> str:
    """Return the rung of the ladder that should come first; empty where the sanction may be taken. Rule R-26.

    Talk, then suspension, then removal; a grave case may skip rungs.
    """
    if is_grave or kind == LADDER[0]:
        return ""
    below = LADDER[LADDER.index(kind) - 1]
    return "" if below in earlier else below


def return_day(ends: Sequence[tuple[date, bool]]) -> date | None:
    """Return the day on which the last of several suspensions has ended: the later end counts. Rules R-26, R-57.

    Each is (its end, whether it ends without anybody); None where one of them waits for its lifting.
    """
    return max(day for day, _itself in ends) if ends and all(itself for _day, itself in ends) else None
