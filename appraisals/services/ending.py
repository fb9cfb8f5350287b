"""A suspension ends: by itself on its last day, by a lifting, or because it is revoked. Rules R-26, R-27, R-57."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import SanctionAction, SanctionKind
from appraisals.models import Sanction
from appraisals.selectors import due_suspensions, returns_on
from appraisals.services.steps import locked, move, registrar
from evaluators.enums import FirmAction, FirmStatus
from evaluators.services import move_firms
from experts.enums import ExpertAction, ExpertStatus
from experts.services import foresee_return, move_experts
from foundation.accounts.models import User
from foundation.audit.services import record


@transaction.atomic
def end_due_sanctions(*, on: date) -> list[Sanction]:
    """End the suspensions whose last day has come and that wait for nobody. Run daily; return them.

    The party stands in the register again unless another suspension in force lasts longer: the later end counts.
    """
    rows = list(due_suspensions(on).values_list("pk", flat=True))
    ended = []
    for pk in rows:
        row = locked(pk)
        move(row, SanctionAction.END)
        row.ended_on = max(row.ends_on or on, row.lifted_on or row.ends_on or on)
        row.save(update_fields=["status", "ended_on"])
        reason = _("The suspension was lifted.") if row.lifted_on else _("The suspension ended by itself.")
        restore(row, by=registrar(row), on=row.ended_on, reason=reason)
        record(actor="system", action="appraisals.sanction_ended", subject=row, facts={"on": on})
        ended.append(row)
    return ended


def restore(row: Sanction, *, by: User, on: date, reason: str) -> None:
    """Let the party of an ended suspension stand in the register again, unless another suspension is in force."""
    if row.firm is not None:
        row.firm.refresh_from_db(fields=["status"])
        still = returns_on(firm=row.firm, expert=None)
        if row.firm.status == FirmStatus.SUSPENDED and (still is None or still <= on):
            move_firms(firms=[row.firm], action=FirmAction.RESTORE, by=by, on=on, reason=reason)
    elif row.expert is not None:
        _settle_expert(row, by=by, on=on, reason=reason)


def _settle_expert(row: Sanction, *, by: User, on: date, reason: str) -> None:
    """Bring a suspended expert's standing in line with the suspensions that are in force."""
    expert = row.expert
    assert expert is not None  # noqa: S101 - the caller asked
    expert.refresh_from_db(fields=["status"])
    if expert.status != ExpertStatus.SUSPENDED:
        return
    if any_left := _in_force(row):
        foresee_return(expert=expert, day=returns_on(firm=None, expert=expert), by=by, on=on)
    if not any_left:
        move_experts(experts=[expert], action=ExpertAction.RESTORE, by=by, on=on, reason=reason)


def _in_force(row: Sanction) -> bool:
    rows = Sanction.objects.filter(expert=row.expert, kind=SanctionKind.SUSPENSION, status="IN_FORCE")
    return rows.exists()
