"""A firm's year from its rows, and sanctions that take hold by approval."""

from datetime import date
from fractions import Fraction

import pytest

from appraisals.enums import RunningTasks, SanctionKind, SanctionStatus, Standing
from appraisals.models import CommissionFeedback, FirmAppraisal, Sanction
from appraisals.selectors import sanctions_visible_to, visible_to
from appraisals.services import (
    compute_year,
    confirm_appraisal,
    end_due_sanctions,
    give_feedback,
    propose_sanction,
)
from appraisals.services.sanctions import SanctionRefused
from appraisals.services.years import AppraisalRefused
from assignments.enums import TaskStatus
from assignments.models import Assignment
from assignments.selectors.eligibility import firm_eligibility
from assignments.selectors.tasks import rules_of_task
from credit.enums import CreditKind
from credit.models import CreditEvent
from delivery.models import Commission
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import FirmStanding, FirmUndertaking, Practitioner, Qualification
from evaluators.selectors import standing_on
from evaluators.services import move_firms
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.services import agree, give_back
from foundation.core.errors import NotAllowed
from parties.models import Membership, Person
from tests.factories.disclosure import make_firm, make_rating, make_task, office
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 12, 20)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    firm = make_firm(people["bureau"])
    FirmStanding.objects.create(firm=firm, status=firm.status, started_on=date(2019, 1, 1))
    return firm


def rated(people, firm, score, year=2020):
    return make_rating(people, task=make_task(people, year=year), firm=firm, score=score)


def year_of(people, firm, year=2020):
    compute_year(bureau=people["bureau"], year=year, by=people["clerk"], on=DAY)
    return FirmAppraisal.objects.get(firm=firm, year=year)


def part(row, code):
    return next(one for one in row.parts if one["code"] == code)


@pytest.mark.rule("R-30")
def test_no_task_is_not_assessed_and_has_no_points(people, firm):
    row = year_of(people, firm)

    assert (row.standing, row.points_hundredths) == (Standing.NOT_ASSESSED, None)


@pytest.mark.rule("R-30")
def test_three_reports_in_the_window_are_assessed(people, firm):
    for year, score in ((2018, "60"), (2019, "70"), (2020, "245/3")):
        rated(people, firm, score, year)

    row = year_of(people, firm)

    assert row.standing == Standing.ASSESSED
    assert part(row, "score")["exact"] == "49"
    assert part(row, "score")["facts"]["scores"] == ["245/3"]
    rated(people, firm, "80")
    assert part(year_of(people, firm), "score")["facts"]["reports"] == 2


def test_parts_come_from_the_rows(people, firm):
    rating = rated(people, firm, "80")
    FirmUndertaking.objects.create(firm=firm, year=2020, text_version="1", accepted_on=DAY, accepted_by="演示")
    Qualification.objects.create(
        firm=firm, name="资质", number="1", issuer="演示", valid_from=date(2019, 1, 1), valid_to=date(2020, 6, 1)
    )
    person = Person.objects.create(bureau=people["bureau"], name="甲")
    Practitioner.objects.create(firm=firm, person=person, started_on=date(2019, 1, 1))
    give_feedback(task=rating.task, points=90, would_commission_again=True, by=people["clerk"], on=DAY)
    CreditEvent.objects.create(
        bureau=people["bureau"], organisation=firm.organisation, kind=CreditKind.VIOLATION, code="light", points=-10,
        occurred_on=date(2020, 11, 1), expires_on=date(2021, 2, 1), words="…", recorded_by=people["head"],
    )  # fmt: skip

    row = year_of(people, firm)

    assert part(row, "compliance")["facts"] == {"undertaking": True, "qualifications": False, "answers": True}
    assert part(row, "compliance")["exact"] == "10"
    assert part(row, "training")["facts"] == {"people": 1, "met": 0, "needed_hours": 20}
    assert part(row, "feedback")["exact"] == "27/2"
    assert part(row, "deduction")["hundredths"] == -1000
    assert row.points_hundredths == (4800 + 1000 + 0 + 1350) - 1000
    assert row.standing == Standing.SMALL_SAMPLE


def test_confirmed_year_stays(people, firm):
    rated(people, firm, "80")
    row = year_of(people, firm)
    with pytest.raises(NotAllowed):
        confirm_appraisal(appraisal=row, by=people["clerk"], on=DAY)

    confirm_appraisal(appraisal=row, by=people["head"], on=DAY)
    rated(people, firm, "20")

    assert year_of(people, firm).points_hundredths == row.points_hundredths
    with pytest.raises(AppraisalRefused) as caught:
        confirm_appraisal(appraisal=row, by=people["head"], on=DAY)
    assert caught.value.refusal.code == "confirmed_before"


