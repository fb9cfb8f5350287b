"""Conflicts that others found: who sees them, who may report one, and what deciding would do."""

from django.db import models
from django.db.models import Q

from appraisals.enums import ConflictOutcome, ConflictSource
from appraisals.models import ConflictReply, ConflictReport
from appraisals.selectors.sanctions import TASK_OVER
from assignments.enums import AssignmentStatus, ReReviewStatus
from assignments.models import Assignment
from assignments.selectors import tasks
from assignments.selectors.assignments import own_of
from assignments.transitions import GONE
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of, users_of_organisation, users_of_person
from reviews.enums import RatingStatus
from reviews.models import Opinion, QualityRating

BEFORE_MEETING = frozenset(
    {AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED, AssignmentStatus.ACCEPTED, AssignmentStatus.DECLARED}
)


def conflicts_visible_to(user: User) -> models.QuerySet[ConflictReport]:
    """Return the reports of the bureau; a firm and an expert see those about them, whoever reported one his own."""
    rows = ConflictReport.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user)
    own = Q(assignment__firm__organisation_id__in=mine.filter(organisation__isnull=False).values("organisation_id"))
    own |= Q(assignment__expert__person_id__in=mine.filter(person__isnull=False).values("person_id"))
    return rows.filter(own | Q(reported_by=user))


def conflicts_about(user: User) -> models.QuerySet[ConflictReport]:
    """Return the reports about the firm or the expert behind ``user``."""
    mine = memberships_of(user)
    own = Q(assignment__firm__organisation_id__in=mine.filter(organisation__isnull=False).values("organisation_id"))
    own |= Q(assignment__expert__person_id__in=mine.filter(person__isnull=False).values("person_id"))
    return ConflictReport.objects.filter(own)


def conflict_replies_visible_to(user: User) -> models.QuerySet[ConflictReply]:
    """Return the replies that may be read: by the bureau, and by the party that gave one."""
    rows = ConflictReply.objects.filter(report__in=conflicts_visible_to(user))
    return rows if may(user, Capability.READ_ALL) else rows.filter(report__in=conflicts_about(user))


def conflict_files_of(user: User) -> models.QuerySet[ConflictReport]:
    """Return the reports whose evidence ``user`` may open: the bureau all, a reporter his own.

    The party reads the words that are held against it; the file may name who wrote.
    """
    rows = conflicts_visible_to(user)
    return rows if may(user, Capability.READ_ALL) else rows.filter(reported_by=user)


def reportable_by(user: User) -> models.QuerySet[Assignment]:
    """Return the assignments about which ``user`` may report a conflict.

    The bureau and its supervisor: every one. A unit: the firms of its own tasks, once they were told. A firm or an
    expert: its own.
    """
    rows = Assignment.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    if may(user, Capability.UNIT_DESK):
        return rows.filter(task__in=tasks.visible_to(user)).exclude(status__in=[*GONE, AssignmentStatus.DRAWN])
    return rows.filter(pk__in=own_of(user).values("pk"))


def source_of(user: User, assignment: Assignment, *, letter: str) -> ConflictSource:
    """Return who found a conflict that ``user`` enters; a ``letter`` is an outsider's, entered for him."""
    if not may(user, Capability.READ_ALL):
        is_own = own_of(user).filter(pk=assignment.pk).exists()
        return ConflictSource.OWN if is_own else ConflictSource.UNIT
    if letter:
        return ConflictSource.OUTSIDE
    return ConflictSource.SUPERVISOR if may(user, Capability.WITNESS) else ConflictSource.BUREAU


def flow_of(seat: Assignment) -> ConflictOutcome | None:
    """Return which of the four ways an expert leaves by now (edge case 38), or that all is over; None for a firm's.

    Of a firm whose work runs the bureau chooses: another firm, or the end of the task.
    """
    if seat.status in GONE:
        return ConflictOutcome.RECORDED
    if seat.task is not None:
        return ConflictOutcome.RECORDED if seat.task.status in TASK_OVER else None
    if Opinion.objects.filter(assignment=seat, status="SUBMITTED").exists():
        final = QualityRating.objects.filter(re_review=seat.re_review, status=RatingStatus.FINAL)
        return ConflictOutcome.CORRECTED if final.exists() else ConflictOutcome.OPINION_VOID
    review = seat.re_review
    started = review is not None and review.status == ReReviewStatus.REVIEWING
    if started or seat.status not in BEFORE_MEETING:
        return ConflictOutcome.STOPPED_REVIEW
    return ConflictOutcome.NEXT_CALLED


def conflict_party(row: ConflictReport) -> str:
    """Return the name of the firm or the expert."""
    seat = row.assignment
    if seat.firm is not None:
        return seat.firm.organisation.name
    return seat.expert.person.name if seat.expert is not None else ""


def users_of_seat(seat: Assignment) -> models.QuerySet[User]:
    """Return the active users of the firm or the expert of an assignment."""
    if seat.firm is not None:
        return users_of_organisation(seat.firm.organisation_id)
    return users_of_person(seat.expert.person_id if seat.expert is not None else 0)
