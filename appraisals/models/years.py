"""The firm's year, and grades of other bureaus that count in it."""

from django.db import models
from django.db.models import Q

from appraisals.enums import Standing
from assignments.models import EvaluationTask
from evaluators.models import Firm
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.files.models import StoredFile


class FirmAppraisal(models.Model):
    """年度考核 of a firm: points in hundredths, each opened to its parts in ``parts``."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    standing = models.CharField(max_length=14, choices=Standing.choices)
    points_hundredths = models.IntegerField(null=True, blank=True)
    parts = models.JSONField(default=list)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "year"], name="appraisal_once_a_year")]

    def __str__(self) -> str:
        """Name the appraisal."""
        return f"{self.firm} {self.year} #{self.pk}"


class CommissionFeedback(models.Model):
    """The commissioner's feedback on a firm's work for one task; units answer on integrity and manner, never scored."""

    task = models.OneToOneField(EvaluationTask, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField()
    would_commission_again = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(points__lte=100), name="feedback_at_most_100")]
        indexes = [models.Index(fields=["firm", "year"], name="feedback_by_firm")]

    def __str__(self) -> str:
        """Name the feedback."""
        return f"{self.task} #{self.pk}"


class RecognisedGrade(models.Model):
    """结果互认: another bureau's final grade of a firm's report that counts here, with the document that says so."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=120)
    letter_number = models.CharField(max_length=60)
    report_title = models.CharField(max_length=160)
    points_hundredths = models.PositiveIntegerField()
    final_on = models.DateField()
    document = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    recognised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recognised_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points_hundredths__lte=10_000), name="recognised_points_at_most_100"),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawn_reason=""), name="withdrawn_grade_has_reason"
            ),
            models.UniqueConstraint(
                fields=["firm", "letter_number", "report_title"],
                condition=Q(withdrawn_on__isnull=True),
                name="recognised_grade_once",
            ),
        ]

    def __str__(self) -> str:
        """Name the grade."""
        return f"{self.letter_number} {self.report_title} #{self.pk}"
