"""A sanction takes hold: the standing moves, running tasks are decided. Rules R-26, R-27, R-57."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import RunningTasks, SanctionAction, SanctionKind, SanctionPaper
from appraisals.models import HandOver, Sanction, SanctionRevocation, SanctionTask
from appraisals.models.sanctions import BEFORE_FORCE
from appraisals.selectors import (
    party_name,
    returns_on,
    running_of,
    unanswered,
    users_of_party,
    work_number,
)
from appraisals.services.hand_overs import hand_over_decided
from appraisals.services.revoking import revocation_decided
from appraisals.services.steps import SanctionRefused, draft, drop, locked, move, own_page, registrar
from assignments.models import Assignment
from assignments.services.tasks import recommission, stop_task
from delivery.models import Commission
from delivery.services import end_commission
from evaluators.enums import FirmAction, FirmStatus
from evaluators.services import move_firms
from experts.enums import ExpertAction, ExpertStatus
from experts.models import Expert
from experts.rules import lifting_needs
from experts.services import foresee_return, move_experts
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.selectors import running
from foundation.approvals.services import lapse
from foundation.audit.services import record
from foundation.core import clock
from foundation.core.dates import months_after, years_after
from foundation.core.errors import Refusal
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from reviews.services.opinions import step_back

WORDS = {
    SanctionKind.TALK: ("约谈通知书", SanctionPaper.TALK),
    SanctionKind.SUSPENSION: ("暂停处理决定书", SanctionPaper.DECISION),
    SanctionKind.REMOVAL: ("移出名录决定书", SanctionPaper.DECISION),
}
APART = {  # what else goes through the approval of sanctions
    HandOver._meta.label_lower: hand_over_decided,
    SanctionRevocation._meta.label_lower: revocation_decided,
}


@transaction.atomic
def sanction_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Take hold: change the standing, do what was chosen for running tasks, draft the paper, tell the party.

    Raise ``SanctionRefused`` where a task has begun since and nobody chose what happens to it.
    """
    if apart := APART.get(approval.subject_kind):
        apart(pk=approval.subject_id, is_agreed=True, by=by, on=on)
        return
    row = locked(approval.subject_id)
    if missing := unanswered(row):
        message = _("These tasks began since: %(tasks)s. On the page of the sanction, choose what happens to them.") % {
            "tasks": "、".join(work_number(seat) for seat in missing)
        }
        source = rules_for(bureau=row.bureau, on=on).source("removal_years")
        raise SanctionRefused(Refusal("choice_missing", message, {"url": f"/bureau/sanctions/{row.pk}/"}, source))
    move(row, SanctionAction.DECIDE)
    row.decided_by, row.started_on = by, on
    _write_end(row, on)
    row.save(update_fields=["status", "decided_by", "started_on", "ends_on", "needs_application", "needs_test"])
    keeper = registrar(row)
    _change_standing(row, by=keeper, on=on)
    _decide_running_tasks(row, by=keeper, on=on)
    word, kind = WORDS[SanctionKind(row.kind)]
    draft(row, kind, f"关于对{party_name(row)}的{word}", by=keeper, on=on, reason=row.reason)
    facts = {"kind": row.kind, "until": row.ends_on, "decided_by": by.pk}
    record(actor=by, action="appraisals.sanction_in_force", subject=row, facts=facts)
    notify(users=users_of_party(row), code="sanction", facts={"kind": row.kind}, path=own_page(row))


def _write_end(row: Sanction, on: date) -> None:
    rules = rules_for(bureau=row.bureau, on=on)
    if row.kind == SanctionKind.REMOVAL:
        row.ends_on = years_after(on, int(rules.value("removal_years")))
    elif row.kind == SanctionKind.SUSPENSION:
        row.ends_on = months_after(on, row.months)
        if row.expert_id is not None:
            row.needs_application, row.needs_test = lifting_needs(
                row.months,
                application_from=rules.value("lifting_application_months"),
                test_from=rules.value("lifting_test_months"),
            )


