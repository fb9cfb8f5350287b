"""Days of payment, the close of the books, how long papers are kept."""

from datetime import date

import pytest

from assignments.rules.archive import archive_until
from delivery.rules import is_closing_soon, is_month_and_day, may_agree_payment_days
from foundation.rulesets.rules import registered, value_problem


@pytest.mark.rule("R-32")
@pytest.mark.parametrize(("days", "may"), [(0, False), (1, True), (60, True), (61, False)])
def test_contract_gives_at_most_sixty_days(days, may):
    assert may_agree_payment_days(days, most=60) is may


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        pytest.param("payment_days", 30, "", marks=pytest.mark.rule("R-32")),
        pytest.param("payment_days", 31, "no_sense", marks=pytest.mark.rule("R-32")),
        pytest.param("payment_days", 0, "no_sense", marks=pytest.mark.rule("R-32")),
        pytest.param("payment_days_most", 60, "", marks=pytest.mark.rule("R-32")),
        pytest.param("payment_days_most", 61, "no_sense", marks=pytest.mark.rule("R-32")),
        pytest.param(
            "archive_years", {"PROCUREMENT": 15, "VOUCHERS": 30, "OTHERS": 10}, "", marks=pytest.mark.rule("R-25")
        ),
        pytest.param(
            "archive_years",
            {"PROCUREMENT": 14, "VOUCHERS": 30, "OTHERS": 10},
            "no_sense",
            marks=pytest.mark.rule("R-25"),
        ),
    ],
)
def test_bureau_cannot_set_what_the_law_forbids(key, value, problem):
    assert value_problem(registered()[key], value) == problem


@pytest.mark.rule("R-32")
@pytest.mark.parametrize(
    ("day", "soon"), [(date(2020, 10, 31), False), (date(2020, 11, 1), True), (date(2020, 12, 31), True)]
)
def test_closing_is_warned_of_from_november(day, soon):
    assert is_closing_soon(day, warning_from=registered()["closing_warning_from"].default) is soon


@pytest.mark.parametrize(("text", "fits"), [("11-01", True), ("02-29", False), ("13-01", False), ("soon", False)])
def test_month_and_day(text, fits):
    assert is_month_and_day(text) is fits


@pytest.mark.rule("R-25")
@pytest.mark.parametrize(
    ("kind", "until"),
    [
        ("PROCUREMENT", date(2036, 1, 1)),
        ("VOUCHERS", date(2051, 1, 1)),
        ("OTHERS", date(2031, 1, 1)),
        ("UNHEARD_OF", date(2051, 1, 1)),
    ],
)
def test_papers_are_kept_for_whole_years_after_the_year_of_closing(kind, until):
    years = registered()["archive_years"].default

    assert archive_until(kind=kind, closed_on=date(2020, 3, 31), years=years) == until
