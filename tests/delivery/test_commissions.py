"""The commission: who may give it, to whom, for how much, until when; approved in two steps, sent, accepted, ended."""

from datetime import date

import pytest

from assignments.enums import AssignmentStatus, Executor, TaskAction, TaskStatus
from assignments.models import Award, EvaluationTask, TaskMove
from assignments.services.tasks import recommission
from delivery import services
from delivery.enums import CommissionAction, CommissionStatus, VersionKind
from delivery.models import Commission, ReportVersion
from delivery.selectors import commission_of
from delivery.services.commissions import CommissionRefused
from delivery.transitions import COMMISSION
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree, give_back, withdraw
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper, PaperDelivery
from tests.factories.assignments import TODAY, FirmAssignmentFactory, TaskFactory, firm_user
from tests.factories.delivery import DUE, NOW, CommissionFactory, LeadEvaluatorFactory, VersionFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 letter"


@pytest.fixture
def chosen():
    """A task whose firm is chosen and has no conflict, with two people above the clerk."""
    assignment = FirmAssignmentFactory(task__status=TaskStatus.RECUSAL_CONFIRMED, status=AssignmentStatus.DECLARED)
    bureau = assignment.bureau
    return {
        "task": assignment.task,
        "clerk": assignment.task.clerk,
        "lead": LeadEvaluatorFactory(firm=assignment.firm),
        "head": UserFactory(bureau=bureau, role=Role.SECTION_HEAD),
        "leader": UserFactory(bureau=bureau, role=Role.BUREAU_LEADER),
        "firm": firm_user(assignment.firm),
    }


def commissioned(chosen, **more):
    facts = {
        "lead_evaluator": chosen["lead"],
        "fee_cents": 9_000_000,
        "due_on": DUE,
        "by": chosen["clerk"],
        "on": TODAY,
    }
    return services.commission(task=chosen["task"], **(facts | more))


def agreed(chosen):
    row = commissioned(chosen)
    for person in ("head", "leader"):
        agree(approval=running("LETTER", row), by=chosen[person], on=TODAY)
    return Commission.objects.get(pk=row.pk)


def sent(chosen):
    return services.send_letter(commission=agreed(chosen), content=PDF, by=chosen["clerk"], on=TODAY)


def test_commission_drafts_the_letter_and_waits_for_two_steps(chosen):
    row = commissioned(chosen)

    approval = running("LETTER", row)
    assert (row.status, row.firm_name) == (CommissionStatus.IN_APPROVAL, row.firm.organisation.name)
    assert [step.role for step in approval.steps.order_by("position")] == [Role.SECTION_HEAD, Role.BUREAU_LEADER]
    assert (row.letter.status, row.letter.addressee) == (PaperStatus.DRAFT, row.firm_name)
    assert row.rubric_version.rubric.bureau == chosen["task"].bureau
    assert Entry.objects.filter(action="delivery.commission.drafted").count() == 1


@pytest.mark.rule("R-43")
@pytest.mark.parametrize(("count", "due_on"), [(None, date(2020, 8, 24)), (5, date(2020, 6, 8))])
def test_report_is_due_after_the_usual_working_days_unless_the_letter_says_otherwise(chosen, count, due_on):
    if count:
        rule_set = RuleSetFactory(bureau=chosen["task"].bureau)
        RuleValueFactory(rule_set=rule_set, key="commission_workdays", value=count)

    assert commissioned(chosen, due_on=None).due_on == due_on


@pytest.mark.rule("R-37")
def test_letter_is_sent_only_when_both_steps_agreed_and_not_by_its_author(chosen):
    row = commissioned(chosen)

    with pytest.raises(NotAllowed):
        agree(approval=running("LETTER", row), by=chosen["clerk"], on=TODAY)
    agree(approval=running("LETTER", row), by=chosen["head"], on=TODAY)
    with pytest.raises(TransitionRefused):
        services.send_letter(commission=row, content=PDF, by=chosen["clerk"], on=TODAY)
    agree(approval=running("LETTER", row), by=chosen["leader"], on=TODAY)

    done = services.send_letter(commission=row, content=PDF, by=chosen["clerk"], on=TODAY)

    paper = Paper.objects.get(pk=row.letter_id)
    assert (done.status, done.sent_on) == (CommissionStatus.SENT, TODAY)
    assert (paper.status, paper.signer) == (PaperStatus.ISSUED, chosen["leader"].name)
    assert PaperDelivery.objects.get(paper=paper).delivered_to == row.firm_name
    chosen["task"].refresh_from_db()
    assert (chosen["task"].status, chosen["task"].due_on) == (TaskStatus.RECUSAL_CONFIRMED, DUE)
    assert list(Notice.objects.filter(user=chosen["firm"]).values_list("code", flat=True)) == ["commission_sent"]


