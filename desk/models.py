"""What spans the rooms: drafts of forms, the year's end."""

from django.db import models

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau


class Draft(models.Model):
    """A form that somebody left half-written; nothing is lost when the session ends."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_per_form")]

    def __str__(self) -> str:
        """Name the draft."""
        return f"{self.key} #{self.pk}"


class YearEnd(models.Model):
    """The year that a bureau closed; undone until the first act of the new year."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_on = models.DateField()
    report = models.JSONField(default=dict)
    undone_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "year"], condition=models.Q(undone_on__isnull=True), name="year_closed_once"
            )
        ]

    def __str__(self) -> str:
        """Name the year."""
        return f"{self.year} #{self.pk}"
