"""Coded violations and merits of a party, with expiry."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from credit.enums import CreditKind, ReplyOutcome
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
    code_name = models.CharField(max_length=60, blank=True)  # the bureau's words on that day; empty: the shipped ones
    step = models.CharField(max_length=10, blank=True)  # of the deductions; empty for a merit
    points = models.SmallIntegerField()
    is_repeat = models.BooleanField(default=False)
    occurred_on = models.DateField()
    expires_on = models.DateField()
    words = models.CharField(max_length=500)
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_on = models.DateField(null=True, blank=True)
    reply_until = models.DateField(null=True, blank=True)  # the last day for a reply
    voided_on = models.DateField(null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=300, blank=True)

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
        indexes = [
            models.Index(fields=["organisation", "occurred_on"], name="credit_by_organisation"),
            models.Index(fields=["person", "occurred_on"], name="credit_by_person"),
        ]

    def __str__(self) -> str:
        """Name the event."""
        return f"{self.code} #{self.pk}"


class Reply(models.Model):
    """陈述申辩: what a party says to something that touches it, and what the bureau answers; both stay."""

    words = models.CharField(max_length=2000)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_on = models.DateField()
    is_on_behalf = models.BooleanField(default=False)  # 代录: a clerk entered the party's paper
    outcome = models.CharField(max_length=8, choices=ReplyOutcome.choices, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class EventReply(Reply):
    """The party's reply to one event."""

    event = models.OneToOneField(CreditEvent, models.PROTECT, related_name="reply")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, outcome="")
                | (Q(answered_on__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="event_reply_answered_in_words",
            )
        ]

    def __str__(self) -> str:
        """Name the reply."""
        return f"{self.event} #{self.pk}"
