"""Stored files: checked, hashed, never served from the web root."""

from django.db import models

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock


class StoredFile(models.Model):
    """One file as it was uploaded or made; the owning object decides who may read it."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    owner_kind = models.CharField(max_length=60)
    owner_id = models.BigIntegerField(null=True, blank=True)
    original_name = models.CharField(max_length=200)
    content = models.FileField(upload_to="stored/%Y/%m")
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["owner_kind", "owner_id"], name="file_by_owner")]

    def __str__(self) -> str:
        """Name the file."""
        return f"{self.original_name} #{self.pk}"
