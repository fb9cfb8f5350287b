"""Users and the roles they were given."""

from datetime import date
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from foundation.accounts.enums import Role
from foundation.bureaus.models import Bureau, Section


class User(AbstractUser):
    """A person who signs in. ``name`` is what pages show."""

    name = models.CharField(max_length=60)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+")
    is_demo = models.BooleanField(default=False)
    has_temporary_password = models.BooleanField(default=False)
    first_name = None  # type: ignore[assignment] # one name field serves
    last_name = None  # type: ignore[assignment]

    def __str__(self) -> str:
        """Name the user."""
        return f"{self.name or self.username} #{self.pk}"


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Dated grants."""

    def on(self, day: date) -> Self:
        """Keep the grants that hold on ``day`` (the end day excluded)."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class RoleGrant(models.Model):
    """A role given to a user at a bureau, from a day to a day."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "bureau", "role"], condition=Q(ended_on__isnull=True), name="one_open_grant_per_role"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("started_on")),
                name="grant_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        """Name the grant."""
        return f"{self.user} {self.role} #{self.pk}"
