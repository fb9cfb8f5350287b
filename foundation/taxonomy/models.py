"""Three-level trees: 领域 / 行业 / 专业."""

from django.db import models
from django.db.models import Q

from foundation.bureaus.models import Bureau
from foundation.taxonomy.enums import TreeKind


class Node(models.Model):
    """A node of a tree; ``path`` is the codes from the root joined by ``/``."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    tree = models.CharField(max_length=12, choices=TreeKind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    path = models.CharField(max_length=80)
    retired_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "tree", "code"], name="node_code_once_per_tree"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="node_level_1_to_3"),
            models.CheckConstraint(
                condition=Q(level=1, parent__isnull=True) | Q(level__gt=1, parent__isnull=False),
                name="node_root_is_level_1",
            ),
        ]

    def __str__(self) -> str:
        """Name the node."""
        return f"{self.name} #{self.pk}"
