"""Who may commission, deliver, sign, comment and decide. A clerk may enter what an outsider did on paper (代录)."""

from datetime import date

from django.db.models import Q

from assignments.enums import Executor
from assignments.models import EvaluationTask
from assignments.permissions import may_commission
from delivery.models import ClockStop, Commission, UnitComment
from evaluators.models import Firm
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.models import Membership, Organisation

__all__ = [
    "may_accept_commission",
    "may_answer_comment",
    "may_comment",
    "may_commission",
    "may_decide_clock_stop",
    "may_deliver",
    "may_sign",
    "works_for_firm",
]


def works_for(user: User, organisation: Organisation, on: date) -> bool:
    """Return whether ``user`` works here for ``organisation`` on ``on`` (the end day excluded)."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return Membership.objects.filter(running, user=user, organisation=organisation, started_on__lte=on).exists()


def works_for_firm(user: User, firm: Firm, on: date) -> bool:
    """Return whether ``user`` works for ``firm`` on ``on``."""
    return may(user, Capability.FIRM_DESK) and works_for(user, firm.organisation, on)


def may_accept_commission(user: User, commission: Commission, on: date) -> bool:
    """Return whether ``user`` answers for the firm, or enters its answer for the bureau."""
    if may_commission(user, commission.task):
        return True
    return may(user, Capability.FIRM_SIGN) and works_for_firm(user, commission.firm, on)


def may_deliver(user: User, task: EvaluationTask, commission: Commission | None, on: date) -> bool:
    """Return whether ``user`` hands in versions of this task: its firm, its unit where that executes it, the bureau."""
    if may_commission(user, task):
        return True
    if task.executor == Executor.FIRM:
        return commission is not None and works_for_firm(user, commission.firm, on)
    return (
        task.executor == Executor.UNIT
        and may(user, Capability.UNIT_DESK)
        and works_for(user, task.unit.organisation, on)
    )


def may_sign(user: User, commission: Commission, on: date) -> bool:
    """Return whether ``user`` may enter the lead evaluator's signature: the firm's people, or the bureau's clerk."""
    return may_commission(user, commission.task) or works_for_firm(user, commission.firm, on)


def may_comment(user: User, task: EvaluationTask, on: date) -> bool:
    """Return whether ``user`` comments for the evaluated unit, or enters its comment for the bureau."""
    if may_commission(user, task):
        return True
    return may(user, Capability.UNIT_DESK) and works_for(user, task.unit.organisation, on)


def may_answer_comment(user: User, comment: UnitComment, commission: Commission | None, on: date) -> bool:
    """Return whether ``user`` answers for those who wrote the report."""
    return may_deliver(user, comment.version.task, commission, on)


def may_decide_clock_stop(user: User, stop: ClockStop) -> bool:
    """Return whether ``user`` decides the clock-stop: the bureau, but nobody his own request."""
    return may_commission(user, stop.task) and stop.asked_by_id != user.pk
