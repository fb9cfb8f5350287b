"""Instalments: never more than the contract, each step in its order, the tail last."""

from datetime import date, timedelta

import pytest

from assignments.enums import FirmTrack, TaskStatus
from delivery import services
from delivery.enums import CommissionStatus, InstalmentAction, InstalmentStatus
from delivery.models import Instalment
from delivery.services.instalments import PaymentRefused
from delivery.transitions import INSTALMENT
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.core.errors import NotAllowed, TransitionRefused
from tests.factories.assignments import TODAY, firm_user
from tests.factories.delivery import CommissionFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract():
    commission = CommissionFactory(task__status=TaskStatus.ACCEPTED, task__firm_track=FirmTrack.FINAL)
    for role in (Role.SECTION_HEAD, Role.BUREAU_LEADER):
        UserFactory(bureau=commission.task.bureau, role=role)
    return commission


def planned(contract, *percents):
    return services.plan_by_percent(commission=contract, percents=percents, by=contract.task.clerk, on=TODAY)


def approved(instalment):
    bureau = instalment.commission.task.bureau
    for role in (Role.SECTION_HEAD, Role.BUREAU_LEADER):
        user = type(instalment.commission.task.clerk).objects.get(bureau=bureau, grants__role=role)
        agree(approval=running("PAYMENT", instalment), by=user, on=TODAY)


@pytest.mark.rule("R-32")
def test_instalments_add_up_to_the_fee_and_the_last_is_the_tail(contract):
    rows = planned(contract, 30, 40, 30)

    assert [row.amount_cents for row in rows] == [3_000_000, 4_000_000, 3_000_000]
    assert [row.is_tail for row in rows] == [False, False, True]


@pytest.mark.rule("R-32")
@pytest.mark.parametrize(
    ("amounts", "code"), [([10_000_001], "over_contract"), ([1, 0], "empty_instalment"), ([], "empty_instalment")]
)
def test_instalments_over_the_contract_or_empty_are_refused(contract, amounts, code):
    with pytest.raises(PaymentRefused) as caught:
        services.plan_instalments(commission=contract, amounts_cents=amounts, by=contract.task.clerk, on=TODAY)

    assert caught.value.refusal.code == code
    assert not Instalment.objects.exists()


def test_percents_that_are_no_whole_are_refused(contract):
    with pytest.raises(PaymentRefused) as caught:
        planned(contract, 30, 30)

    assert caught.value.refusal.code == "bad_percents"


def test_planning_again_keeps_what_has_begun_and_counts_it(contract):
    first, _second = planned(contract, 40, 60)
    services.accept_instalment(instalment=first, by=contract.task.clerk, on=TODAY)

    with pytest.raises(PaymentRefused):
        services.plan_instalments(commission=contract, amounts_cents=[6_000_001], by=contract.task.clerk, on=TODAY)
    services.plan_instalments(
        commission=contract, amounts_cents=[1_000_000, 5_000_000], by=contract.task.clerk, on=TODAY
    )

    rows = Instalment.objects.order_by("position")
    assert [(row.position, row.amount_cents) for row in rows] == [(1, 4_000_000), (2, 1_000_000), (3, 5_000_000)]


def test_instalment_goes_from_work_to_payment_and_the_tail_ends_the_track(contract):
    clerk = contract.task.clerk
    [tail] = planned(contract, 100)

    services.accept_instalment(instalment=tail, by=clerk, on=TODAY)
    services.enter_invoice(instalment=tail, invoice_number="FP-1", by=clerk, on=TODAY)
    with pytest.raises(TransitionRefused):
        services.request_payment(instalment=tail, request_number="ZF-1", by=clerk, on=TODAY)
    approved(tail)
    services.request_payment(instalment=tail, request_number="ZF-1", by=clerk, on=TODAY)
    services.pay_instalment(instalment=tail, by=clerk, on=date(2020, 7, 1))

    tail.refresh_from_db()
    contract.task.refresh_from_db()
    assert (tail.status, tail.paid_on, tail.invoice_number) == (InstalmentStatus.PAID, date(2020, 7, 1), "FP-1")
    assert contract.task.firm_track == FirmTrack.TAIL_PAID


def test_tail_waits_for_the_final_rating_other_instalments_do_not(contract):
    type(contract.task).objects.filter(pk=contract.task_id).update(firm_track=FirmTrack.APPEAL_PERIOD)
    first, tail = planned(contract, 50, 50)

    services.accept_instalment(instalment=first, by=contract.task.clerk, on=TODAY)
    with pytest.raises(PaymentRefused) as caught:
        services.accept_instalment(instalment=tail, by=contract.task.clerk, on=TODAY)

    assert caught.value.refusal.code == "rating_not_final"


