"""Who may write opinions and ratings."""

from assignments.models import Assignment, EvaluationTask
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of


def is_own(user: User, assignment: Assignment) -> bool:
    """Return whether ``user`` is the expert of the assignment."""
    person = assignment.expert.person_id if assignment.expert else None
    return person is not None and memberships_of(user).filter(person_id=person).exists()


def may_enter_for(user: User, assignment: Assignment) -> bool:
    """Return whether ``user`` may enter a paper opinion for the expert (代录)."""
    return assignment.bureau_id == user.bureau_id and may(user, Capability.COMMISSION)


def may_score_section(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` enters the items that the bureau scores."""
    return task.bureau_id == user.bureau_id and may(user, Capability.SCORE_SECTION)


def may_confirm(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` confirms ratings."""
    return task.bureau_id == user.bureau_id and may(user, Capability.CONFIRM)


def may_decide_appeal(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` decides appeals."""
    return task.bureau_id == user.bureau_id and may(user, Capability.DECIDE_APPEAL)


def is_firm_of(user: User, task: EvaluationTask) -> bool:
    """Return whether ``user`` works for the firm that is commissioned with the task."""
    mine = memberships_of(user).values("organisation_id")
    return (
        Assignment.objects.filter(task=task, firm__organisation_id__in=mine)
        .exclude(status__in=["DECLINED", "NO_ANSWER", "VOID"])
        .exists()
    )
