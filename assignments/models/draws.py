"""Draws: the frozen list, who was not on it, the parties of the seed."""

from django.db import models
from django.db.models import Q

from assignments.enums import DrawProfile, DrawStatus, PartyRole
from assignments.models.seeding import BY_ANOTHER, IS_WAITING, SeedParty, SeedValue
from assignments.models.tasks import EvaluationTask, ReReviewTask
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock


class Draw(models.Model):
    """抽取: a verifiable random selection of a firm for a task or of experts for a re-review."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    task = models.ForeignKey(EvaluationTask, models.PROTECT, null=True, blank=True, related_name="draws")
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, null=True, blank=True, related_name="draws")
    attempt = models.PositiveSmallIntegerField(default=1)
    algorithm = models.CharField(max_length=12, default="gongping-1")
    profile = models.CharField(max_length=1, choices=DrawProfile.choices, default=DrawProfile.INSIDE)
    status = models.CharField(max_length=12, choices=DrawStatus.choices, default=DrawStatus.CONFIGURED)
    seats = models.JSONField(default=list)  # [{"stratum": 1, "name": "…", "count": 2, "nodes": [pk, …]}]
    group_max = models.PositiveSmallIntegerField(default=1)
    opened_tiers = models.JSONField(default=list)
    outside_source = models.JSONField(null=True, blank=True)  # {"id", "kind", "rule", "at", "as_drawn", "fallbacks"}
    widening = models.JSONField(default=list)  # codes of the steps, in order: step n makes tier n
    approved_steps = models.PositiveSmallIntegerField(default=0)
    commit_until = models.DateTimeField(null=True, blank=True)
    reveal_until = models.DateTimeField(null=True, blank=True)
    previews = models.PositiveIntegerField(default=0)
    secret_sealed = models.CharField(max_length=200, blank=True)
    freeze_text = models.TextField(blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    seed = models.TextField(blank=True)
    order = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    record = models.JSONField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    void_ground = models.CharField(max_length=40, blank=True)
    void_role = models.CharField(max_length=10, choices=PartyRole.choices, blank=True)
    outside_receipt = models.CharField(max_length=200, blank=True)
    ratio_confirmed = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="draw_number_once"),
            models.CheckConstraint(
                condition=Q(task__isnull=False, re_review__isnull=True) | Q(task__isnull=True, re_review__isnull=False),
                name="draw_for_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["FROZEN", "COMMITTED", "REVEALED", "DRAWN"]) | ~Q(commitment=""),
                name="frozen_draw_has_commitment",
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(status__in=["CONFIGURED", "FROZEN", "COMMITTED", "REVEALED"]),
                name="one_draw_under_way_per_task",
            ),
            models.UniqueConstraint(
                fields=["re_review"],
                condition=Q(status__in=["CONFIGURED", "FROZEN", "COMMITTED", "REVEALED", "DRAWN"]),
                name="one_live_draw_per_re_review",
            ),
        ]

    def __str__(self) -> str:
        """Name the draw."""
        return f"{self.number} #{self.pk}"


class DrawEntry(models.Model):
    """Somebody on the frozen list; ``number`` is a label of that draw alone."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    leaf = models.CharField(max_length=64)
    group = models.PositiveIntegerField(default=0)
    strata = models.JSONField(default=list)
    tier = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_entry_number_once")]

    def __str__(self) -> str:
        """Name the entry."""
        return f"{self.draw} {self.number} #{self.pk}"


class DrawExclusion(models.Model):
    """Somebody who was not on the frozen list: rule, source, own fact, first free day.

    A row per rule that said no; the ``leaf`` in the sealed part of the list stands at the first of them.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="exclusions")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=40)
    source = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)
    free_on = models.DateField(null=True, blank=True)
    leaf = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        """Name the exclusion."""
        return f"{self.draw} {self.code} #{self.pk}"


class DrawParty(SeedParty):
    """A party of a draw's seed."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="parties")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "role"], name="one_party_per_role"),
            models.UniqueConstraint(fields=["draw", "user"], name="party_plays_one_role"),
            models.CheckConstraint(condition=Q(nonce="") | ~Q(commitment=""), name="reveal_after_commitment"),
        ]

    def __str__(self) -> str:
        """Name the party."""
        return f"{self.draw} {self.role} #{self.pk}"


class DrawValue(SeedValue):
    """An outside value of a draw."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="values")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw"], condition=IS_WAITING, name="one_value_waits_per_draw"),
            models.CheckConstraint(condition=BY_ANOTHER, name="value_confirmed_by_another"),
        ]

    def __str__(self) -> str:
        """Name the value."""
        return f"{self.draw} {self.source} #{self.pk}"


class DrawFault(models.Model):
    """Somebody whom a draw wrongly left off its list. The draw holds, unless section head and witness order anew."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="faults")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=300)
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    head = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    head_at = models.DateTimeField(null=True, blank=True)
    witness = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    witness_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(firm__isnull=False, expert__isnull=True) | Q(firm__isnull=True, expert__isnull=False),
                name="fault_about_one_party",
            ),
            models.CheckConstraint(
                condition=Q(head__isnull=True) | Q(witness__isnull=True) | ~Q(head=models.F("witness")),
                name="fault_ordered_by_two",
            ),
            models.UniqueConstraint(
                fields=["draw", "firm"], condition=Q(firm__isnull=False), name="firm_fault_once_per_draw"
            ),
            models.UniqueConstraint(
                fields=["draw", "expert"], condition=Q(expert__isnull=False), name="expert_fault_once_per_draw"
            ),
        ]

    def __str__(self) -> str:
        """Name the fault."""
        return f"{self.draw} #{self.pk}"
