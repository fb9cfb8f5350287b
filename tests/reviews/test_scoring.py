"""The official arithmetic: published values, bands on the exact fraction, and properties that always hold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import scoring
from reviews.rules import GRADES

CUTS = [90, 80, 60]
ITEMS = [scoring.Item("A", 6_000, "EXPERT"), scoring.Item("B", 3_000, "EXPERT"), scoring.Item("C", 1_000, "SYSTEM")]
PARTS = st.lists(st.integers(0, 100_00).map(lambda n: Fraction(n, 100)), min_size=3, max_size=9)


@pytest.mark.rule("R-05")
@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (Fraction(90), "EXCELLENT"),
        (Fraction(269_999, 3_000), "GOOD"),
        (Fraction("89.995"), "GOOD"),
        (Fraction(80), "GOOD"),
        (Fraction("79.999999"), "QUALIFIED"),
        (Fraction(60), "QUALIFIED"),
        (Fraction("59.9999999"), "UNQUALIFIED"),
        (Fraction(0), "UNQUALIFIED"),
    ],
)
def test_band_is_that_of_the_exact_fraction(points, grade):
    assert scoring.grade_of(points, CUTS, GRADES) == grade


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction("89.995"), "89.995"),
        (Fraction(269_999, 3_000), "89.9997"),
        (Fraction("59.9999999"), "59.99…"),
        (Fraction("90.005"), "90.01"),
        (Fraction(245, 3), "81.67"),
        (Fraction(90), "90.00"),
    ],
)
def test_printing_never_crosses_a_cut(points, shown):
    assert scoring.printed(points) == shown


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (Fraction(90), "90.00"),
        (Fraction("89.995"), "89.995"),
        (Fraction("79.1234"), "79.1234"),
        (Fraction(553, 6), "92.1666… (553 ÷ 6)"),
        (Fraction(0), "0.00"),
    ],
)
def test_exact_value_is_spelled_for_people(points, shown):
    assert scoring.spelled(points) == shown


@pytest.mark.parametrize(("size", "formula"), [(3, scoring.MEAN), (4, scoring.MEAN), (5, scoring.TRIMMED)])
def test_first_size_fixes_the_formula(size, formula):
    assert scoring.formula_for(size) == formula


def test_fewer_than_three_raters_have_no_grade():
    with pytest.raises(scoring.ScoringError) as caught:
        scoring.formula_for(2)

    assert caught.value.code == "too_few"
    with pytest.raises(scoring.ScoringError):
        scoring.combined([Fraction(1), Fraction(2)], scoring.MEAN)


def test_item_without_judgement_leaves_the_denominator_of_that_rater():
    assert scoring.rater_part(ITEMS, {"A": 3_000, "B": None}) == Fraction(45)
    assert scoring.rater_part(ITEMS, {"A": 3_000, "B": 1_500}) == Fraction(45)
    with pytest.raises(scoring.ScoringError):
        scoring.rater_part(ITEMS, {"A": None, "B": None})


@pytest.mark.rule("R-29")
@pytest.mark.parametrize(("days", "taken"), [(0, 0), (3, 3), (10, 10), (25, 10)])
def test_lateness_takes_a_point_a_day_and_ten_at_most(days, taken):
    found = scoring.rate(
        items=ITEMS, raters=[{"A": 6_000, "B": 3_000}] * 3, others={"C": 1_000}, first_size=3,
        late_days=days, late_per_day=100, late_most=1_000, cuts=CUTS, names=GRADES,
    )  # fmt: skip

    assert (found.raw, found.adjusted) == (100, 100 - taken)


@pytest.mark.rule("R-34")
def test_veto_gives_the_lowest_grade_and_keeps_the_arithmetic():
    facts = {
        "items": ITEMS, "raters": [{"A": 6_000, "B": 3_000}] * 3, "others": {"C": 1_000}, "first_size": 3,
        "late_days": 0, "late_per_day": 100, "late_most": 1_000, "cuts": CUTS, "names": GRADES,
    }  # fmt: skip

    plain, vetoed = scoring.rate(**facts), scoring.rate(**facts, veto="COPIED")

    assert (plain.grade, vetoed.grade) == ("EXCELLENT", "UNQUALIFIED")
    assert (plain.raw, plain.adjusted) == (vetoed.raw, vetoed.adjusted)


@given(PARTS, st.randoms(use_true_random=False))
def test_order_of_raters_changes_nothing_and_the_value_lies_between_them(parts, random):
    mixed = list(parts)
    random.shuffle(mixed)
    formula = scoring.formula_for(len(parts))

    value = scoring.combined(parts, formula)

    assert value == scoring.combined(mixed, formula)
    assert min(parts) <= value <= max(parts)


@given(PARTS.filter(lambda parts: len(parts) >= 5))
def test_one_rogue_cannot_move_the_trimmed_mean_beyond_the_others(parts):
    honest = sorted(parts)[:-1]
    rogue = [*honest, Fraction(100)]

    assert scoring.combined(rogue, scoring.TRIMMED) <= max(honest)


@given(st.fractions(0, 100, max_denominator=10**6))
def test_printed_text_lies_on_the_same_side_of_every_cut(points):
    shown = Fraction(scoring.printed(points).rstrip("…"))

    assert [shown >= cut for cut in CUTS] == [points >= cut for cut in CUTS] or scoring.printed(points).endswith("…")


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (2, 4.303), (10, 2.228), (30, 2.042), (120, 1.980)])
def test_t_quantile_is_the_table(freedom, t):
    assert scoring.t_quantile(0.975, freedom) == pytest.approx(t, abs=0.001)


def test_interval_of_a_mean_and_its_verdict():
    found = scoring.interval(Fraction(85), size=4, formula=scoring.MEAN, sd=4.0, freedom=20, cuts=CUTS)

    assert (found.se, found.verdict) == (2.0, "clear")
    assert (found.low, found.high) == (pytest.approx(80.83, abs=0.01), pytest.approx(89.17, abs=0.01))
    near = scoring.interval(Fraction(81), size=4, formula=scoring.MEAN, sd=4.0, freedom=20, cuts=CUTS)
    assert near.verdict == "borderline"
    trimmed = scoring.interval(Fraction(85), size=5, formula=scoring.TRIMMED, sd=4.0, freedom=20, cuts=CUTS)
    assert trimmed.se == pytest.approx(4.0 * 0.4766)


def test_pooled_sd_is_within_reports_only():
    reports = [[Fraction(80), Fraction(82)], [Fraction(60), Fraction(64)], [Fraction(99)]]

    assert scoring.pooled_sd(reports) == (pytest.approx((10 / 2) ** 0.5), 2)
    assert scoring.pooled_sd([]) == (0.0, 0)


@given(PARTS, st.integers(0, 100), st.integers(0, 100_00).map(lambda n: Fraction(n, 100)))
def test_one_more_rater_reaches_a_value_from_exactly_the_points_said(parts, wanted, points):
    formula = scoring.formula_for(len(parts))

    least = scoring.next_rater_for(parts, formula, Fraction(wanted), Fraction(100))

    reached = scoring.combined([*parts, points], formula) >= wanted
    assert reached == (least is not None and points >= least)


@given(PARTS)
def test_value_is_the_one_done_by_hand(parts):
    by_hand = sorted(parts)[1:-1] if len(parts) >= 5 else parts
    tenths = sum(int(part * 100) for part in by_hand)

    assert scoring.combined(parts, scoring.formula_for(len(parts))) * len(by_hand) * 100 == tenths


@pytest.mark.parametrize(("size", "c"), [(5, 0.4766), (6, 0.4289), (7, 0.3937), (8, 0.3660)])
def test_factor_of_the_trimmed_mean(size, c):
    found = scoring.interval(Fraction(85), size=size, formula=scoring.TRIMMED, sd=1.0, freedom=20, cuts=CUTS)

    assert found.se == pytest.approx(c)


def wanted(verdict="clear", parts=(80, 80, 80), given=None, sd=1.0):
    return scoring.wants_extra_rater(
        verdict=verdict,
        parts=[Fraction(part) for part in parts],
        sd=sd,
        items=ITEMS,
        raters=given or [{"A": 5_000}] * 3,
    )


def test_one_more_rater_is_asked_for_borderline_wide_or_torn_panels_only():
    assert not wanted()
    assert not wanted(verdict="likely")
    assert wanted(verdict="borderline")
    assert not wanted(parts=(70, 80, 85))
    assert wanted(parts=(70, 80, 86))
    assert not wanted(parts=(70, 80, 86), sd=4.0)
    assert not wanted(given=[{"A": 5_000}, {"A": 3_200}, {"A": None}])
    assert wanted(given=[{"A": 5_000}, {"A": 3_199}, {"A": None}])
