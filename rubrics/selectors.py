"""Rubrics in force and the indicator library."""

from datetime import date

from django.db import models

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from rubrics.enums import RubricStatus
from rubrics.models import Indicator, Rubric, RubricVersion
from rubrics.rules import REPORT_QUALITY


def visible_to(user: User) -> models.QuerySet[Rubric]:
    """Return the rubrics of the reader's bureau: who is scored may know by what."""
    return Rubric.objects.filter(bureau_id=user.bureau_id or 0)


def versions_visible_to(user: User) -> models.QuerySet[RubricVersion]:
    """Return the versions in force or replaced of visible rubrics."""
    return RubricVersion.objects.filter(rubric__in=visible_to(user)).exclude(status=RubricStatus.DRAFT)


def indicators_visible_to(user: User) -> models.QuerySet[Indicator]:
    """Return the indicator library of the reader's bureau."""
    return Indicator.objects.filter(bureau_id=user.bureau_id or 0)


def in_force(bureau: Bureau, on: date, *, code: str = REPORT_QUALITY) -> RubricVersion | None:
    """Return the version of a rubric in force on ``on``, with its items; None where there is none yet."""
    rows = RubricVersion.objects.filter(rubric__bureau=bureau, rubric__code=code, in_force_from__lte=on)
    return (
        rows.exclude(status=RubricStatus.DRAFT)
        .select_related("rubric")
        .prefetch_related("items", "vetoes")
        .order_by("-in_force_from", "-number")
        .first()
    )
