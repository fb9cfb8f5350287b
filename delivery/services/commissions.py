"""Commissioning the chosen firm: letter, approval, sending, acceptance, end."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import DeclineReason, Executor, TaskAction, TaskStatus
from assignments.models import Assignment, EvaluationTask
from assignments.permissions import may_commission
from assignments.selectors.tasks import current_assignment
from assignments.services.assignments import Scan, decline
from assignments.services.tasks import move_task
from delivery.enums import CommissionAction, CommissionStatus, LeadEventAction, LeadEventStatus
from delivery.models import Commission, LeadEvent
from delivery.permissions import may_accept_commission
from delivery.selectors import commission_of, fee_limit_cents, people_of, running_tasks_of, usual_due_day
from delivery.transitions import COMMISSION, LEAD_EVENT
from evaluators.models import LeadEvaluator
from foundation.accounts.models import User
from foundation.approvals.enums import StepStatus
from foundation.approvals.models import Approval
from foundation.approvals.selectors import agreed, running
from foundation.approvals.services import lapse, submit
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.core.money import yuan
from foundation.notices.services import notify
from foundation.papers.enums import DeliveryWay, PaperStatus
from foundation.papers.models import Paper
from foundation.papers.services import draft_paper, issue_paper, record_delivery, void_paper
from foundation.rulesets.selectors import Rules, rules_for
from foundation.workdays.selectors import add_workdays, is_workday
from rubrics.models import RubricVersion
from rubrics.selectors import in_force
from rubrics.services import ensure_default

KIND = "LETTER"


class CommissionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The commission cannot be given, sent or accepted."""


@transaction.atomic
def commission(
    *,
    task: EvaluationTask,
    lead_evaluator: LeadEvaluator,
    fee_cents: int,
    by: User,
    on: date,
    due_on: date | None = None,
    letter_number: str = "",
) -> Commission:
    """Draft the letter to the chosen firm and submit it for approval; without a due day the usual one. Rule R-43.

    The firm must have confirmed that nobody has to be recused. Raise ``CommissionRefused`` for an unfit lead
    evaluator, a fee above the limit or a due day that is no working day; ``TransitionRefused`` before recusal is
    confirmed.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    if not may_commission(by, task):
        raise NotAllowed
    assignment = _chosen(task)
    if commission_of(task):
        raise CommissionRefused(Refusal("already_commissioned", _("A commission of this task is under way already.")))
    rules = rules_for(bureau=task.bureau, on=on)
    due_on = due_on or usual_due_day(task.bureau, on)
    _check_terms(task, assignment, rules, lead=lead_evaluator, fee_cents=fee_cents, due_on=due_on, on=on)
    firm = assignment.firm
    assert firm is not None  # noqa: S101 - an assignment of a task has its firm
    row = Commission.objects.create(
        task=task,
        assignment=assignment,
        firm=firm,
        firm_name=firm.organisation.name,
        lead_evaluator=lead_evaluator,
        rubric_version=rubric_for(task, by=by, on=on),
        fee_cents=fee_cents,
        due_on=due_on,
    )
    row.letter = _draft_letter(row, letter_number=letter_number, by=by, on=on)
    row.save(update_fields=["letter"])
    _submit(row, by=by, on=on)
    facts = {"firm": firm.pk, "lead_evaluator": lead_evaluator.pk, "fee_cents": fee_cents, "due_on": due_on}
    record(actor=by, action="delivery.commission.drafted", subject=row, facts=facts)
    return row


@transaction.atomic
def revise_commission(
    *,
    commission: Commission,
    lead_evaluator: LeadEvaluator,
    fee_cents: int,
    due_on: date,
    by: User,
    on: date,
    letter_number: str = "",
) -> Commission:
    """Correct a letter that was given back and submit it again; the old draft is void. Raise as ``commission``."""
    row = locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    move_commission(row, CommissionAction.REVISE)
    rules = rules_for(bureau=row.task.bureau, on=on)
    _check_terms(row.task, row.assignment, rules, lead=lead_evaluator, fee_cents=fee_cents, due_on=due_on, on=on)
    if row.letter and row.letter.status == PaperStatus.DRAFT:
        void_paper(paper=row.letter, reason=_("given back, drafted again"), by=by, on=on)
        Paper.objects.filter(pk=row.letter.pk).update(letter_number="")  # a typed 文号 may be used for the new draft
    row.lead_evaluator, row.fee_cents, row.due_on = lead_evaluator, fee_cents, due_on
    row.letter = _draft_letter(row, letter_number=letter_number, by=by, on=on)
    row.save(update_fields=["status", "lead_evaluator", "fee_cents", "due_on", "letter"])
    _submit(row, by=by, on=on)
    facts = {"lead_evaluator": lead_evaluator.pk, "fee_cents": fee_cents, "due_on": due_on}
    record(actor=by, action="delivery.commission.revised", subject=row, facts=facts)
    return row


def letter_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Let the letter be sent: the handler of an agreed approval of kind LETTER."""
    _decided(approval, CommissionAction.AGREE, by=by, on=on)


