"""Which tasks there may be, who may commission them, which of them are only help. Rules R-09 and R-35."""

from collections.abc import Collection
from typing import Final

from assignments.enums import Executor, ReReviewKind, TaskKind, TaskStatus
from foundation.core.errors import Refusal
from foundation.rulesets.rules import Rule

LAW: Final = "财预〔2021〕6号"
EARLIEST_YEAR: Final = 2000
LATEST_YEAR: Final = 2100
HELP: Final = [TaskKind.ASSIST_TARGETS.value, TaskKind.ASSIST_MONITOR.value, TaskKind.ASSIST_SELF.value]
RULES: Final = (
    Rule("commissioner_rule", "R-09", default=True, unit="yes or no", tag="LAW", source=LAW),
    Rule("assistance_kinds", "R-35", default=HELP, unit="task kinds", tag="LAW", source=LAW),
)
ACTIVITIES: Final = frozenset({TaskKind.COACHING, TaskKind.CONSULTATION, TaskKind.WORK_GROUP})


def is_assistance(kind: str, *, kinds: Collection[str]) -> bool:
    """Return whether a task of ``kind`` has no report that a firm signs and no score of a firm. Rule R-35.

    Coaching, consultation and membership in a team never have one.
    """
    return kind in kinds or kind in ACTIVITIES


def usual_review(*, kind: str, status: str) -> ReReviewKind:
    """Return what a panel looks at where a task of ``kind`` in ``status`` is reviewed and nothing else is said."""
    if status == TaskStatus.PLAN_REVIEW:
        return ReReviewKind.WORK_PLAN
    return ReReviewKind.EX_ANTE if kind == TaskKind.EX_ANTE else ReReviewKind.REPORT


def commissioner_refusal(
    *, executor: str, is_bureau_itself: bool, is_own: bool, is_subordinate: bool, is_on: bool, source: str
) -> Refusal | None:
    """Return why the commissioner may not commission this evaluation to a firm. Rule R-09.

    ``is_own``: the commissioner is the evaluated unit; ``is_subordinate``: it stands below that unit. A superior may
    commission for its subordinates. Where the bureau is evaluated, neither it nor a unit of its own commissions.
    """
    if not is_on or executor != Executor.FIRM:
        return None
    facts = {"field": "commissioner"}
    if is_bureau_itself:
        return Refusal("bureau_evaluates_itself", "", {"field": "unit"}, source)
    if is_own:
        return Refusal("own_evaluation", "", facts, source)
    if is_subordinate:
        return Refusal("commissioner_below", "", facts, source)
    return None
