"""Sanctions on the bureau's own register: talk, suspension, removal. Rule R-26."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import RunningTasks, SanctionAction, SanctionKind, SanctionStatus
from appraisals.models import Sanction
from appraisals.permissions import may_sanction
from appraisals.rules import missing_rung
from appraisals.selectors import running_tasks_of
from appraisals.transitions import SANCTION
from assignments.services.tasks import recommission, stop_task
from delivery.models import Commission
from delivery.services import end_commission
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import Firm
from evaluators.services import move_firms
from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.rules import CAPABILITIES
from foundation.approvals.models import Approval
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.dates import months_after, years_after
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.selectors import users_of_organisation


class SanctionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The sanction cannot be proposed."""


@transaction.atomic
def propose_sanction(
    *,
    firm: Firm,
    kind: SanctionKind,
    reason: str,
    running_tasks: RunningTasks | str,
    by: User,
    on: date,
    months: int = 0,
    is_grave: bool = False,
) -> Sanction:
    """Propose a sanction and put it on its way through approval; it takes hold when the approval is agreed.

    What happens to running tasks must be chosen. Raise ``SanctionRefused`` without a reason or choice, for a rung that
    was skipped, for a suspension without months, and where another one waits.
    """
    firm = Firm.objects.select_for_update(of=("self",)).select_related("bureau", "organisation").get(pk=firm.pk)
    if not may_sanction(by, firm.bureau):
        raise NotAllowed
    _check(firm, kind, reason=reason, running_tasks=running_tasks, months=months, is_grave=is_grave, on=on)
    row = Sanction.objects.create(
        bureau=firm.bureau,
        firm=firm,
        kind=kind,
        months=months if kind == SanctionKind.SUSPENSION else 0,
        is_grave=is_grave,
        running_tasks=running_tasks,
        reason=reason.strip(),
        proposed_by=by,
        proposed_on=on,
    )
    submit(
        bureau=firm.bureau,
        kind="SANCTION",
        subject=row,
        title=_("%(kind)s: %(firm)s") % {"kind": kind.label, "firm": firm.organisation.name},
        facts={"kind": kind, "reason": row.reason, "running_tasks": running_tasks, "months": row.months},
        by=by,
        on=on,
    )
    record(actor=by, action="appraisals.sanction_proposed", subject=row, facts={"kind": kind, "firm": firm.pk})
    return row


def _check(
    firm: Firm, kind: SanctionKind, *, reason: str, running_tasks: str, months: int, is_grave: bool, on: date
) -> None:
    rules = rules_for(bureau=firm.bureau, on=on)
    if not reason.strip():
        raise SanctionRefused(Refusal("reason_missing", _("Write the reason."), {"field": "reason"}))
    if running_tasks not in RunningTasks:
        message = _("Choose what happens to the firm's running tasks.")
        raise SanctionRefused(Refusal("choice_missing", message, {"field": "running_tasks"}))
    if firm.status not in {FirmStatus.ACTIVE, FirmStatus.SUSPENDED}:
        message = _("The firm's standing is “%(state)s”; there is nothing to sanction in the register.") % {
            "state": firm.get_status_display()
        }
        raise SanctionRefused(Refusal("not_in_register", message))
    if Sanction.objects.filter(firm=firm, status=SanctionStatus.PROPOSED).exists():
        raise SanctionRefused(Refusal("under_approval", _("A sanction of this firm waits for approval already.")))
    most = int(rules.value("suspension_months_most"))
    if kind == SanctionKind.SUSPENSION and not 1 <= months <= most:
        message = _("A suspension lasts 1 to %(most)s months.") % {"most": most}
        source = rules.source("suspension_months_most")
        raise SanctionRefused(Refusal("months_out_of_range", message, {"field": "months"}, source))
    after = years_after(on, -int(rules.value("removal_years")))
    earlier = Sanction.objects.filter(firm=firm, started_on__gt=after)
    if rung := missing_rung(kind, set(earlier.values_list("kind", flat=True)), is_grave=is_grave):
        message = _("First comes: %(rung)s. Only a grave case may skip it; tick that it is one.") % {
            "rung": SanctionKind(rung).label
        }
        source = rules.source("removal_years")
        raise SanctionRefused(Refusal("rung_skipped", message, {"field": "kind", "rung": rung}, source))


