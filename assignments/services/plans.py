"""Opening, moving and issuing the plan of a year."""

from datetime import date

from django.db import models, transaction
from django.utils.translation import gettext as _

from assignments.enums import PlanAction, PlanStatus
from assignments.models import EvaluationPlan, PlanMove
from assignments.permissions import may_plan
from assignments.rules.tasks import EARLIEST_YEAR, LATEST_YEAR
from assignments.selectors.plans import approval_subject, carried_tasks
from assignments.transitions import PLAN
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.approvals.models import Approval
from foundation.approvals.selectors import agreed, running
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused


class PlanRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The plan cannot be opened, submitted or issued."""


@transaction.atomic
def open_plan(*, bureau: Bureau, work_year: int, by: User, on: date) -> EvaluationPlan:
    """Open the plan of ``work_year``; raise ``PlanRefused`` where it is open already or the year makes no sense.

    Open tasks of earlier years stay where they are; the plan's history and the journal keep which they were.
    """
    require(by, Capability.PLAN)
    if by.bureau_id != bureau.pk:
        raise NotAllowed
    if not EARLIEST_YEAR <= work_year <= LATEST_YEAR:
        raise PlanRefused(Refusal("bad_year", _("That is not a work year."), {"field": "work_year"}))
    if EvaluationPlan.objects.filter(bureau=bureau, work_year=work_year).exists():
        words = _("The plan of %(year)s is open already.") % {"year": work_year}
        raise PlanRefused(Refusal("plan_exists", words, {"field": "work_year"}))
    plan = EvaluationPlan.objects.create(bureau=bureau, work_year=work_year)
    carried = list(carried_tasks(bureau, work_year).values_list("number", flat=True))
    words = _("%(n)s open tasks of earlier years go on under their own numbers.") % {"n": len(carried)}
    PlanMove.objects.create(
        plan=plan, action="OPEN", status=plan.status, moved_on=on, moved_by=by, words=words if carried else ""
    )
    facts = {"work_year": work_year, "carried": carried, "on": on}
    record(actor=by, action="plans.opened", subject=plan, facts=facts)
    return plan


@transaction.atomic
def move_plan(
    *, plan: EvaluationPlan, action: PlanAction, by: User, on: date, letter_number: str = "", words: str = ""
) -> EvaluationPlan:
    """Take the plan's next step; issuing needs the agreed approval and the 文号 of the office.

    Raise ``TransitionRefused`` for a step that does not follow, ``PlanRefused`` for an issue without them, for a
    plan without tasks, and for any step while the plan is under approval.
    """
    plan = _locked(plan, by)
    after = PLAN.get((PlanStatus(plan.status), action))
    if after is None:
        raise _does_not_follow(plan, action)
    if running("PLAN", approval_subject(plan)):
        raise PlanRefused(Refusal("under_approval", _("The plan is under approval; it stays as it is until then.")))
    if action in {PlanAction.TABLE, PlanAction.ISSUE} and not plan.tasks.exists():
        raise PlanRefused(Refusal("plan_empty", _("The plan has no task yet. Add one first.")))
    if action == PlanAction.ADJUST and not words.strip():
        raise PlanRefused(Refusal("reason_missing", _("Say why the plan is adjusted."), {"field": "words"}))
    if action == PlanAction.ISSUE:
        _issue(plan, letter_number=letter_number.strip(), on=on)
    plan.status = after
    plan.save(update_fields=["status", "letter_number", "issued_on"])
    PlanMove.objects.create(plan=plan, action=action, status=after, moved_on=on, moved_by=by, words=words.strip())
    facts = {"action": action, "status": after, "letter_number": plan.letter_number, "words": words, "on": on}
    record(actor=by, action="plans.moved", subject=plan, facts=facts)
    return plan


def _issue(plan: EvaluationPlan, *, letter_number: str, on: date) -> None:
    if agreed("PLAN", approval_subject(plan)) is None:
        raise PlanRefused(Refusal("not_approved", _("The plan has not been approved yet. Submit it for approval.")))
    if not letter_number:
        message = _("Type the letter number that the office gave.")
        raise PlanRefused(Refusal("letter_number_missing", message, {"field": "letter_number"}))
    others = EvaluationPlan.objects.filter(bureau_id=plan.bureau_id, letter_number=letter_number)
    if others.exclude(pk=plan.pk).exists():
        message = _("The letter number %(number)s is taken.") % {"number": letter_number}
        raise PlanRefused(Refusal("letter_number_taken", message, {"field": "letter_number"}))
    plan.letter_number, plan.issued_on = letter_number, on


@transaction.atomic
def submit_plan(*, plan: EvaluationPlan, by: User, on: date) -> Approval:
    """Submit the plan that lies before the committee, or its adjustment, for approval.

    Raise ``TransitionRefused`` in any other state, ``PlanRefused`` for an empty plan or one that was approved.
    """
    plan = _locked(plan, by)
    if plan.status not in {PlanStatus.MEETING, PlanStatus.ADJUSTING}:
        raise _does_not_follow(plan, "SUBMIT")
    subject = approval_subject(plan)
    if agreed("PLAN", subject):
        message = _("The plan is approved already. Issue it with its letter number.")
        raise PlanRefused(Refusal("already_approved", message))
    sums = plan.tasks.aggregate(number=models.Count("pk"), cents=models.Sum("amount_cents"))
    if not sums["number"]:
        raise PlanRefused(Refusal("plan_empty", _("The plan has no task yet. Add one first.")))
    title = _("Evaluation plan %(year)s") % {"year": plan.work_year}
    facts = {"work_year": plan.work_year, "tasks": sums["number"], "classified": plan.classified_count}
    return submit(
        bureau=plan.bureau, kind="PLAN", subject=subject, title=title, facts=facts, by=by, on=on,
        amount_cents=sums["cents"],
    )  # fmt: skip


def plan_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Write down that the plan may be issued; its 文号 is typed when the office gives it."""
    plan = _of(approval)
    record(actor=by, action="plans.approved", subject=plan, facts={"approval": approval.pk, "on": on})


