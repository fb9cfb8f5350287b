"""People on a panel: shares, feedback, fees to the 分."""

from datetime import date

import pytest

from assignments.rules.people import (
    FEE_SCALE,
    Pay,
    feedback_due,
    has_enough_experts,
    letter_fee_range,
    net_fee,
    pay_for,
)


@pytest.mark.rule("R-15")
@pytest.mark.parametrize(
    ("experts", "members", "enough"),
    [(2, 3, True), (1, 3, False), (3, 5, False), (4, 5, True), (6, 9, True), (0, 0, True)],
)
def test_experts_are_two_thirds_of_a_panel(experts, members, enough):
    assert has_enough_experts(experts=experts, members=members, share=[2, 3]) is enough


@pytest.mark.rule("R-24")
def test_feedback_is_due_after_five_working_days_over_a_holiday():
    overrides = {date(2021, 4, 5): False}

    assert feedback_due(ended_on=date(2021, 4, 1), workdays=5, overrides=overrides) == date(2021, 4, 9)


@pytest.mark.rule("R-31")
@pytest.mark.parametrize(
    ("half_days", "day_cents", "is_academician", "net"),
    [
        (0, 240_000, False, 0),
        (1, 240_000, False, 144_000),
        (2, 240_000, False, 240_000),
        (3, 240_000, False, 384_000),
        (4, 240_000, False, 480_000),
        (5, 240_000, False, 552_000),
        (6, 240_000, False, 600_000),
        (1, 240_000, True, 216_000),
    ],
)
@pytest.mark.edge("E48")
def test_fee_of_half_days(half_days, day_cents, is_academician, net):
    assert net_fee(half_days=half_days, day_cents=day_cents, scale=FEE_SCALE, is_academician=is_academician) == net


@pytest.mark.rule("R-31")
def test_fee_by_letter_lies_between_a_fifth_and_a_half_of_a_day():
    assert letter_fee_range(day_range=FEE_SCALE["SENIOR"], scale=FEE_SCALE) == (30_000, 120_000)


@pytest.mark.rule("R-31")
def test_three_fees_on_one_item_in_one_month_are_one_income():
    assert pay_for(144_000 + 144_000 + 72_000) == Pay(428_571, 68_571, 360_000)


@pytest.mark.rule("R-31")
def test_the_same_fees_in_three_months_are_three_incomes():
    assert [pay_for(net).gross_cents for net in (144_000, 144_000, 72_000)] == [160_000, 160_000, 72_000]


@pytest.mark.rule("R-31")
@pytest.mark.parametrize(
    ("net", "gross"),
    [
        (0, 0),
        (80_000, 80_000),
        (80_001, 80_001),
        (336_000, 400_000),
        (336_001, 400_001),
        (2_100_000, 2_500_000),
        (2_100_100, 2_500_132),
        (4_950_000, 6_250_000),
        (5_630_000, 7_250_000),
    ],
)
def test_gross_at_the_edges_of_the_brackets(net, gross):
    assert pay_for(net).gross_cents == gross


def tax_of(gross):
    """Return the tax in 分 as the law computes it forwards."""
    taxable = max(gross - 80_000, 0) if gross <= 400_000 else gross * 0.8
    for limit, rate, deduction in ((2_000_000, 20, 0), (5_000_000, 30, 200_000), (None, 40, 700_000)):
        if limit is None or taxable <= limit:
            return taxable * rate / 100 - deduction
    raise AssertionError


@pytest.mark.rule("R-31")
@pytest.mark.parametrize("net", range(10_000, 9_000_000, 123_457))
def test_gross_less_its_tax_is_the_net(net):
    pay = pay_for(net)

    assert abs(pay.gross_cents - tax_of(pay.gross_cents) - net) <= 1
    assert pay.gross_cents - pay.tax_cents == pay.net_cents
