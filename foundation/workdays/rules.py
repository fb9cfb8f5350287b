"""Which days are working days. Rule R-39."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from foundation.rulesets.rules import Rule

SATURDAY: Final = 5
RULES: Final = (
    Rule(
        "workday_table",
        "R-39",
        "state_council",
        "table of overrides",
        "LAW",
        "国务院办公厅年度节假日安排的通知",
        is_fixed=True,
    ),
)


def is_workday(day: date, overrides: Mapping[date, bool]) -> bool:
    """Return whether ``day`` is a working day: the override where there is one, else Monday to Friday."""
    return overrides.get(day, day.weekday() < SATURDAY)


def add_workdays(day: date, count: int, overrides: Mapping[date, bool]) -> date:
    """Return the day that is ``count`` working days after ``day`` (before, for a negative count); 0 gives ``day``."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_workday(day, overrides)
    return day


def workdays_between(start: date, end: date, overrides: Mapping[date, bool]) -> int:
    """Return how many working days lie after ``start`` up to ``end`` included; negative where ``end`` is earlier."""
    first, last = sorted((start, end))
    days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    count = sum(is_workday(day, overrides) for day in days)
    return count if end >= start else -count
