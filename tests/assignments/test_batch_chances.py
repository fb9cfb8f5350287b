"""What batches drew, counted against the chances that their freezes gave."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assignments.enums import BatchStatus, DeclineReason, PairKind
from assignments.models import AssignmentBatch
from assignments.selectors.batch_chances import batch_attempts, batch_panels
from assignments.selectors.batches import seats_of, tasks_of
from assignments.selectors.statistics import Ratio, draw_statistics
from assignments.services import assignments as life
from assignments.services import batches
from experts.models import ExpertUndertaking
from foundation.core import clock
from tests.factories.assigned import (
    NOW,
    TODAY,
    agreed_pairs,
    batch_office,
    drawn,
    pool_expert,
    prepared,
    seated,
    solved,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office(reviews=3)


def year_of(desk):
    return desk.reviews[0].evaluation.work_year


def test_chances_of_a_panel_add_up_to_its_seats_and_the_drawn_had_one(desk):
    batch = drawn(desk, prepared(desk))

    panels = batch_panels(desk.bureau, year_of(desk))

    assert [(panel.batch, panel.number) for panel in panels] == [(batch.number, row.number) for row in desk.reviews]
    for panel in panels:
        assert sum(panel.chances.values()) == panel.seats == len(panel.drawn) == 3
        assert all(panel.chances[key] > 0 for key in panel.drawn)
    assert batch_panels(desk.bureau, year_of(desk) + 1) == []
    assert batch_panels(batch_office().bureau, None) == []


def test_experts_are_counted_against_their_chances(desk):
    drawn(desk, prepared(desk))
    panels = batch_panels(desk.bureau, None)

    found = draw_statistics(desk.bureau, year_of(desk))

    assert (found.draws, found.batches, found.attempts) == (0, 1, {1: 1})
    assert sum(row.drawn for row in found.experts) == 9
    assert sum(row.expected for row in found.experts) == 9
    keys = {row.number: row.pk for row in desk.experts}
    for row in found.experts:
        mine = [panel for panel in panels if keys[row.number] in panel.chances]
        assert row.expected == sum(panel.chances[keys[row.number]] for panel in mine)
        assert (row.lists, row.drawn) == (len(mine), sum(keys[row.number] in panel.drawn for panel in mine))
    assert [(line.draw, line.seats) for line in found.lists] == [(panels[0].batch, 3)] * 3


def test_pairs_who_sit_together_in_a_batch_have_met(desk):
    drawn(desk, prepared(desk))
    panels = batch_panels(desk.bureau, None)
    keys = {row.number: row.pk for row in desk.experts}

    found = draw_statistics(desk.bureau).panels

    for pair in found:
        one, other = keys[pair.one.number], keys[pair.other.number]
        assert pair.met == sum({one, other} <= set(panel.drawn) for panel in panels) >= 2
        assert pair.expected == sum(
            panel.chances.get(one, Fraction(0)) * panel.chances.get(other, Fraction(0)) for panel in panels
        )
    met_twice = [
        (one, other)
        for one in keys.values()
        for other in keys.values()
        if one < other and sum({one, other} <= set(panel.drawn) for panel in panels) >= 2
    ]
    assert len(found) == len(met_twice)


def test_who_was_named_is_a_direct_appointment_and_no_chance(desk):
    batch = prepared(desk)
    named, task = desk.experts[0], tasks_of(batch)[0]
    batches.name_pair(task=task, expert=named, kind=PairKind.PIN, reason="唯一熟悉该行业者", by=desk.clerk, on=TODAY)
    agreed_pairs(desk, batch)
    seated(desk, batch)

    (panel, *_others) = batch_panels(desk.bureau, None)
    found = draw_statistics(desk.bureau)

    assert (panel.seats, len(panel.drawn)) == (2, 2)
    assert named.pk not in {*panel.chances, *panel.drawn}
    assert {row.number: row.direct for row in found.experts}[named.number] == 1
    assert found.direct_experts == Ratio(1, 9)


@pytest.fixture
def lonely_desk():
    """Return a bureau with one re-review and eight experts who are nobody's colleagues: some spare ones get a chance."""
    desk = batch_office(reviews=1, experts=0)
    desk.experts = [pool_expert(desk.bureau, desk.node) for _ in range(8)]
    return desk


