"""What a draw and a batch have in common: who commits to a nonce on his own device, what is read outside."""

from django.db import models
from django.db.models import Q

from assignments.enums import PartyRole
from foundation.accounts.models import User


class SeedParty(models.Model):
    """A party of the seed. The nonce is empty until every commitment is sealed.

    A nonce whose device is lost is opened from its slip by two: what the first typed waits in ``slip_nonce`` for the
    second.
    """

    role = models.CharField(max_length=10, choices=PartyRole.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    nonce = models.CharField(max_length=64, blank=True)
    revealed_at = models.DateTimeField(null=True, blank=True)
    slip_nonce = models.CharField(max_length=64, blank=True)
    slip_typed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    slip_confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True


class SeedValue(models.Model):
    """What one person read at an outside source and another confirmed; ``part`` None: it was not to be had."""

    source = models.CharField(max_length=64)
    part = models.JSONField(null=True, blank=True)
    words = models.CharField(max_length=300)
    typed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    typed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_words = models.CharField(max_length=300, blank=True)
    is_wrong = models.BooleanField(default=False)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


IS_WAITING = Q(confirmed_at__isnull=True, dropped_at__isnull=True)
BY_ANOTHER = Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("typed_by"))
