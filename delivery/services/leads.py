"""The lead evaluator after the award: a change with reason and approval, and the named one who never came. Rule R-10.

Both stand at the commission and are shown with the rating and with the firm's year (edge case 23).
"""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from delivery.enums import CommissionAction, LeadEventAction, LeadEventKind, LeadEventStatus
from delivery.models import Commission, LeadEvent
from delivery.permissions import may_commission
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
    _refuse_without(reason, _("Say why the lead evaluator changes."))
    move_commission(row, CommissionAction.CHANGE_LEAD)
    if row.lead_evaluator is None or row.lead_evaluator_id == lead_evaluator.pk:
        message = _("This person leads the task already.")
        raise CommissionRefused(Refusal("lead_same", message, {"field": "lead_evaluator"}))
    if LeadEvent.objects.filter(commission=row, status=LeadEventStatus.IN_APPROVAL).exists():
        message = _("A change of the lead evaluator is under approval. Withdraw or decide that first.")
        raise CommissionRefused(Refusal("change_in_approval", message))
    check_lead(row.task, row.assignment, rules_for(bureau=row.task.bureau, on=on), lead=lead_evaluator, on=on)
    event = LeadEvent.objects.create(
        commission=row,
        kind=LeadEventKind.CHANGE,
        status=LeadEventStatus.IN_APPROVAL,
        before=row.lead_evaluator,
        after=lead_evaluator,
        reason=reason.strip()[:300],
        happened_on=on,
        entered_by=by,
        entered_on=on,
    )
    facts = {"from": row.lead_evaluator_id, "to": lead_evaluator.pk, "reason": event.reason}
    record(actor=by, action="delivery.commission.lead_change_asked", subject=row, facts=facts)
    said = {
        "task": row.task.number,
        "firm": row.firm_name,
        "from": row.lead_evaluator.person.name,
        "lead_evaluator": lead_evaluator.person.name,
        "reason": event.reason,
    }
    title = _("Change of the lead evaluator, %(number)s") % {"number": row.task.number}
    submit(bureau=row.task.bureau, kind=KIND, subject=event, title=title[:200], facts=said, by=by, on=on)
    event.refresh_from_db()
    return event


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
    after = LEAD_EVENT.get((LeadEventStatus(event.status), action))
    if after is None:
        message = _("This change was decided before.")
        raise TransitionRefused(noun="lead change", status=event.status, action=action, message=message)
    event.status, event.decided_on = after, on
    event.save(update_fields=["status", "decided_on"])
    return event


def _refuse_without(reason: str, message: str) -> None:
    if not reason.strip():
        raise CommissionRefused(Refusal("reason_missing", message, {"field": "reason"}))
