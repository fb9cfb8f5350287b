"""What becomes of opinions and ratings."""

from collections.abc import Mapping
from typing import Final

from reviews.enums import OpinionAction, OpinionStatus, RatingAction, RatingStatus

OPINION: Final[Mapping[tuple[OpinionStatus, OpinionAction], OpinionStatus]] = {
    (OpinionStatus.DRAFT, OpinionAction.SUBMIT): OpinionStatus.SUBMITTED,
    (OpinionStatus.SUBMITTED, OpinionAction.RETURN): OpinionStatus.RETURNED,
    (OpinionStatus.RETURNED, OpinionAction.SUBMIT): OpinionStatus.SUBMITTED,
    (OpinionStatus.DRAFT, OpinionAction.VOID): OpinionStatus.VOID,
    (OpinionStatus.SUBMITTED, OpinionAction.VOID): OpinionStatus.VOID,
    (OpinionStatus.RETURNED, OpinionAction.VOID): OpinionStatus.VOID,
}
RATING: Final[Mapping[tuple[RatingStatus, RatingAction], RatingStatus]] = {
    (RatingStatus.RAW, RatingAction.ADJUST): RatingStatus.ADJUSTED,
    (RatingStatus.ADJUSTED, RatingAction.ADJUST): RatingStatus.ADJUSTED,
    (RatingStatus.ADJUSTED, RatingAction.CONFIRM): RatingStatus.CONFIRMED,
    (RatingStatus.CONFIRMED, RatingAction.TELL): RatingStatus.TOLD,
    (RatingStatus.TOLD, RatingAction.APPEAL): RatingStatus.APPEALED,
    (RatingStatus.APPEALED, RatingAction.DECIDE): RatingStatus.TOLD,
    (RatingStatus.TOLD, RatingAction.FINALISE): RatingStatus.FINAL,
    **{(status, RatingAction.REOPEN): RatingStatus.RAW for status in RatingStatus if status != RatingStatus.RAW},
}
