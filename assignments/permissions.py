"""Who may write plans, tasks and routes."""

from assignments.models import EvaluationPlan, EvaluationTask
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may


def may_plan(user: User, owner: EvaluationPlan | EvaluationTask) -> bool:
    """Return whether ``user`` writes the bureau's plans and tasks."""
    return owner.bureau_id == user.bureau_id and may(user, Capability.PLAN)


def may_commission(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` commissions and chases for the bureau."""
    return task.bureau_id == user.bureau_id and may(user, Capability.COMMISSION)


def may_draw(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` runs draws for the bureau."""
    return task.bureau_id == user.bureau_id and may(user, Capability.DRAW)


def may_dispose(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` records that papers of the task were destroyed."""
    return user.bureau_id == task.bureau_id and may(user, Capability.CONFIRM)