def test_firm_accepts_and_the_task_is_commissioned_from_that_day(chosen):
    row = sent(chosen)

    services.accept_commission(commission=row, by=chosen["firm"], on=date(2020, 6, 3), contract_number="HT-1")

    row.refresh_from_db()
    chosen["task"].refresh_from_db()
    assert (row.status, row.accepted_on, row.contract_number) == (CommissionStatus.ACCEPTED, date(2020, 6, 3), "HT-1")
    assert (chosen["task"].status, chosen["task"].commissioned_on) == (TaskStatus.COMMISSIONED, date(2020, 6, 3))


@pytest.mark.parametrize("who", ["other firm", "firm member", "expert"])
def test_nobody_else_accepts_for_the_firm(chosen, who):
    row = sent(chosen)
    stranger = {
        "other firm": lambda: firm_user(LeadEvaluatorFactory(firm__bureau=row.task.bureau).firm),
        "firm member": lambda: firm_user(row.firm, role=Role.FIRM_MEMBER),
        "expert": lambda: UserFactory(bureau=row.task.bureau, role=Role.EXPERT),
    }[who]()

    with pytest.raises(NotAllowed):
        services.accept_commission(commission=row, by=stranger, on=TODAY)

    row.refresh_from_db()
    assert row.status == CommissionStatus.SENT


def test_clerk_enters_the_answer_the_firm_gave_on_paper(chosen):
    services.accept_commission(commission=sent(chosen), by=chosen["clerk"], on=TODAY)

    entry = Entry.objects.get(action="delivery.commission.accepted")
    assert '"entered_by_bureau":true' in entry.text.replace(" ", "")


@pytest.mark.parametrize("end", ["give back", "withdraw"])
def test_letter_given_back_is_corrected_under_a_new_number_with_the_same_typed_one(chosen, end):
    row = commissioned(chosen, letter_number="济历城财绩函〔2020〕18号")
    if end == "give back":
        give_back(approval=running("LETTER", row), by=chosen["head"], on=TODAY, words="费用偏高")
    else:
        withdraw(approval=running("LETTER", row), by=chosen["clerk"], on=TODAY)
    row.refresh_from_db()
    assert row.status == CommissionStatus.GIVEN_BACK

    again = services.revise_commission(
        commission=row,
        lead_evaluator=chosen["lead"],
        fee_cents=8_000_000,
        due_on=DUE,
        by=chosen["clerk"],
        on=TODAY,
        letter_number="济历城财绩函〔2020〕18号",
    )

    papers = Paper.objects.filter(subject_kind="delivery.commission").order_by("pk")
    assert (again.status, again.fee_cents) == (CommissionStatus.IN_APPROVAL, 8_000_000)
    assert [(paper.status, paper.number) for paper in papers] == [(PaperStatus.VOID, 1), (PaperStatus.DRAFT, 2)]
    assert papers[1].letter_number == "济历城财绩函〔2020〕18号"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"fee_cents": 0}, "fee_over_limit"),
        ({"fee_cents": -1}, "fee_over_limit"),
        ({"fee_cents": 40_000_001}, "fee_over_limit"),
        ({"due_on": TODAY}, "due_in_past"),
        ({"due_on": date(2020, 8, 30)}, "due_no_workday"),
    ],
)
def test_commission_refuses_terms_and_changes_nothing(chosen, more, code):
    with pytest.raises(CommissionRefused) as caught:
        commissioned(chosen, **more)

    assert caught.value.refusal.code == code
    assert not Commission.objects.exists()
    assert not Paper.objects.exists()
    assert not Entry.objects.exists()


