"""撤销: a decided sanction that was wrong is taken back by approval; the party stands as if it had ended. Rule R-26."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import RevocationStatus, SanctionAction, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import Sanction, SanctionRevocation
from appraisals.selectors import party_name, returns_on, suspensions_in_force, users_of_party
from appraisals.services.ending import restore
from appraisals.services.lifting import lapse_liftings
from appraisals.services.steps import SanctionRefused, draft, draft_of, kept_by, locked, move, own_page, registrar
from evaluators.enums import FirmAction, FirmStatus
from evaluators.services import lift_carried_bars, move_firms
from experts.enums import ExpertAction, ExpertStatus
from experts.services import foresee_return, move_experts
from foundation.accounts.models import User
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.errors import Refusal, TransitionRefused
from foundation.notices.services import notify
from foundation.papers.services import void_paper

DECIDED = {SanctionStatus.IN_FORCE, SanctionStatus.ENDED}
CARRIED = {SanctionKind.SUSPENSION: FirmStatus.SUSPENDED, SanctionKind.REMOVAL: FirmStatus.REMOVED}
WAITING = (SanctionPaper.DECISION, SanctionPaper.TALK)


@transaction.atomic
def propose_revocation(*, sanction: Sanction, reason: str, by: User, on: date, basis: str = "") -> SanctionRevocation:
    """Put the revocation of a decided sanction, running or over, on its way through approval (R-26).

    Raise ``NotAllowed`` for who does not keep the register, ``SanctionRefused`` without a reason or where one is under
    approval, ``TransitionRefused`` for a sanction that is not decided, or is revoked.
    """
    row = locked(sanction.pk)
    kept_by(row, by)
    if row.status not in DECIDED:
        message = _("Only a decided sanction can be revoked; before that it is dropped.")
        raise TransitionRefused(noun="sanction", status=row.status, action=SanctionAction.REVOKE, message=message)
    if not reason.strip():
        raise SanctionRefused(Refusal("reason_missing", _("Write the reason."), {"field": "reason"}))
    if row.revocations.filter(status=RevocationStatus.PROPOSED).exists():
        raise SanctionRefused(Refusal("under_approval", _("The revocation is under approval already.")))
    found = SanctionRevocation.objects.create(
        sanction=row, reason=reason.strip()[:500], basis=basis.strip()[:300], proposed_by=by, proposed_on=on
    )
    kind = SanctionKind(row.kind)
    facts = {"kind": kind, "name": party_name(row), "reason": found.reason, "basis": found.basis, "sanction": row.pk}
    title = _("Revoke: %(kind)s, %(name)s") % {"kind": kind.label, "name": party_name(row)}
    submit(bureau=row.bureau, kind="SANCTION", subject=found, title=title[:200], facts=facts, by=by, on=on)
    record(actor=by, action="appraisals.revocation_proposed", subject=row, facts={"reason": reason, "on": on})
    return found


def revocation_decided(*, pk: int, is_agreed: bool, by: User, on: date) -> None:
    """Take the sanction back, or note that the revocation was not agreed.

    The party stands in the register again unless another sanction still holds. What was done to running tasks stays
    done: who took a task over keeps it.
    """
    found = SanctionRevocation.objects.select_for_update(of=("self",)).get(pk=pk)
    row = locked(found.sanction_id)
    found.status = RevocationStatus.AGREED if is_agreed else RevocationStatus.REFUSED
    found.decided_by, found.decided_on = by, on
    found.save(update_fields=["status", "decided_by", "decided_on"])
    facts = {"agreed": is_agreed, "kind": row.kind, "on": on}
    record(actor=by, action="appraisals.revocation_decided", subject=row, facts=facts)
    if not is_agreed:
        return
    was_running = row.status == SanctionStatus.IN_FORCE or row.kind == SanctionKind.REMOVAL
    move(row, SanctionAction.REVOKE)
    row.ended_on = row.ended_on or on
    row.save(update_fields=["status", "ended_on"])
    keeper, reason = registrar(row), _("The sanction was revoked: %(reason)s") % {"reason": found.reason}
    lapse_liftings(sanctions=Sanction.objects.filter(pk=row.pk), reason=reason, by=keeper, on=on)
    if was_running and row.kind == SanctionKind.REMOVAL:
        _reinstate(row, by=keeper, on=on, reason=reason)
    elif was_running and row.kind == SanctionKind.SUSPENSION:
        restore(row, by=keeper, on=on, reason=reason)
    if row.firm is not None and row.kind in CARRIED:
        lift_carried_bars(predecessor=row.firm, status=CARRIED[SanctionKind(row.kind)], by=keeper, on=on)
    for kind in WAITING:
        if paper := draft_of(row, kind):
            void_paper(paper=paper, reason=reason[:300], by=keeper, on=on)
    title = f"关于撤销对{party_name(row)}处理决定的决定书"
    draft(row, SanctionPaper.REVOCATION, title, by=keeper, on=on, reason=found.reason)
    notify(users=users_of_party(row), code="sanction_revoked", facts={"kind": row.kind}, path=own_page(row))


def _reinstate(row: Sanction, *, by: User, on: date, reason: str) -> None:
    """Let a removed party stand in the register again, suspended where a suspension is still in force.

    Who has applied again meanwhile, or left, keeps that state: his term begins by the application.
    """
    running = list(suspensions_in_force(firm=row.firm, expert=row.expert).filter(ends_on__gt=on))
    if row.firm is not None and row.firm.status == FirmStatus.REMOVED:
        move_firms(firms=[row.firm], action=FirmAction.REINSTATE, by=by, on=on, reason=reason)
        if running:
            move_firms(firms=[row.firm], action=FirmAction.SUSPEND, by=by, on=on, reason=running[-1].reason)
    elif row.expert is not None and row.expert.status == ExpertStatus.REMOVED:
        move_experts(experts=[row.expert], action=ExpertAction.REINSTATE, by=by, on=on, reason=reason)
        if running:
            move_experts(experts=[row.expert], action=ExpertAction.SUSPEND, by=by, on=on, reason=running[-1].reason)
            foresee_return(expert=row.expert, day=returns_on(firm=None, expert=row.expert), by=by, on=on)
