"""What becomes of an approval."""

from collections.abc import Mapping
from typing import Final

from foundation.approvals.enums import ApprovalAction, ApprovalStatus

TRANSITIONS: Final[Mapping[tuple[ApprovalStatus, ApprovalAction], ApprovalStatus]] = {
    (ApprovalStatus.PENDING, ApprovalAction.AGREE): ApprovalStatus.PENDING,
    (ApprovalStatus.PENDING, ApprovalAction.FINISH): ApprovalStatus.AGREED,
    (ApprovalStatus.PENDING, ApprovalAction.GIVE_BACK): ApprovalStatus.RETURNED,
    (ApprovalStatus.PENDING, ApprovalAction.WITHDRAW): ApprovalStatus.WITHDRAWN,
}
