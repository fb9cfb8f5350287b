"""The firm's year, sanctions and what belongs to them."""

from appraisals.models.conflicts import ConflictReply, ConflictReport
from appraisals.models.sanctions import (
    HandOver,
    HandOverAnswer,
    LiftingApplication,
    Sanction,
    SanctionReply,
    SanctionRevocation,
    SanctionTask,
    TalkRecord,
)
from appraisals.models.years import CommissionFeedback, FirmAppraisal, RecognisedGrade

__all__ = [
    "CommissionFeedback",
    "ConflictReply",
    "ConflictReport",
    "FirmAppraisal",
    "HandOver",
    "HandOverAnswer",
    "LiftingApplication",
    "RecognisedGrade",
    "Sanction",
    "SanctionReply",
    "SanctionRevocation",
    "SanctionTask",
    "TalkRecord",
]
