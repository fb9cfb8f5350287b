"""The panel's opinion: drafted by the leader, signed by all, dissent written on it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import AssignmentStatus, ReReviewStatus
from assignments.models import Assignment, ReReviewTask
from assignments.selectors.assignments import panel_of
from assignments.services.assignments import sign
from assignments.services.re_reviews import close
from foundation.accounts.models import User
from foundation.audit.services import record, seal
from foundation.core.errors import DomainError, NotAllowed, Refusal
from reviews.enums import OpinionStatus
from reviews.models import Opinion, PanelOpinion, PanelSignature
from reviews.permissions import is_own, may_enter_for


class PanelRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The panel's opinion cannot be drafted or signed."""


@transaction.atomic
def draft_panel_opinion(
    *,
    re_review: ReReviewTask,
    words: str,
    by: User,
    at: datetime,
    asked_cents: int | None = None,
    supported_cents: int | None = None,
) -> PanelOpinion:
    """Write the panel's opinion; the leader, or a clerk for him, once every member has submitted his own.

    ``asked_cents`` and ``supported_cents`` are the money of an ex-ante re-review. Raise ``PanelRefused`` while an
    opinion is missing or somebody has signed already.
    """
    re_review = ReReviewTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=re_review.pk)
    leader = panel_of(re_review).filter(is_leader=True).first()
    if leader is None or not (is_own(by, leader) or may_enter_for(by, leader)):
        raise NotAllowed(_("The leader of the panel drafts its opinion."))
    missing = _members_without_opinion(re_review)
    if missing:
        message = _("%(count)d members have not submitted their opinions yet.") % {"count": missing}
        raise PanelRefused(Refusal("opinions_missing", message, {"count": missing}))
    if not words.strip():
        raise PanelRefused(Refusal("words_missing", _("Write the panel's opinion."), {"field": "words"}))
    row = PanelOpinion.objects.filter(re_review=re_review).first()
    if row is not None and row.signatures.exists():
        raise PanelRefused(Refusal("signed_already", _("A member has signed already; the text stands.")))
    if row is None:
        row = PanelOpinion(re_review=re_review, drafted_by=leader)
    row.words, row.drafted_by = words.strip(), leader
    row.asked_cents, row.supported_cents = asked_cents, supported_cents
    row.save()
    record(actor=by, action="reviews.panel_drafted", subject=row, facts={"at": at})
    return row


def _members_without_opinion(re_review: ReReviewTask) -> int:
    members = panel_of(re_review).values("pk")
    done = Opinion.objects.filter(assignment_id__in=members, status=OpinionStatus.SUBMITTED).count()
    return panel_of(re_review).count() - done


@transaction.atomic
def sign_panel_opinion(
    *, panel_opinion: PanelOpinion, assignment: Assignment, agrees: bool, dissent: str, by: User, at: datetime
) -> PanelSignature:
    """Sign for one member, with dissent where there is one; the last signature closes the review.

    Raise ``PanelRefused`` for a second signature or a disagreement without words.
    """
    row = (
        PanelOpinion.objects.select_for_update(of=("self",))
        .select_related("re_review__bureau")
        .get(pk=panel_opinion.pk)
    )
    assignment = Assignment.objects.select_related("expert").get(pk=assignment.pk)
    if assignment.re_review_id != row.re_review_id or not (is_own(by, assignment) or may_enter_for(by, assignment)):
        raise NotAllowed
    if assignment.status not in {AssignmentStatus.SERVING, AssignmentStatus.SIGNED}:
        raise PanelRefused(Refusal("not_serving", _("This person no longer serves on the panel.")))
    if row.signatures.filter(assignment=assignment).exists():
        raise PanelRefused(Refusal("signed_already", _("This member has signed already.")))
    if not agrees and not dissent.strip():
        raise PanelRefused(Refusal("dissent_missing", _("Write the dissent."), {"field": "dissent"}))
    signature = PanelSignature.objects.create(
        panel_opinion=row, assignment=assignment, agrees=agrees, dissent=dissent.strip(), signed_at=at
    )
    record(actor=by, action="reviews.panel_signed", subject=row, facts={"agrees": agrees, "at": at})
    if assignment.status == AssignmentStatus.SERVING:
        sign(assignment=assignment, by=by, at=at)
    members = panel_of(row.re_review).values("pk")
    if row.signatures.filter(assignment__in=members).count() == members.count():
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        if row.re_review.status == ReReviewStatus.REVIEWING:
            close(re_review=row.re_review, by=row.re_review.created_by, on=timezone.localdate(at))
        seal()
    return signature
