"""What becomes of a sanction."""

from collections.abc import Mapping
from typing import Final

from appraisals.enums import SanctionAction, SanctionStatus

SANCTION: Final[Mapping[tuple[SanctionStatus, SanctionAction], SanctionStatus]] = {
    (SanctionStatus.PROPOSED, SanctionAction.DECIDE): SanctionStatus.IN_FORCE,
    (SanctionStatus.PROPOSED, SanctionAction.REFUSE): SanctionStatus.REFUSED,
    (SanctionStatus.IN_FORCE, SanctionAction.END): SanctionStatus.ENDED,
}
