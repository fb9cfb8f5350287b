"""Plans, tasks, draws, batches and the life of an assignment."""

from assignments.models.assignments import Assignment, CallAttempt, Declaration, Presence
from assignments.models.batches import (
    AssignmentBatch,
    BatchExclusion,
    BatchLetter,
    BatchPair,
    BatchParty,
    BatchTask,
    BatchValue,
)
from assignments.models.draws import Draw, DrawEntry, DrawExclusion, DrawFault, DrawParty, DrawValue
from assignments.models.looks import EligibilityLook
from assignments.models.tasks import (
    ArchiveTerm,
    Award,
    EvaluationPlan,
    EvaluationTask,
    PlanMove,
    ReReviewTask,
    TaskMove,
    WorkHandOver,
)

__all__ = [
    "ArchiveTerm",
    "Assignment",
    "AssignmentBatch",
    "Award",
    "BatchExclusion",
    "BatchLetter",
    "BatchPair",
    "BatchParty",
    "BatchTask",
    "BatchValue",
    "CallAttempt",
    "Declaration",
    "Draw",
    "DrawEntry",
    "DrawExclusion",
    "DrawFault",
    "DrawParty",
    "DrawValue",
    "EligibilityLook",
    "EvaluationPlan",
    "EvaluationTask",
    "PlanMove",
    "Presence",
    "ReReviewTask",
    "TaskMove",
    "WorkHandOver",
]
