"""The ladder of sanctions: told beforehand, heard, agreed, served; what runs is asked; the later end counts."""

from datetime import date, timedelta
from itertools import product

import pytest

from appraisals.enums import RunningTasks, SanctionAction, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import Sanction, SanctionReply, SanctionTask
from appraisals.rules import return_day
from appraisals.selectors import choices_about, sanctions_visible_to
from appraisals.services import (
    SanctionRefused,
    answer_sanction_reply,
    choose_for_tasks,
    drop_sanction,
    end_due_sanctions,
    record_talk,
    reply_to_sanction,
    serve_paper,
    submit_sanction,
)
from appraisals.services.steps import move
from appraisals.transitions import SANCTION
from assignments.enums import AssignmentStatus, ReReviewStatus, TaskStatus
from assignments.models import Assignment, TaskMove
from assignments.selectors.eligibility import firm_eligibility
from assignments.selectors.tasks import rules_of_task
from credit.enums import ReplyOutcome
from credit.services import CreditRefused
from delivery.models import Commission
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import FirmStanding
from evaluators.selectors import standing_on
from evaluators.services import FirmRefused, move_firms
from experts.enums import ExpertStatus
from experts.selectors import standing_on as expert_standing_on
from experts.services import end_due_suspensions
from foundation.approvals.models import Approval
from foundation.approvals.services import agree, give_back
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from foundation.papers.enums import DeliveryWay, PaperStatus
from foundation.papers.models import Paper
from tests.factories.assignments import ExpertAssignmentFactory, ExpertFactory, ReReviewFactory, expert_user, firm_user
from tests.factories.disclosure import make_firm, make_rating, make_task, office
from tests.factories.sanctions import DAY, PAPER, TERM, decide, propose, tell
from tests.foundation.files.test_uploads import pdf

pytestmark = pytest.mark.django_db
SUSPENSION, REMOVAL, TALK = SanctionKind.SUSPENSION, SanctionKind.REMOVAL, SanctionKind.TALK


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    firm = make_firm(people["bureau"])
    FirmStanding.objects.create(firm=firm, status=firm.status, started_on=date(2019, 1, 1))
    return firm


@pytest.fixture
def expert(people):
    return ExpertFactory(bureau=people["bureau"])


def running_task(people, firm, status=TaskStatus.FIELDWORK):
    task = make_rating(people, task=make_task(people), firm=firm).task
    task.status = status
    task.save()
    return task


def refusal(call, error=SanctionRefused, **facts):
    with pytest.raises(error) as caught:
        call(**facts)
    return caught.value.refusal


@pytest.mark.rule("R-26")
def test_talk_then_suspension_that_ends_by_itself_then_removal(people, firm):
    talk = decide(people, propose(people, TALK, firm=firm))
    firm.refresh_from_db()
    assert (talk.status, firm.status) == (SanctionStatus.IN_FORCE, FirmStatus.ACTIVE)

    suspension = propose(people, SUSPENSION, firm=firm, months=3)
    firm.refresh_from_db()
    assert (suspension.status, firm.status) == (SanctionStatus.DRAFTED, FirmStatus.ACTIVE)
    decide(people, suspension)
    assert suspension.ends_on == date(2021, 3, 20)
    assert standing_on(firm, date(2021, 1, 1)) == FirmStatus.SUSPENDED

    assert end_due_sanctions(on=date(2021, 3, 19)) == []
    assert end_due_sanctions(on=date(2021, 3, 22)) == [suspension]
    assert end_due_sanctions(on=date(2021, 3, 22)) == []
    assert standing_on(firm, date(2021, 3, 20)) == FirmStatus.ACTIVE

    removal = decide(people, propose(people, REMOVAL, firm=firm, on=date(2021, 4, 1)), on=date(2021, 4, 2))
    firm.refresh_from_db()
    assert (firm.status, removal.ends_on) == (FirmStatus.REMOVED, date(2024, 4, 2))
    again = {"firms": [firm], "action": FirmAction.REAPPLY, "by": people["clerk"]}
    assert refusal(move_firms, FirmRefused, on=date(2024, 4, 1), **again).facts == {"free_on": "2024-04-02"}
    assert move_firms(on=date(2024, 4, 2), **again)[0].status == FirmStatus.APPLIED


