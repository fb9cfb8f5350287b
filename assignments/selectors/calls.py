"""Whom the bureau has to call: everybody who was chosen and has not answered, in the order of the calls."""

from datetime import date
from typing import Final

from django.db import models
from django.db.models.functions import Coalesce

from assignments.enums import AssignmentStatus
from assignments.models import Assignment
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may

SCOPES: Final = ("draw", "batch", "re_review")
MOST_CALLS: Final = 400
UNANSWERED: Final = (AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED)


def to_call(user: User, *, draw: str = "", batch: str = "", re_review: str = "") -> models.QuerySet[Assignment]:
    """Return the seats and tasks whose holder has not answered, the first to meet first, then as chosen.

    ``draw``, ``batch`` and ``re_review`` are numbers that narrow the list; empty: everything of the bureau.
    """
    if not may(user, Capability.COMMISSION):
        return Assignment.objects.none()
    rows = Assignment.objects.filter(bureau_id=user.bureau_id or 0, status__in=UNANSWERED)
    if draw:
        rows = rows.filter(draw__number=draw)
    if batch:
        rows = rows.filter(batch__number=batch)
    if re_review:
        rows = rows.filter(re_review__number=re_review)
    rows = rows.select_related("expert__person", "firm__organisation", "re_review", "task")
    first = Coalesce("re_review__meets_on", models.Value(date.max))
    return rows.prefetch_related("calls__entered_by").order_by(first, "pk")
