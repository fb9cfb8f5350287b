"""Paying a firm by instalments: 验收 → 发票 → 付款审批 → 支付申请 → paid. Rule R-32: never more than the contract."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import FirmTrack, FirmTrackAction, TaskStatus
from assignments.permissions import may_commission
from assignments.selectors.tasks import rules_of_task
from assignments.services.tasks import move_firm_track
from delivery.enums import CommissionStatus, InstalmentAction, InstalmentStatus
from delivery.models import Commission, Instalment
from delivery.rules import may_agree_payment_days, over_contract, payment_due, split_fee
from delivery.selectors import payment_terms
from delivery.transitions import INSTALMENT
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.core.money import yuan
from foundation.rulesets.selectors import Rules

KIND = "PAYMENT"


class PaymentRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The instalment cannot be planned, moved or paid."""


@transaction.atomic
def plan_instalments(
    *, commission: Commission, amounts_cents: Sequence[int], by: User, on: date, payment_days: int | None = None
) -> list[Instalment]:
    """Plan the instalments of a contract, the last being the tail; those not yet begun are replaced.

    ``payment_days`` are the days from acceptance in which the contract has it paid; None leaves what was agreed
    before, else the rule's. Raise ``PaymentRefused`` where an instalment is not above zero, their sum exceeds the
    contract fee, or the contract takes longer than the law allows.
    """
    row = _locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    if row.status != CommissionStatus.ACCEPTED:
        raise PaymentRefused(Refusal("not_accepted", _("First the firm accepts the commission.")))
    rules = rules_of_task(row.task, on)
    if payment_days is not None:
        _agree_payment_days(row, payment_days, rules)
    kept = list(row.instalments.exclude(status=InstalmentStatus.PLANNED).order_by("position"))
    amounts = [*(instalment.amount_cents for instalment in kept), *amounts_cents]
    if not amounts_cents or min(amounts_cents) <= 0:
        message = _("Every instalment is more than nothing.")
        raise PaymentRefused(Refusal("empty_instalment", message, {"field": "amounts"}))
    if over := over_contract(amounts_cents=amounts, fee_cents=row.fee_cents):
        message = _("The instalments exceed the contract fee by %(over)s yuan.") % {"over": yuan(over)}
        source = rules.source("payment_days")
        raise PaymentRefused(Refusal("over_contract", message, {"field": "amounts", "over_cents": over}, source))
    row.instalments.filter(status=InstalmentStatus.PLANNED).delete()
    first = max((instalment.position for instalment in kept), default=0) + 1
    last = first + len(amounts_cents) - 1
    made = Instalment.objects.bulk_create(
        Instalment(commission=row, position=position, amount_cents=amount, is_tail=position == last)
        for position, amount in enumerate(amounts_cents, first)
    )
    facts = {"amounts_cents": list(amounts_cents), "fee_cents": row.fee_cents, "payment_days": row.payment_days}
    record(actor=by, action="delivery.instalments.planned", subject=row, facts=facts)
    return list(made)


def plan_by_percent(
    *, commission: Commission, percents: Sequence[int], by: User, on: date, payment_days: int | None = None
) -> list[Instalment]:
    """Plan instalments by percent of the fee, exactly adding up to it; raise ``PaymentRefused``."""
    try:
        amounts = split_fee(fee_cents=commission.fee_cents, percents=percents)
    except ValueError as error:
        message = _("The percentages are above zero and add up to 100.")
        raise PaymentRefused(Refusal("bad_percents", message, {"field": "percents"})) from error
    return plan_instalments(commission=commission, amounts_cents=amounts, by=by, on=on, payment_days=payment_days)


@transaction.atomic
def accept_instalment(*, instalment: Instalment, by: User, on: date) -> Instalment:
    """Confirm that the work it pays for is done: its days to pay begin. The tail waits for the final rating.

    The contract's days count, else the rule's. Rule R-32.
    """
    row = _locked(instalment, by)
    if row.is_tail and row.commission.task.firm_track not in {FirmTrack.FINAL, FirmTrack.TAIL_PAID}:
        message = _("The tail waits until the rating is final.")
        raise PaymentRefused(Refusal("rating_not_final", message, {"position": row.position}))
    days, _source = payment_terms(row.commission, on)
    row.due_on = payment_due(accepted_on=on, days=days)
    return _moved(row, InstalmentAction.ACCEPT, by=by, on=on)


@transaction.atomic
def enter_invoice(*, instalment: Instalment, invoice_number: str, by: User, on: date) -> Instalment:
    """Enter the invoice and submit the payment for approval; raise ``PaymentRefused`` without a number."""
    row = _locked(instalment, by)
    if not invoice_number.strip():
        message = _("Enter the number of the invoice.")
        raise PaymentRefused(Refusal("invoice_missing", message, {"field": "invoice_number"}))
    row.invoice_number = invoice_number.strip()
    row = _moved(row, InstalmentAction.INVOICE, by=by, on=on)
    task = row.commission.task
    submit(
        bureau=task.bureau,
        kind=KIND,
        subject=row,
        title=_("Payment %(position)s of %(number)s") % {"position": row.position, "number": task.number},
        facts={"firm": row.commission.firm_name, "amount_cents": row.amount_cents, "invoice": row.invoice_number},
        by=by,
        on=on,
        amount_cents=row.amount_cents,
    )
    return row