@pytest.mark.rule("R-56")
def test_party_is_told_beforehand_and_approval_waits_for_its_term(people, firm):
    user = firm_user(firm)
    row = propose(people, SUSPENSION, firm=firm, months=1, is_grave=True)
    assert list(sanctions_visible_to(user)) == []
    assert refusal(submit_sanction, sanction=row, by=people["clerk"], on=DAY).code == "not_told"

    tell(people, row, on=date(2020, 12, 7))

    assert (row.status, row.told_on, row.reply_until) == ("TOLD", date(2020, 12, 7), date(2020, 12, 14))
    assert list(sanctions_visible_to(user)) == [row]
    assert list(Notice.objects.filter(user=user).values_list("code", flat=True)) == ["sanction_told"]
    early = refusal(submit_sanction, sanction=row, by=people["clerk"], on=date(2020, 12, 14))
    assert (early.code, early.facts) == ("reply_open", {"until": "2020-12-14"})
    assert not Approval.objects.exists()
    submit_sanction(sanction=row, by=people["clerk"], on=date(2020, 12, 15))
    assert Approval.objects.get().subject_id == row.pk


@pytest.mark.rule("R-56")
def test_reply_is_heard_before_approval_and_stands_beside(people, firm):
    user, row = firm_user(firm), propose(people, SUSPENSION, firm=firm, months=1, is_grave=True)
    other = firm_user(make_firm(people["bureau"]))
    given = {"sanction": row, "words": "逾期因单位迟交资料", "on": DAY - TERM}
    refusal(reply_to_sanction, TransitionRefused, by=user, **given)
    tell(people, row)
    with pytest.raises(NotAllowed):
        reply_to_sanction(by=other, **given)
    assert refusal(reply_to_sanction, CreditRefused, by=people["clerk"], **given).code == "scan_missing"
    late = given | {"on": row.reply_until + timedelta(days=1)}
    assert refusal(reply_to_sanction, CreditRefused, by=user, **late).code == "reply_too_late"
    assert not SanctionReply.objects.exists()

    reply = reply_to_sanction(by=user, file=("说明.pdf", pdf()), **given)

    assert (reply.is_on_behalf, reply.file.original_name) == (False, "说明.pdf")
    refusal(reply_to_sanction, TransitionRefused, by=user, **given)
    assert refusal(submit_sanction, sanction=row, by=people["clerk"], on=DAY).code == "reply_unanswered"
    with pytest.raises(NotAllowed):
        answer_sanction_reply(reply=reply, outcome="UPHELD", words="…", by=people["clerk"], on=DAY)
    answer_sanction_reply(reply=reply, outcome=ReplyOutcome.UPHELD, words="单位已按时交齐。", by=people["head"], on=DAY)
    refusal(
        answer_sanction_reply, TransitionRefused, reply=reply, outcome="UPHELD", words="再", by=people["head"], on=DAY
    )
    assert submit_sanction(sanction=row, by=people["clerk"], on=DAY - TERM + timedelta(days=1)).status == "PROPOSED"


@pytest.mark.rule("R-56")
def test_accepted_reply_drops_the_sanction_and_everybody_may_propose_anew(people, expert):
    row = tell(people, propose(people, SUSPENSION, expert=expert, months=3))
    reply = reply_to_sanction(
        sanction=row, words="已在会前请假", by=people["clerk"], on=DAY - TERM, file=("申辩.pdf", pdf())
    )
    assert reply.is_on_behalf

    answer_sanction_reply(reply=reply, outcome=ReplyOutcome.ACCEPTED, words="请假属实", by=people["head"], on=DAY)

    row.refresh_from_db()
    expert.refresh_from_db()
    assert (row.status, row.dropped_reason, expert.status) == ("DROPPED", "请假属实", ExpertStatus.ACTIVE)
    assert propose(people, SUSPENSION, expert=expert, months=3).status == SanctionStatus.DRAFTED


