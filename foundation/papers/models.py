"""Numbers per kind and year, and the register of papers (收发文登记)."""

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.files.models import StoredFile
from foundation.papers.enums import DeliveryWay, PaperStatus


class NumberSeries(models.Model):
    """The last number given for a kind in a year; the row is locked while a number is taken."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "kind", "year"], name="one_series_per_kind_and_year")]

    def __str__(self) -> str:
        """Name the series."""
        return f"{self.kind}〔{self.year}〕 #{self.pk}"


class Paper(models.Model):
    """A paper sent or received: 主送, 签发人, 成文日期, 用印."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(null=True, blank=True)
    letter_number = models.CharField(max_length=60, blank=True)  # 文号, typed from the office's own system
    title = models.CharField(max_length=200)
    addressee = models.CharField(max_length=120)
    copies_to = models.CharField(max_length=300, blank=True)
    signer = models.CharField(max_length=60, blank=True)
    written_on = models.DateField()
    sealed_on = models.DateField(null=True, blank=True)
    is_received = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=PaperStatus.choices, default=PaperStatus.DRAFT)
    void_reason = models.CharField(max_length=300, blank=True)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "kind", "year", "number"], name="paper_number_once"),
            models.UniqueConstraint(
                fields=["bureau", "letter_number"], condition=~Q(letter_number=""), name="letter_number_once"
            ),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="paper_by_subject")]

    def __str__(self) -> str:
        """Name the paper."""
        return f"{self.kind}〔{self.year}〕{self.number} #{self.pk}"


class PaperDelivery(models.Model):
    """送达: how, when, by whom."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="deliveries")
    way = models.CharField(max_length=12, choices=DeliveryWay.choices)
    delivered_on = models.DateField()
    delivered_to = models.CharField(max_length=120)
    delivered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        """Name the delivery."""
        return f"{self.paper} {self.delivered_on} #{self.pk}"