def letter_returned(*, approval: Approval, by: User, on: date) -> None:
    """Let the letter be corrected: the handler of an approval of kind LETTER that was given back or withdrawn."""
    _decided(approval, CommissionAction.GIVE_BACK, by=by, on=on)


@transaction.atomic
def send_letter(
    *,
    commission: Commission,
    content: bytes,
    by: User,
    on: date,
    way: DeliveryWay = DeliveryWay.ELECTRONIC,
    to: str = "",
) -> Commission:
    """Issue the letter as the PDF ``content``, record its delivery and tell the firm's people.

    Raise ``TransitionRefused`` before the approval is agreed.
    """
    row = locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    move_commission(row, CommissionAction.SEND)
    approval = agreed(KIND, row)
    if approval is None or row.letter is None:
        raise CommissionRefused(Refusal("not_agreed", _("The letter is not agreed yet.")))
    issue_paper(paper=row.letter, content=content, by=by, on=on, signer=signer_of(approval))
    record_delivery(paper=row.letter, way=way, to=to or row.firm_name, on=on, by=by)
    row.sent_on = on
    row.save(update_fields=["status", "sent_on"])
    row.task.due_on = row.due_on
    row.task.save(update_fields=["due_on"])
    notify(users=people_of(row.firm.organisation), code="commission_sent", facts={"number": row.task.number})
    record(actor=by, action="delivery.commission.sent", subject=row, facts={"letter": row.letter_id, "way": way})
    return row


@transaction.atomic
def accept_commission(*, commission: Commission, by: User, on: date, contract_number: str = "") -> Commission:
    """Accept the commission for the firm; the task is commissioned from this day.

    Raise ``NotAllowed`` for others than who answers for the firm and the bureau's clerk entering a paper answer.
    """
    row = locked_commission(commission)
    if not may_accept_commission(by, row, on):
        raise NotAllowed
    move_commission(row, CommissionAction.ACCEPT)
    row.accepted_on, row.contract_number = on, contract_number.strip()
    row.save(update_fields=["status", "accepted_on", "contract_number"])
    move_task(task=row.task, action=TaskAction.COMMISSION, by=by, on=on)
    notify(users=[row.task.clerk], code="commission_accepted", facts={"number": row.task.number})
    facts = {"contract_number": row.contract_number, "entered_by_bureau": may_commission(by, row.task)}
    record(actor=by, action="delivery.commission.accepted", subject=row, facts=facts)
    return row


@transaction.atomic
def decline_commission(
    *,
    commission: Commission,
    reason: DeclineReason,
    by: User,
    at: datetime,
    words: str = "",
    act: Scan | None = None,
) -> Commission:
    """Decline a letter that was sent, for the firm: the commission ends and the task waits for another choice.

    The firm's assignment is declined with the same reason, which decides whether it counts. Rule R-18.
    """
    row = locked_commission(commission)
    if not may_accept_commission(by, row, timezone.localdate(at)):
        raise NotAllowed
    move_commission(row, CommissionAction.DECLINE)
    row.ended_on, row.end_reason = timezone.localdate(at), (words.strip() or str(reason.label))[:300]
    row.save(update_fields=["status", "ended_on", "end_reason"])
    decline(assignment=row.assignment, reason=reason, words=words, by=by, at=at, act=act)
    notify(users=[row.task.clerk], code="commission_declined", facts={"number": row.task.number})
    record(actor=by, action="delivery.commission.declined", subject=row, facts={"reason": reason})
    return row


