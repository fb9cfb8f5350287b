"""Lateness net of clock-stops, the moved due day, sums of instalments, ways to write a unit's name."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.rules import (
    draft_due,
    due_after_stops,
    late_days,
    over_contract,
    split_fee,
    unit_names,
)
from foundation.workdays.rules import is_workday, workdays_between

MONDAY = date(2020, 9, 28)
NATIONAL_DAYS = {date(2020, 10, day): False for day in range(1, 9)} | {
    date(2020, 9, 27): True,
    date(2020, 10, 10): True,
}
DAYS = st.dates(date(2020, 1, 1), date(2021, 12, 31))
SPELLS = st.lists(
    st.tuples(DAYS, st.integers(0, 20)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))), max_size=4
)


@pytest.mark.rule("R-29")
@pytest.mark.parametrize(
    ("delivered_on", "stops", "days"),
    [
        (MONDAY - timedelta(days=9), [], 0),
        (MONDAY, [], 0),  # the day itself is in time
        (date(2020, 9, 29), [], 1),
        (date(2020, 10, 9), [], 3),  # 29 and 30 September, 9 October: the holiday does not count
        (date(2020, 10, 10), [], 4),  # a Saturday that is worked
        (date(2020, 10, 10), [(date(2020, 9, 14), date(2020, 9, 16))], 1),
        (date(2020, 10, 10), [(date(2020, 9, 14), date(2020, 9, 16)), (date(2020, 9, 15), date(2020, 9, 18))], 0),
        (date(2020, 10, 10), [(date(2020, 10, 1), date(2020, 10, 8))], 4),  # a stop in the holiday gives nothing
        (date(2020, 9, 29), [(date(2020, 9, 30), date(2020, 10, 30))], 1),  # a stop after delivery neither
    ],
)
def test_late_days_counts_working_days_net_of_stops(delivered_on, stops, days):
    assert late_days(due_on=MONDAY, delivered_on=delivered_on, stops=stops, overrides=NATIONAL_DAYS) == days


@pytest.mark.rule("R-29")
@given(DAYS, DAYS, SPELLS)
def test_late_days_never_negative_never_more_than_gross_never_less_for_waiting(due, delivered, stops):
    net = late_days(due_on=due, delivered_on=delivered, stops=stops, overrides=NATIONAL_DAYS)
    later = late_days(due_on=due, delivered_on=delivered + timedelta(days=1), stops=stops, overrides=NATIONAL_DAYS)

    assert 0 <= net <= max(workdays_between(due, delivered, NATIONAL_DAYS), 0)
    assert net <= later <= net + 1


@pytest.mark.rule("R-29")
@given(DAYS, DAYS, SPELLS)
def test_stops_twice_are_stops_once(due, delivered, stops):
    once = late_days(due_on=due, delivered_on=delivered, stops=stops, overrides=NATIONAL_DAYS)

    assert late_days(due_on=due, delivered_on=delivered, stops=stops * 2, overrides=NATIONAL_DAYS) == once


@pytest.mark.rule("R-29")
@given(DAYS, SPELLS)
def test_moved_due_day_is_the_last_in_time(due, stops):
    moved = due_after_stops(due_on=due, stops=stops, overrides=NATIONAL_DAYS)

    assert moved >= due
    assert late_days(due_on=due, delivered_on=moved, stops=stops, overrides=NATIONAL_DAYS) == 0
    after = moved + timedelta(days=1)
    while not is_workday(after, NATIONAL_DAYS):
        after += timedelta(days=1)
    assert late_days(due_on=due, delivered_on=after, stops=stops, overrides=NATIONAL_DAYS) == 1


@pytest.mark.rule("R-43")
def test_draft_is_asked_for_at_three_fifths_of_the_time():
    assert draft_due(sent_on=date(2020, 6, 1), due_on=date(2020, 9, 9)) == date(2020, 7, 31)


@pytest.mark.rule("R-32")
@pytest.mark.parametrize(("amounts", "over"), [([50, 50], 0), ([100], 0), ([60, 41], 1), ([], 0)])
def test_over_contract_says_by_how_much(amounts, over):
    assert over_contract(amounts_cents=amounts, fee_cents=100) == over


@pytest.mark.rule("R-32")
@given(
    st.integers(0, 10**10), st.lists(st.integers(1, 98), min_size=1, max_size=5).filter(lambda parts: sum(parts) < 100)
)
def test_split_fee_adds_up_exactly(fee, parts):
    amounts = split_fee(fee_cents=fee, percents=[*parts, 100 - sum(parts)])

    assert sum(amounts) == fee
    assert min(amounts) >= 0


@pytest.mark.parametrize("percents", [[], [50], [101], [0, 100], [-10, 110]])
def test_split_fee_refuses_percents_that_are_no_whole(percents):
    with pytest.raises(ValueError, match="100"):
        split_fee(fee_cents=100, percents=percents)


@pytest.mark.parametrize(
    ("name", "place", "names"),
    [
        ("济南市历城区水务局", "济南市历城区", ["济南市历城区水务局", "区水务局"]),
        ("区水务局", "济南市历城区", ["区水务局", "济南市历城区水务局"]),
        ("省财政科学研究所", "济南市历城区", ["省财政科学研究所"]),
        ("区水务局", "", ["区水务局"]),
    ],
)
def test_unit_names_gives_long_and_short(name, place, names):
    assert unit_names(name, place) == names