def test_who_computes_and_when(people):
    with pytest.raises(NotAllowed):
        compute_year(bureau=people["bureau"], year=2020, by=people["leader"], on=DAY)
    with pytest.raises(NotAllowed):
        compute_year(bureau=people["bureau"], year=2020, by=office()["clerk"], on=DAY)
    with pytest.raises(AppraisalRefused):
        compute_year(bureau=people["bureau"], year=2021, by=people["clerk"], on=DAY)


@pytest.mark.parametrize("count", [1, 10])
def test_computing_costs_the_same_for_any_number_of_firms(people, count, django_assert_max_num_queries):
    for _turn in range(count):
        make_firm(people["bureau"])

    with django_assert_max_num_queries(32):
        compute_year(bureau=people["bureau"], year=2020, by=people["clerk"], on=DAY)


def test_feedback_once_after_acceptance(people, firm):
    rating = rated(people, firm, "80")
    running = make_task(people, status=TaskStatus.FIELDWORK)
    facts = {"points": 80, "would_commission_again": True, "on": DAY}

    for task, points, code in ((running, 80, "not_accepted"), (rating.task, 101, "out_of_range")):
        with pytest.raises(AppraisalRefused) as caught:
            give_feedback(task=task, by=people["clerk"], **facts | {"points": points})
        assert caught.value.refusal.code == code
    with pytest.raises(NotAllowed):
        give_feedback(task=rating.task, by=people["leader"], **facts)
    give_feedback(task=rating.task, by=people["clerk"], **facts)
    with pytest.raises(AppraisalRefused) as caught:
        give_feedback(task=rating.task, by=people["clerk"], **facts)
    assert caught.value.refusal.code == "given_before"
    assert CommissionFeedback.objects.get().year == 2020


def propose(people, firm, kind, **facts):
    facts = {"reason": "逾期三次", "running_tasks": RunningTasks.FINISH, "by": people["clerk"], "on": DAY} | facts
    return propose_sanction(firm=firm, kind=kind, **facts)


def decide(people, sanction, on=DAY):
    approval = Approval.objects.get(subject_kind="appraisals.sanction", subject_id=sanction.pk)
    agree(approval=approval, by=people["head"], on=on)
    agree(approval=approval, by=people["leader"], on=on)
    sanction.refresh_from_db()
    return sanction


@pytest.mark.rule("R-26")
def test_talk_then_suspension_that_ends_by_itself_then_removal(people, firm):
    talk = decide(people, propose(people, firm, SanctionKind.TALK))
    firm.refresh_from_db()
    assert (talk.status, firm.status) == (SanctionStatus.IN_FORCE, FirmStatus.ACTIVE)

    suspension = propose(people, firm, SanctionKind.SUSPENSION, months=3)
    firm.refresh_from_db()
    assert firm.status == FirmStatus.ACTIVE
    decide(people, suspension)
    assert suspension.ends_on == date(2021, 3, 20)
    assert standing_on(firm, date(2021, 1, 1)) == FirmStatus.SUSPENDED

    assert end_due_sanctions(on=date(2021, 3, 19)) == []
    assert end_due_sanctions(on=date(2021, 3, 22)) == [suspension]
    assert end_due_sanctions(on=date(2021, 3, 22)) == []
    assert standing_on(firm, date(2021, 3, 20)) == FirmStatus.ACTIVE

    removal = decide(people, propose(people, firm, SanctionKind.REMOVAL, on=date(2021, 4, 1)), on=date(2021, 4, 2))
    firm.refresh_from_db()
    assert firm.status == FirmStatus.REMOVED
    assert removal.ends_on == date(2024, 4, 2)


@pytest.mark.rule("R-26")
def test_suspended_firm_is_told_the_end_of_its_suspension_as_first_free_day(people, firm):
    task = make_task(people)
    decide(people, propose(people, firm, SanctionKind.TALK))
    suspension = decide(people, propose(people, firm, SanctionKind.SUSPENSION, months=3))

    def standing(on):
        found = firm_eligibility(task, on, [firm])[0].refusals
        return [(row.facts["free_on"], row.source) for row in found if row.code == "not_in_register"]

    source = rules_of_task(task, DAY).source("suspension_months_most")
    assert standing(DAY) == [("2021-03-20", source)]
    assert standing(date(2021, 3, 19)) == [("2021-03-20", source)]
    assert standing(date(2021, 3, 20)) == []
    assert end_due_sanctions(on=date(2021, 3, 22)) == [suspension]
    assert standing(date(2021, 1, 5)) == [("2021-03-20", source)]


