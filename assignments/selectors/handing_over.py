"""What a clerk has under his hands: tasks that may go to another, and draws in which his part stays his."""

from typing import Any

from django.db import models

from assignments.enums import BatchStatus, DrawStatus, TaskStatus
from assignments.models import BatchParty, DrawParty, EvaluationTask, WorkHandOver
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may

TASK_OVER = (TaskStatus.ARCHIVED, TaskStatus.STOPPED)
DRAW_OPEN = (DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.REVEALED)
BATCH_OPEN = (BatchStatus.PREPARED, BatchStatus.SOLVING, BatchStatus.FROZEN, BatchStatus.COMMITTED)


def open_tasks_of(clerk: User) -> models.QuerySet[EvaluationTask]:
    """Return the tasks that a clerk keeps and that are not over, by number."""
    rows = EvaluationTask.objects.filter(clerk=clerk, bureau_id=clerk.bureau_id or 0)
    return rows.exclude(status__in=TASK_OVER).select_related("unit__organisation").order_by("number", "pk")


def parts_that_stay(clerk: User) -> list[dict[str, Any]]:
    """Return the draws and batches under way in which the clerk plays a part: nobody takes a nonce over (R-42)."""
    draws = DrawParty.objects.filter(user=clerk, draw__status__in=DRAW_OPEN).order_by("draw__number")
    batches = BatchParty.objects.filter(user=clerk, batch__status__in=BATCH_OPEN).order_by("batch__number")
    rows = [*draws.values_list("draw__number", "role"), *batches.values_list("batch__number", "role")]
    return [{"number": number, "role": role} for number, role in rows]


def clerks_of(user: User) -> models.QuerySet[User]:
    """Return who keeps tasks of the reader's bureau, by name."""
    rows = User.objects.filter(bureau_id=user.bureau_id or 0, is_active=True).order_by("name", "pk")
    keys = [row.pk for row in rows if may(row, Capability.PLAN)]
    return rows.filter(pk__in=keys)


def hand_overs_visible_to(user: User) -> models.QuerySet[WorkHandOver]:
    """Return the hand-overs of the reader's bureau, for who reads all of it."""
    if not may(user, Capability.READ_ALL):
        return WorkHandOver.objects.none()
    rows = WorkHandOver.objects.filter(bureau_id=user.bureau_id or 0)
    return rows.select_related("giver", "receiver", "made_by", "bureau").order_by("-pk")
