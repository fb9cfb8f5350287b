"""What becomes of an expert's standing in the pool."""

from collections.abc import Mapping
from typing import Final

from experts.enums import ExpertAction, ExpertStatus

TRANSITIONS: Final[Mapping[tuple[ExpertStatus, ExpertAction], ExpertStatus]] = {
    (ExpertStatus.APPLIED, ExpertAction.RETURN): ExpertStatus.TO_CORRECT,
    (ExpertStatus.TO_CORRECT, ExpertAction.RESUBMIT): ExpertStatus.APPLIED,
    (ExpertStatus.APPLIED, ExpertAction.ANNOUNCE): ExpertStatus.NOTICE,
    (ExpertStatus.NOTICE, ExpertAction.RETURN): ExpertStatus.TO_CORRECT,
    (ExpertStatus.NOTICE, ExpertAction.ADMIT): ExpertStatus.ACTIVE,
    (ExpertStatus.ACTIVE, ExpertAction.SUSPEND): ExpertStatus.SUSPENDED,
    (ExpertStatus.SUSPENDED, ExpertAction.RESTORE): ExpertStatus.ACTIVE,
    (ExpertStatus.ACTIVE, ExpertAction.REMOVE): ExpertStatus.REMOVED,
    (ExpertStatus.SUSPENDED, ExpertAction.REMOVE): ExpertStatus.REMOVED,
    (ExpertStatus.ACTIVE, ExpertAction.LEAVE): ExpertStatus.LEFT,
    (ExpertStatus.SUSPENDED, ExpertAction.LEAVE): ExpertStatus.LEFT,
    (ExpertStatus.APPLIED, ExpertAction.LEAVE): ExpertStatus.LEFT,
    (ExpertStatus.TO_CORRECT, ExpertAction.LEAVE): ExpertStatus.LEFT,
    (ExpertStatus.NOTICE, ExpertAction.LEAVE): ExpertStatus.LEFT,
    (ExpertStatus.REMOVED, ExpertAction.REINSTATE): ExpertStatus.ACTIVE,  # the removal was revoked
    (ExpertStatus.REMOVED, ExpertAction.REAPPLY): ExpertStatus.APPLIED,
    (ExpertStatus.LEFT, ExpertAction.REAPPLY): ExpertStatus.APPLIED,
}
