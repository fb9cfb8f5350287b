"""The life of an assignment."""

from django.db import models
from django.db.models import Q

from assignments.enums import AssignmentStatus, DeclineReason, Origin, PresenceState
from assignments.models.batches import AssignmentBatch
from assignments.models.draws import Draw
from assignments.models.tasks import EvaluationTask, ReReviewTask
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from parties.models import Person


class Assignment(models.Model):
    """任务分派: one firm on one task, or one expert on one re-review."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    task = models.ForeignKey(EvaluationTask, models.PROTECT, null=True, blank=True, related_name="assignments")
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, null=True, blank=True, related_name="assignments")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="assignments")
    batch = models.ForeignKey(AssignmentBatch, models.PROTECT, null=True, blank=True, related_name="assignments")
    origin = models.CharField(max_length=12, choices=Origin.choices)
    reason = models.CharField(max_length=300, blank=True)
    stratum = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField(null=True, blank=True)
    is_leader = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=AssignmentStatus.choices, default=AssignmentStatus.DRAWN)
    assigned_on = models.DateField()
    notified_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=10, choices=DeclineReason.choices, blank=True)
    decline_words = models.CharField(max_length=300, blank=True)
    decline_counts = models.BooleanField(default=False)
    void_words = models.CharField(max_length=300, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, firm__isnull=False, re_review__isnull=True, expert__isnull=True)
                | Q(task__isnull=True, firm__isnull=True, re_review__isnull=False, expert__isnull=False),
                name="assignment_of_one_to_one",
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(task__isnull=False) & ~Q(status__in=["DECLINED", "NO_ANSWER", "VOID"]),
                name="one_firm_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["re_review", "expert"],
                condition=Q(re_review__isnull=False) & ~Q(status__in=["DECLINED", "NO_ANSWER", "VOID"]),
                name="one_seat_per_expert",
            ),
        ]
        indexes = [
            models.Index(fields=["expert", "assigned_on"], name="assignment_by_expert"),
            models.Index(fields=["firm", "assigned_on"], name="assignment_by_firm"),
        ]

    def __str__(self) -> str:
        """Name the assignment."""
        return f"{self.origin} {self.status} #{self.pk}"


class CallAttempt(models.Model):
    """One telephone call: when, with what outcome, entered by whom (代录)."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="calls")
    called_at = models.DateTimeField()
    outcome = models.CharField(max_length=12)  # ACCEPTED, DECLINED, NO_ANSWER, CALL_BACK
    words = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the call."""
        return f"{self.assignment} {self.called_at:%F %T} #{self.pk}"


class Declaration(models.Model):
    """What somebody declared about interests in one task."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="declaration")
    has_conflict = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    declared_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the declaration."""
        return f"{self.assignment} #{self.pk}"


class Presence(models.Model):
    """How a member came to the meeting of his panel, by the sign-in sheet; noted anew, the last one stands."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="presence")
    state = models.CharField(max_length=10, choices=PresenceState.choices)
    words = models.CharField(max_length=300, blank=True)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state="CAME") | ~Q(words=""), name="presence_other_than_came_has_words")
        ]

    def __str__(self) -> str:
        """Name the note."""
        return f"{self.assignment} {self.state} #{self.pk}"
