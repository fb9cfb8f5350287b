"""The firm's year, sanctions and what belongs to them."""

from appraisals.models.sanctions import (
    HandOver,
    LiftingApplication,
    Sanction,
    SanctionReply,
    SanctionTask,
    TalkRecord,
)
from appraisals.models.years import CommissionFeedback, FirmAppraisal, RecognisedGrade

__all__ = [
    "CommissionFeedback",
    "FirmAppraisal",
    "HandOver",
    "LiftingApplication",
    "RecognisedGrade",
    "Sanction",
    "SanctionReply",
    "SanctionTask",
    "TalkRecord",
]