def test_dropped_before_it_was_told_voids_the_notice(people, firm):
    row = propose(people, SUSPENSION, firm=firm, months=1, is_grave=True)
    assert refusal(drop_sanction, sanction=row, reason=" ", by=people["clerk"], on=DAY).code == "reason_missing"

    drop_sanction(sanction=row, reason="证据不足", by=people["clerk"], on=DAY)

    paper = Paper.objects.get(subject_kind="appraisals.sanction", subject_id=row.pk)
    assert (paper.kind, paper.status, paper.void_reason) == (SanctionPaper.NOTICE, PaperStatus.VOID, "证据不足")


@pytest.mark.rule("R-26")
def test_suspended_firm_is_told_the_end_of_its_suspension_as_first_free_day(people, firm):
    task = make_task(people)
    suspension = decide(people, propose(people, SUSPENSION, firm=firm, months=3, is_grave=True))

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
@pytest.mark.parametrize("order", [(3, 1), (1, 3), (2, 2)])
def test_of_two_suspensions_of_a_firm_the_later_end_counts(people, firm, order):
    first = decide(people, propose(people, SUSPENSION, firm=firm, months=order[0], is_grave=True))
    second = decide(people, propose(people, SUSPENSION, firm=firm, months=order[1], is_grave=True))
    ends = sorted([first.ends_on, second.ends_on])

    assert {row.pk for row in end_due_sanctions(on=ends[0])} == {
        row.pk for row in (first, second) if row.ends_on == ends[0]
    }
    firm.refresh_from_db()
    assert firm.status == (FirmStatus.ACTIVE if ends[0] == ends[1] else FirmStatus.SUSPENDED)
    end_due_sanctions(on=ends[1])
    assert standing_on(firm, ends[1] - timedelta(days=1)) == FirmStatus.SUSPENDED
    assert standing_on(firm, ends[1]) == FirmStatus.ACTIVE


@pytest.mark.rule("R-57")
def test_return_day_is_the_last_end_and_unknown_while_a_lifting_is_missing():
    first, last = date(2021, 1, 1), date(2021, 6, 1)

    assert return_day([]) is None
    assert return_day([(last, True), (first, True)]) == last
    assert return_day([(last, True), (first, False)]) is None


@pytest.mark.rule("R-26")
@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        (TALK, {"reason": " "}, "reason_missing"),
        (SUSPENSION, {"months": 0, "is_grave": True}, "months_out_of_range"),
        (SUSPENSION, {"months": 13, "is_grave": True}, "months_out_of_range"),
        (SUSPENSION, {"months": 3}, "rung_skipped"),
        (REMOVAL, {}, "rung_skipped"),
    ],
)
def test_refused_proposals(people, firm, kind, facts, code):
    assert refusal(propose, people=people, kind=kind, firm=firm, **facts).code == code
    assert not Sanction.objects.exists()
    assert not Approval.objects.exists()
    assert not Paper.objects.exists()


@pytest.mark.rule("R-27")
def test_expert_needs_no_talk_but_a_length_of_the_rule(people, expert):
    assert refusal(propose, people=people, kind=SUSPENSION, expert=expert, months=4).code == "months_out_of_range"
    assert refusal(propose, people=people, kind=REMOVAL, expert=expert).code == "rung_skipped"
    assert refusal(propose, people=people, kind=TALK).code == "one_party"

    assert propose(people, SUSPENSION, expert=expert, months=3).status == SanctionStatus.DRAFTED


def test_one_waits_at_a_time_and_only_in_the_register(people, firm):
    propose(people, TALK, firm=firm)
    assert refusal(propose, people=people, kind=TALK, firm=firm).code == "under_approval"
    gone = make_firm(people["bureau"], status=FirmStatus.REMOVED)
    assert refusal(propose, people=people, kind=TALK, firm=gone).code == "not_in_register"
    with pytest.raises(NotAllowed):
        propose(people, TALK, firm=make_firm(people["bureau"]), by=people["leader"])


def test_given_back_changes_nothing(people, firm):
    row = tell(people, propose(people, REMOVAL, firm=firm, is_grave=True))
    submit_sanction(sanction=row, by=people["clerk"], on=DAY)
    give_back(approval=Approval.objects.get(), by=people["head"], on=DAY, words="证据不足")

    row.refresh_from_db()
    firm.refresh_from_db()
    assert (row.status, firm.status) == (SanctionStatus.REFUSED, FirmStatus.ACTIVE)


