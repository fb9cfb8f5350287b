"""Draws against chance, by hand: three small panels, one draw of a firm, and what was declined, called, appointed."""

from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.enums import AssignmentStatus, DrawStatus, Origin, TaskStatus
from assignments.models import DrawEntry
from assignments.rules.chance import Listing, chance_of, is_unusual
from assignments.selectors.routes import direct_ratio
from assignments.selectors.statistics import AttemptLine, ListLine, Ratio, draw_statistics
from tests.factories.assignments import (
    DrawFactory,
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmAssignmentFactory,
    FirmFactory,
    PlanFactory,
    ReReviewFactory,
    TaskFactory,
)
from tests.factories.foundation import BureauFactory

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def test_expectation_is_seats_by_eligible_over_the_fields_and_sums_to_the_seats():
    listing = Listing(seats={1: 2, 2: 1}, eligible={1: 4, 2: 2})

    found = [listing.expected(strata) for strata in ([1], [1], [1], [1, 2], [2])]

    assert found == [HALF, HALF, HALF, Fraction(1), HALF]
    assert sum(found) == 3
    assert listing.expected([3]) == 0
    assert Listing({1: 1}, {1: 0}).expected([1]) == 0


def test_pair_of_one_field_and_of_two():
    listing = Listing(seats={1: 2, 2: 1}, eligible={1: 4, 2: 2})

    assert listing.together([1], [1]) == Fraction(2 * 1, 4 * 3)
    assert listing.together([1], [2]) == HALF * HALF
    assert listing.together([2], [2]) == 0
    assert Listing({1: 1}, {1: 1}).together([1], [1]) == 0


@pytest.mark.parametrize(
    ("count", "shares", "chance"),
    [
        (2, [HALF, HALF], 0.25),
        (0, [HALF, HALF], 0.25),
        (1, [HALF, HALF], 0.75),
        (2, [HALF, THIRD], 1 / 6),
        (1, [Fraction(1, 4)], 0.25),
        (0, [], 1.0),
        (1, [], 0.0),
        (1, [Fraction(3, 2)], 1.0),
        (3, [HALF, HALF, Fraction(2, 3)], 1 / 6),
    ],
)
def test_chance_of_a_count_as_far_or_farther_on_its_side(count, shares, chance):
    assert chance_of(count, shares) == pytest.approx(chance)


def test_somebody_is_always_drawn_so_one_of_four_is_not_unusual():
    assert not is_unusual(chance_of(1, [Fraction(1, 4)]), among=4)
    assert is_unusual(chance_of(4, [Fraction(1, 10)] * 4), among=100)


class Year:
    """Experts a to e, firms f to h, and whom each draw listed, seated and passed over."""

    def __init__(self, year=2020):
        self.bureau = BureauFactory()
        self.plan = PlanFactory(bureau=self.bureau, work_year=year)
        self.experts = [ExpertFactory(bureau=self.bureau, number=f"E{n}") for n in range(5)]
        self.firms = [FirmFactory(bureau=self.bureau, number=f"F{n}") for n in range(3)]

    def task(self, firm=None, **facts):
        task = TaskFactory(plan=self.plan, status=TaskStatus.SELECTED)
        if firm is not None:
            FirmAssignmentFactory(task=task, firm=self.firms[firm], **({"origin": Origin.COMPARISON} | facts))
        return task

    def panel(self, task, seats, listed, seated, skipped=()):
        """Draw a panel: ``listed`` maps the place of an expert to his strata."""
        review = ReReviewFactory(evaluation=task)
        draw = DrawFactory(
            task=None, re_review=review, bureau=self.bureau, created_by=task.clerk, status=DrawStatus.DRAWN,
            commitment="0" * 64, seats=[{"stratum": n, "name": f"专业{n}", "count": count, "nodes": []} for n, count in seats],
            record={"draw": {"skipped": [{"number": n, "reason": reason} for n, reason in skipped]}},
        )  # fmt: skip
        for number, (place, strata) in enumerate(listed.items(), 1):
            DrawEntry.objects.create(draw=draw, number=number, expert=self.experts[place], leaf="0", strata=strata)
        return draw, [self.seat(review, place, draw=draw) for place in seated]

    def seat(self, review, place, **facts):
        return ExpertAssignmentFactory(re_review=review, expert=self.experts[place], **facts)

    def firm_draw(self, task, listed, **facts):
        draw = DrawFactory(
            task=task, bureau=self.bureau, commitment="0" * 64, record={"draw": {"skipped": []}},
            seats=[{"stratum": 1, "name": "firm", "count": 1, "nodes": []}], **facts,
        )  # fmt: skip
        for number, place in enumerate(listed, 1):
            DrawEntry.objects.create(draw=draw, number=number, firm=self.firms[place], leaf="0", strata=[1])
        return draw