def next_in_line(desk, batch):
    """Return who would come in, without letting him."""
    with transaction.atomic():
        (seat,) = batches.replace(batch=batch, by=desk.clerk, at=NOW)
        transaction.set_rollback(True)
    return seat.expert


def test_replacements_are_called_and_passed_over_as_in_a_draw(lonely_desk):
    desk = lonely_desk
    batch = seated(desk, prepared(desk))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    before = {row.number: row.drawn for row in draw_statistics(desk.bureau).experts}
    seat = seats_of(batch)[0]
    for turn in range(2):  # the second walk meets again whom the first passed over
        life.decline(assignment=seat, reason=DeclineReason.ILLNESS, words="", by=desk.clerk, at=NOW)
        if turn == 0:
            ExpertUndertaking.objects.filter(expert=next_in_line(desk, batch)).delete()  # not eligible any more
        (seat,) = batches.replace(batch=batch, by=desk.clerk, at=NOW)
        life.notify(assignment=seat, by=desk.clerk, at=NOW)
    batch.refresh_from_db()
    walks = batch.record["replacements"]
    came = Counter(batch.pool[number]["expert"] for walk in walks for number in walk["seated"])
    over = {(batch.pool[skip["expert"]]["expert"], skip["reason"]) for walk in walks for skip in walk["skipped"]}
    assert (len(walks), len({walk["task"] for walk in walks}), sum(came.values())) == (2, 1, 2)
    assert over

    found = draw_statistics(desk.bureau).experts

    keys = {row.number: row.pk for row in desk.experts}
    assert {keys[row.number]: row.called for row in found if row.called} == came
    assert {(keys[row.number], code) for row in found for code in row.skipped} == over
    assert sum(sum(row.skipped.values()) for row in found) == len(over)
    assert {row.number: row.drawn for row in found} == before  # only the sample is measured against chance
    assert sum(row.declined for row in found) == 2


def test_who_had_no_chance_and_was_passed_over_stands_in_the_statistics(lonely_desk):
    desk = lonely_desk
    batch = seated(desk, prepared(desk))
    chances = {key for panel in batch_panels(desk.bureau, None) for key in panel.chances}
    other = next(row for row in desk.experts if row.pk not in chances)
    number = next(place for place, row in enumerate(batch.pool) if row["expert"] == other.pk)
    batch.record["replacements"] = [{"task": 0, "skipped": [{"expert": number, "reason": "late"}]}]
    batch.save()

    (line,) = [row for row in draw_statistics(desk.bureau).experts if row.number == other.number]

    assert (line.lists, line.skipped, line.is_unusual) == (0, {"late": 1}, False)


def test_void_batches_count_as_attempts_only(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    batches.settle_due(at=NOW + timedelta(hours=25))
    again = drawn(desk, prepared(desk))

    (row,) = batch_attempts(desk.bureau, year_of(desk))
    found = draw_statistics(desk.bureau, year_of(desk))

    assert (row.number, row.attempts, row.grounds) == (again.number, 2, ("missing_commitment",))
    assert (found.batches, found.attempts) == (1, {2: 1})
    assert [(one.number, one.attempts, one.grounds) for one in found.repeated] == [
        (again.number, 2, ("missing_commitment",))
    ]
    assert AssignmentBatch.objects.get(pk=batch.pk).status == BatchStatus.VOID


def test_queries_do_not_grow_with_the_panels(desk):
    drawn(desk, prepared(desk))
    larger = batch_office(reviews=6, experts=16)
    drawn(larger, prepared(larger))

    counts = []
    for bureau in (desk.bureau, larger.bureau):
        with CaptureQueriesContext(connection) as queries:
            draw_statistics(bureau)
        counts.append(len(queries))

    assert counts[0] == counts[1]
