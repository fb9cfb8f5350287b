"""Days that differ from the rule Monday to Friday."""

from django.db import models


class WorkdayOverride(models.Model):
    """A holiday on a weekday, or a working day at the weekend (调休)."""

    day = models.DateField(unique=True)
    is_workday = models.BooleanField()
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=120)

    def __str__(self) -> str:
        """Name the day."""
        return f"{self.day} {self.name} #{self.pk}"
