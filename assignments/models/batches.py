"""Batches: many re-reviews whose seats are filled at once from one pool. What is kept how: docs/assignment.md."""

from django.db import models
from django.db.models import Q

from assignments.enums import BatchFailure, BatchStatus, DrawProfile, PairKind
from assignments.models.seeding import BY_ANOTHER, IS_WAITING, SeedParty, SeedValue
from assignments.models.tasks import ReReviewTask
from experts.models import Expert
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.taxonomy.models import Node


class AssignmentBatch(models.Model):
    """批量分派: solved and frozen first, then drawn by a seed of its parties, then approved as a whole.

    Tasks and experts have numbers from 0 in the problem: ``BatchTask.place``, and the place in ``pool``.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    work_year = models.PositiveSmallIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    profile = models.CharField(max_length=1, choices=DrawProfile.choices, default=DrawProfile.INSIDE)
    outside_source = models.JSONField(null=True, blank=True)  # as of a draw
    status = models.CharField(max_length=10, choices=BatchStatus.choices, default=BatchStatus.PREPARED)
    surveyed = models.PositiveSmallIntegerField(default=0)  # tasks whose eligibility is known by the running job
    started_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # of the last job
    started_at = models.DateTimeField(null=True, blank=True)
    is_freezing = models.BooleanField(default=False)  # what the last job was asked for: to freeze, or a look
    failure = models.CharField(max_length=10, choices=BatchFailure.choices, blank=True)  # why it gave no answer
    failure_words = models.CharField(max_length=300, blank=True)
    evens_out = models.BooleanField(default=False)  # the worst fitted task gets as much as possible, the total second
    employer_quota = models.PositiveSmallIntegerField(null=True, blank=True)  # seats of one employer over all tasks
    looks = models.PositiveSmallIntegerField(default=0)  # how often it was solved before the freeze
    solved = models.JSONField(null=True, blank=True)  # what the last run of phase 1 found
    pool = models.JSONField(default=list)  # [{"expert": pk, "cap": 4, "employer": "…"}, …]
    secret_sealed = models.CharField(max_length=200, blank=True)
    freeze_text = models.TextField(blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    commit_until = models.DateTimeField(null=True, blank=True)
    reveal_until = models.DateTimeField(null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    panels = models.JSONField(default=list)  # the numbers of the experts on each task now
    steps = models.JSONField(default=list)  # the walks of replacements, in turn
    record = models.JSONField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    outside_receipt = models.CharField(max_length=200, blank=True)
    void_ground = models.CharField(max_length=40, blank=True)
    void_role = models.CharField(max_length=10, blank=True)
    void_words = models.CharField(max_length=300, blank=True)
    head = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # who ordered a new attempt
    head_at = models.DateTimeField(null=True, blank=True)
    witness = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # and who with him
    witness_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="batch_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=["PREPARED", "SOLVING", "VOID"]) | ~Q(commitment=""),
                name="frozen_batch_has_commitment",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["DRAWN", "SUBMITTED", "SEATED", "SENT"]) | ~Q(seed=""),
                name="drawn_batch_has_seed",
            ),
            models.CheckConstraint(
                condition=~Q(void_ground="ordered_again") | Q(head__isnull=False, witness__isnull=False),
                name="batch_ordered_again_by_two",
            ),
        ]

    def __str__(self) -> str:
        """Name the batch."""
        return f"{self.number} #{self.pk}"


class BatchTask(models.Model):
    """A re-review of a batch, and the field that its experts should know."""

    batch = models.ForeignKey(AssignmentBatch, models.PROTECT, related_name="tasks")
    place = models.PositiveSmallIntegerField()
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    seats = models.JSONField(default=list)  # typed: [{"node": pk, "count": 2}, …]; empty: each for who knows node
    approved_steps = models.PositiveSmallIntegerField(default=0)  # 1: a widening lets in who had no chance
    eligible = models.PositiveIntegerField(null=True, blank=True)  # by the last run: people listed for it
    removed = models.JSONField(default=list)  # [[rule, people], …]
    fits = models.JSONField(default=dict)  # {expert pk: [value, path, missing levels, match, quality, opinions, turn]}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "place"], name="batch_place_once"),
            models.UniqueConstraint(fields=["batch", "re_review"], name="batch_task_once"),
        ]

    def __str__(self) -> str:
        """Name the task."""
        return f"{self.batch} {self.place} #{self.pk}"


class BatchPair(models.Model):
    """Somebody named for a re-review, or kept from it, with the reason; a named one counts as a direct appointment."""

    task = models.ForeignKey(BatchTask, models.PROTECT, related_name="pairs")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=PairKind.choices)
    reason = models.CharField(max_length=300)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "expert"], condition=Q(withdrawn_on__isnull=True), name="batch_pair_once"
            )
        ]

    def __str__(self) -> str:
        """Name the pair."""
        return f"{self.task} {self.kind} #{self.pk}"


class BatchExclusion(models.Model):
    """A rule that kept an expert off some re-reviews of a frozen batch: source, own fact, first free day.

    One row per expert and rule; ``tasks`` counts the re-reviews, the day is the latest of theirs.
    """

    batch = models.ForeignKey(AssignmentBatch, models.PROTECT, related_name="exclusions")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    source = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)
    free_on = models.DateField(null=True, blank=True)
    tasks = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "expert", "code"], name="batch_exclusion_once_per_rule")
        ]

    def __str__(self) -> str:
        """Name the exclusion."""
        return f"{self.batch} {self.code} #{self.pk}"


class BatchLetter(models.Model):
    """邀请函: the invitation of one expert to the panels of a batch, as it was sent; it names no firm, unit or title.

    ``seats`` are [{"assignment", "re_review", "kind", "meets_on", "half_days", "place", "by_correspondence",
    "due_on"}, …] as they stood when he was told; whoever is called later gets a letter of his own.
    """

    batch = models.ForeignKey(AssignmentBatch, models.PROTECT, related_name="letters")
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    seats = models.JSONField()
    contact = models.CharField(max_length=60)
    written_on = models.DateField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_letter_number_once")]

    def __str__(self) -> str:
        """Name the letter."""
        return f"{self.batch} {self.number} #{self.pk}"


class BatchParty(SeedParty):
    """A party of a batch's seed."""

    batch = models.ForeignKey(AssignmentBatch, models.PROTECT, related_name="parties")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "role"], name="one_batch_party_per_role"),
            models.UniqueConstraint(fields=["batch", "user"], name="batch_party_plays_one_role"),
            models.CheckConstraint(condition=Q(nonce="") | ~Q(commitment=""), name="batch_reveal_after_commitment"),
        ]

    def __str__(self) -> str:
        """Name the party."""
        return f"{self.batch} {self.role} #{self.pk}"


class BatchValue(SeedValue):
    """An outside value of a batch."""

    batch = models.ForeignKey(AssignmentBatch, models.PROTECT, related_name="values")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch"], condition=IS_WAITING, name="one_value_waits_per_batch"),
            models.CheckConstraint(condition=BY_ANOTHER, name="batch_value_confirmed_by_another"),
        ]

    def __str__(self) -> str:
        """Name the value."""
        return f"{self.batch} {self.source} #{self.pk}"
