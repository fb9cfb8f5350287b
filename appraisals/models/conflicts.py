"""Conflicts that others find: who reported what about whom, the hearing, the decision and what it did."""

from django.db import models
from django.db.models import Q

from appraisals.enums import ConflictOutcome, ConflictSource, ConflictStatus
from assignments.models import Assignment
from credit.models import CreditEvent, Reply
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.files.models import StoredFile


class ConflictReport(models.Model):
    """A conflict of a firm on a task, or of an expert on a panel, that somebody else found. Edge case 28."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=ConflictSource.choices)
    letter = models.CharField(max_length=200, blank=True)  # whose letter, of which day and number
    words = models.CharField(max_length=1000)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=ConflictStatus.choices, default=ConflictStatus.HEARING)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reported_on = models.DateField()
    reply_until = models.DateField()
    is_undeclared = models.BooleanField(default=False)
    outcome = models.CharField(max_length=16, choices=ConflictOutcome.choices, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    credit_event = models.ForeignKey(CreditEvent, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(status="HEARING"), name="one_conflict_heard_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status="HEARING") | (Q(decided_by__isnull=False, decided_on__isnull=False) & ~Q(reason="")),
                name="decided_conflict_says_who_when_why",
            ),
            models.CheckConstraint(condition=~Q(status="UPHELD") | ~Q(outcome=""), name="upheld_conflict_has_outcome"),
        ]
        indexes = [models.Index(fields=["bureau", "status"], name="conflict_by_status")]

    def __str__(self) -> str:
        """Name the report."""
        return f"{self.source} {self.status} #{self.pk}"


class ConflictReply(Reply):
    """What the firm or the expert says to it."""

    report = models.OneToOneField(ConflictReport, models.PROTECT, related_name="reply")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, outcome="")
                | (Q(answered_on__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="conflict_reply_answered_in_words",
            )
        ]

    def __str__(self) -> str:
        """Name the reply."""
        return f"{self.report} #{self.pk}"
