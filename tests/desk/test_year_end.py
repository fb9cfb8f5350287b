"""A year is closed once, carries its open work, and reopens until the new year begins."""

from datetime import date

import pytest

from appraisals.models import FirmAppraisal
from assignments.models import EvaluationPlan
from desk.models import Draft, YearEnd
from desk.selectors import closing_of, draft_of, year_end_steps, year_review
from desk.services import close_year, drop_draft, save_draft, undo_closing
from desk.services.year_end import YearEndRefused
from evaluators.models import FirmUndertaking
from foundation.core.errors import NotAllowed
from foundation.papers.models import Paper
from tests.factories.assignments import ExpertFactory
from tests.factories.disclosure import make_firm, make_rating, make_task, office

pytestmark = pytest.mark.django_db
DAY = date(2020, 12, 28)


@pytest.fixture
def people():
    return office()


def code_of(call, **facts):
    with pytest.raises(YearEndRefused) as caught:
        call(**facts)
    return caught.value.refusal.code


def test_looking_writes_nothing(people):
    make_task(people, status="FIELDWORK")
    before = EvaluationPlan.objects.count()

    review = year_review(people["bureau"], 2020)

    assert (review.open_tasks, len(review.carried_tasks), len(review.open_things)) == (1, 1, 1)
    assert (EvaluationPlan.objects.count(), YearEnd.objects.count()) == (before, 0)


def test_closed_carried_frozen_opened_then_undone(people):
    bureau = people["bureau"]
    rating = make_rating(people)
    running = make_task(people, status="FIELDWORK")
    make_task(people, status="ARCHIVED")
    FirmUndertaking.objects.create(
        firm=rating.commission.firm, year=2020, text_version="1", accepted_on=DAY, accepted_by="演示"
    )

    row = close_year(bureau=bureau, year=2020, by=people["head"], on=DAY)

    running.refresh_from_db()
    rating.task.refresh_from_db()
    assert (running.assessment_year, running.work_year) == (2021, 2020)
    assert rating.task.assessment_year == 2020
    assert FirmAppraisal.objects.get(firm=rating.commission.firm).confirmed_on == DAY
    assert EvaluationPlan.objects.filter(bureau=bureau, work_year=2021).exists()
    assert row.report["firm_undertakings"] == 1
    assert code_of(close_year, bureau=bureau, year=2020, by=people["head"], on=DAY) == "closed_before"

    undo_closing(bureau=bureau, year=2020, by=people["leader"], on=DAY)

    running.refresh_from_db()
    assert running.assessment_year == 2020
    assert FirmAppraisal.objects.get(firm=rating.commission.firm).confirmed_on is None
    assert not EvaluationPlan.objects.filter(bureau=bureau, work_year=2021).exists()
    assert closing_of(bureau, 2020) is None
    assert code_of(undo_closing, bureau=bureau, year=2020, by=people["head"], on=DAY) == "not_closed"
    assert close_year(bureau=bureau, year=2020, by=people["head"], on=DAY).pk != row.pk


def _task(people):
    make_task(people, year=2021)


def _paper(people):
    Paper.objects.create(
        bureau=people["bureau"], kind="LETTER", year=2021, title="x", addressee="y", written_on=DAY, subject_kind="x",
        subject_id=1, created_by=people["clerk"],
    )  # fmt: skip


def _plan(people):
    EvaluationPlan.objects.filter(work_year=2021).update(status="DRAFTING")


def _undertaking(people):
    FirmUndertaking.objects.create(
        firm=make_firm(people["bureau"]), year=2021, text_version="1", accepted_on=DAY, accepted_by="x"
    )


@pytest.mark.parametrize("act", [_task, _paper, _plan, _undertaking])
def test_first_act_of_the_new_year_ends_the_time_to_undo(people, act):
    make_task(people)
    close_year(bureau=people["bureau"], year=2020, by=people["head"], on=DAY)

    act(people)

    assert code_of(undo_closing, bureau=people["bureau"], year=2020, by=people["head"], on=DAY) == "new_year_began"
    assert closing_of(people["bureau"], 2020)


def test_steps_from_a_year_into_the_next_are_done_one_by_one(people):
    bureau = people["bureau"]

    def steps():
        return [(step.code, step.done, step.of, step.is_done) for step in year_end_steps(bureau, 2020)]

    assert [step[1:] for step in steps()] == [
        (0, 0, True), (0, 0, True), (0, 1, False), (0, 1, False), (0, 0, True), (0, 0, True)
    ]  # fmt: skip
    rating = make_rating(people)
    make_task(people, status="ARCHIVED")
    ExpertFactory(bureau=bureau)
    ExpertFactory(bureau=bureau, source="GUEST")
    make_rating(office())  # another bureau's

    close_year(bureau=bureau, year=2020, by=people["head"], on=DAY)
    FirmUndertaking.objects.create(
        firm=rating.commission.firm, year=2021, text_version="1", accepted_on=DAY, accepted_by="演示"
    )

    assert steps() == [
        ("TASKS", 1, 2, False), ("ASSESSMENTS", 1, 1, True), ("NEXT_PLAN", 1, 1, True), ("CLOSING", 1, 1, True),
        ("FIRM_UNDERTAKINGS", 1, 1, True), ("EXPERT_UNDERTAKINGS", 0, 1, False),
    ]  # fmt: skip


def test_refusals(people):
    facts = {"bureau": people["bureau"], "year": 2020}
    assert code_of(close_year, **facts, by=people["head"], on=date(2020, 10, 31)) == "too_early"
    assert code_of(close_year, **facts, by=people["head"], on=DAY) == "no_plan"
    for user in (people["clerk"], office()["head"]):
        with pytest.raises(NotAllowed):
            close_year(**facts, by=user, on=DAY)
        with pytest.raises(NotAllowed):
            undo_closing(**facts, by=user, on=DAY)


def test_leader_closes_too_without_opening_what_he_may_not(people):
    make_task(people)

    row = close_year(bureau=people["bureau"], year=2020, by=people["leader"], on=DAY)

    assert row.report["opened_plan"] is None


def test_drafts_belong_to_their_writer(people):
    save_draft(user=people["clerk"], key="a/1", data={"words": ["一", "二"]})
    save_draft(user=people["clerk"], key="a/1", data={"words": ["三"]})

    assert draft_of(people["clerk"], "a/1") == {"words": ["三"]}
    assert draft_of(people["head"], "a/1") == {}
    drop_draft(user=people["clerk"], key="a/1")
    assert not Draft.objects.exists()