@transaction.atomic
def sanction_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Take hold: change the standing, decide the running tasks, tell the firm."""
    row = _locked(approval)
    _move(row, SanctionAction.DECIDE)
    row.decided_by, row.started_on = by, on
    if row.kind == SanctionKind.SUSPENSION:
        row.ends_on = months_after(on, row.months)
    elif row.kind == SanctionKind.REMOVAL:
        years = int(rules_for(bureau=row.bureau, on=on).value("removal_years"))
        row.ends_on = years_after(on, years)
    row.save(update_fields=["status", "decided_by", "started_on", "ends_on"])
    _change_standing(row, on=on)
    _decide_running_tasks(row, on=on)
    facts = {"kind": row.kind, "until": row.ends_on, "running_tasks": row.running_tasks, "decided_by": by.pk}
    record(actor=by, action="appraisals.sanction_in_force", subject=row, facts=facts)
    notify(users=users_of_organisation(row.firm.organisation_id), code="sanction", facts={"kind": row.kind})


@transaction.atomic
def sanction_returned(*, approval: Approval, by: User, on: date) -> None:  # noqa: ARG001 - the handler's signature
    """Note that the sanction was not agreed."""
    row = _locked(approval)
    _move(row, SanctionAction.REFUSE)
    row.save(update_fields=["status"])
    record(actor=by, action="appraisals.sanction_refused", subject=row, facts={"kind": row.kind})


@transaction.atomic
def end_due_sanctions(*, on: date) -> list[Sanction]:
    """End the suspensions whose last day has come: the firm stands in the register again. Run daily; return them."""
    due = Sanction.objects.select_for_update(of=("self",)).filter(
        kind=SanctionKind.SUSPENSION, status=SanctionStatus.IN_FORCE, ends_on__lte=on
    )
    rows = list(due.select_related("bureau", "firm", "proposed_by").order_by("pk"))
    for row in rows:
        _move(row, SanctionAction.END)
        row.ended_on = row.ends_on
        row.save(update_fields=["status", "ended_on"])
        if row.firm.status == FirmStatus.SUSPENDED:
            reason, ended_on = _("The suspension ended by itself."), row.ends_on or on
            move_firms(firms=[row.firm], action=FirmAction.RESTORE, by=_registrar(row), on=ended_on, reason=reason)
        record(actor="system", action="appraisals.sanction_ended", subject=row, facts={"on": on})
    return rows


def _registrar(row: Sanction) -> User:
    """Return who proposed the sanction while he keeps the register, else another who does."""
    if may_sanction(row.proposed_by, row.bureau):
        return row.proposed_by
    roles = [role for role, can in CAPABILITIES.items() if Capability.REGISTER in can]
    grants = RoleGrant.objects.filter(
        bureau=row.bureau, role__in=roles, ended_on__isnull=True, user__is_active=True
    ).select_related("user")
    grant = grants.order_by("pk").first()
    return grant.user if grant else row.proposed_by


def _locked(approval: Approval) -> Sanction:
    rows = Sanction.objects.select_for_update(of=("self",)).select_related("bureau", "firm", "proposed_by")
    return rows.get(pk=approval.subject_id)


def _move(row: Sanction, action: SanctionAction) -> None:
    after = SANCTION.get((SanctionStatus(row.status), action))
    if after is None:
        message = _("The sanction is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="sanction", status=row.status, action=action, message=message)
    row.status = after


def _change_standing(row: Sanction, *, on: date) -> None:
    """Move the firm in the register, in the name of who proposed it; the approval decided."""
    action = {SanctionKind.SUSPENSION: FirmAction.SUSPEND, SanctionKind.REMOVAL: FirmAction.REMOVE}.get(
        SanctionKind(row.kind)
    )
    is_suspended = row.firm.status == FirmStatus.SUSPENDED and action == FirmAction.SUSPEND
    if action and not is_suspended:
        move_firms(firms=[row.firm], action=action, by=row.proposed_by, on=on, reason=row.reason)


def _decide_running_tasks(row: Sanction, *, on: date) -> None:
    if row.running_tasks == RunningTasks.FINISH:
        return
    for seat in running_tasks_of(row.firm):
        if seat.task is None:
            continue
        for commission in Commission.objects.filter(assignment=seat, ended_on__isnull=True):
            end_commission(commission=commission, reason=row.reason, by=row.proposed_by, on=on)
        if row.running_tasks == RunningTasks.HAND_OVER:
            recommission(task=seat.task, reason=row.reason, by=row.proposed_by, on=on)
        else:
            stop_task(task=seat.task, reason=row.reason, by=row.proposed_by, on=on)
