"""What the parties of a draw and of a batch are: who commits to a nonce on his own device, then shows it."""

from django.db import models

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