def test_firm_suspended_without_a_sanction_has_no_first_free_day(people, firm):
    task = make_task(people)
    move_firms(firms=[firm], action=FirmAction.SUSPEND, by=people["clerk"], on=DAY, reason="核查中")

    found = firm_eligibility(task, DAY, [firm])[0].refusals

    assert [row.facts["free_on"] for row in found if row.code == "not_in_register"] == [None]


@pytest.mark.rule("R-26")
@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        (SanctionKind.TALK, {"reason": " "}, "reason_missing"),
        (SanctionKind.TALK, {"running_tasks": ""}, "choice_missing"),
        (SanctionKind.SUSPENSION, {"months": 0, "is_grave": True}, "months_out_of_range"),
        (SanctionKind.SUSPENSION, {"months": 13, "is_grave": True}, "months_out_of_range"),
        (SanctionKind.SUSPENSION, {"months": 3}, "rung_skipped"),
        (SanctionKind.REMOVAL, {}, "rung_skipped"),
    ],
)
def test_refused_proposals(people, firm, kind, facts, code):
    with pytest.raises(SanctionRefused) as caught:
        propose(people, firm, kind, **facts)

    assert caught.value.refusal.code == code
    assert not Sanction.objects.exists()
    assert not Approval.objects.exists()


def test_one_waits_at_a_time_and_only_in_the_register(people, firm):
    propose(people, firm, SanctionKind.TALK)
    with pytest.raises(SanctionRefused) as caught:
        propose(people, firm, SanctionKind.TALK)
    assert caught.value.refusal.code == "under_approval"
    gone = make_firm(people["bureau"], status=FirmStatus.REMOVED)
    with pytest.raises(SanctionRefused) as caught:
        propose(people, gone, SanctionKind.TALK)
    assert caught.value.refusal.code == "not_in_register"
    with pytest.raises(NotAllowed):
        propose(people, firm, SanctionKind.TALK, by=people["leader"])


def test_given_back_changes_nothing(people, firm):
    row = propose(people, firm, SanctionKind.REMOVAL, is_grave=True)
    give_back(approval=Approval.objects.get(), by=people["head"], on=DAY, words="证据不足")

    row.refresh_from_db()
    firm.refresh_from_db()
    assert (row.status, firm.status) == (SanctionStatus.REFUSED, FirmStatus.ACTIVE)


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        (RunningTasks.FINISH, TaskStatus.FIELDWORK),
        (RunningTasks.HAND_OVER, TaskStatus.PLANNED),
        (RunningTasks.STOP, TaskStatus.STOPPED),
    ],
)
def test_choice_about_running_tasks_is_done(people, firm, choice, status):
    task = make_rating(people, task=make_task(people), firm=firm).task
    task.status = TaskStatus.FIELDWORK
    task.save()

    decide(people, propose(people, firm, SanctionKind.REMOVAL, is_grave=True, running_tasks=choice))

    task.refresh_from_db()
    assert task.status == status
    ended = Commission.objects.filter(task=task, ended_on__isnull=False).exists()
    assert ended == (choice != RunningTasks.FINISH)
    assert Assignment.objects.filter(task=task, status="VOID").exists() == (choice == RunningTasks.HAND_OVER)


def test_firm_sees_its_own_year_once_confirmed_and_sanctions_in_force(people, firm):
    user = UserFactory(bureau=people["bureau"], role=Role.FIRM_ADMIN)
    Membership.objects.create(user=user, organisation=firm.organisation, started_on=date(2019, 1, 1))
    rated(people, firm, str(Fraction(80)))
    row = year_of(people, firm)
    sanction = propose(people, firm, SanctionKind.TALK)
    assert not visible_to(user).exists()
    assert not sanctions_visible_to(user).exists()

    confirm_appraisal(appraisal=row, by=people["head"], on=DAY)
    decide(people, sanction)

    assert list(visible_to(user)) == [row]
    assert list(sanctions_visible_to(user)) == [sanction]
    assert visible_to(people["clerk"]).exists()
    assert not visible_to(office()["clerk"]).exists()


def test_restored_even_when_who_proposed_left(people, firm):
    suspension = decide(people, propose(people, firm, SanctionKind.SUSPENSION, months=1, is_grave=True))
    people["clerk"].grants.update(ended_on=DAY)

    assert end_due_sanctions(on=date(2021, 2, 1)) == [suspension]
    firm.refresh_from_db()
    assert firm.status == FirmStatus.ACTIVE
