"""A conflict that others find: reported, the party heard, decided by the section head, the draw never void."""

from datetime import timedelta

import pytest

from appraisals.enums import ConflictOutcome, ConflictSource, ConflictStatus
from appraisals.models import ConflictReport
from appraisals.selectors import conflict_replies_visible_to, conflicts_visible_to, flow_of, reportable_by
from appraisals.selectors.conflicts import conflict_files_of
from appraisals.services import (
    reject_conflict,
    reply_to_conflict,
    report_conflict,
    uphold_conflict,
)
from assignments.enums import AssignmentStatus, TaskStatus
from assignments.models import Assignment, EvaluationTask, ReReviewTask
from credit.models import CreditEvent
from credit.services import CreditRefused
from delivery.models import Commission
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from foundation.workdays.selectors import add_workdays
from parties.models import Membership
from reviews.enums import OpinionStatus, RatingStatus
from reviews.models import Opinion, QualityRating
from reviews.services import finalise
from tests.factories.assignments import ExpertAssignmentFactory, FirmAssignmentFactory, ReReviewFactory, expert_user
from tests.factories.foundation import LONG_AGO, UserFactory, office
from tests.factories.reviews import ON, PNG, World

pytestmark = pytest.mark.django_db
AFTER = ON + timedelta(days=20)
SCAN = ("来信.png", PNG)


@pytest.fixture
def world():
    return World(shares=(1.0, 0.9, 0.8, 0.7, 0.2))


def report(world, seat=None, by="clerk", **facts):
    given = {"assignment": seat or world.seats[4], "words": "其配偶在被评价单位任职", "on": ON} | facts
    return report_conflict(by=world.people[by] if isinstance(by, str) else by, **given)


def decide(world, row, **facts):
    return uphold_conflict(report=row, **({"reason": "查实", "by": world.people["head"], "on": AFTER} | facts))


def code_of(call, **facts):
    with pytest.raises(DomainError) as caught:
        call(**facts)
    return caught.value.refusal.code


def unit_user(task):
    user = UserFactory(bureau=task.bureau, role=Role.UNIT)
    Membership.objects.create(user=user, organisation=task.unit.organisation, started_on=LONG_AGO)
    return user


def supervisor(world):
    return UserFactory(bureau=world.task.bureau, role=Role.SUPERVISOR)


@pytest.mark.edge("E28")
@pytest.mark.rule("R-66")
def test_party_is_told_without_the_reporter_and_heard_before_the_decision(world):
    row = report(world)

    assert (row.status, row.source, row.reply_until) == ("HEARING", "BUREAU", add_workdays(ON, 3))
    assert Notice.objects.filter(code="conflict_reported", user=world.users[4]).exists()
    early = {"report": row, "reason": "查实", "by": world.people["head"], "on": row.reply_until}
    before = Entry.objects.count()
    assert code_of(uphold_conflict, **early) == "reply_awaited"
    assert code_of(reject_conflict, **early) == "reply_awaited"
    assert code_of(uphold_conflict, **(early | {"reason": " ", "on": AFTER})) == "reason_missing"
    assert Entry.objects.count() == before

    reply_to_conflict(report=row, words="已离婚", by=world.users[4], on=ON)
    done = reject_conflict(**early | {"reason": "已离婚，不属回避情形"})

    assert (done.status, done.outcome) == (ConflictStatus.REJECTED, "")
    done.reply.refresh_from_db()
    assert (done.reply.outcome, done.reply.answer) == ("ACCEPTED", "已离婚，不属回避情形")
    assert Assignment.objects.get(pk=world.seats[4].pk).status == AssignmentStatus.SERVING
    assert Notice.objects.filter(code="conflict_decided", user=world.users[4]).exists()
    with pytest.raises(TransitionRefused):
        decide(world, done)
    with pytest.raises(TransitionRefused):
        reply_to_conflict(report=done, words="再说", by=world.users[4], on=ON)


@pytest.mark.edge("E28")
@pytest.mark.edge("E38")
def test_upheld_conflict_takes_an_expert_off_by_the_way_of_the_moment(world):
    early = ReReviewFactory(evaluation__plan=world.task.plan, evaluation__bureau=world.task.bureau)
    waiting = ExpertAssignmentFactory(re_review=early, status=AssignmentStatus.DECLARED)
    assert flow_of(waiting) == ConflictOutcome.NEXT_CALLED
    ReReviewTask.objects.filter(pk=early.pk).update(status="REVIEWING")
    assert flow_of(Assignment.objects.get(pk=waiting.pk)) == ConflictOutcome.STOPPED_REVIEW
    assert flow_of(world.seats[4]) == ConflictOutcome.OPINION_VOID
    finalise(rating=world.told(), by=world.people["clerk"], on=AFTER)

    done = decide(world, report(world))

    assert done.outcome == ConflictOutcome.CORRECTED
    assert QualityRating.objects.get().status == RatingStatus.RAW
    assert Opinion.objects.get(assignment=world.seats[4]).status == OpinionStatus.VOID
    assert Assignment.objects.get(pk=world.seats[4].pk).status == AssignmentStatus.VOID
    assert [row.status for row in Assignment.objects.filter(re_review=world.review).order_by("pk")][:4] == [
        AssignmentStatus.SERVING
    ] * 4
    assert flow_of(Assignment.objects.get(pk=world.seats[4].pk)) == ConflictOutcome.RECORDED
    assert not CreditEvent.objects.exists()


