"""What a bureau has published, and what it may publish now."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KT

from assignments.enums import DrawStatus
from assignments.models import AssignmentBatch, Draw
from assignments.selectors.batches import PUBLISHED_FROM
from disclosure.models import Publication
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from reviews.enums import AppealStatus, RatingStatus
from reviews.models import Appeal, QualityRating
from training.models import Certificate


def visible_to(user: User) -> models.QuerySet[Publication]:
    """Return the copies of the reader's bureau, withdrawn ones too."""
    if user.bureau is None or not may(user, Capability.READ_ALL):
        return Publication.objects.none()
    return Publication.objects.filter(bureau_code=user.bureau.code)


def of_subject(subject: models.Model) -> models.QuerySet[Publication]:
    """Return the copies of ``subject``, newest first."""
    return Publication.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk).order_by("-pk")


def _unpublished(label: str) -> Q:
    live = Publication.objects.filter(subject_kind=label, subject_id=OuterRef("pk"), withdrawn_at__isnull=True)
    return Q(~Exists(live))


def publishable_ratings(user: User) -> models.QuerySet[QualityRating]:
    """Return the final ratings that are approved, without an open appeal, and not yet published."""
    approved = Approval.objects.filter(kind__in=["RATING", "PUBLICATION"], status=ApprovalStatus.AGREED)
    of_rating = approved.filter(subject_kind="reviews.qualityrating", subject_id=OuterRef("pk"))
    of_task = approved.filter(subject_kind="assignments.evaluationtask", subject_id=OuterRef("task_id"))
    open_appeal = Appeal.objects.filter(rating=OuterRef("pk"), status=AppealStatus.OPEN)
    rows = QualityRating.objects.filter(status=RatingStatus.FINAL, task__bureau_id=user.bureau_id or 0)
    if not may(user, Capability.READ_ALL):
        return rows.none()
    return rows.filter(
        Exists(of_rating) | Exists(of_task), ~Exists(open_appeal), _unpublished("reviews.qualityrating")
    ).select_related("task")


def publishable_draws(user: User) -> models.QuerySet[Draw]:
    """Return the draws, void attempts among them, whose record as it stands now is not public."""
    over = [DrawStatus.DRAWN, DrawStatus.VOID]
    rows = Draw.objects.filter(bureau_id=user.bureau_id or 0, status__in=over, record__isnull=False)
    if not may(user, Capability.READ_ALL):
        return rows.none()
    same = Publication.objects.annotate(sha=KT("body__record__sha256")).filter(
        subject_kind="assignments.draw", subject_id=OuterRef("pk"), withdrawn_at__isnull=True, sha=OuterRef("own")
    )
    rows = rows.annotate(own=KT("record__sha256")).filter(~Exists(same))
    return rows.select_related("task", "re_review", "re_review__evaluation")


def publishable_batches(user: User) -> models.QuerySet[AssignmentBatch]:
    """Return the decided batches whose record is not yet public, or names people that the public copy does not."""
    rows = AssignmentBatch.objects.filter(bureau_id=user.bureau_id or 0, status__in=PUBLISHED_FROM)
    if not may(user, Capability.PUBLISH):
        return rows.none()
    label = "assignments.assignmentbatch"
    live = Publication.objects.filter(subject_kind=label, subject_id=OuterRef("pk"), withdrawn_at__isnull=True)
    is_behind = Q(Exists(live.filter(body__record__openings=[]))) & ~Q(record__openings=[])
    return rows.exclude(commitment="").filter(Q(~Exists(live)) | is_behind)


def publishable_certificates(user: User) -> models.QuerySet[Certificate]:
    """Return the issued certificates that the check page does not know yet."""
    rows = Certificate.objects.filter(attendance__session__course__bureau_id=user.bureau_id or 0)
    if not may(user, Capability.READ_ALL):
        return rows.none()
    return rows.filter(_unpublished("training.certificate"))
