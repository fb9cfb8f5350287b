"""Approval chains: nobody decides his own entry, no step goes to nobody, an amount chooses the chain."""

from datetime import date

import pytest

from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant
from foundation.approvals import rules, selectors, services
from foundation.approvals.enums import ApprovalAction, ApprovalKind, ApprovalStatus, StepStatus
from foundation.approvals.models import Approval, ApprovalStep, Delegation
from foundation.approvals.services import ApprovalRefused, agree, delegate, give_back, submit, withdraw
from foundation.approvals.transitions import TRANSITIONS
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from foundation.rulesets.rules import registered
from tests.factories.foundation import (
    BureauFactory,
    RuleSetFactory,
    RuleValueFactory,
    SectionFactory,
    UserFactory,
    office,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-37")]
TODAY = date(2021, 3, 1)
CALLS = []


def note_call(*, approval, by, on):
    CALLS.append((approval.kind, approval.status, by, on))


@pytest.fixture
def people():
    return office()


@pytest.fixture(autouse=True)
def calls(monkeypatch):
    """Letters call back here; no other room's handler runs."""
    CALLS.clear()
    monkeypatch.setattr(rules, "_AGREED", {"LETTER": f"{__name__}.note_call"})
    monkeypatch.setattr(rules, "_RETURNED", {"LETTER": f"{__name__}.note_call"})
    monkeypatch.setattr(services, "import_string", lambda name: note_call)
    return CALLS


def entered(people, *, by="clerk", kind="LETTER", subject=None, amount_cents=None):
    return submit(
        bureau=people["bureau"],
        kind=kind,
        subject=subject or people["bureau"],
        title="委托书",
        facts={"fee": "3.8"},
        by=people[by],
        on=TODAY,
        amount_cents=amount_cents,
    )


def steps_of(approval):
    return [(step.position, step.role, step.status) for step in approval.steps.order_by("position", "pk")]


def chain(bureau, **kinds):
    table = {**registered()["approval_chain"].default, **kinds}
    RuleValueFactory(rule_set=RuleSetFactory(bureau=bureau), key="approval_chain", value=table)


def test_submitted_act_goes_to_the_head_first(people):
    approval = entered(people)

    assert steps_of(approval) == [(1, "SECTION_HEAD", StepStatus.OPEN), (2, "BUREAU_LEADER", StepStatus.WAITING)]
    assert list(selectors.waiting_for(people["head"], TODAY)) == [approval]
    assert list(selectors.waiting_for(people["leader"], TODAY)) == []
    assert list(Notice.objects.values_list("user", "code")) == [(people["head"].pk, "approval_waiting")]


def test_two_people_and_a_leader_finish_an_act(people, calls):
    approval = entered(people)

    agree(approval=approval, by=people["head"], on=TODAY, words="拟同意")
    done = agree(approval=approval, by=people["leader"], on=TODAY)

    assert (done.status, done.closed_at is not None) == (ApprovalStatus.AGREED, True)
    assert calls == [("LETTER", ApprovalStatus.AGREED, people["leader"], TODAY)]
    assert selectors.agreed("LETTER", people["bureau"]) == done
    assert selectors.running("LETTER", people["bureau"]) is None
    assert Notice.objects.filter(user=people["clerk"], code="approval_agreed").count() == 1


@pytest.mark.parametrize("who", ["clerk", "head", "leader"])
def test_nobody_decides_his_own_entry(people, who):
    approval = entered(people, by=who)
    entries = Entry.objects.count()

    for act in (
        lambda: agree(approval=approval, by=people[who], on=TODAY),
        lambda: give_back(approval=approval, by=people[who], on=TODAY, words="x"),
    ):
        with pytest.raises(NotAllowed) as caught:
            act()
        assert caught.value.refusal.code == "own_entry"

    assert not approval.steps.exclude(status__in=[StepStatus.OPEN, StepStatus.WAITING]).exists()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(("who", "other"), [("head", "leader"), ("leader", "head")])
def test_step_of_the_submitter_goes_to_another_named_person(people, who, other):
    approval = entered(people, by=who)
    own = approval.steps.get(role={"head": Role.SECTION_HEAD, "leader": Role.BUREAU_LEADER}[who])

    assert own.named_user == people[other]
    agree(approval=approval, by=people[other], on=TODAY)
    assert agree(approval=approval, by=people[other], on=TODAY).status == ApprovalStatus.AGREED


def test_a_second_holder_takes_the_step_before_anybody_stands_in(people):
    second = UserFactory(bureau=people["bureau"], role=Role.SECTION_HEAD)

    approval = entered(people, by="head")

    assert list(selectors.waiting_for(second, TODAY)) == [approval]
    assert approval.steps.filter(named_user__isnull=False).count() == 0


def test_step_for_nobody_is_refused_and_nothing_is_kept():
    bureau = BureauFactory()
    people = {"bureau": bureau, "leader": UserFactory(bureau=bureau, role=Role.BUREAU_LEADER)}
    UserFactory(bureau=bureau, role=Role.CLERK)

    with pytest.raises(ApprovalRefused) as caught:
        entered(people, by="leader")

    assert caught.value.refusal.code == "nobody_decides"
    assert not Approval.objects.exists()


def test_an_ended_grant_and_a_closed_account_decide_nothing(people):
    RoleGrant.objects.filter(user=people["head"]).update(ended_on=TODAY)
    other = UserFactory(bureau=people["bureau"], role=Role.SECTION_HEAD, is_active=False)

    approval = entered(people)

    assert approval.steps.get(position=1).named_user == people["leader"]
    for user in (people["head"], other):
        with pytest.raises(NotAllowed):
            agree(approval=approval, by=type(user).objects.get(pk=user.pk), on=TODAY)


def test_parallel_steps_wait_for_each_other(people):
    chain(people["bureau"], LETTER=[["SECTION_HEAD", "BUSINESS_SECTION"], "BUREAU_LEADER"])
    business = UserFactory(bureau=people["bureau"], role=Role.BUSINESS_SECTION)
    approval = entered(people)

    agree(approval=approval, by=business, on=TODAY)
    assert steps_of(approval)[2] == (2, "BUREAU_LEADER", StepStatus.WAITING)
    agree(approval=approval, by=people["head"], on=TODAY)

    assert steps_of(approval)[2] == (2, "BUREAU_LEADER", StepStatus.OPEN)


@pytest.mark.parametrize(
    ("amount_cents", "roles"),
    [
        (None, ["SECTION_HEAD", "BUREAU_LEADER"]),
        (100_000_000, ["SECTION_HEAD", "BUREAU_LEADER"]),
        (100_000_001, ["SECTION_HEAD", "BUSINESS_SECTION", "BUREAU_LEADER"]),
    ],
)
def test_amount_above_the_limit_takes_the_longer_chain(people, amount_cents, roles):
    UserFactory(bureau=people["bureau"], role=Role.BUSINESS_SECTION)

    approval = entered(people, kind="PAYMENT", amount_cents=amount_cents)

    assert [role for _place, role, _status in steps_of(approval)] == roles


@pytest.mark.edge("E10")
def test_delegate_decides_between_the_days_in_the_principals_place(people):
    deputy = UserFactory(bureau=people["bureau"], role=Role.BUSINESS_SECTION)
    delegate(principal=people["head"], to=deputy, started_on=TODAY, ended_on=TODAY, by=people["head"])
    approval = entered(people)

    assert list(selectors.waiting_for(deputy, date(2021, 3, 2))) == []
    assert list(selectors.waiting_for(deputy, TODAY)) == [approval]
    agree(approval=approval, by=deputy, on=TODAY)

    step = approval.steps.get(position=1)
    assert (step.decided_by, step.on_behalf_of) == (deputy, people["head"])


def test_delegate_of_the_submitter_cannot_agree_for_him(people):
    deputy = UserFactory(bureau=people["bureau"], role=Role.BUSINESS_SECTION)
    delegate(principal=people["head"], to=deputy, started_on=TODAY, ended_on=TODAY, by=people["head"])
    approval = entered(people, by="head")

    with pytest.raises(NotAllowed):
        agree(approval=approval, by=deputy, on=TODAY)


def test_submitter_who_is_a_delegate_cannot_agree_either(people):
    delegate(principal=people["head"], to=people["clerk"], started_on=TODAY, ended_on=TODAY, by=people["head"])
    approval = entered(people)

    with pytest.raises(NotAllowed):
        agree(approval=approval, by=people["clerk"], on=TODAY)


def test_delegation_is_the_principals_own_to_give(people):
    days = {"started_on": TODAY, "ended_on": TODAY}
    with pytest.raises(NotAllowed):
        delegate(principal=people["head"], to=people["clerk"], by=people["leader"], **days)
    for wrong in (
        {"to": people["head"], **days},
        {"to": people["clerk"], "started_on": TODAY, "ended_on": date(2021, 2, 1)},
        {"to": UserFactory(), **days},
    ):
        with pytest.raises(ApprovalRefused):
            delegate(principal=people["head"], by=people["head"], **wrong)

    assert not Delegation.objects.exists()


def test_returned_act_keeps_the_words_and_may_be_entered_again(people, calls):
    approval = entered(people)

    back = give_back(approval=approval, by=people["head"], on=TODAY, words="金额与合同不符")

    assert (back.status, steps_of(back)[0][2], steps_of(back)[1][2]) == (
        ApprovalStatus.RETURNED,
        StepStatus.RETURNED,
        StepStatus.SKIPPED,
    )
    assert calls == [("LETTER", ApprovalStatus.RETURNED, people["head"], TODAY)]
    assert entered(people).status == ApprovalStatus.PENDING


def test_giving_back_needs_words(people):
    approval = entered(people)

    with pytest.raises(ApprovalRefused) as caught:
        give_back(approval=approval, by=people["head"], on=TODAY, words="  ")

    assert caught.value.refusal.code == "words_missing"
    assert Approval.objects.get().status == ApprovalStatus.PENDING


def test_second_entry_is_refused_while_one_runs_and_allowed_after_it_was_agreed(people):
    approval = entered(people)
    with pytest.raises(ApprovalRefused) as caught:
        entered(people)
    agree(approval=approval, by=people["head"], on=TODAY)
    agree(approval=approval, by=people["leader"], on=TODAY)

    again = entered(people)

    assert caught.value.refusal.code == "already_running"
    assert again.pk != approval.pk


def test_submitter_withdraws_and_nobody_else(people, calls):
    approval = entered(people)
    with pytest.raises(NotAllowed):
        withdraw(approval=approval, by=people["head"], on=TODAY)

    gone = withdraw(approval=approval, by=people["clerk"], on=TODAY)

    assert gone.status == ApprovalStatus.WITHDRAWN
    assert calls == [("LETTER", ApprovalStatus.WITHDRAWN, people["clerk"], TODAY)]


def test_who_has_no_open_step_is_refused(people):
    approval = entered(people)
    stranger = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)

    for user in (people["leader"], stranger):
        with pytest.raises(NotAllowed) as caught:
            agree(approval=approval, by=user, on=TODAY)
        assert caught.value.refusal.code == "not_allowed"