@pytest.mark.edge("E31")
def test_each_running_task_is_asked_and_done_as_chosen(people, firm):
    finish, hand_over, stop = (running_task(people, firm) for _ in range(3))
    seats = {seat.task_id: seat.pk for seat in Assignment.objects.filter(firm=firm)}
    given = {"people": people, "kind": REMOVAL, "firm": firm, "is_grave": True}

    missing = refusal(propose, choices={seats[finish.pk]: RunningTasks.FINISH}, **given)

    assert (missing.code, missing.facts["tasks"]) == ("choice_missing", [hand_over.number, stop.number])
    assert not Sanction.objects.exists()
    choices = {seats[finish.pk]: "FINISH", seats[hand_over.pk]: "HAND_OVER", seats[stop.pk]: "STOP"}
    assert refusal(propose, choices=choices | {0: "STOP"}, **given).code == "not_running"

    decide(people, propose(choices=choices, **given))

    tasks = [finish, hand_over, stop]
    for task in tasks:
        task.refresh_from_db()
    assert [task.status for task in tasks] == [TaskStatus.FIELDWORK, TaskStatus.PLANNED, TaskStatus.STOPPED]
    assert [Commission.objects.get(task=task).ended_on for task in tasks] == [None, DAY, DAY]
    assert Assignment.objects.get(pk=seats[hand_over.pk]).status == AssignmentStatus.VOID
    assert [choices_about(task).get().choice for task in tasks] == ["FINISH", "HAND_OVER", "STOP"]
    assert TaskMove.objects.filter(task=stop, words__contains="移出名录").exists()


@pytest.mark.edge("E31")
def test_task_that_began_since_the_proposal_must_be_chosen_before_the_last_step(people, firm):
    row = tell(people, propose(people, REMOVAL, firm=firm, is_grave=True))
    submit_sanction(sanction=row, by=people["clerk"], on=DAY)
    approval = Approval.objects.get()
    agree(approval=approval, by=people["head"], on=DAY)
    task = running_task(people, firm)
    seat = Assignment.objects.get(task=task)

    late = refusal(agree, approval=approval, by=people["leader"], on=DAY)

    assert (late.code, late.facts["url"]) == ("choice_missing", f"/bureau/sanctions/{row.pk}/")
    firm.refresh_from_db()
    assert firm.status == FirmStatus.ACTIVE
    choose_for_tasks(sanction=row, choices={seat.pk: RunningTasks.STOP}, by=people["clerk"], on=DAY)
    agree(approval=approval, by=people["leader"], on=DAY)
    task.refresh_from_db()
    assert task.status == TaskStatus.STOPPED
    refusal(choose_for_tasks, TransitionRefused, sanction=row, choices={}, by=people["clerk"], on=DAY)


@pytest.mark.edge("E31")
def test_seats_of_an_expert_are_asked_too(people, expert):
    stays, goes = (
        ExpertAssignmentFactory(
            re_review=ReReviewFactory(evaluation=make_task(people), status=ReReviewStatus.REVIEWING),
            expert=expert, status=AssignmentStatus.SERVING,
        )
        for _ in range(2)
    )  # fmt: skip
    given = {"people": people, "kind": SUSPENSION, "expert": expert, "months": 3}
    assert refusal(propose, choices={}, **given).code == "choice_missing"
    assert refusal(propose, choices={stays.pk: "STOP", goes.pk: "STOP"}, **given).code == "panel_goes_on"

    decide(people, propose(choices={stays.pk: "FINISH", goes.pk: "HAND_OVER"}, **given))

    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.status, goes.status) == (AssignmentStatus.SERVING, AssignmentStatus.VOID)
    assert list(SanctionTask.objects.values_list("done_on", flat=True)) == [DAY, DAY]


