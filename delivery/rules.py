"""Rules of delivery: numbers as arguments, days as dates. No Django."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from foundation.rulesets.rules import Rule, is_falling
from foundation.workdays.rules import is_workday


def is_month_and_day(text: str) -> bool:
    """Return whether ``text`` is a day of every year, as 11-01."""
    try:
        date.fromisoformat(f"2001-{text}")
    except ValueError:
        return False
    return True


LAW_PAYMENT_DAYS: Final = 30  # 国务院令第802号: the contract may say more, at most
LAW_PAYMENT_DAYS_MOST: Final = 60
PAYMENT_LAW: Final = "国务院令第802号"
RULES: Final = (
    Rule("lead_shared_days", "R-54", 0, "days", "DEFAULT"),
    Rule(
        "project_grade_cuts",  # the checks compare a report's grade word with it, reviews grade by it
        "R-04",
        [90, 80, 60],
        "points",
        "LAW",
        "财预〔2020〕10号",
        check=is_falling,
    ),
    Rule(
        "payment_days",
        "R-32",
        LAW_PAYMENT_DAYS,
        "days from acceptance",
        "LAW",
        PAYMENT_LAW,
        check=lambda days: 0 < days <= LAW_PAYMENT_DAYS,
    ),
    Rule(
        "payment_days_most",
        "R-32",
        LAW_PAYMENT_DAYS_MOST,
        "days from acceptance by contract",
        "LAW",
        PAYMENT_LAW,
        check=lambda days: 0 < days <= LAW_PAYMENT_DAYS_MOST,
    ),
    Rule("closing_warning_from", "R-32", "11-01", "month and day", "DEFAULT", check=is_month_and_day),
    Rule("commission_workdays", "R-43", 60, "working days from the letter to the final report", "DEFAULT"),
    Rule("copied_characters", "R-44", 160, "characters equal to an earlier report", "DEFAULT"),
)
COPIED_SENTENCES: Final = 4  # ends of sentences in a copied passage: words, not a table or a cover
DRAFT_SHARE_PERCENT: Final = 60  # of the time, by when the draft is asked for
Spell = tuple[date, date]


def late_days(*, due_on: date, delivered_on: date, stops: Iterable[Spell], overrides: Mapping[date, bool]) -> int:
    """Return the working days after ``due_on`` up to ``delivered_on``, less those on which the clock stood; never < 0.

    ``stops`` are granted clock-stops, both days included; days that two of them share count once. Only days up to
    the delivery move the due day. ``overrides`` are the days unlike Monday to Friday.
    Unit: working days. Rule R-29, source: docs/rules.md#r-29.
    """
    gross = sum(is_workday(day, overrides) for day in _days(due_on + timedelta(days=1), delivered_on))
    stopped = {day for first, last in stops for day in _days(first, min(last, delivered_on))}
    return max(gross - sum(is_workday(day, overrides) for day in stopped), 0)


def due_after_stops(*, due_on: date, stops: Iterable[Spell], overrides: Mapping[date, bool]) -> date:
    """Return the day by which delivery is in time once the granted stops are counted: ``due_on`` moved by their days.

    Rule R-29. A stop that lies wholly after the moved day moves nothing.
    """
    day = due_on
    stopped = sorted({day for first, last in stops for day in _days(first, last) if is_workday(day, overrides)})
    for at in stopped:  # a stop counts only while the moved day has not passed
        after = _next_workday(day, overrides)
        if at > after:
            break
        day = after
    return day


def draft_due(*, sent_on: date, due_on: date) -> date:
    """Return the day by which the draft is asked for: 60 % of the way to the final report."""
    return sent_on + timedelta(days=(due_on - sent_on).days * DRAFT_SHARE_PERCENT // 100)


def over_contract(*, amounts_cents: Sequence[int], fee_cents: int) -> int:
    """Return by how much the instalments exceed the contract fee, in 分; 0 where they do not. Rule R-32."""
    return max(sum(amounts_cents) - fee_cents, 0)


def split_fee(*, fee_cents: int, percents: Sequence[int]) -> list[int]:
    """Return the fee in parts by percent, exactly adding up to it; the last part takes what rounding leaves.

    Raise ``ValueError`` unless the percents are positive and add up to 100.
    """
    if sum(percents) != 100 or min(percents, default=0) <= 0:  # noqa: PLR2004 - per cent
        raise ValueError("percents are positive and add up to 100")
    parts = [fee_cents * percent // 100 for percent in percents[:-1]]
    return [*parts, fee_cents - sum(parts)]


def unit_names(name: str, place: str) -> list[str]:
    """Return the ways in which a unit of ``place`` is written: 济南市历城区水务局 is also 区水务局, and back."""
    if not place:
        return [name]
    if name.startswith(place):
        return [name, place[-1] + name.removeprefix(place)]
    if name.startswith(place[-1]):
        return [name, place + name[1:]]
    return [name]


def _next_workday(day: date, overrides: Mapping[date, bool]) -> date:
    day += timedelta(days=1)
    while not is_workday(day, overrides):
        day += timedelta(days=1)
    return day


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def payment_due(*, accepted_on: date, days: int) -> date:
    """Return the last day to pay what was accepted on a day. Rule R-32; unit: days of the calendar."""
    return accepted_on + timedelta(days=days)


def may_agree_payment_days(days: int, *, most: int) -> bool:
    """Return whether a contract may give ``days`` for a payment. Rule R-32."""
    return 0 < days <= most


def closing_warned_from(year: int, *, warning_from: str) -> date:
    """Return the day of ``year`` from which payments are warned of: its books close on 31 December. Rule R-32."""
    return date.fromisoformat(f"{year}-{warning_from}")


def is_closing_soon(on: date, *, warning_from: str) -> bool:
    """Return whether the books of the year close soon: from the month and day on, to the end of the year. R-32."""
    return on >= closing_warned_from(on.year, warning_from=warning_from)


def shared_days(one: tuple[date, date] | None, other: tuple[date, date] | None) -> int:
    """Return how many days two stays share; the last day of each is excluded, None is no stay. Rule R-54."""
    if one is None or other is None:
        return 0
    return max((min(one[1], other[1]) - max(one[0], other[0])).days, 0)