def plan_returned(*, approval: Approval, by: User, on: date) -> None:
    """Take a returned plan back to drafting; a returned adjustment stays open."""
    plan = _of(approval)
    if plan.status == PlanStatus.MEETING:
        plan.status = PLAN[PlanStatus.MEETING, PlanAction.DRAFT]
        plan.save(update_fields=["status"])
        PlanMove.objects.create(plan=plan, action=PlanAction.DRAFT, status=plan.status, moved_on=on, moved_by=by)
    record(actor=by, action="plans.returned", subject=plan, facts={"approval": approval.pk, "on": on})


@transaction.atomic
def count_classified(*, plan: EvaluationPlan, count: int, by: User, on: date) -> EvaluationPlan:
    """Write down how many classified (涉密) projects the year has: all that is ever known of them here."""
    plan = _locked(plan, by)
    if plan.status == PlanStatus.DONE:
        raise _does_not_follow(plan, "COUNT")
    if count < 0:
        raise PlanRefused(Refusal("bad_count", _("A count is zero or more."), {"field": "count"}))
    plan.classified_count = count
    plan.save(update_fields=["classified_count"])
    record(actor=by, action="plans.classified_counted", subject=plan, facts={"count": count, "on": on})
    return plan


def _of(approval: Approval) -> EvaluationPlan:
    plans = EvaluationPlan.objects.select_for_update(of=("self",)).select_related("bureau")
    if approval.subject_kind == PlanMove._meta.label_lower:
        return plans.get(moves__pk=approval.subject_id)
    return plans.get(pk=approval.subject_id)


def _locked(plan: EvaluationPlan, by: User) -> EvaluationPlan:
    plan = EvaluationPlan.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=plan.pk)
    if not may_plan(by, plan):
        raise NotAllowed
    return plan


def _does_not_follow(plan: EvaluationPlan, action: str) -> TransitionRefused:
    message = _("The plan is in the state “%(state)s”; this step does not follow.") % {
        "state": plan.get_status_display()
    }
    return TransitionRefused(noun="plan", status=plan.status, action=action, message=message)
