"""A rating whose opinion became void after it was computed: kept as it stood, and computed again from what is left."""

from datetime import date

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from assignments.enums import FirmTrack, FirmTrackAction, ReReviewKind, ReReviewStatus, TaskStatus
from assignments.models import EvaluationTask, ReReviewTask
from assignments.rules.people import FEWEST_RATERS
from assignments.selectors.assignments import panel_of
from assignments.services.re_reviews import reopen
from assignments.services.tasks import move_firm_track
from foundation.accounts.models import User
from foundation.approvals.selectors import running
from foundation.approvals.services import lapse
from foundation.audit.services import record, seal
from foundation.notices.services import notify
from parties.selectors import users_of_organisation
from reviews.enums import AppealStatus, RatingAction, RatingStatus
from reviews.models import EarlierRating, QualityRating
from reviews.rules import reopened_listeners
from reviews.selectors import TOLD
from reviews.services.ratings import locked, state_after, write_move

BINDING = frozenset({RatingStatus.CONFIRMED, *TOLD})
MOVABLE = frozenset({FirmTrack.RATED, FirmTrack.TOLD, FirmTrack.APPEAL_PERIOD, FirmTrack.FINAL})


@transaction.atomic
def reopen_after_void(*, re_review: ReReviewTask, reason: str, by: User, on: date) -> QualityRating | None:
    """Open the rating again that was computed from a panel of which an opinion became void; None where there is none.

    The rating as it stood is kept whole with the reason (``EarlierRating``), open appeals lapse, the firm has its full
    period again after the next result, and what was published is corrected. A finished review of a report goes on where
    too few are left for a grade. The journal is sealed.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).get(pk=re_review.evaluation_id)
    re_review = ReReviewTask.objects.select_for_update(of=("self",)).get(pk=re_review.pk)
    is_short = re_review.kind == ReReviewKind.REPORT and panel_of(re_review).count() < FEWEST_RATERS
    if is_short and re_review.status == ReReviewStatus.DONE:
        reopen(re_review=re_review, by=by, on=on)
    known = QualityRating.objects.filter(task=task, re_review=re_review).exclude(status=RatingStatus.RAW).first()
    if known is None:
        return None
    rating = locked(known)
    before = RatingStatus(rating.status)
    _keep(rating, reason=reason, by=by, on=on)
    value = rating.final or rating.adjusted
    rating.status = state_after(rating, RatingAction.REOPEN)
    rating.round += 1
    rating.final, rating.told_on, rating.appeal_until, rating.final_on = "", None, None, None
    rating.save(update_fields=["status", "round", "final", "told_on", "appeal_until", "final_on"])
    write_move(rating, RatingAction.REOPEN, value, "", reason, by=by)
    words = _("The rating was opened again; it is computed anew.")
    rating.appeals.filter(status=AppealStatus.OPEN).update(
        status=AppealStatus.LAPSED, decision=words, decided_by=by, decided_on=on
    )
    for kind in ("RATING", "PUBLICATION"):
        if approval := running(kind, rating):
            lapse(approval=approval, reason=words, by=by, on=on)
    task.refresh_from_db()
    if task.status == TaskStatus.ACCEPTED and task.firm_track in MOVABLE:
        move_firm_track(task=task, action=FirmTrackAction.REOPEN, by=by, on=on, words=words)
    facts = {"before": before, "value": value, "grade": rating.grade, "round": rating.round, "on": on}
    record(actor=by, action="reviews.rating_reopened", subject=rating, facts=facts, private={"reason": reason})
    for name in reopened_listeners():
        import_string(name)(rating=rating, by=by, on=on)
    if before in TOLD and rating.commission is not None:
        users = users_of_organisation(rating.commission.firm.organisation_id)
        notify(users=users, code="rating_reopened", path=f"/firm/tasks/{rating.task.number}/")
    seal()
    return rating


def _keep(rating: QualityRating, *, reason: str, by: User, on: date) -> EarlierRating:
    return EarlierRating.objects.create(
        rating=rating,
        round=rating.round,
        status=rating.status,
        raw=rating.raw,
        adjusted=rating.adjusted,
        final=rating.final,
        grade=rating.grade,
        document=rating.document,
        told_on=rating.told_on,
        final_on=rating.final_on,
        reason=reason[:500],
        reopened_by=by,
        reopened_on=on,
    )


def rests_on(re_review: ReReviewTask) -> bool:
    """Return whether a confirmed rating rests on the opinions of this panel."""
    return QualityRating.objects.filter(re_review=re_review, status__in=BINDING).exists()
