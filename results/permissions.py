"""Who asks, reports, closes, proposes and records adoption."""

from assignments.models import EvaluationTask
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of


def may_ask(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` asks for rectification, closes it, proposes and records what was adopted."""
    return task.bureau_id == user.bureau_id and may(user, Capability.COMMISSION)


def may_report(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` reports for the evaluated unit."""
    mine = memberships_of(user).filter(organisation_id=task.unit.organisation_id)
    return may(user, Capability.UNIT_DESK) and mine.exists()
