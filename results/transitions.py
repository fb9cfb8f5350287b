"""What becomes of a rectification."""

from collections.abc import Mapping
from typing import Final

from results.enums import RectificationAction, RectificationStatus

RECTIFICATION: Final[Mapping[tuple[RectificationStatus, RectificationAction], RectificationStatus]] = {
    (RectificationStatus.ASKED, RectificationAction.REPORT): RectificationStatus.REPORTED,
    (RectificationStatus.RETURNED, RectificationAction.REPORT): RectificationStatus.REPORTED,
    (RectificationStatus.REPORTED, RectificationAction.CLOSE): RectificationStatus.CLOSED,
    (RectificationStatus.REPORTED, RectificationAction.RETURN): RectificationStatus.RETURNED,
}
