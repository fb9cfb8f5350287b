"""Which papers are kept until when."""

from django.db import models

from assignments.models import ArchiveTerm, EvaluationTask
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may


def visible_to(user: User) -> models.QuerySet[ArchiveTerm]:
    """Return the terms of the bureau's archived tasks."""
    rows = ArchiveTerm.objects.filter(task__bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.none()


def terms_of(task: EvaluationTask) -> list[ArchiveTerm]:
    """Return from when on each class of a task's papers need not be kept; nothing before it is archived."""
    return list(ArchiveTerm.objects.filter(task=task).order_by("free_from", "pk"))
