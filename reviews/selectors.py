"""Opinions and ratings as people may read them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import models

from assignments.models import Assignment, EvaluationTask, ReReviewTask
from assignments.transitions import GONE
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of
from reviews import scoring
from reviews.enums import OpinionStatus, RatingStatus
from reviews.models import (
    Appeal,
    EarlierRating,
    ExpertFee,
    ExpertFeedback,
    Finding,
    Opinion,
    QualityRating,
    SectionScore,
)

TOLD = (RatingStatus.TOLD, RatingStatus.APPEALED, RatingStatus.FINAL)


def opinions_visible_to(user: User) -> models.QuerySet[Opinion]:
    """Return the opinions that ``user`` may read.

    The bureau sees submitted ones; an expert his own, and the others of his panel once he has submitted.
    """
    if may(user, Capability.READ_ALL):
        rows = Opinion.objects.filter(re_review__bureau_id=user.bureau_id or 0)
        return rows.exclude(status=OpinionStatus.DRAFT)
    persons = memberships_of(user).values("person_id")
    own = models.Q(assignment__expert__person_id__in=persons)
    done = Opinion.objects.filter(own, status=OpinionStatus.SUBMITTED).values("re_review_id")
    return Opinion.objects.filter(own | models.Q(re_review_id__in=done, status=OpinionStatus.SUBMITTED))


def visible_to(user: User) -> models.QuerySet[QualityRating]:
    """Return the ratings that ``user`` may read: the bureau all, a firm its own once it was told."""
    rows = QualityRating.objects.filter(task__bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user).values("organisation_id")
    return rows.filter(commission__firm__organisation_id__in=mine, status__in=TOLD)


def earlier_on(ratings: models.QuerySet[QualityRating], day: date) -> dict[int, EarlierRating]:
    """Return for each of ``ratings`` that was opened again after ``day`` how it had become final by then."""
    rows = EarlierRating.objects.filter(rating__in=ratings.order_by(), final_on__lte=day, reopened_on__gt=day)
    return {row.rating_id: row for row in rows.order_by("-reopened_on", "-pk")}


def appeals_visible_to(user: User) -> models.QuerySet[Appeal]:
    """Return the appeals against ratings that ``user`` may read."""
    return Appeal.objects.filter(rating__in=visible_to(user))


def findings_for_firm(rating: QualityRating) -> models.QuerySet[Finding]:
    """Return the findings behind a rating in the order of pages; the firm sees them without names."""
    rows = Finding.objects.filter(opinion__re_review_id=rating.re_review_id, opinion__status=OpinionStatus.SUBMITTED)
    return rows.select_related("item").order_by("page", "pk")


def rating_of(task: EvaluationTask) -> QualityRating | None:
    """Return the rating of a task's report."""
    rows = QualityRating.objects.filter(task=task)
    return rows.select_related("commission", "re_review", "rubric_version__rubric").first()


def section_scores(task: EvaluationTask) -> models.QuerySet[SectionScore]:
    """Return what the bureau scored of a task's report, in the rubric's order."""
    rows = SectionScore.objects.filter(rating_task=task)
    return rows.select_related("item", "entered_by").order_by("item__position")


def submitted_opinions(re_review: ReReviewTask) -> models.QuerySet[Opinion]:
    """Return the submitted opinions of a panel in the order of the seats, with their scores."""
    rows = Opinion.objects.filter(re_review=re_review, status=OpinionStatus.SUBMITTED)
    return (
        rows.select_related("assignment__expert__person")
        .prefetch_related("scores__item", "findings__item")
        .order_by("assignment__position", "pk")
    )


def complete_panels(re_reviews: Collection[int | None]) -> set[int]:
    """Return those of ``re_reviews`` whose every member has submitted his opinion."""
    members = Assignment.objects.filter(re_review__in=re_reviews).exclude(status__in=GONE)
    done = Opinion.objects.filter(assignment=models.OuterRef("pk"), status=OpinionStatus.SUBMITTED)
    found = members.annotate(is_in=models.Exists(done)).values_list("re_review_id", "is_in")
    waiting = {review for review, is_in in found if not is_in}
    return {review for review, _is_in in found if review is not None} - waiting


def pooled_sd_of(bureau_id: int, *, besides: EvaluationTask, document: Mapping[str, Any]) -> tuple[float, int]:
    """Return (s, ν) over the raters' parts of the bureau's reports; that of ``besides`` as ``document`` has it."""
    rows = QualityRating.objects.filter(task__bureau_id=bureau_id).exclude(task=besides)
    return scoring.pooled_sd([_parts_of(known) for known in [*rows.values_list("document", flat=True), document]])


def _parts_of(document: Mapping[str, Any]) -> list[Fraction]:
    items = [scoring.Item(item["code"], item["weight"], item["scorer"]) for item in document.get("items", [])]
    return [scoring.rater_part(items, rater["scores"]) for rater in document.get("raters", [])]


def expert_feedback_visible_to(user: User) -> models.QuerySet[ExpertFeedback]:
    """Return the feedback on experts: the bureau all, an expert what was said of him."""
    rows = ExpertFeedback.objects.filter(assignment__bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(assignment__expert__person_id__in=memberships_of(user).values("person_id"))


def fees_visible_to(user: User) -> models.QuerySet[ExpertFee]:
    """Return the fees of experts: the bureau all, an expert his own once they are paid."""
    rows = ExpertFee.objects.filter(assignment__bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user).values("person_id")
    return rows.filter(assignment__expert__person_id__in=mine, sheet__paid_on__isnull=False)


def feedback_of_experts(expert_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the points of the feedback on each expert's service, in hundredths, in one query."""
    rows = ExpertFeedback.objects.filter(assignment__expert_id__in=expert_ids).order_by("pk")
    found: dict[int, list[int]] = {}
    for expert_id, points in rows.values_list("assignment__expert_id", "points"):
        if expert_id is not None:
            found.setdefault(expert_id, []).append(points * 100)
    return found