@transaction.atomic
def sanction_returned(*, approval: Approval, by: User, on: date) -> None:
    """Note that the sanction, the hand-over or the revocation was not agreed; of somebody dead the first falls away."""
    if apart := APART.get(approval.subject_kind):
        apart(pk=approval.subject_id, is_agreed=False, by=by, on=on)
        return
    row = locked(approval.subject_id)
    if row.expert is not None and row.expert.person.died_on is not None:
        drop(row, reason=_("Has died."), by=by, on=on, action=SanctionAction.LAPSE)
        return
    move(row, SanctionAction.REFUSE)
    row.save(update_fields=["status"])
    record(actor=by, action="appraisals.sanction_refused", subject=row, facts={"kind": row.kind})
    if row.told_on is not None:
        notify(users=users_of_party(row), code="sanction_dropped", path=own_page(row))


@transaction.atomic
def lapse_sanctions(*, expert: Expert, by: User, on: date) -> int:
    """End what was on its way against an expert who has died, its approval too; return how many sanctions that were.

    What was decided before stays as it is.
    """
    found = Sanction.objects.filter(expert=expert, status__in=BEFORE_FORCE).order_by("pk")
    reason = _("Has died.")
    for sanction in found:
        if approval := running("SANCTION", sanction):
            lapse(approval=approval, reason=reason, by=by, on=on)  # which ends in sanction_returned
        else:
            drop(locked(sanction.pk), reason=reason, by=by, on=on, action=SanctionAction.LAPSE)
    return len(found)


def _change_standing(row: Sanction, *, by: User, on: date) -> None:
    """Move the party in the register, in the name of who keeps it; the approval decided."""
    if row.kind == SanctionKind.TALK:
        return
    is_removal = row.kind == SanctionKind.REMOVAL
    if row.firm is not None and (is_removal or row.firm.status != FirmStatus.SUSPENDED):
        action = FirmAction.REMOVE if is_removal else FirmAction.SUSPEND
        move_firms(firms=[row.firm], action=action, by=by, on=on, reason=row.reason)
    elif row.expert is not None:
        step = ExpertAction.REMOVE if is_removal else ExpertAction.SUSPEND
        if is_removal or row.expert.status != ExpertStatus.SUSPENDED:
            move_experts(experts=[row.expert], action=step, by=by, on=on, reason=row.reason)
        if not is_removal:
            foresee_return(expert=row.expert, day=returns_on(firm=None, expert=row.expert), by=by, on=on)


def _decide_running_tasks(row: Sanction, *, by: User, on: date) -> None:
    """Do what was chosen for each task or seat that still runs, and write the day."""
    chosen = SanctionTask.objects.select_for_update(of=("self",)).filter(sanction=row, done_on__isnull=True)
    joins = "assignment__task__bureau", "assignment__re_review"
    running = {seat.pk for seat in running_of(firm=row.firm, expert=row.expert)}
    reason = f"{WORDS[SanctionKind(row.kind)][0]}：{row.reason}"[:300]
    for one in chosen.select_related(*joins).order_by("assignment_id"):
        seat = one.assignment
        if one.choice != RunningTasks.FINISH and seat.pk in running:
            take_away(seat, RunningTasks(one.choice), reason=reason, by=by, on=on)
        one.done_on = on
        one.save(update_fields=["done_on"])
        facts = {"choice": one.choice, "assignment": seat.pk, "on": on}
        record(actor=by, action="appraisals.sanction_task_decided", subject=row, facts=facts)


def take_away(seat: Assignment, choice: RunningTasks, *, reason: str, by: User, on: date) -> None:
    """Take a firm off its task, which is then given free or stopped, or an expert off his panel.

    A letter that is still under approval lapses: nobody is to agree to what has just been decided otherwise.
    """
    if seat.task is None:
        step_back(assignment=seat, words=reason, by=by, at=clock.now(), is_decided=True)
        return
    for commission in Commission.objects.filter(assignment=seat, ended_on__isnull=True).order_by("pk"):
        if approval := running("LETTER", commission):
            lapse(approval=approval, reason=reason, by=by, on=on)
        end_commission(commission=commission, reason=reason, by=by, on=on)
    if choice == RunningTasks.HAND_OVER:
        recommission(task=seat.task, reason=reason, by=by, on=on)
    else:
        stop_task(task=seat.task, reason=reason, by=by, on=on)