@pytest.mark.edge("E28")
@pytest.mark.parametrize(("way", "status"), [("HANDED_OVER", TaskStatus.PLANNED), ("TASK_STOPPED", TaskStatus.STOPPED)])
def test_firm_with_a_conflict_found_after_the_award_loses_the_task(world, way, status):
    EvaluationTask.objects.filter(pk=world.task.pk).update(status=TaskStatus.FIELDWORK)
    seat = world.row.assignment
    row = report(world, seat, by=supervisor(world), words="为被评价单位代理记账")
    assert row.source == ConflictSource.SUPERVISOR
    assert code_of(uphold_conflict, report=row, reason="查实", by=world.people["head"], on=AFTER) == "way_missing"

    done = decide(world, row, way=way, is_undeclared=True)

    world.task.refresh_from_db()
    assert (done.outcome, world.task.status) == (way, status)
    assert Commission.objects.get(pk=world.row.pk).ended_on == AFTER
    assert "查实" in world.task.moves.order_by("-pk").first().words
    event = CreditEvent.objects.get()
    assert (event.code, event.organisation, done.credit_event) == (
        "CONFLICT_HIDDEN",
        seat.firm.organisation,
        event,
    )


@pytest.mark.edge("E28")
def test_conflict_found_after_acceptance_stays_on_record(world):
    done = decide(world, report(world, world.row.assignment))

    world.task.refresh_from_db()
    assert (done.outcome, world.task.status) == (ConflictOutcome.RECORDED, TaskStatus.ACCEPTED)
    assert Commission.objects.get(pk=world.row.pk).ended_on is None


@pytest.mark.rule("R-66")
def test_who_reported_does_not_decide_and_others_do_not_either(world):
    row = report(world, by="head")
    for by in (world.people["head"], world.people["clerk"], world.people["leader"], office()["head"], world.users[4]):
        with pytest.raises(NotAllowed):
            decide(world, row, by=by)
    assert ConflictReport.objects.get().status == ConflictStatus.HEARING


def test_one_report_at_a_time_with_words_and_a_letter_with_its_scan(world):
    given = {"assignment": world.seats[4], "by": world.people["clerk"], "on": ON}
    assert code_of(report_conflict, **given, words=" ") == "words_missing"
    assert code_of(report_conflict, **given, words="举报", letter="某公司来信") == "scan_missing"
    assert not ConflictReport.objects.exists()

    row = report_conflict(**given, words="举报", letter="某公司2020年9月1日来信", file=SCAN)

    assert (row.source, row.letter) == (ConflictSource.OUTSIDE, "某公司2020年9月1日来信")
    assert code_of(report_conflict, **given, words="再报") == "heard_already"
    reject_conflict(report=row, reason="不属实", by=world.people["head"], on=AFTER)
    assert report_conflict(**given, words="新的情况").pk != row.pk


def test_own_report_is_decided_at_once_and_costs_nothing(world):
    row = report(world, by=world.users[4])

    assert row.source == ConflictSource.OWN
    assert not Notice.objects.filter(code="conflict_reported").exists()
    assert code_of(decide, world=world, row=row, on=ON, is_undeclared=True) == "declared_itself"
    assert decide(world, row, on=ON).outcome == ConflictOutcome.OPINION_VOID
    assert not CreditEvent.objects.exists()


def test_reply_is_the_partys_own_within_the_term_once(world):
    row = report(world)
    late = row.reply_until + timedelta(days=1)
    given = {"report": row, "words": "并无此事"}
    with pytest.raises(NotAllowed):
        reply_to_conflict(**given, by=world.users[0], on=ON)
    with pytest.raises(CreditRefused):
        reply_to_conflict(**given, by=world.users[4], on=late)
    with pytest.raises(CreditRefused):
        reply_to_conflict(**given, by=world.people["clerk"], on=ON)

    reply = reply_to_conflict(**given, by=world.people["clerk"], on=ON, file=SCAN)

    assert reply.is_on_behalf
    assert code_of(reply_to_conflict, **given, by=world.users[4], on=ON) == "replied_already"


def test_everybody_reports_and_reads_what_is_his(world):
    unit, stranger = unit_user(world.task), expert_user(ExpertAssignmentFactory().expert)
    assert list(reportable_by(unit)) == [world.row.assignment]
    assert list(reportable_by(world.users[0])) == [world.seats[0]]
    assert not reportable_by(stranger).filter(bureau=world.task.bureau).exists()
    with pytest.raises(NotAllowed):
        report(world, by=unit)
    with pytest.raises(NotAllowed):
        report(world, by=world.users[0])

    row = report(world, world.row.assignment, by=unit, file=SCAN)
    reply_to_conflict(report=row, words="并无此事", by=world.firm, on=ON)

    assert row.source == ConflictSource.UNIT
    for who in (unit, world.firm, world.people["leader"], supervisor(world)):
        assert list(conflicts_visible_to(who)) == [row]
    for who in (world.users[0], stranger, office()["head"]):
        assert not conflicts_visible_to(who).exists()
    assert not conflict_files_of(world.firm).exists()
    assert list(conflict_files_of(unit)) == [row]
    assert conflict_replies_visible_to(world.firm).exists()
    assert not conflict_replies_visible_to(unit).exists()
    decide(world, row)
    assert Notice.objects.filter(code="conflict_decided", user=unit).exists()


def test_who_left_already_keeps_the_record_of_it(world):
    gone = FirmAssignmentFactory(task__plan=world.task.plan, task__bureau=world.task.bureau, status="DECLINED")

    assert decide(world, report(world, gone)).outcome == ConflictOutcome.RECORDED