@transaction.atomic
def payment_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Let the payment be requested: the handler of an agreed approval of kind PAYMENT."""
    if approval.subject_kind != Instalment._meta.label_lower:
        return  # payments of other rooms
    rows = Instalment.objects.select_for_update(of=("self",)).select_related("commission__task__bureau")
    _moved(rows.get(pk=approval.subject_id), InstalmentAction.APPROVE, by=by, on=on)


@transaction.atomic
def payment_returned(*, approval: Approval, by: User, on: date) -> None:
    """Let the invoice be entered again: the handler of an approval of kind PAYMENT that was given back or withdrawn."""
    if approval.subject_kind != Instalment._meta.label_lower:
        return  # payments of other rooms
    rows = Instalment.objects.select_for_update(of=("self",)).select_related("commission__task__bureau")
    row = rows.get(pk=approval.subject_id)
    if row.status == InstalmentStatus.HELD:
        row.held_from = InstalmentStatus.ACCEPTED
        row.save(update_fields=["held_from"])
    else:
        _moved(row, InstalmentAction.GIVE_BACK, by=by, on=on)


@transaction.atomic
def request_payment(*, instalment: Instalment, request_number: str, by: User, on: date) -> Instalment:
    """Enter the number of the payment request (支付申请号); raise ``PaymentRefused`` without."""
    row = _locked(instalment, by)
    if not request_number.strip():
        message = _("Enter the number of the payment request.")
        raise PaymentRefused(Refusal("request_missing", message, {"field": "request_number"}))
    row.request_number = request_number.strip()
    return _moved(row, InstalmentAction.REQUEST, by=by, on=on)


@transaction.atomic
def pay_instalment(*, instalment: Instalment, by: User, on: date) -> Instalment:
    """Record the payment; the paid tail ends the firm's track."""
    row = _locked(instalment, by)
    row.paid_on = on
    row = _moved(row, InstalmentAction.PAY, by=by, on=on)
    task = row.commission.task
    if row.is_tail and task.status == TaskStatus.ACCEPTED and task.firm_track == FirmTrack.FINAL:
        move_firm_track(task=task, action=FirmTrackAction.PAY_TAIL, by=by, on=on)
    return row


@transaction.atomic
def hold_instalment(*, instalment: Instalment, reason: str, by: User, on: date) -> Instalment:
    """Hold a tail while an appeal is open; other instalments are never held. Raise ``PaymentRefused``."""
    row = _locked(instalment, by)
    if not row.is_tail:
        raise PaymentRefused(Refusal("only_the_tail", _("An open appeal holds only the tail.")))
    if not reason.strip():
        raise PaymentRefused(Refusal("reason_missing", _("Say why it is held."), {"field": "reason"}))
    row.held_from, row.hold_reason = row.status, reason.strip()
    return _moved(row, InstalmentAction.HOLD, by=by, on=on)


@transaction.atomic
def release_instalment(*, instalment: Instalment, by: User, on: date) -> Instalment:
    """Let a held instalment go on from where it was held."""
    row = _locked(instalment, by)
    before = row.held_from
    row.held_from = row.hold_reason = ""
    return _moved(row, InstalmentAction.RELEASE, by=by, on=on, to=InstalmentStatus(before) if before else None)


def _agree_payment_days(row: Commission, days: int, rules: Rules) -> None:
    most = rules.value("payment_days_most")
    if not may_agree_payment_days(days, most=most):
        message = _("A contract gives one to %(most)s days to pay.") % {"most": most}
        facts = {"field": "payment_days", "most": most}
        raise PaymentRefused(Refusal("payment_days", message, facts, rules.source("payment_days_most")))
    row.payment_days = days
    row.save(update_fields=["payment_days"])


def _locked_commission(commission: Commission) -> Commission:
    return Commission.objects.select_for_update(of=("self",)).select_related("task__bureau").get(pk=commission.pk)


def _locked(instalment: Instalment, by: User) -> Instalment:
    rows = Instalment.objects.select_for_update(of=("self",)).select_related("commission__task__bureau")
    row = rows.get(pk=instalment.pk)
    if not may_commission(by, row.commission.task):
        raise NotAllowed
    return row


def _moved(
    row: Instalment, action: InstalmentAction, *, by: User, on: date, to: InstalmentStatus | None = None
) -> Instalment:
    after = INSTALMENT.get((InstalmentStatus(row.status), action))
    if after is None:
        message = _("The instalment is in the state “%(state)s”; this cannot be done now.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="instalment", status=row.status, action=action, message=message)
    row.status = to or after
    row.save()
    record(
        actor=by, action=f"delivery.instalment.{action.lower()}", subject=row, facts={"on": on, "status": row.status}
    )
    return row
