"""Looks: somebody asked who may be drawn, before there was a frozen list."""

from django.db import models
from django.db.models import Q

from assignments.models.tasks import EvaluationTask, ReReviewTask
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock


class EligibilityLook(models.Model):
    """One look at who may take a task or sit on a panel on a day: counts alone, or by name. Rule R-61."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    task = models.ForeignKey(EvaluationTask, models.PROTECT, null=True, blank=True, related_name="+")
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, null=True, blank=True, related_name="+")
    asked_on = models.DateField()
    by_name = models.BooleanField()
    looked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, re_review__isnull=True) | Q(task__isnull=True, re_review__isnull=False),
                name="look_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        """Name the look."""
        return f"{self.task or self.re_review} {self.asked_on} #{self.pk}"
