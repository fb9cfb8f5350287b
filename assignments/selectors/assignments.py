"""Who serves where."""

from django.db import models

from assignments.enums import AssignmentStatus
from assignments.models import Assignment, Declaration, Draw, ReReviewTask
from assignments.transitions import GONE
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of


def visible_to(user: User) -> models.QuerySet[Assignment]:
    """Return the assignments of the reader's bureau; an outsider sees his own once he was told."""
    rows = Assignment.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user)
    own = models.Q(firm__organisation_id__in=mine.values("organisation_id")) | models.Q(
        expert__person_id__in=mine.values("person_id")
    )
    return rows.filter(own).exclude(status=AssignmentStatus.DRAWN)


def declarations_visible_to(user: User) -> models.QuerySet[Declaration]:
    """Return what was declared about interests in the tasks of visible assignments; an outsider reads his own."""
    return Declaration.objects.filter(assignment__in=visible_to(user))


def own_of(user: User) -> models.QuerySet[Assignment]:
    """Return the assignments of the person or firm behind ``user``, told ones only."""
    mine = memberships_of(user)
    own = models.Q(firm__organisation_id__in=mine.values("organisation_id")) | models.Q(
        expert__person_id__in=mine.values("person_id")
    )
    return Assignment.objects.filter(own).exclude(status=AssignmentStatus.DRAWN)


def panel_of(re_review: ReReviewTask) -> models.QuerySet[Assignment]:
    """Return the members of a panel who did not leave it, with their persons."""
    rows = Assignment.objects.filter(re_review=re_review).exclude(status__in=GONE)
    return rows.select_related("expert__person").order_by("pk")


def untold(draw: Draw) -> Assignment | None:
    """Return the first of those whom ``draw`` chose and whom nobody told yet."""
    return Assignment.objects.filter(draw=draw, status=AssignmentStatus.DRAWN).order_by("pk").first()


def re_reviews_visible_to(user: User) -> models.QuerySet[ReReviewTask]:
    """Return the re-reviews of the reader's bureau; an expert sees those he was told of."""
    rows = ReReviewTask.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(pk__in=own_of(user).exclude(status__in=GONE).values("re_review_id"))
