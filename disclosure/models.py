"""Frozen published copies; they point at nothing live."""

from django.db import models
from django.db.models import Q

from disclosure.enums import CommitmentKind, PublicationKind, WithdrawnFor


class Publication(models.Model):
    """A frozen copy: ``body`` is all that the public page shows; ``sha256`` is over its canonical text.

    One address (``slug``) keeps all versions of one thing; at most one of them is live. ``grade``, ``unit_name`` and
    ``firm_name`` repeat the body for lists. A certificate's copy bears its code as slug.
    """

    bureau_code = models.CharField(max_length=12)
    bureau_name = models.CharField(max_length=100)
    slug = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12, choices=PublicationKind.choices)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    work_year = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=12, blank=True)
    unit_name = models.CharField(max_length=120, blank=True)
    firm_name = models.CharField(max_length=120, blank=True)
    body = models.JSONField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    outside_address = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    withdrawn_for = models.CharField(max_length=10, choices=WithdrawnFor.choices, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_copy",
            ),
            models.UniqueConstraint(fields=["slug", "version"], name="publication_version_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""), name="withdrawn_copy_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "work_year", "id"], name="publication_by_year"),
            models.Index(fields=["kind", "id"], name="publication_by_kind"),
        ]

    def __str__(self) -> str:
        """Name the copy."""
        return f"{self.slug} #{self.pk}"


class Commitment(models.Model):
    """The commitment H of a frozen list, public before anybody can know a seed; it names no project and no person."""

    bureau_code = models.CharField(max_length=12)
    bureau_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=CommitmentKind.choices)
    number = models.CharField(max_length=20)
    h = models.CharField(max_length=64, unique=True)
    frozen_at = models.DateTimeField()
    commit_until = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["frozen_at", "id"], name="commitment_by_moment")]

    def __str__(self) -> str:
        """Name the commitment."""
        return f"{self.number} #{self.pk}"