def test_people_of_another_bureau_decide_nothing(people):
    approval = entered(people)

    for role in (Role.SECTION_HEAD, Role.BUREAU_LEADER):
        stranger = UserFactory(role=role)
        assert not selectors.waiting_for(stranger, TODAY).exists()
        assert not selectors.visible_to(stranger).exists()
        with pytest.raises(NotAllowed):
            agree(approval=approval, by=stranger, on=TODAY)


@pytest.mark.parametrize("status", ApprovalStatus)
@pytest.mark.parametrize("action", ApprovalAction)
def test_every_status_answers_every_action(people, status, action):
    approval = entered(people)
    Approval.objects.filter(pk=approval.pk).update(status=status)
    acts = {
        ApprovalAction.AGREE: lambda: agree(approval=approval, by=people["head"], on=TODAY),
        ApprovalAction.GIVE_BACK: lambda: give_back(approval=approval, by=people["head"], on=TODAY, words="x"),
        ApprovalAction.WITHDRAW: lambda: withdraw(approval=approval, by=people["clerk"], on=TODAY),
        ApprovalAction.FINISH: lambda: services._close(Approval.objects.get(), ApprovalAction.FINISH),
    }

    if (status, action) in TRANSITIONS:
        acts[action]()
        assert Approval.objects.get().status == TRANSITIONS[status, action]
    else:
        with pytest.raises(TransitionRefused):
            acts[action]()
        assert Approval.objects.get().status == status