@pytest.fixture
def year(db):
    made = Year()
    first, seats = made.panel(
        made.task(firm=0), [(1, 2), (2, 1)], {0: [1], 1: [1], 2: [1], 3: [1, 2], 4: [2]}, [0, 1, 3], [(3, "group")]
    )
    made.panel(made.task(firm=0), [(1, 1)], {0: [1], 1: [1]}, [0])
    made.panel(made.task(firm=0), [(1, 2)], {0: [1], 1: [1], 2: [1]}, [0, 1], [(3, "late")])
    seats[2].status = AssignmentStatus.DECLINED
    seats[2].save()
    made.seat(first.re_review, 4, draw=first, origin=Origin.REPLACEMENT)
    made.seat(ReReviewFactory(evaluation=made.task()), 2, origin=Origin.DIRECT)
    drawn = made.task()
    made.firm_draw(drawn, [0, 1], status=DrawStatus.VOID, void_ground="missing_commitment")
    draw = made.firm_draw(drawn, [0, 1, 2], status=DrawStatus.DRAWN, attempt=2)
    FirmAssignmentFactory(task=drawn, firm=made.firms[1], draw=draw)
    made.task(firm=2, origin=Origin.DIRECT)
    made.drawn = drawn
    return made


def test_parties_are_counted_against_their_lists(year):
    found = draw_statistics(year.bureau, 2020)

    experts = {
        row.number: (row.lists, row.drawn, row.expected, row.called, row.declined, row.direct) for row in found.experts
    }
    assert experts == {
        "E0": (3, 3, HALF + HALF + Fraction(2, 3), 0, 0, 0),
        "E1": (3, 2, HALF + HALF + Fraction(2, 3), 0, 0, 0),
        "E2": (2, 0, HALF + Fraction(2, 3), 0, 0, 1),
        "E3": (1, 1, Fraction(1), 0, 1, 0),
        "E4": (1, 0, HALF, 1, 0, 0),
    }  # fmt: skip
    assert sum(row.expected for row in found.experts) == sum(row.drawn for row in found.experts) == 6
    assert {row.number: row.skipped for row in found.experts if row.skipped} == {"E2": {"group": 1, "late": 1}}
    firms = {row.number: (row.lists, row.drawn, row.expected, row.direct) for row in found.firms}
    assert firms == {"F0": (1, 0, THIRD, 0), "F1": (1, 1, THIRD, 0), "F2": (1, 0, THIRD, 1)}
    assert not [row for row in (*found.experts, *found.firms) if row.is_unusual]


@pytest.mark.edge("E42")
def test_pairs_who_met_twice_are_measured_against_chance(year):
    found = draw_statistics(year.bureau, 2020)

    panels = [(row.one.number, row.other.number, row.met, row.expected, round(row.chance, 6)) for row in found.panels]
    assert panels == [("E0", "E1", 2, Fraction(1, 6) + THIRD, round(1 / 18, 6))]
    reviews = [(row.one.number, row.other.number, row.met, round(row.chance, 6)) for row in found.reviews]
    assert reviews == [("E0", "F0", 3, round(1 / 6, 6)), ("E1", "F0", 2, round(7 / 12, 6))]


def test_attempts_lists_and_direct_appointments(year):
    found = draw_statistics(year.bureau, 2020)

    assert (found.draws, found.attempts) == (4, {1: 3, 2: 1})
    assert found.repeated == [AttemptLine(year.drawn.number, year.drawn.title, 2, ("missing_commitment",))]
    assert [(row.stratum, row.seats, row.eligible) for row in found.lists] == [
        ("专业1", 2, 4), ("专业2", 1, 2), ("专业1", 1, 2), ("专业1", 2, 3), ("", 1, 3),
    ]  # fmt: skip
    assert isinstance(found.lists[0], ListLine)
    assert found.direct_firms == Ratio(*direct_ratio(year.bureau, 2020)) == Ratio(1, 5)
    assert found.direct_experts == Ratio(1, 7)


def test_only_the_year_and_the_bureau_asked_for_count(year):
    other = Year(2019)
    other.panel(other.task(), [(1, 1)], {0: [1]}, [0])

    assert draw_statistics(year.bureau, 2019).draws == 0
    assert draw_statistics(year.bureau).draws == draw_statistics(year.bureau, 2020).draws == 4
    assert draw_statistics(other.bureau).draws == 1


def test_one_expert_drawn_every_time_from_ten_is_unusual(db):
    made = Year()
    made.experts = [ExpertFactory(bureau=made.bureau, number=f"X{n}") for n in range(10)]
    for _turn in range(4):
        made.panel(made.task(), [(1, 1)], {place: [1] for place in range(10)}, [7])

    found = draw_statistics(made.bureau)

    assert [row.number for row in found.experts if row.is_unusual] == ["X7"]
    assert found.experts[0].chance == pytest.approx(0.1**4)


def test_statistics_cost_the_same_for_many_draws(year):
    with CaptureQueriesContext(connection) as few:
        draw_statistics(year.bureau, 2020)
    for _turn in range(5):
        year.panel(year.task(firm=1), [(1, 2)], {0: [1], 1: [1], 2: [1]}, [0, 1])
    with CaptureQueriesContext(connection) as many:
        draw_statistics(year.bureau, 2020)

    assert len(few) == len(many) <= 8
