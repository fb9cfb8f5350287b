"""In-app notices: a code and facts, rendered from templates/notices/."""

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.core import clock


class Notice(models.Model):
    """One notice to one user; texts name neither firm nor unit (``code`` picks the template)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    once = models.CharField(max_length=80, blank=True)  # names the occasion of a notice that is given only once
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "once"], condition=~Q(once=""), name="notice_once_per_occasion")
        ]
        indexes = [models.Index(fields=["user", "read_at", "id"], name="notice_by_user")]

    def __str__(self) -> str:
        """Name the notice."""
        return f"{self.code} #{self.pk}"
