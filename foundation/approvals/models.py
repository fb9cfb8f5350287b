"""Approval chains (呈批) over any record."""

from django.db import models
from django.db.models import Q

from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.approvals.enums import ApprovalStatus, StepStatus
from foundation.bureaus.models import Bureau, Section
from foundation.core import clock


class Approval(models.Model):
    """One act with outside effect on its way through the chain; ``kind`` names the act."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    amount_cents = models.BigIntegerField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=ApprovalStatus.choices, default=ApprovalStatus.PENDING)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="approval_by_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(status="PENDING"),
                name="one_running_approval_per_act",
            )
        ]

    def __str__(self) -> str:
        """Name the approval."""
        return f"{self.kind} #{self.pk}"


class ApprovalStep(models.Model):
    """One step: who has to say yes. Steps of equal ``position`` run in parallel."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=Role.choices)
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    named_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=12, choices=StepStatus.choices, default=StepStatus.WAITING)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["AGREED", "RETURNED"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_step_has_decider",
            )
        ]

    def __str__(self) -> str:
        """Name the step."""
        return f"{self.approval} {self.position} #{self.pk}"


class Delegation(models.Model):
    """From a day to a day one user decides in another's place."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    principal = models.ForeignKey(User, models.PROTECT, related_name="+")
    delegate = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=models.F("started_on")), name="delegation_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(principal=models.F("delegate")), name="delegation_to_another"),
        ]

    def __str__(self) -> str:
        """Name the delegation."""
        return f"{self.principal} → {self.delegate} #{self.pk}"
