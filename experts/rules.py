"""Who may be in the pool, and how a suspension ends. Rules R-13, R-14, R-27, R-57."""

from datetime import date, timedelta
from typing import Final

from experts.enums import TitleLevel
from foundation.core.dates import years_after, years_before
from foundation.core.errors import Refusal
from foundation.rulesets.rules import Rule

PROCUREMENT_EXPERTS: Final = "财库〔2016〕198号"
RULES: Final = (
    Rule("expert_work_years", "R-14", 8, "calendar years", "LAW", PROCUREMENT_EXPERTS),
    Rule("expert_age_limit", "R-14", 70, "years of age", "LAW", PROCUREMENT_EXPERTS),
    Rule("expert_suspension_months", "R-27", [3, 6, 12], "months", "LOCAL"),
    Rule("lifting_application_months", "R-57", 6, "months", "LOCAL"),
    Rule("lifting_test_months", "R-57", 12, "months", "LOCAL"),
    Rule("lifting_window_days", "R-57", 30, "days", "DEFAULT"),
)


def entry_refusal(
    *, level: str, works_since: date | None, born_on: date | None, on: date, years: int, age: int, source: str
) -> Refusal | None:
    """Return why a person may not enter the pool. Rule R-14: senior, or intermediate with enough years; not too old."""
    if refusal := age_refusal(born_on=born_on, on=on, age=age, source=source):
        return refusal
    if level in {TitleLevel.SENIOR, TitleLevel.ACADEMICIAN}:
        return None
    if works_since is None or on < years_after(works_since, years):
        free_on = years_after(works_since, years).isoformat() if works_since else None
        return Refusal("expert_too_new", "", {"field": "works_since", "free_on": free_on, "years": years}, source)
    return None


def age_refusal(*, born_on: date | None, on: date, age: int, source: str) -> Refusal | None:
    """Return why an expert is too old on ``on``: the day of the birthday itself is too late. Rule R-14."""
    if born_on is not None and on >= years_after(born_on, age):
        return Refusal("expert_too_old", "", {"age": age, "since": years_after(born_on, age).isoformat()}, source)
    return None


def too_old_born_by(on: date, *, age: int) -> date:
    """Return the latest day of birth of those whom ``age_refusal`` refuses on ``on``, for a database. Rule R-14."""
    return years_before(on, age)


def work_years(works_since: date, *, on: date) -> int:
    """Return how many full years of work lie between ``works_since`` and ``on``, counted as R-14 counts them."""
    years = max(on.year - works_since.year, 0)
    return years - 1 if years and on < years_after(works_since, years) else years


def lifting_needs(months: int, *, application_from: int, test_from: int) -> tuple[bool, bool]:
    """Return whether a suspension of ``months`` ends on an application only, and whether that needs a passed test.

    A shorter one ends by itself. Rule R-57.
    """
    needs_test = months >= test_from
    return months >= application_from or needs_test, needs_test


def lifting_opens_on(ends_on: date, *, days: int) -> date:
    """Return the first day on which the lifting of a suspension may be asked for. Rule R-57."""
    return ends_on - timedelta(days=days)