@pytest.mark.rule("R-27")
def test_short_suspension_of_an_expert_ends_by_itself_at_the_later_end(people, expert):
    first = decide(people, propose(people, SUSPENSION, expert=expert, months=3))
    later = date(2021, 1, 20)
    second = decide(people, propose(people, SUSPENSION, expert=expert, months=3, on=later - TERM), on=later)
    assert (first.ends_on, second.ends_on) == (date(2021, 3, 20), date(2021, 4, 20))

    assert end_due_sanctions(on=date(2021, 3, 20)) == [first]
    assert end_due_suspensions(on=date(2021, 3, 20)) == 0
    assert expert_standing_on(expert, date(2021, 4, 19)) == ExpertStatus.SUSPENDED
    assert end_due_sanctions(on=date(2021, 4, 21)) == [second]
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.ACTIVE
    assert expert_standing_on(expert, date(2021, 4, 20)) == ExpertStatus.ACTIVE


@pytest.mark.rule("R-27")
@pytest.mark.parametrize("months", [(3, 6), (6, 3)])
def test_suspension_that_ends_only_by_application_outlasts_a_short_one(people, expert, months):
    decide(people, propose(people, SUSPENSION, expert=expert, months=months[0]))
    later = date(2021, 1, 20)
    decide(people, propose(people, SUSPENSION, expert=expert, months=months[1], on=later - TERM), on=later)

    for day in (date(2021, 3, 20), date(2021, 4, 20), date(2022, 6, 1)):
        end_due_sanctions(on=day)
        assert end_due_suspensions(on=day) == 0
        assert expert_standing_on(expert, day) == ExpertStatus.SUSPENDED


def test_talk_is_called_held_and_recorded(people, firm):
    row = propose(people, TALK, firm=firm, talk_on=date(2020, 12, 24), talk_place="四楼会议室")
    given = {"place": "四楼会议室", "present": "甲、乙", "words": "说明逾期原因", "by": people["clerk"], "on": DAY}
    refusal(record_talk, TransitionRefused, sanction=row, held_on=DAY, **given)
    decide(people, row)
    served = {"sanction": row, "content": PAPER, "way": DeliveryWay.POST, "by": people["clerk"], "on": DAY}
    assert refusal(serve_paper, kind=SanctionPaper.DECISION, **served).code == "no_paper"
    assert serve_paper(kind=SanctionPaper.TALK, **served).status == PaperStatus.ISSUED
    early = DAY - timedelta(days=1)
    assert refusal(record_talk, sanction=row, held_on=early, **given).code == "day_out_of_range"
    assert refusal(record_talk, sanction=row, held_on=DAY, **given | {"words": " "}).code == "words_missing"

    record_talk(sanction=row, held_on=DAY, promised="一个月内整改", **given)

    row.refresh_from_db()
    assert (row.status, row.ended_on, row.served_on) == (SanctionStatus.ENDED, DAY, DAY)
    assert serve_paper(kind=SanctionPaper.TALK_RECORD, **served).number == 1


def test_firm_reads_its_own_sanctions_and_nobody_elses(people, firm):
    user, stranger = firm_user(firm), firm_user(make_firm(people["bureau"]))
    row = decide(people, propose(people, TALK, firm=firm))

    assert list(sanctions_visible_to(user)) == [row]
    assert list(sanctions_visible_to(stranger)) == []
    assert list(sanctions_visible_to(office()["clerk"])) == []


def test_expert_reads_his_own_sanctions_and_nobody_elses(people, expert):
    row = decide(people, propose(people, SUSPENSION, expert=expert, months=3))

    assert list(sanctions_visible_to(expert_user(expert))) == [row]
    assert list(sanctions_visible_to(expert_user(ExpertFactory(bureau=people["bureau"])))) == []


def test_restored_even_when_who_proposed_left(people, firm):
    suspension = decide(people, propose(people, SUSPENSION, firm=firm, months=1, is_grave=True))
    people["clerk"].grants.update(ended_on=DAY)

    assert end_due_sanctions(on=date(2021, 2, 1)) == [suspension]
    firm.refresh_from_db()
    assert firm.status == FirmStatus.ACTIVE


def test_every_pair_is_in_the_table_or_refused():
    for status, action in product(SanctionStatus, SanctionAction):
        row = Sanction(kind=TALK, status=status)

        if after := SANCTION.get((status, action)):
            move(row, action)
            assert row.status == after
        else:
            with pytest.raises(TransitionRefused):
                move(row, action)
            assert row.status == status