def test_fee_may_reach_the_limit_and_the_award_is_the_limit_where_there_is_one(chosen):
    Award.objects.create(
        task=chosen["task"],
        firm=chosen["lead"].firm,
        notice_number="ZB-1",
        amount_cents=60_000_000,
        awarded_on=TODAY,
    )

    assert commissioned(chosen, fee_cents=60_000_000).fee_cents == 60_000_000


@pytest.mark.parametrize("fault", ["other firm", "ended", "not yet"])
def test_commission_refuses_who_is_no_lead_evaluator_of_the_firm_today(chosen, fault):
    lead = {
        "other firm": lambda: LeadEvaluatorFactory(firm__bureau=chosen["task"].bureau),
        "ended": lambda: LeadEvaluatorFactory(firm=chosen["lead"].firm, ended_on=TODAY),
        "not yet": lambda: LeadEvaluatorFactory(firm=chosen["lead"].firm, started_on=DUE),
    }[fault]()

    with pytest.raises(CommissionRefused) as caught:
        commissioned(chosen, lead_evaluator=lead)

    assert caught.value.refusal.code == ("lead_of_other_firm" if fault == "other firm" else "lead_not_current")


@pytest.mark.rule("R-10")
@pytest.mark.parametrize(("busy", "done", "ok"), [(3, 0, True), (4, 0, False), (3, 5, True)])
def test_lead_evaluator_runs_at_most_four_tasks(chosen, busy, done, ok):
    for number in range(busy + done):
        CommissionFactory(
            task__plan=chosen["task"].plan,
            task__status=TaskStatus.FIELDWORK if number < busy else TaskStatus.ACCEPTED,
            assignment__firm=chosen["lead"].firm,
            lead_evaluator=chosen["lead"],
        )

    if ok:
        assert commissioned(chosen).status == CommissionStatus.IN_APPROVAL
        return
    with pytest.raises(CommissionRefused) as caught:
        commissioned(chosen)
    assert (caught.value.refusal.code, caught.value.refusal.facts["count"]) == ("lead_overloaded", 4)


def test_commission_needs_the_recusal_confirmed_a_firm_and_the_right_person(chosen):
    early = FirmAssignmentFactory(task__plan=chosen["task"].plan)
    own = TaskFactory(plan=chosen["task"].plan, executor=Executor.BUREAU)
    terms = {"lead_evaluator": chosen["lead"], "fee_cents": 1, "due_on": DUE, "on": TODAY}

    with pytest.raises(TransitionRefused):
        services.commission(task=early.task, by=chosen["clerk"], **terms)
    with pytest.raises(CommissionRefused):
        services.commission(task=own, by=chosen["clerk"], **terms)
    with pytest.raises(NotAllowed):
        services.commission(task=chosen["task"], by=chosen["firm"], **terms)
    commissioned(chosen)
    with pytest.raises(CommissionRefused) as caught:
        commissioned(chosen)
    assert caught.value.refusal.code == "already_commissioned"


def test_ended_commission_makes_room_for_another(chosen):
    row = agreed(chosen)

    with pytest.raises(CommissionRefused):
        services.end_commission(commission=row, reason="", by=chosen["clerk"], on=TODAY)
    services.end_commission(commission=row, reason="机构解散", by=chosen["clerk"], on=TODAY)

    row.refresh_from_db()
    assert (row.status, row.ended_on) == (CommissionStatus.ENDED, TODAY)
    assert Paper.objects.get(pk=row.letter_id).status == PaperStatus.VOID
    assert commissioned(chosen).pk != row.pk


