"""From finding to money."""

from django.db import models
from django.db.models import Q

from assignments.models import EvaluationTask
from foundation.accounts.models import User
from foundation.files.models import StoredFile
from results.enums import AdoptionOutcome, RectificationStatus


class Rectification(models.Model):
    """整改: what the unit does about a finding."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000)
    due_on = models.DateField()
    status = models.CharField(max_length=8, choices=RectificationStatus.choices, default=RectificationStatus.ASKED)
    report = models.TextField(blank=True)
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    reported_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    return_words = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="ASKED") | Q(reported_on__isnull=False), name="reported_rectification_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_on__isnull=False), name="closed_rectification_has_day"
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="rectification_by_due")]

    def __str__(self) -> str:
        """Name the rectification."""
        return f"{self.task} #{self.pk}"


class Proposal(models.Model):
    """结果应用建议 by the performance section."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000)
    amount_cents = models.BigIntegerField(default=0)
    budget_year = models.PositiveSmallIntegerField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gte=0), name="proposed_not_negative")]

    def __str__(self) -> str:
        """Name the proposal."""
        return f"{self.task} #{self.pk}"


class Adoption(models.Model):
    """采纳: by whom, 文号 or meeting, amount, year. Only adopted amounts count."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="adoption")
    outcome = models.CharField(max_length=6, choices=AdoptionOutcome.choices)
    decided_by_name = models.CharField(max_length=80)
    reference = models.CharField(max_length=100)
    amount_cents = models.BigIntegerField(default=0)
    decided_on = models.DateField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gte=0), name="adopted_not_negative")]

    def __str__(self) -> str:
        """Name the adoption."""
        return f"{self.proposal} #{self.pk}"
