"""The journal: insert-only entries, their private payloads, and the hash chain that links them."""

from django.db import models


class Entry(models.Model):
    """One act: canonical text without personal data in clear, written in the act's own transaction."""

    recorded_at = models.DateTimeField()
    bureau_code = models.CharField(max_length=12, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    text = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="entry_by_subject"),
            models.Index(fields=["action", "id"], name="entry_by_action"),
        ]

    def __str__(self) -> str:
        """Name the entry."""
        return f"{self.action} #{self.pk}"


class Payload(models.Model):
    """The private part of an entry; the entry's text holds its SHA-256, so erasing it breaks nothing."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="payload")
    salt = models.CharField(max_length=64)
    data = models.TextField()

    def __str__(self) -> str:
        """Name the payload."""
        return f"payload of #{self.pk}"


class Pending(models.Model):
    """An entry that waits to be linked."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="pending")

    def __str__(self) -> str:
        """Name the row."""
        return f"pending #{self.pk}"


class Link(models.Model):
    """Place ``number`` of the chain: h_n = SHA-256(u64be n ‖ u64be sealed_at µs ‖ h_{n−1} ‖ SHA-256(text))."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="link")
    sealed_at_us = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        """Name the link."""
        return f"link {self.number}"


class Head(models.Model):
    """The single row that the sequencer locks."""

    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    sealed_at_us = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Name the head."""
        return f"{self.number}:{self.hash}"


class Anchor(models.Model):
    """A head that was handed outside: printed, mailed, given to a witness."""

    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    handed_to = models.CharField(max_length=120)

    def __str__(self) -> str:
        """Name the anchor."""
        return f"{self.number}:{self.hash}"
