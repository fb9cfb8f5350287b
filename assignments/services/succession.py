"""A running task passes to the firm that takes the place of the chosen one. Rule R-49."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import AssignmentStatus, Origin
from assignments.models import Assignment
from assignments.permissions import may_commission
from assignments.selectors.eligibility import firm_eligibility
from assignments.services.routes import RouteRefused
from assignments.transitions import GONE
from evaluators.models import Firm
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal

TIES = ("prior_work", "did_ex_ante")  # the successor's own ties to the evaluated side bar it, as in every choice


@transaction.atomic
def pass_on(*, assignment: Assignment, heir: Firm, reason: str, by: User, on: date) -> Assignment:
    """Give the task of a chosen firm to its successor where it stands: the old row is void and kept.

    Raise ``NotAllowed`` for who does not commission, ``RouteRefused`` where the firm has left the task already, or
    where the successor is tied to the evaluated side itself.
    """
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("task__bureau", "firm__organisation")
    old = rows.get(pk=assignment.pk)
    task = old.task
    if task is None or not may_commission(by, task) or heir.bureau_id != task.bureau_id:
        raise NotAllowed
    if old.status in GONE:
        raise RouteRefused(Refusal("gone", _("The firm has left this task already."), {"task": task.number}))
    tie = next((one for one in firm_eligibility(task, on, [heir])[0].refusals if one.code in TIES), None)
    if tie is not None:
        message = _("%(heir)s cannot take over %(task)s: %(why)s Give the task to another firm.") % {
            "heir": heir.organisation.name,
            "task": task.number,
            "why": tie.message,
        }
        raise RouteRefused(Refusal(tie.code, message, {"task": task.number, "heir": heir.pk}, tie.source))
    status = old.status
    old.status, old.void_words = AssignmentStatus.VOID, reason[:300]
    old.save(update_fields=["status", "void_words"])
    row = Assignment.objects.create(
        bureau=task.bureau,
        task=task,
        firm=heir,
        origin=Origin.SUCCESSION,
        reason=reason[:300],
        status=status,
        assigned_on=on,
        notified_at=old.notified_at,
        answered_at=old.answered_at,
        replaces=old,
    )
    facts = {"task": task.pk, "before": old.firm_id, "firm": heir.pk, "reason": reason, "on": on}
    record(actor=by, action="assignments.passed_on", subject=row, facts=facts)
    return row
