"""Appeals: who decides, what a decision may say, new facts, and what follows. Rule R-23."""

from datetime import date
from fractions import Fraction

import pytest

from foundation.core.errors import NotAllowed, TransitionRefused
from reviews.enums import AppealStatus, RatingStatus
from reviews.models import Appeal, SectionScore
from reviews.services import AppealRefused, RatingRefused, appeal, decide_appeal, finalise, waive_appeal
from tests.factories.assignments import expert_user, firm_user
from tests.factories.foundation import UserFactory
from tests.factories.reviews import ON, World

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-23")]


@pytest.fixture
def world():
    return World()


def filed_in(world, **facts):
    row = world.told()
    return row, appeal(rating=row, item=world.items[0], ground="有误", by=world.firm, on=ON, **facts)


def decide(filed, by, *, status=AppealStatus.UPHELD, points=50, words="属实", on=ON):
    return decide_appeal(appeal=filed, status=status, decision=words, correction_hundredths=points, by=by, on=on)


def code_of(error, call, *args, **facts):
    with pytest.raises(error) as caught:
        call(*args, **facts)
    return caught.value.refusal.code


def test_nobody_who_took_part_decides(world):
    _row, filed = filed_in(world)
    another = UserFactory(bureau=world.people["bureau"], role=world.people["leader"].grants.get().role)
    SectionScore.objects.update(entered_by=another)

    for by in (world.people["clerk"], world.people["head"], another, world.users[0], world.firm):
        with pytest.raises(NotAllowed):
            decide(filed, by)

    filed.refresh_from_db()
    assert (filed.status, filed.decided_by) == (AppealStatus.OPEN, None)


@pytest.mark.parametrize(
    ("status", "points", "after"),
    [
        (AppealStatus.UPHELD, 50, Fraction("93.5")),
        (AppealStatus.PARTLY, 20, Fraction("93.2")),
        (AppealStatus.UPHELD, -400, Fraction(89)),
        (AppealStatus.REJECTED, 0, Fraction(93)),
        (AppealStatus.UPHELD, 800, Fraction(100)),
    ],
)
def test_value_goes_up_down_or_stays_and_the_grade_follows(world, status, points, after):
    row, filed = filed_in(world)

    decide(filed, world.people["leader"], status=status, points=points)

    row.refresh_from_db()
    assert (Fraction(row.final), row.status) == (after, RatingStatus.TOLD)
    assert row.grade == ("EXCELLENT" if after >= 90 else "GOOD")
    assert (row.raw, row.adjusted) == ("93", "93")
    assert row.document["moves"] == [{"action": "DECIDE", "before": "93", "after": str(after), "reason": "属实"}]


@pytest.mark.parametrize(
    ("status", "points", "words", "code"),
    [
        (AppealStatus.UPHELD, 5_000, "属实", "correction_too_large"),
        (AppealStatus.PARTLY, -5_000, "属实", "correction_too_large"),
        (AppealStatus.REJECTED, 50, "不符", "correction_does_not_fit"),
        (AppealStatus.UPHELD, 0, "属实", "correction_does_not_fit"),
        (AppealStatus.UPHELD, 50, " ", "decision_missing"),
        (AppealStatus.OPEN, 50, "属实", "decision_missing"),
    ],
)
def test_decision_that_does_not_fit_changes_nothing(world, status, points, words, code):
    row, filed = filed_in(world)

    assert (
        code_of(AppealRefused, decide, filed, world.people["leader"], status=status, points=points, words=words) == code
    )

    row.refresh_from_db()
    filed.refresh_from_db()
    assert (row.final, row.status, filed.status) == ("", RatingStatus.APPEALED, AppealStatus.OPEN)


def test_nothing_is_final_while_an_appeal_is_open_and_at_once_after_it(world):
    row, filed = filed_in(world)
    with pytest.raises(TransitionRefused):
        finalise(rating=row, by=world.people["clerk"], on=date(2020, 12, 1))

    decide(filed, world.people["leader"])

    assert finalise(rating=row, by=world.people["clerk"], on=ON).final == "187/2"
    assert code_of(AppealRefused, decide, filed, world.people["leader"]) == "decided"


def test_one_round_and_new_facts_open_a_second(world):
    row, filed = filed_in(world)
    decide(filed, world.people["leader"], status=AppealStatus.REJECTED, points=0)
    again = {"rating": row, "item": world.items[1], "ground": "再诉", "by": world.firm, "on": ON}
    assert code_of(AppealRefused, appeal, **again) == "one_round"
    assert Appeal.objects.count() == 1

    second = appeal(**again, new_facts="新取得的验收单")

    row.refresh_from_db()
    assert (row.status, row.appeals.count()) == (RatingStatus.APPEALED, 2)
    assert decide(second, world.people["leader"]).status == AppealStatus.UPHELD  # one leader must be able to answer


def test_only_the_firm_itself_appeals_and_accepts(world):
    row = world.told()
    for by in (firm_user(World().row.firm), world.people["leader"], expert_user(world.seats[0].expert)):
        with pytest.raises(NotAllowed):
            appeal(rating=row, item=world.items[0], ground="x", by=by, on=ON)
        with pytest.raises(NotAllowed):
            waive_appeal(rating=row, by=by, on=ON)
    assert not Appeal.objects.exists()


def test_item_of_another_rubric_is_refused(world):
    row = world.told()
    other = World().items[0]
    assert other.version_id != row.rubric_version_id

    assert code_of(AppealRefused, appeal, rating=row, item=other, ground="x", by=world.firm, on=ON) == "foreign_item"
    assert not Appeal.objects.exists()


def test_accepted_rating_is_final_before_the_period_ends(world):
    row = world.told()
    assert code_of(RatingRefused, finalise, rating=row, by=world.people["clerk"], on=ON) == "appeal_period"
    waive_appeal(rating=row, by=world.firm, on=ON)
    assert code_of(AppealRefused, waive_appeal, rating=row, by=world.firm, on=ON) == "nothing_to_waive"

    assert finalise(rating=row, by=world.people["clerk"], on=ON).status == RatingStatus.FINAL
