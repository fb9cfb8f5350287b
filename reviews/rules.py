"""Bands, lateness, appeals and formal defects. Rules R-04 to R-06, R-23, R-29, R-34, R-36."""

from collections.abc import Collection, Mapping
from typing import Final

from foundation.rulesets.rules import Rule, is_falling

GRADES: Final = ("EXCELLENT", "GOOD", "QUALIFIED", "UNQUALIFIED")
PROJECT_GRADES: Final = ("A", "B", "C", "D")
DOCUMENT_TYPE: Final = "gongping/rating/1"
MOST_RETURNS: Final = 1
RULES: Final = (
    Rule("report_grade_cuts", "R-05", [90, 80, 60], "points", "DEFAULT", check=is_falling),
    Rule("output_effect_share_percent", "R-06", 60, "percent", "LAW", "财预〔2020〕10号"),
    Rule("appeal_workdays", "R-23", 10, "working days", "DEFAULT"),
    Rule("late_point_per_day", "R-29", 1, "points", "DEFAULT"),
    Rule("late_point_most", "R-29", 10, "points", "DEFAULT"),
    Rule("veto_decides", "R-34", default=True, unit="yes or no", tag="DEFAULT"),
    Rule("opinion_returns", "R-36", MOST_RETURNS, "times", "DEFAULT", is_fixed=True),
)


_REOPENED: Final[list[str]] = []


def when_reopened(name: str) -> None:
    """Let the dotted ``name(rating=, by=, on=)`` know that a rating was opened again: a room above published it."""
    if name not in _REOPENED:
        _REOPENED.append(name)


def reopened_listeners() -> tuple[str, ...]:
    """Return the dotted names that want to know."""
    return tuple(_REOPENED)


def opinion_problem(
    *, weights: Mapping[str, int], scores: Mapping[str, tuple[int | None, bool, str, int | None]]
) -> tuple[str, str]:
    """Return (code, item) of the first thing that keeps an opinion from being submitted; ("", "") where nothing does.

    ``scores`` maps an item to (hundredths or None, cannot judge, reason, page). Each expert item has a score or "cannot
    judge" with a reason; each deduction carries page and reason.
    """
    for code, weight in weights.items():
        value, cannot, reason, page = scores.get(code, (None, False, "", None))
        if cannot:
            if not reason.strip():
                return "reason_missing", code
            continue
        if value is None:
            return "missing_item", code
        if not 0 <= value <= weight:
            return "out_of_range", code
        if value < weight and (not reason.strip() or page is None or page < 1):
            return ("reason_missing" if not reason.strip() else "missing_page"), code
    return "", ""


def is_involved(person: int, people: Collection[int | None]) -> bool:
    """Return whether a user stands among those who made a rating: he may not decide the appeal. Rule R-23."""
    return person in people
