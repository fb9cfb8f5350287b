"""Versioned rubrics and the indicator library."""

from django.db import models
from django.db.models import Q

from foundation.bureaus.models import Bureau
from rubrics.enums import RubricStatus, Scorer


class Rubric(models.Model):
    """A family of versions, e.g. the report-quality rubric."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "code"], name="rubric_code_once")]

    def __str__(self) -> str:
        """Name the rubric."""
        return f"{self.name} #{self.pk}"


class RubricVersion(models.Model):
    """One version; never changed once in force. Attached to the commission letter."""

    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=RubricStatus.choices, default=RubricStatus.DRAFT)
    in_force_from = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rubric", "number"], name="rubric_version_once")]

    def __str__(self) -> str:
        """Name the version."""
        return f"{self.rubric} v{self.number} #{self.pk}"


class RubricItem(models.Model):
    """One item; the weight is in hundredths of a point; ``scorer`` says who scores it."""

    version = models.ForeignKey(RubricVersion, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    guide = models.CharField(max_length=500, blank=True)
    weight_hundredths = models.PositiveIntegerField()
    scorer = models.CharField(max_length=8, choices=Scorer.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="rubric_item_once"),
            models.CheckConstraint(condition=Q(weight_hundredths__gt=0), name="rubric_item_has_weight"),
        ]

    def __str__(self) -> str:
        """Name the item."""
        return f"{self.code} #{self.pk}"


class Veto(models.Model):
    """A veto item: proven and approved, the report is 不合格; the arithmetic is still shown."""

    version = models.ForeignKey(RubricVersion, models.PROTECT, related_name="vetoes")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="veto_once")]

    def __str__(self) -> str:
        """Name the veto."""
        return f"{self.code} #{self.pk}"


class Indicator(models.Model):
    """An indicator of the library: 决策 / 过程 / 产出 / 效益, by kind of project."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    project_kind = models.CharField(max_length=10)
    level_1 = models.CharField(max_length=20)
    level_2 = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    guide = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "project_kind", "level_2", "name"], name="indicator_once")
        ]

    def __str__(self) -> str:
        """Name the indicator."""
        return f"{self.name} #{self.pk}"