@transaction.atomic
def end_commission(*, commission: Commission, reason: str, by: User, on: date) -> Commission:
    """End a commission before its report is accepted, so that the task can be stopped or given to another firm."""
    row = locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    if not reason.strip():
        raise CommissionRefused(Refusal("reason_missing", _("Say why the commission ends."), {"field": "reason"}))
    if row.task.status in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
        raise CommissionRefused(Refusal("already_accepted", _("The report is accepted; the commission is fulfilled.")))
    if running(KIND, row):
        raise CommissionRefused(
            Refusal("letter_in_approval", _("The letter is under approval. Withdraw or decide that first."))
        )
    move_commission(row, CommissionAction.END)
    if row.letter and row.letter.status == PaperStatus.DRAFT:
        void_paper(paper=row.letter, reason=reason, by=by, on=on)
    row.ended_on, row.end_reason = on, reason.strip()
    row.save(update_fields=["status", "ended_on", "end_reason"])
    record(actor=by, action="delivery.commission.ended", subject=row, facts={"reason": row.end_reason})
    _close_lead_changes(row, by=by, on=on)
    return row


def _close_lead_changes(row: Commission, *, by: User, on: date) -> None:
    """Answer what waits about the lead evaluator of an ended commission: nobody leads it any more."""
    waiting = LeadEvent.objects.select_for_update(of=("self",)).filter(commission=row)
    for event in waiting.filter(status__in=[LeadEventStatus.ASKED, LeadEventStatus.IN_APPROVAL]).order_by("pk"):
        if approval := running("LEAD", event):
            lapse(approval=approval, reason=row.end_reason, by=by, on=on)
            continue
        event.status = LEAD_EVENT[LeadEventStatus(event.status), LeadEventAction.DECLINE]
        event.decided_on, event.answer = on, row.end_reason[:300]
        event.save(update_fields=["status", "decided_on", "answer"])
        record(actor=by, action="delivery.commission.lead_answered", subject=row, facts={"event": event.pk, "on": on})


def rubric_for(task: EvaluationTask, *, by: User, on: date) -> RubricVersion:
    """Return the rubric in force on the day, the shipped one where the bureau has none of its own."""
    return in_force(task.bureau, on) or ensure_default(bureau=task.bureau, by=by, on=on)


def signer_of(approval: Approval) -> str:
    """Return the name of who took the last step: the paper's 签发人."""
    step = approval.steps.filter(status=StepStatus.AGREED).select_related("decided_by").order_by("-position").first()
    return step.decided_by.name if step and step.decided_by else ""


def _chosen(task: EvaluationTask) -> Assignment:
    if task.executor != Executor.FIRM:
        raise CommissionRefused(Refusal("no_firm", _("No firm carries this task out; nothing is commissioned.")))
    assignment = current_assignment(task)
    if task.status != TaskStatus.RECUSAL_CONFIRMED or assignment is None or assignment.firm is None:
        message = _("First the firm is chosen and confirms that nobody has to be recused.")
        raise TransitionRefused(noun="task", status=task.status, action=TaskAction.COMMISSION, message=message)
    return assignment


def _check_terms(
    task: EvaluationTask,
    assignment: Assignment,
    rules: Rules,
    *,
    lead: LeadEvaluator,
    fee_cents: int,
    due_on: date,
    on: date,
) -> None:
    check_lead(task, assignment, rules, lead=lead, on=on)
    limit = fee_limit_cents(task, procurement_limit_cents=rules.value("procurement_limit_cents"))
    if not 0 < fee_cents <= limit:
        message = _("The fee is above nothing and at most %(limit)s yuan.") % {"limit": yuan(limit)}
        facts: dict[str, Any] = {"field": "fee", "limit_cents": limit, "fee_cents": fee_cents}
        raise CommissionRefused(Refusal("fee_over_limit", message, facts, rules.source("procurement_limit_cents")))
    if due_on <= on:
        raise CommissionRefused(Refusal("due_in_past", _("The due day lies after today."), {"field": "due_on"}))
    if not is_workday(due_on):
        after = add_workdays(due_on, 1)
        message = _("The due day is no working day; the next one is %(day)s.") % {"day": after.isoformat()}
        raise CommissionRefused(
            Refusal("due_no_workday", message, {"field": "due_on", "next": after}, rules.source("workday_table"))
        )


