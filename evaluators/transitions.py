"""What becomes of a firm's standing in the register, and of a qualification."""

from collections.abc import Mapping
from typing import Final

from evaluators.enums import FirmAction, FirmStatus, QualificationAction, QualificationStatus

TRANSITIONS: Final[Mapping[tuple[FirmStatus, FirmAction], FirmStatus]] = {
    (FirmStatus.APPLIED, FirmAction.RETURN): FirmStatus.TO_CORRECT,
    (FirmStatus.TO_CORRECT, FirmAction.RESUBMIT): FirmStatus.APPLIED,
    (FirmStatus.APPLIED, FirmAction.ANNOUNCE): FirmStatus.NOTICE,
    (FirmStatus.NOTICE, FirmAction.RETURN): FirmStatus.TO_CORRECT,
    (FirmStatus.NOTICE, FirmAction.ADMIT): FirmStatus.ACTIVE,
    (FirmStatus.ACTIVE, FirmAction.SUSPEND): FirmStatus.SUSPENDED,
    (FirmStatus.SUSPENDED, FirmAction.RESTORE): FirmStatus.ACTIVE,
    (FirmStatus.ACTIVE, FirmAction.REMOVE): FirmStatus.REMOVED,
    (FirmStatus.SUSPENDED, FirmAction.REMOVE): FirmStatus.REMOVED,
    (FirmStatus.ACTIVE, FirmAction.LEAVE): FirmStatus.LEFT,
    (FirmStatus.SUSPENDED, FirmAction.LEAVE): FirmStatus.LEFT,
    (FirmStatus.APPLIED, FirmAction.LEAVE): FirmStatus.LEFT,
    (FirmStatus.TO_CORRECT, FirmAction.LEAVE): FirmStatus.LEFT,
    (FirmStatus.NOTICE, FirmAction.LEAVE): FirmStatus.LEFT,
    (FirmStatus.REMOVED, FirmAction.REINSTATE): FirmStatus.ACTIVE,  # the removal was revoked
    (FirmStatus.REMOVED, FirmAction.REAPPLY): FirmStatus.APPLIED,
    (FirmStatus.LEFT, FirmAction.REAPPLY): FirmStatus.APPLIED,
    **{(status, FirmAction.CLOSE): FirmStatus.CLOSED for status in FirmStatus if status != FirmStatus.CLOSED},
}

QUALIFICATION: Final[Mapping[tuple[QualificationStatus, QualificationAction], QualificationStatus]] = {
    (QualificationStatus.HANDED_IN, QualificationAction.ACCEPT): QualificationStatus.ACCEPTED,
    (QualificationStatus.HANDED_IN, QualificationAction.RETURN): QualificationStatus.RETURNED,
    (QualificationStatus.ACCEPTED, QualificationAction.WITHDRAW): QualificationStatus.WITHDRAWN,
}
