"""Dated rule sets and the library of measures (制度库)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.rulesets.enums import ChangeStatus, SourceTag


class Measure(models.Model):
    """A measure (制度): text, 文号, in force from and to, replaced by."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)
    letter_number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    in_force_from = models.DateField()
    in_force_to = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter_number"], name="measure_number_once")]

    def __str__(self) -> str:
        """Name the measure."""
        return f"{self.title} {self.letter_number} #{self.pk}"


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    """Rule sets by day."""

    def on(self, day: date) -> Self:
        """Keep the rule sets in force on ``day`` (``effective_to`` is the last day)."""
        return self.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=day), effective_from__lte=day)


class RuleSet(models.Model):
    """The rules in force between two days."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "name"], name="rule_set_name_once")]

    def __str__(self) -> str:
        """Name the rule set."""
        return f"{self.name} #{self.pk}"


class RuleValue(models.Model):
    """A bureau's own value for a rule's key in one rule set."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="values")
    key = models.CharField(max_length=60)
    value = models.JSONField()
    unit = models.CharField(max_length=40, blank=True)
    tag = models.CharField(max_length=8, choices=SourceTag.choices, default=SourceTag.DEFAULT)
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="+")
    clause = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule_set", "key"], name="rule_value_once_per_set")]

    def __str__(self) -> str:
        """Name the value."""
        return f"{self.key} #{self.pk}"


class RuleChange(models.Model):
    """A wish to change one value of a rule set: it counts once its approval is agreed."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="changes")
    key = models.CharField(max_length=60)
    value = models.JSONField()
    tag = models.CharField(max_length=8, choices=SourceTag.choices, default=SourceTag.DEFAULT)
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, blank=True, related_name="+")
    clause = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=ChangeStatus.choices, default=ChangeStatus.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "key"], condition=Q(status="PROPOSED"), name="one_proposed_change_per_key"
            )
        ]

    def __str__(self) -> str:
        """Name the change."""
        return f"{self.key} #{self.pk}"


class WordingQuerySet(models.QuerySet["Wording"]):
    """Texts by day."""

    def on(self, day: date) -> Self:
        """Keep the texts that have begun by ``day``; the newest of a code is the one in force."""
        return self.filter(in_force_from__lte=day)


class Wording(models.Model):
    """One version of a text that people accept: whose it is, what it says, from which day. It is never changed."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    in_force_from = models.DateField()
    text = models.TextField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    objects = WordingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "code", "in_force_from"], name="wording_once_a_day")]

    def __str__(self) -> str:
        """Name the version."""
        return f"{self.code} {self.version} #{self.pk}"

    @property
    def version(self) -> str:
        """What acceptances keep: the first day of the text."""
        return self.in_force_from.isoformat()

    @property
    def lines(self) -> list[str]:
        """The sentences of the text."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]
