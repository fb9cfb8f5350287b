"""Three-level trees: 领域 / 行业 / 专业."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from foundation.bureaus.models import Bureau
from foundation.taxonomy.enums import TreeKind


class Node(models.Model):
    """A node of a tree; ``path`` is the codes from the root joined by ``/``.

    ``merged_into`` is what took it over when it ended, ``successor`` what counts in its place today: the last one of
    a chain of mergers. A merged node stands beside its successor; ``FormerNode`` tells where it stood before.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    tree = models.CharField(max_length=12, choices=TreeKind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    path = models.CharField(max_length=80)
    retired_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "tree", "code"], name="node_code_once_per_tree"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="node_level_1_to_3"),
            models.CheckConstraint(
                condition=Q(level=1, parent__isnull=True) | Q(level__gt=1, parent__isnull=False),
                name="node_root_is_level_1",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, successor__isnull=True)
                | Q(merged_into__isnull=False, successor__isnull=False, retired_on__isnull=False),
                name="merged_node_has_ended",
            ),
        ]

    def __str__(self) -> str:
        """Name the node."""
        return f"{self.name} #{self.pk}"


class FormerNodeQuerySet(models.QuerySet["FormerNode"]):
    """What nodes were by day."""

    def after(self, day: date) -> Self:
        """Keep what ended after ``day``, the earliest first: the first one of a node is what it was on ``day``."""
        return self.filter(until_on__gt=day).order_by("until_on", "pk")


class FormerNode(models.Model):
    """What a node was until a day (that day excluded): its name, its place, whether it had ended."""

    node = models.ForeignKey(Node, models.PROTECT, related_name="former")
    name = models.CharField(max_length=60)
    parent = models.ForeignKey(Node, models.PROTECT, null=True, blank=True, related_name="+")
    retired_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(Node, models.PROTECT, null=True, blank=True, related_name="+")
    until_on = models.DateField()

    objects = FormerNodeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["until_on", "id"], name="former_node_by_day")]

    def __str__(self) -> str:
        """Name what it was."""
        return f"{self.node} {self.name} #{self.pk}"
