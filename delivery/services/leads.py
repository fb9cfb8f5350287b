"""The lead evaluator after the award: a change with reason and approval, or the named one who never came. Rule R-10.

Both stand at the commission and are shown with the rating and with the firm's year (edge case 23).
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from delivery.enums import CommissionAction, LeadEventAction, LeadEventKind, LeadEventStatus
from delivery.models import Commission, LeadEvent
from delivery.permissions import may_accept_commission, may_commission
from delivery.selectors import people_of
from delivery.services.commissions import CommissionRefused, check_lead, locked_commission, move_commission
from delivery.transitions import LEAD_EVENT
from evaluators.models import LeadEvaluator
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal, TransitionRefused
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for

KIND = "LEAD"
OPEN = (LeadEventStatus.ASKED, LeadEventStatus.IN_APPROVAL)


@transaction.atomic
def ask_lead_change(
    *, commission: Commission, lead_evaluator: LeadEvaluator, reason: str, by: User, on: date
) -> LeadEvent:
    """Submit for approval that another lead evaluator of the firm takes over; until it is agreed nothing changes.

    Raise ``CommissionRefused`` without a reason, while a change is under approval, for the one who leads already and
    for an unfit one; ``TransitionRefused`` before the commission is accepted.
    """
    row = locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    event = _ask(row, lead_evaluator, reason, LeadEventStatus.IN_APPROVAL, by=by, on=on)
    _submit(event, row, by=by, on=on)
    event.refresh_from_db()
    return event


@transaction.atomic
def request_lead_change(
    *, commission: Commission, lead_evaluator: LeadEvaluator, reason: str, by: User, on: date
) -> LeadEvent:
    """Ask for the firm that another of its lead evaluators takes over; the bureau passes it on to approval, or not.

    Raise as ``ask_lead_change``; ``NotAllowed`` for who does not sign for the firm.
    """
    row = locked_commission(commission)
    if not may_accept_commission(by, row, on):
        raise NotAllowed
    event = _ask(row, lead_evaluator, reason, LeadEventStatus.ASKED, by=by, on=on)
    facts = {"number": row.task.number}
    notify(users=[row.task.clerk], code="lead_asked", facts=facts, path=f"/bureau/tasks/{row.task.number}/commission/")
    return event


@transaction.atomic
def answer_lead_request(*, event: LeadEvent, is_passed_on: bool, by: User, on: date, words: str = "") -> LeadEvent:
    """Pass the firm's ask on to approval, or decline it in words; the firm is told.

    Raise ``CommissionRefused`` where it is declined without words and where the one asked for is unfit by now,
    ``TransitionRefused`` for an ask that has its answer.
    """
    row = locked_commission(event.commission)
    found = LeadEvent.objects.select_for_update(of=("self",)).select_related("before__person", "after__person")
    event = found.get(pk=event.pk)
    if not may_commission(by, row.task):
        raise NotAllowed
    if not is_passed_on:
        _refuse_without(words, _("Say why the ask is not passed on."))
    action = LeadEventAction.PASS_ON if is_passed_on else LeadEventAction.DECLINE
    event.status = _after(event, action)
    if is_passed_on:
        move_commission(row, CommissionAction.CHANGE_LEAD)
        assert event.after is not None  # noqa: S101 - an ask names who follows
        check_lead(row.task, row.assignment, rules_for(bureau=row.task.bureau, on=on), lead=event.after, on=on)
        event.save(update_fields=["status"])
        _submit(event, row, by=by, on=on)
    else:
        event.decided_on, event.answer = on, words.strip()[:300]
        event.save(update_fields=["status", "decided_on", "answer"])
        notify(users=people_of(row.firm.organisation), code="lead_declined", facts={"number": row.task.number})
    facts = {"event": event.pk, "passed_on": is_passed_on, "words": words, "on": on}
    record(actor=by, action="delivery.commission.lead_answered", subject=row, facts=facts)
    event.refresh_from_db()
    return event


def _ask(
    row: Commission, lead: LeadEvaluator, reason: str, status: LeadEventStatus, *, by: User, on: date
) -> LeadEvent:
    """Write a change that is asked for, once the one who is to follow was found fit."""
    _refuse_without(reason, _("Say why the lead evaluator changes."))
    move_commission(row, CommissionAction.CHANGE_LEAD)
    if row.lead_evaluator is None or row.lead_evaluator_id == lead.pk:
        message = _("This person leads the task already.")
        raise CommissionRefused(Refusal("lead_same", message, {"field": "lead_evaluator"}))
    if LeadEvent.objects.filter(commission=row, status__in=OPEN).exists():
        message = _("A change of the lead evaluator waits already. Withdraw or decide that first.")
        raise CommissionRefused(Refusal("change_in_approval", message))
    check_lead(row.task, row.assignment, rules_for(bureau=row.task.bureau, on=on), lead=lead, on=on)
    event = LeadEvent.objects.create(
        commission=row,
        kind=LeadEventKind.CHANGE,
        status=status,
        before=row.lead_evaluator,
        after=lead,
        reason=reason.strip()[:300],
        happened_on=on,
        entered_by=by,
        entered_on=on,
    )
    facts = {"from": row.lead_evaluator_id, "to": lead.pk, "reason": event.reason, "status": status}
    record(actor=by, action="delivery.commission.lead_change_asked", subject=row, facts=facts)
    return event


def _submit(event: LeadEvent, row: Commission, *, by: User, on: date) -> None:
    """Put a change on its way through approval."""
    said = {
        "task": row.task.number,
        "firm": row.firm_name,
        "from": event.before.person.name,
        "lead_evaluator": event.after.person.name if event.after else "",
        "reason": event.reason,
    }
    title = _("Change of the lead evaluator, %(number)s") % {"number": row.task.number}
    submit(bureau=row.task.bureau, kind=KIND, subject=event, title=title[:200], facts=said, by=by, on=on)


@transaction.atomic
def record_lead_absence(*, commission: Commission, happened_on: date, reason: str, by: User, on: date) -> LeadEvent:
    """Write that the named lead evaluator did not come on a day, and how that is known; the firm is told.

    Raise ``CommissionRefused`` without words and for a day to come, ``TransitionRefused`` before the commission is
    accepted.
    """
    row = locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    _refuse_without(reason, _("Say how it is known: the sign-in list, who was asked."))
    move_commission(row, CommissionAction.CHANGE_LEAD)
    if happened_on > on or (row.accepted_on is not None and happened_on < row.accepted_on):
        message = _("The day lies between the acceptance of the commission and today.")
        raise CommissionRefused(Refusal("day_out_of_range", message, {"field": "happened_on"}))
    if row.lead_evaluator is None:
        raise CommissionRefused(Refusal("lead_missing", _("The commission names no lead evaluator.")))
    event = LeadEvent.objects.create(
        commission=row,
        kind=LeadEventKind.ABSENCE,
        status=LeadEventStatus.RECORDED,
        before=row.lead_evaluator,
        reason=reason.strip()[:300],
        happened_on=happened_on,
        entered_by=by,
        entered_on=on,
    )
    notify(users=people_of(row.firm.organisation), code="lead_absent", facts={"number": row.task.number})
    facts = {"lead_evaluator": row.lead_evaluator_id, "day": happened_on, "reason": event.reason}
    record(actor=by, action="delivery.commission.lead_absent", subject=row, facts=facts)
    return event


@transaction.atomic
def lead_change_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Let the other one lead from now on, if still fit: the handler of an agreed approval of kind LEAD."""
    event = _decided(approval, LeadEventAction.AGREE, on=on)
    row, lead = locked_commission(event.commission), event.after
    move_commission(row, CommissionAction.CHANGE_LEAD)
    assert lead is not None  # noqa: S101 - a change names who follows
    check_lead(row.task, row.assignment, rules_for(bureau=row.task.bureau, on=on), lead=lead, on=on)
    row.lead_evaluator = lead
    row.save(update_fields=["lead_evaluator"])
    facts = {"from": event.before_id, "to": lead.pk, "reason": event.reason}
    record(actor=by, action="delivery.commission.lead_changed", subject=row, facts=facts)
    notify(users=people_of(row.firm.organisation), code="lead_changed", facts={"number": row.task.number})


@transaction.atomic
def lead_change_returned(*, approval: Approval, by: User, on: date) -> None:
    """Leave the lead evaluator as he is: the handler of an approval of kind LEAD given back or withdrawn."""
    event = _decided(approval, LeadEventAction.GIVE_BACK, on=on)
    facts = {"event": event.pk, "on": on}
    record(actor=by, action="delivery.commission.lead_kept", subject=event.commission, facts=facts)


def _decided(approval: Approval, action: LeadEventAction, *, on: date) -> LeadEvent:
    rows = LeadEvent.objects.select_for_update(of=("self",)).select_related("commission", "after__person")
    event = rows.get(pk=approval.subject_id)
    event.status, event.decided_on = _after(event, action), on
    event.save(update_fields=["status", "decided_on"])
    return event


def _after(event: LeadEvent, action: LeadEventAction) -> LeadEventStatus:
    after = LEAD_EVENT.get((LeadEventStatus(event.status), action))
    if after is None:
        message = _("This change was decided before.")
        raise TransitionRefused(noun="lead change", status=event.status, action=action, message=message)
    return after


def _refuse_without(reason: str, message: str) -> None:
    if not reason.strip():
        raise CommissionRefused(Refusal("reason_missing", message, {"field": "reason"}))
