"""Traffic of the API: tokens, and keys by which a repeated post acts once."""

from django.db import models

from foundation.accounts.models import User


class Token(models.Model):
    """A program's key; ``digest`` is the SHA-256 of the secret, which is shown once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="token_expires_later"
            )
        ]

    def __str__(self) -> str:
        """Name the token."""
        return f"{self.name} #{self.pk}"


class Once(models.Model):
    """An Idempotency-Key of a person: the digest of what was asked and the id of the row that came of it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    asked_sha256 = models.CharField(max_length=64)
    row_id = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        """Name the key."""
        return f"{self.key} #{self.pk}"