def test_who_may_not_read_all_sees_what_waits_for_him_and_what_he_entered(people):
    business = UserFactory(bureau=people["bureau"], role=Role.BUSINESS_SECTION)
    entered(people)
    own = submit(
        bureau=people["bureau"], kind="PLAN", subject=people["bureau"], title="t", facts={}, by=business, on=TODAY
    )
    chain(people["bureau"], ROUTE=["BUSINESS_SECTION"])
    asked = entered(people, kind="ROUTE")

    assert set(selectors.visible_to(business)) == {own, asked}
    assert selectors.visible_to(people["leader"]).count() == 3
    assert not selectors.visible_to(UserFactory(bureau=people["bureau"], role=Role.FIRM_ADMIN)).exists()


@pytest.mark.parametrize("count", [1, 10, 200])
def test_waiting_for_asks_the_same_number_of_questions(people, count, django_assert_num_queries):
    sections = [SectionFactory(bureau=people["bureau"]) for _ in range(count)]
    rows = Approval.objects.bulk_create(
        Approval(
            bureau=people["bureau"], kind="PLAN", subject_kind="bureaus.section", subject_id=section.pk, title="t",
            entered_by=people["clerk"],
        )
        for section in sections
    )  # fmt: skip
    ApprovalStep.objects.bulk_create(
        ApprovalStep(approval=row, position=1, role=Role.SECTION_HEAD, status=StepStatus.OPEN) for row in rows
    )

    with django_assert_num_queries(2):  # the roles, the approvals
        assert len(selectors.waiting_for(people["head"], TODAY)) == count


@pytest.mark.parametrize(
    ("chain_", "expected"),
    [
        (["A", "B"], [(1, "A"), (2, "B")]),
        (["A", ["B", "C"], "D"], [(1, "A"), (2, "B"), (2, "C"), (3, "D")]),
        ([], []),
    ],
)
def test_positions_number_the_steps(chain_, expected):
    assert rules.positions(chain_) == expected


def test_kind_without_a_chain_needs_head_and_leader():
    assert rules.chain_for({}, "SOMETHING") == rules.TWO_STEPS


@pytest.mark.parametrize(
    ("table", "fits"),
    [
        ({"PLAN": ["SECTION_HEAD"]}, True),
        ({"PLAN": ["SECTION_HEAD", ["BUSINESS_SECTION", "BUREAU_LEADER"]]}, True),
        ({"PLAN": []}, False),
        ({"PLAN": ["KING"]}, False),
    ],
)
def test_chain_table_names_roles(table, fits):
    assert rules.is_chain_table(table) is fits


def test_every_kind_has_a_chain():
    assert set(registered()["approval_chain"].default) == set(ApprovalKind.values)
    assert set(registered()["approval_chain_large"].default) == set(ApprovalKind.values)