@pytest.mark.edge("E35")
def test_open_appeal_holds_only_the_tail_and_it_goes_on_from_where_it_was(contract):
    clerk = contract.task.clerk
    first, tail = planned(contract, 50, 50)
    services.accept_instalment(instalment=tail, by=clerk, on=TODAY)

    with pytest.raises(PaymentRefused):
        services.hold_instalment(instalment=first, reason="申诉", by=clerk, on=TODAY)
    with pytest.raises(PaymentRefused):
        services.hold_instalment(instalment=tail, reason="", by=clerk, on=TODAY)
    services.hold_instalment(instalment=tail, reason="申诉", by=clerk, on=TODAY)
    with pytest.raises(TransitionRefused):
        services.enter_invoice(instalment=tail, invoice_number="FP-1", by=clerk, on=TODAY)
    services.release_instalment(instalment=tail, by=clerk, on=TODAY)

    tail.refresh_from_db()
    assert (tail.status, tail.held_from) == (InstalmentStatus.ACCEPTED, "")


@pytest.mark.rule("R-32")
def test_days_to_pay_run_from_acceptance_and_the_contract_may_give_others(contract):
    clerk = contract.task.clerk
    first, second = planned(contract, 50, 50)
    services.accept_instalment(instalment=first, by=clerk, on=TODAY)
    services.plan_instalments(commission=contract, amounts_cents=[1_000_000], payment_days=45, by=clerk, on=TODAY)
    tail = Instalment.objects.get(status=InstalmentStatus.PLANNED)
    services.accept_instalment(instalment=tail, by=clerk, on=TODAY)

    first.refresh_from_db()
    tail.refresh_from_db()
    assert (second.due_on, first.due_on, tail.due_on) == (
        None,
        TODAY + timedelta(days=30),
        TODAY + timedelta(days=45),
    )


@pytest.mark.rule("R-32")
@pytest.mark.parametrize("days", [0, 61])
def test_contract_with_more_days_than_the_law_allows_is_refused_and_plans_nothing(contract, days):
    with pytest.raises(PaymentRefused) as caught:
        services.plan_by_percent(
            commission=contract, percents=[100], payment_days=days, by=contract.task.clerk, on=TODAY
        )

    contract.refresh_from_db()
    assert (caught.value.refusal.code, caught.value.refusal.facts["most"]) == ("payment_days", 60)
    assert (contract.payment_days, Instalment.objects.count()) == (None, 0)


@pytest.mark.rule("R-32")
def test_days_to_pay_are_those_of_the_rule_set_of_the_task(contract):
    rule_set = RuleSetFactory(bureau=contract.task.bureau, effective_from=date(2000, 1, 1))
    RuleValueFactory(rule_set=rule_set, key="payment_days", value=10)
    [tail] = planned(contract, 100)

    services.accept_instalment(instalment=tail, by=contract.task.clerk, on=TODAY)

    tail.refresh_from_db()
    assert tail.due_on == TODAY + timedelta(days=10)


def test_numbers_are_needed_and_the_firm_decides_nothing(contract):
    [tail] = planned(contract, 100)
    clerk = contract.task.clerk
    services.accept_instalment(instalment=tail, by=clerk, on=TODAY)

    with pytest.raises(PaymentRefused):
        services.enter_invoice(instalment=tail, invoice_number=" ", by=clerk, on=TODAY)
    with pytest.raises(PaymentRefused):
        services.request_payment(instalment=tail, request_number="", by=clerk, on=TODAY)
    with pytest.raises(NotAllowed):
        services.pay_instalment(instalment=tail, by=firm_user(contract.firm), on=TODAY)
    with pytest.raises(NotAllowed):
        services.plan_by_percent(commission=contract, percents=[100], by=firm_user(contract.firm), on=TODAY)


def test_nothing_is_planned_before_the_firm_accepts():
    commission = CommissionFactory(status=CommissionStatus.SENT, accepted_on=None)

    with pytest.raises(PaymentRefused):
        planned(commission, 100)


def test_instalment_moves_as_its_table_says_and_no_other_way(contract):
    [tail] = planned(contract, 100)
    at = {"by": contract.task.clerk, "on": TODAY}
    acts = {
        InstalmentAction.ACCEPT: lambda: services.accept_instalment(instalment=tail, **at),
        InstalmentAction.INVOICE: lambda: services.enter_invoice(instalment=tail, invoice_number="1", **at),
        InstalmentAction.REQUEST: lambda: services.request_payment(instalment=tail, request_number="1", **at),
        InstalmentAction.PAY: lambda: services.pay_instalment(instalment=tail, **at),
        InstalmentAction.HOLD: lambda: services.hold_instalment(instalment=tail, reason="申诉", **at),
        InstalmentAction.RELEASE: lambda: services.release_instalment(instalment=tail, **at),
    }
    wrong = []
    for status in InstalmentStatus:
        for action, act in acts.items():
            if (status, action) in INSTALMENT:
                continue
            Instalment.objects.filter(pk=tail.pk).update(status=status, paid_on=TODAY, held_from="ACCEPTED")
            try:
                act()
            except TransitionRefused:
                continue
            wrong.append((status, action))

    assert wrong == []