def check_lead(task: EvaluationTask, assignment: Assignment, rules: Rules, *, lead: LeadEvaluator, on: date) -> None:
    """Raise ``CommissionRefused`` for who may not lead this task: another firm's, gone, expired, overloaded. R-10."""
    field = {"field": "lead_evaluator"}
    if lead.firm_id != assignment.firm_id:
        message = _("The lead evaluator belongs to another firm.")
        raise CommissionRefused(Refusal("lead_of_other_firm", message, field))
    if lead.started_on > on or (lead.ended_on is not None and lead.ended_on <= on):
        raise CommissionRefused(Refusal("lead_not_current", _("This person is no lead evaluator today."), field))
    if lead.person.died_on is not None and lead.person.died_on <= on:
        raise CommissionRefused(Refusal("lead_died", _("This person has died. Choose another lead evaluator."), field))
    if lead.certificate_valid_to is not None and lead.certificate_valid_to < on:
        message = _("The certificate of this lead evaluator has expired.")
        raise CommissionRefused(Refusal("certificate_expired", message, field))
    most = rules.value("lead_running_tasks")
    count = running_tasks_of(lead, besides=task)
    if count >= most:
        message = _("The lead evaluator runs %(count)s tasks already, at most %(most)s are allowed.") % {
            "count": count,
            "most": most,
        }
        facts = {**field, "count": count, "most": most}
        raise CommissionRefused(Refusal("lead_overloaded", message, facts, rules.source("lead_running_tasks")))


def _draft_letter(row: Commission, *, letter_number: str, by: User, on: date) -> Paper:
    facts = {
        "firm": row.firm_name,
        "lead_evaluator": row.lead_evaluator.person.name if row.lead_evaluator else "",
        "fee_cents": row.fee_cents,
        "due_on": row.due_on.isoformat(),
        "rubric_version": row.rubric_version_id,
    }
    return draft_paper(
        bureau=row.task.bureau,
        kind="COMMISSION",
        title=f"关于委托开展“{row.task.title}”绩效评价的函"[:200],
        addressee=row.firm_name,
        subject=row,
        facts=facts,
        by=by,
        on=on,
        letter_number=letter_number.strip(),
    )


def _submit(row: Commission, *, by: User, on: date) -> None:
    facts = {
        "task": row.task.number,
        "firm": row.firm_name,
        "lead_evaluator": row.lead_evaluator.person.name if row.lead_evaluator else "",
        "fee_cents": row.fee_cents,
        "due_on": row.due_on.isoformat(),
    }
    title = _("Commission letter %(number)s to %(firm)s") % {"number": row.task.number, "firm": row.firm_name}
    submit(
        bureau=row.task.bureau,
        kind=KIND,
        subject=row,
        title=title[:200],
        facts=facts,
        by=by,
        on=on,
        amount_cents=row.fee_cents,
    )


def _decided(approval: Approval, action: CommissionAction, *, by: User, on: date) -> None:
    if approval.subject_kind != Commission._meta.label_lower:
        return  # letters of other rooms
    row = locked_commission(Commission.objects.get(pk=approval.subject_id))
    move_commission(row, action)
    row.save(update_fields=["status"])
    record(actor=by, action=f"delivery.commission.{action.lower()}", subject=row, facts={"on": on})


def locked_commission(commission: Commission) -> Commission:
    """Return the commission locked, with what its steps read."""
    rows = Commission.objects.select_for_update(of=("self",))
    return rows.select_related("task__bureau", "task__clerk", "firm__organisation", "lead_evaluator__person").get(
        pk=commission.pk
    )


def move_commission(row: Commission, action: CommissionAction) -> None:
    """Set the status after ``action``; raise ``TransitionRefused``."""
    after = COMMISSION.get((CommissionStatus(row.status), action))
    if after is None:
        message = _("The commission is in the state “%(state)s”; this cannot be done now.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="commission", status=row.status, action=action, message=message)
    row.status = after
