"""People on a panel: the share of experts, when their feedback is due, what they are paid. Rules R-15, R-24, R-31.

Amounts are whole 分. Days are counted in half-days, as the scale pays them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from foundation.rulesets.rules import Rule
from foundation.workdays.rules import add_workdays

PAIR: Final = 2
FEE_SCALE: Final[Mapping[str, Any]] = {
    "SENIOR": [150_000, 240_000],
    "OTHER": [90_000, 150_000],
    "ACADEMICIAN_PERCENT": 150,
    "HALF_DAY_PERCENT": 60,
    "FROM_DAY_3_PERCENT": 50,
    "BY_LETTER_PERCENT": [20, 50],
}


def is_share(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether two numbers are a part and its whole."""
    return len(value) == PAIR and 0 < value[0] <= value[1]


RULES: Final = (
    Rule("panel_expert_share", "R-15", [2, 3], "experts of members", "LAW", "财库〔2016〕198号", check=is_share),
    Rule("feedback_workdays", "R-24", 5, "working days", "LAW", "财库〔2016〕198号"),
    Rule("fee_scale", "R-31", dict(FEE_SCALE), "分 a day after tax, percent", "DEFAULT", "财科教〔2017〕128号"),
)
FEWEST_RATERS: Final = 3  # the official arithmetic grades no report by fewer
TAX_FREE_CENTS: Final = 80_000  # 劳务报酬: up to 800 元 free; up to 4,000 元 less 800 元; above less 20 %
SMALL_CENTS: Final = 400_000
PERCENT: Final = 100
FULL_DAYS_FIRST: Final = 2
# taxable income in 分 up to which a rate counts, the rate in percent, the quick deduction in 分 (个人所得税预扣率)
BRACKETS: Final = ((2_000_000, 20, 0), (5_000_000, 30, 200_000), (None, 40, 700_000))


@dataclass(frozen=True, slots=True)
class Pay:
    """What one income in one month costs: before tax, the tax, and what arrives."""

    gross_cents: int
    tax_cents: int
    net_cents: int


def smallest_panel(sizes: Sequence[int]) -> int:
    """Return the seats that the panel of a report has at least: what a plan reckons with before it is opened. R-15."""
    return max(min(sizes), FEWEST_RATERS)


def has_enough_experts(*, experts: int, members: int, share: Sequence[int]) -> bool:
    """Return whether the experts are at least ``share`` (numerator, denominator) of the members. Rule R-15."""
    return experts * share[1] >= members * share[0]


def feedback_due(*, ended_on: date, workdays: int, overrides: Mapping[date, bool]) -> date:
    """Return the last day for the feedback on an expert after a review that ended on ``ended_on``. Rule R-24."""
    return add_workdays(ended_on, workdays, overrides)


def net_fee(*, half_days: int, day_cents: int, scale: Mapping[str, Any], is_academician: bool = False) -> int:
    """Return the fee after tax in 分 for ``half_days`` at ``day_cents`` a full day. Rule R-31.

    A single half-day counts 60 % of a day; full days from the third on count half. No half-days: nothing.
    """
    day = Fraction(day_cents * (scale["ACADEMICIAN_PERCENT"] if is_academician else PERCENT), PERCENT)
    days, rest = divmod(half_days, 2)
    late = Fraction(scale["FROM_DAY_3_PERCENT"], PERCENT)
    half = Fraction(scale["HALF_DAY_PERCENT"], PERCENT)
    total = day * min(days, FULL_DAYS_FIRST) + day * late * max(days - FULL_DAYS_FIRST, 0)
    if rest:
        total += day * half * (late if days >= FULL_DAYS_FIRST else 1)
    return _whole(total)


def letter_fee_range(*, day_range: Sequence[int], scale: Mapping[str, Any]) -> tuple[int, int]:
    """Return the least and the most fee in 分 for one review by letter. Rule R-31."""
    low, high = scale["BY_LETTER_PERCENT"]
    return _whole(Fraction(day_range[0] * low, PERCENT)), _whole(Fraction(day_range[1] * high, PERCENT))


def pay_for(net_cents: int) -> Pay:
    """Return what must be paid before tax so that ``net_cents`` arrives: one income of one item in one month."""
    if net_cents <= TAX_FREE_CENTS:
        return Pay(net_cents, 0, net_cents)
    gross = Fraction(net_cents * PERCENT - TAX_FREE_CENTS * 20, 80)  # net = gross - 20 % of (gross - 800 元)
    if gross <= SMALL_CENTS:
        return _pay(gross, net_cents)
    for limit, rate, deduction in BRACKETS:
        # net = gross - (80 % of gross x rate - deduction)
        gross = Fraction((net_cents - deduction) * PERCENT * PERCENT, PERCENT * PERCENT - 80 * rate)
        if limit is None or gross * Fraction(80, PERCENT) <= limit:
            return _pay(gross, net_cents)
    raise AssertionError  # the last bracket has no limit


def _pay(gross: Fraction, net_cents: int) -> Pay:
    rounded = _whole(gross)
    return Pay(rounded, rounded - net_cents, net_cents)


def _whole(amount: Fraction) -> int:
    """Return the amount rounded half up to whole 分."""
    return int(amount + Fraction(1, 2))
