"""The bureau and its sections."""

from typing import Self

from django.db import models

from foundation.bureaus.enums import SectionKind


class Bureau(models.Model):
    """A finance bureau (财政部门): owns plans, tasks, rule sets, numbers, chains, publications."""

    code = models.CharField(max_length=12, unique=True)  # 行政区划代码
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=20)
    superior = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="subordinates")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Name the bureau."""
        return f"{self.name} #{self.pk}"


class SectionQuerySet(models.QuerySet["Section"]):
    """Sections of a bureau."""

    def of_kind(self, kind: SectionKind) -> Self:
        """Keep the sections of one kind."""
        return self.filter(kind=kind)


class Section(models.Model):
    """A section (科室) of a bureau."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="sections")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=SectionKind.choices)

    objects = SectionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "name"], name="section_once_per_bureau")]

    def __str__(self) -> str:
        """Name the section."""
        return f"{self.name} #{self.pk}"
