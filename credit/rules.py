"""Deductions that expire, the catalogue of their codes, and the term for a reply. Rules R-26, R-28, R-55, R-56."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from foundation.core.dates import months_after
from foundation.rulesets.rules import Rule

STEPS: Final = {"light": {"points": 10, "months": 3}, "heavy": {"points": 15, "months": 6}}
LABELS: Final = ("WATCH", "CLOSE_WATCH")  # 关注, 重点关注
VIOLATION, MERIT, FIRM, EXPERT, BOTH = "VIOLATION", "MERIT", "FIRM", "EXPERT", "BOTH"
PARTS: Final = frozenset({"code", "name", "kind", "party", "step", "clause"})
MOST_CODE: Final = 20
MOST_NAME: Final = 60


def _code(code: str, step: str, party: str, kind: str = VIOLATION) -> dict[str, str]:
    return {"code": code, "name": "", "kind": kind, "party": party, "step": step, "clause": ""}


CATALOGUE: Final = [
    _code("LATE_REPORT", "light", FIRM),
    _code("NO_RESPONSE", "light", BOTH),
    _code("PAPERS_STALE", "light", FIRM),
    _code("LEAD_SWAPPED", "heavy", FIRM),
    _code("SUBCONTRACTED", "heavy", FIRM),
    _code("FALSE_REPORT", "heavy", FIRM),
    _code("COPIED", "heavy", FIRM),
    _code("NO_SHOW", "light", EXPERT),
    _code("LATE_OPINION", "light", EXPERT),
    _code("CARELESS", "light", EXPERT),
    _code("SUBSTITUTE", "heavy", EXPERT),
    _code("LEAK", "heavy", BOTH),
    _code("FAVOURS", "heavy", BOTH),
    _code("CONFLICT_HIDDEN", "heavy", BOTH),
    _code("light", "light", BOTH),
    _code("heavy", "heavy", BOTH),
    _code("PRAISED", "", BOTH, MERIT),
    _code("MODEL_REPORT", "", FIRM, MERIT),
    _code("merit", "", BOTH, MERIT),
]


def is_catalogue(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether every line of a catalogue is whole and no code stands in it twice. Rule R-55.

    A violation has a step of the deductions, a merit has none; the name of a shipped code may be empty.
    """
    codes = [row.get("code") for row in rows]
    return len(set(codes)) == len(codes) and all(_is_line(row) for row in rows)


def _is_line(row: Mapping[str, Any]) -> bool:
    if set(row) != PARTS or not all(isinstance(part, str) for part in row.values()):
        return False
    shipped = {line["code"] for line in CATALOGUE}
    is_named = 0 < len(row["name"].strip()) <= MOST_NAME or (row["code"] in shipped and not row["name"])
    is_code = 0 < len(row["code"]) <= MOST_CODE and row["code"].isascii() and row["code"].replace("_", "").isalnum()
    steps = set(STEPS) if row["kind"] == VIOLATION else {""}
    return (
        is_named
        and is_code
        and row["kind"] in {VIOLATION, MERIT}
        and row["party"] in {FIRM, EXPERT, BOTH}
        and row["step"] in steps
    )


RULES: Final = (
    Rule("deduction_steps", "R-28", STEPS, "points and months", "LOCAL"),
    Rule("label_points", "R-26", [15, 30], "points running, for 关注 and 重点关注", "LOCAL"),
    Rule("credit_codes", "R-55", CATALOGUE, "codes of violations and merits", "DEFAULT", check=is_catalogue),
    Rule("reply_workdays", "R-56", 5, "working days", "DEFAULT"),
)


def codes_for(rows: Sequence[Mapping[str, str]], *, kind: str, party: str) -> list[Mapping[str, str]]:
    """Return the lines of a catalogue for one kind of event and one kind of party, in their order. Rule R-55."""
    return [row for row in rows if row["kind"] == kind and row["party"] in {party, BOTH}]


def label_of(points: int, cuts: Sequence[int]) -> str:
    """Return the label that ``points`` of running deductions (a positive number) give; empty below the first cut.

    Rule R-26. A label informs; whether 重点关注 bars a draw says rule R-46.
    """
    reached = [label for label, cut in zip(LABELS, cuts, strict=True) if points >= cut]
    return reached[-1] if reached else ""


def deduction(steps: Mapping[str, Any], step: str, *, occurred_on: date, is_repeat: bool) -> tuple[int, date]:
    """Return (points, first free day) of a violation; a repeat inside a running period doubles the points.

    Points are negative. Raise ``KeyError`` for a step that is none.
    """
    found = steps[step]
    points = -int(found["points"]) * (2 if is_repeat else 1)
    return points, months_after(occurred_on, int(found["months"]))


def totals(spells: Iterable[tuple[date, date, int]]) -> list[tuple[date, int]]:
    """Return (day, sum from that day on) for each day on which the sum of running points changes. Rule R-28.

    A spell is (day it happened, first free day, points): it counts from the one day up to, without, the other.
    """
    changes: dict[date, int] = {}
    for begins, ends, points in spells:
        changes[begins] = changes.get(begins, 0) + points
        changes[ends] = changes.get(ends, 0) - points
    found, running = [], 0
    for day in sorted(changes):
        if changes[day]:
            running += changes[day]
            found.append((day, running))
    return found


def total_on(steps: Sequence[tuple[date, int]], day: date) -> int:
    """Return the sum that runs on ``day`` from what ``totals`` returned; zero before the first change."""
    return next((total for changed_on, total in reversed(steps) if changed_on <= day), 0)
