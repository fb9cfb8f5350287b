"""The calendar of working days."""

from datetime import date, timedelta

from foundation.workdays import rules
from foundation.workdays.models import WorkdayOverride


def overrides(start: date, end: date) -> dict[date, bool]:
    """Return the days between ``start`` and ``end`` that differ from Monday to Friday."""
    rows = WorkdayOverride.objects.filter(day__gte=min(start, end), day__lte=max(start, end))
    return dict(rows.values_list("day", "is_workday"))


def is_workday(day: date) -> bool:
    """Return whether ``day`` is a working day."""
    return rules.is_workday(day, overrides(day, day))


def add_workdays(day: date, count: int) -> date:
    """Return the day that is ``count`` working days after ``day``."""
    reach = timedelta(days=abs(count) * 2 + 30)  # no run of holidays is longer than this
    table = overrides(day - reach, day + reach)
    return rules.add_workdays(day, count, table)


def workdays_between(start: date, end: date) -> int:
    """Return how many working days lie after ``start`` up to ``end`` included; negative where ``end`` is earlier."""
    return rules.workdays_between(start, end, overrides(start, end))
