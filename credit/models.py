"""Coded violations and merits of a party, with expiry."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from credit.enums import CreditKind
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.files.models import StoredFile
from parties.models import Organisation, Person


class CreditEventQuerySet(models.QuerySet["CreditEvent"]):
    """Events by day."""

    def running_on(self, day: date) -> Self:
        """Keep the events that count on ``day`` (free on ``expires_on``)."""
        return self.filter(occurred_on__lte=day, expires_on__gt=day, voided_on__isnull=True)


class CreditEvent(models.Model):
    """One event; ``points`` are whole points, negative for a deduction."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=CreditKind.choices)
    code = models.CharField(max_length=20)
    points = models.SmallIntegerField()
    occurred_on = models.DateField()
    expires_on = models.DateField()
    words = models.CharField(max_length=500)
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    voided_on = models.DateField(null=True, blank=True)

    objects = CreditEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, person__isnull=False),
                name="credit_event_of_one_party",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=models.F("occurred_on")), name="credit_event_expires_later"
            ),
        ]

    def __str__(self) -> str:
        """Name the event."""
        return f"{self.code} #{self.pk}"
