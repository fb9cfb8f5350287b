"""Calendar arithmetic that rules use."""

from datetime import date
from typing import Final

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100


def is_in_reach(day: date) -> bool:
    """Return whether rules can reckon with ``day``: years before and after it must exist."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def years_after(day: date, years: int) -> date:
    """Return the same calendar day ``years`` later; 29 Feb moves on to 1 Mar."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def years_before(day: date, years: int) -> date:
    """Return the last day that lies ``years`` back by ``day``: its ``years_after`` has come, that of the next has not.

    29 Feb goes back to 28 Feb of a year without one.
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def months_after(day: date, months: int) -> date:
    """Return the same day ``months`` later; a day that does not exist becomes the first of the next month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        year, month = divmod(index + 1, 12)
        return date(year, month + 1, 1)
