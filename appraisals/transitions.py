"""What becomes of a sanction, and of a hand-over."""

from collections.abc import Mapping
from typing import Final

from appraisals.enums import HandOverAction, HandOverStatus, SanctionAction, SanctionStatus

SANCTION: Final[Mapping[tuple[SanctionStatus, SanctionAction], SanctionStatus]] = {
    (SanctionStatus.DRAFTED, SanctionAction.TELL): SanctionStatus.TOLD,
    (SanctionStatus.DRAFTED, SanctionAction.SUBMIT): SanctionStatus.PROPOSED,  # where no telling is asked for
    (SanctionStatus.DRAFTED, SanctionAction.DROP): SanctionStatus.DROPPED,
    (SanctionStatus.TOLD, SanctionAction.SUBMIT): SanctionStatus.PROPOSED,
    (SanctionStatus.TOLD, SanctionAction.DROP): SanctionStatus.DROPPED,
    (SanctionStatus.PROPOSED, SanctionAction.DECIDE): SanctionStatus.IN_FORCE,
    (SanctionStatus.PROPOSED, SanctionAction.REFUSE): SanctionStatus.REFUSED,
    # the party is no more: nothing is left to decide
    **{
        (status, SanctionAction.LAPSE): SanctionStatus.DROPPED
        for status in (SanctionStatus.DRAFTED, SanctionStatus.TOLD, SanctionStatus.PROPOSED)
    },
    (SanctionStatus.IN_FORCE, SanctionAction.END): SanctionStatus.ENDED,
    (SanctionStatus.IN_FORCE, SanctionAction.REVOKE): SanctionStatus.REVOKED,
    (SanctionStatus.ENDED, SanctionAction.REVOKE): SanctionStatus.REVOKED,  # it was wrong all along
}
HAND_OVER: Final[Mapping[tuple[HandOverStatus, HandOverAction], HandOverStatus]] = {
    (HandOverStatus.PROPOSED, HandOverAction.DECIDE): HandOverStatus.AGREED,
    (HandOverStatus.PROPOSED, HandOverAction.REFUSE): HandOverStatus.REFUSED,
    (HandOverStatus.AGREED, HandOverAction.SEND): HandOverStatus.SENT,
}