@pytest.mark.edge("E27")
def test_firm_withdraws_and_a_second_commission_goes_on_with_what_was_delivered_kept(chosen):
    task, clerk = chosen["task"], chosen["clerk"]
    first = services.accept_commission(commission=sent(chosen), by=chosen["firm"], on=TODAY, contract_number="HT-1")
    work_plan = VersionFactory(commission=first, task=task, kind=VersionKind.WORK_PLAN)
    EvaluationTask.objects.filter(pk=task.pk).update(status=TaskStatus.FIELDWORK)
    given = {"task": task, "kind": VersionKind.DRAFT, "name": "报告.pdf", "content": PDF, "at": NOW}

    services.end_commission(commission=first, reason="机构来函退出", by=clerk, on=TODAY)
    task = recommission(task=task, reason="机构来函退出", by=clerk, on=TODAY)
    with pytest.raises(DomainError):
        services.submit_version(**given, by=chosen["firm"])
    seat = FirmAssignmentFactory(task=task, status=AssignmentStatus.DECLARED)
    EvaluationTask.objects.filter(pk=task.pk).update(status=TaskStatus.RECUSAL_CONFIRMED)
    task.refresh_from_db()
    other = {"task": task, "lead": LeadEvaluatorFactory(firm=seat.firm), "firm": firm_user(seat.firm)}
    then = chosen | other
    second = services.accept_commission(commission=sent(then), by=then["firm"], on=TODAY, contract_number="HT-2")

    first.refresh_from_db()
    assert (first.status, first.end_reason, first.contract_number) == (CommissionStatus.ENDED, "机构来函退出", "HT-1")
    assert list(Commission.objects.filter(task=task).order_by("pk")) == [first, second]
    assert (commission_of(task), second.firm, first.firm != second.firm) == (second, seat.firm, True)
    assert first.letter.number != second.letter.number
    assert list(task.assignments.order_by("pk").values_list("status", flat=True)) == ["VOID", "DECLARED"]
    assert [(row.pk, row.commission_id) for row in ReportVersion.objects.filter(task=task)] == [
        (work_plan.pk, first.pk)
    ]
    assert "机构来函退出" in task.moves.get(action=TaskAction.RECOMMISSION).words
    with pytest.raises(DomainError):  # nor now, beside the second firm
        services.submit_version(**given, by=chosen["firm"])


def test_commission_under_approval_or_fulfilled_does_not_end(chosen):
    row = commissioned(chosen)
    done = CommissionFactory(task__plan=chosen["task"].plan, task__status=TaskStatus.ACCEPTED)

    for commission, code in ((row, "letter_in_approval"), (done, "already_accepted")):
        with pytest.raises(CommissionRefused) as caught:
            services.end_commission(commission=commission, reason="机构解散", by=chosen["clerk"], on=TODAY)
        assert caught.value.refusal.code == code


def test_commission_moves_as_its_table_says_and_no_other_way(chosen):
    row = sent(chosen)
    clerk, lead = chosen["clerk"], chosen["lead"]
    terms = {"lead_evaluator": lead, "fee_cents": 1, "due_on": DUE, "by": clerk, "on": TODAY}
    acts = {
        CommissionAction.REVISE: lambda: services.revise_commission(commission=row, **terms),
        CommissionAction.SEND: lambda: services.send_letter(commission=row, content=PDF, by=clerk, on=TODAY),
        CommissionAction.ACCEPT: lambda: services.accept_commission(commission=row, by=clerk, on=TODAY),
        CommissionAction.CHANGE_LEAD: lambda: services.ask_lead_change(
            commission=row, lead_evaluator=lead, reason="离职", by=clerk, on=TODAY
        ),
    }
    wrong = []
    for status in CommissionStatus:
        for action, act in acts.items():
            if (status, action) in COMMISSION:
                continue
            ended = TODAY if status == CommissionStatus.ENDED else None
            Commission.objects.filter(pk=row.pk).update(status=status, accepted_on=TODAY, ended_on=ended)
            before = Entry.objects.count()
            try:
                act()
            except TransitionRefused:
                pass
            else:
                wrong.append((status, action))
            assert Entry.objects.count() == before

    assert wrong == []
    assert TaskMove.objects.filter(action=TaskAction.COMMISSION).count() == 0


def test_letters_of_other_rooms_are_left_alone(chosen):
    from foundation.approvals.services import submit

    row = sent(chosen)
    other = submit(
        bureau=row.task.bureau, kind="LETTER", subject=row.task, title="别的函", facts={}, by=chosen["clerk"], on=TODAY
    )
    agree(approval=other, by=chosen["head"], on=TODAY)
    agree(approval=other, by=chosen["leader"], on=TODAY)

    row.refresh_from_db()
    assert row.status == CommissionStatus.SENT
