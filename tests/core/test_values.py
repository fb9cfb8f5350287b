"""Identifiers with their check digits, money in 分, days of the calendar."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core import dates, money
from foundation.core.identifiers import (
    USCC_ALPHABET,
    id_facts,
    is_uscc,
    masked_id,
    masked_phone,
    uscc_check_character,
)

# Published examples: the ID numbers of GB 11643—1999, annex; the USCC of a bank that prints it on its papers.
ID_NUMBERS = {"11010519491231002X": date(1949, 12, 31), "440524188001010014": date(1880, 1, 1)}
USCC = "91350100M000100Y43"


@pytest.mark.parametrize(("number", "born_on"), list(ID_NUMBERS.items()))
def test_id_number_of_the_standard_holds(number, born_on):
    facts = id_facts(number)

    assert facts is not None
    assert facts.born_on == born_on
    assert id_facts(number.lower()) == facts


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_of_an_id_number_is_found(place):
    number = "11010519491231002X"
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]

    assert id_facts(wrong) is None


@pytest.mark.parametrize(
    "text", ["", "1", "11010519491231002", "11010519491231002XX", "１１０１０５19491231002X", "abc" * 6]
)
def test_what_is_no_id_number_has_no_facts(text):
    assert id_facts(text) is None


def test_day_that_does_not_exist_is_no_birthday():
    body = "11010519490230002"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]

    assert id_facts(body + check) is None


def test_uscc_of_the_standard_holds():
    assert is_uscc(USCC)
    assert uscc_check_character(USCC[:17]) == USCC[17]


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_character_of_a_uscc_is_found(place):
    index = USCC_ALPHABET.index(USCC[place])
    wrong = USCC[:place] + USCC_ALPHABET[(index + 1) % 31] + USCC[place + 1 :]

    assert not is_uscc(wrong)


@pytest.mark.parametrize("text", ["", USCC[:17], USCC + "0", USCC.lower(), "I" + USCC[1:], "O" * 18])
def test_what_is_no_uscc_is_refused(text):
    assert not is_uscc(text)


@pytest.mark.parametrize(("text", "shown"), [("370102197001019876", "3701**********9876"), ("1234", "****"), ("", "")])
def test_id_number_is_masked(text, shown):
    assert masked_id(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("13800001111", "138****1111"), ("1234567", "*******"), ("", "")])
def test_phone_is_masked(text, shown):
    assert masked_phone(text) == shown


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("37630", 37_630_000_000),
        ("38.6", 38_600_000),
        ("0.000001", 1),
        ("1,234.5", 1_234_500_000),
        (Decimal(2), 2_000_000),
    ],
)
@pytest.mark.edge("E14")
def test_amount_in_wan_is_exact(text, cents):
    assert money.from_wan(text) == cents


@pytest.mark.parametrize("text", ["", "x", "0.0000001", "NaN", "Infinity", "1e400", "1e999999999", "-1e30", "1.2.3"])
def test_what_is_no_amount_or_finer_than_a_cent_is_refused(text):
    with pytest.raises(ValueError, match=r"is not an amount|is finer"):
        money.from_wan(text)


def test_amounts_are_printed_half_up():
    assert (money.wan(37_630_000_000), money.wan(5_000), money.wan(4_999)) == ("37630.00", "0.01", "0.00")
    assert money.yuan(123_450) == "1234.50"
    assert (money.from_yuan("1,234.50"), money.from_yuan("0.01")) == (123_450, 1)


def test_29_february_moves_on():
    assert dates.years_after(date(2020, 2, 29), 3) == date(2023, 3, 1)
    assert dates.years_after(date(2020, 2, 29), 4) == date(2024, 2, 29)
    assert dates.years_after(date(2020, 6, 1), -3) == date(2017, 6, 1)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 99))
def test_years_before_is_the_last_day_whose_anniversary_has_come(day, years):
    last = dates.years_before(day, years)

    assert dates.years_after(last, years) <= day < dates.years_after(last + timedelta(days=1), years)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2020, 1, 31), 1, date(2020, 3, 1)),
        (date(2020, 11, 30), 3, date(2021, 3, 1)),
        (date(2020, 10, 5), 3, date(2021, 1, 5)),
        (date(2020, 12, 31), 12, date(2021, 12, 31)),
    ],
)
def test_a_day_that_does_not_exist_becomes_the_first_of_the_next_month(day, months, expected):
    assert dates.months_after(day, months) == expected


@pytest.mark.parametrize(
    ("day", "held"),
    [(date(1, 1, 1), False), (date(1899, 12, 31), False), (date(1900, 1, 1), True), (date(2100, 12, 31), True), (date(9999, 12, 31), False)],
)  # fmt: skip
def test_days_in_reach_have_years_around_them(day, held):
    assert dates.is_in_reach(day) is held
