"""Figures, days and digests in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from faces.pages.shared import formats


@pytest.mark.parametrize(
    ("cents", "wan", "yuan"),
    [
        (37_630_000_000, "37,630", "376,300,000.00"),
        (38_600_000, "38.6", "386,000.00"),
        (0, "0", "0.00"),
        (1, "0.000001", "0.01"),
        (-150_000_000, "−150", "−1,500,000.00"),
    ],
)
def test_money_is_exact_and_grouped(cents, wan, yuan):
    assert (formats.wan(cents), formats.yuan(cents)) == (wan, yuan)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_wan_loses_nothing(cents):
    assert Decimal(formats.wan(cents).replace(",", "").replace("−", "-")) * 1_000_000 == cents


def test_money_names_its_unit_in_either_language():
    with translation.override("zh-hans"):
        chinese = formats.wan_with_unit(38_600_000), formats.yuan_with_unit(150)
    with translation.override("en"):
        english = formats.wan_with_unit(38_600_000), formats.yuan_with_unit(150)

    assert chinese == ("38.6 万元", "1.50 元")
    assert english == ("CNY 386,000", "CNY 1.50")


def test_days_and_moments_are_those_of_shanghai():
    late = datetime(2020, 10, 18, 16, 2, tzinfo=UTC)

    with translation.override("zh-hans"):
        chinese = formats.day(late), formats.day(late, with_year=True), formats.moment(late), formats.weekday(late)
    with translation.override("en"):
        english = formats.day(late), formats.day(date(2020, 1, 2), with_year=True), formats.weekday(late)

    assert chinese == ("10月19日", "2020年10月19日", "10月19日 00:02", "星期一")
    assert english == ("19 Oct", "2 Jan 2020", "Monday")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (8183, "81.83"),
        (Fraction(245, 3), "81.67"),
        (Fraction(491, 6), "81.83"),
        (Decimal("79.995"), "80.00"),
        (Fraction(-1, 200), "−0.01"),
        (0, "0.00"),
    ],
)
def test_score_rounds_half_away_from_zero_once(value, shown):
    assert formats.score(value) == shown


def test_digest_shows_eight_digits_in_two_blocks():
    assert formats.digest("9f31c07a55aa") == "9f31 c07a"
    assert formats.hash_blocks("f5c1ad56e9228bc1") == ["f5c1ad56", "e9228bc1"]
