"""Opinions, ratings, appeals."""

from django.db import models
from django.db.models import Q

from assignments.models import Assignment, EvaluationTask, ReReviewTask
from delivery.models import Commission, ReportVersion
from foundation.accounts.models import User
from foundation.files.models import StoredFile
from reviews.enums import AppealStatus, FormalDefect, OpinionStatus, ProjectGrade, RatingStatus, ReportGrade, Severity
from rubrics.models import RubricItem, RubricVersion


class Opinion(models.Model):
    """专家个人意见 of one expert on the version that the panel read."""

    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, related_name="+")
    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="+")
    version = models.ForeignKey(ReportVersion, models.PROTECT, null=True, blank=True, related_name="+")
    rubric_version = models.ForeignKey(RubricVersion, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=OpinionStatus.choices, default=OpinionStatus.DRAFT)
    conclusion = models.TextField(blank=True)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_sha256 = models.CharField(max_length=64, blank=True)
    first_text = models.TextField(blank=True)
    return_defect = models.CharField(max_length=20, choices=FormalDefect.choices, blank=True)
    return_count = models.PositiveSmallIntegerField(default=0)
    signed_scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="SUBMITTED") | Q(submitted_at__isnull=False), name="submitted_opinion_has_time"
            ),
            models.CheckConstraint(condition=Q(return_count__lte=1), name="opinion_returned_once"),
        ]

    def __str__(self) -> str:
        """Name the opinion."""
        return f"{self.re_review} #{self.pk}"


class CriterionScore(models.Model):
    """One expert's score for one item, in hundredths of a point; null with ``cannot_judge``."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="scores")
    item = models.ForeignKey(RubricItem, models.PROTECT, related_name="+")
    score_hundredths = models.PositiveIntegerField(null=True, blank=True)
    cannot_judge = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    page = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opinion", "item"], name="one_score_per_item"),
            models.CheckConstraint(
                condition=Q(cannot_judge=False) | Q(score_hundredths__isnull=True), name="cannot_judge_has_no_score"
            ),
        ]

    def __str__(self) -> str:
        """Name the score."""
        return f"{self.opinion} {self.item} #{self.pk}"


class Finding(models.Model):
    """问题: page-cited, with severity and rubric item."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, related_name="findings")
    item = models.ForeignKey(RubricItem, models.PROTECT, null=True, blank=True, related_name="+")
    page = models.PositiveSmallIntegerField()
    severity = models.CharField(max_length=6, choices=Severity.choices)
    words = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(page__gte=1), name="finding_has_page")]

    def __str__(self) -> str:
        """Name the finding."""
        return f"{self.opinion} p.{self.page} #{self.pk}"


class PanelOpinion(models.Model):
    """专家组意见: drafted by the leader, signed by all, dissent written on it."""

    re_review = models.OneToOneField(ReReviewTask, models.PROTECT, related_name="+")
    words = models.TextField()
    drafted_by = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    asked_cents = models.BigIntegerField(null=True, blank=True)
    supported_cents = models.BigIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Name the panel's opinion."""
        return f"{self.re_review} #{self.pk}"


class PanelSignature(models.Model):
    """One member's signature on the panel's opinion, with dissent where there is one."""

    panel_opinion = models.ForeignKey(PanelOpinion, models.PROTECT, related_name="signatures")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    dissent = models.CharField(max_length=500, blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["panel_opinion", "assignment"], name="one_signature_per_member")]

    def __str__(self) -> str:
        """Name the signature."""
        return f"{self.panel_opinion} #{self.pk}"


class QualityRating(models.Model):
    """报告质量评级 of a firm's report. Three values are kept: raw, adjusted, final, each an exact fraction as text."""

    task = models.OneToOneField(EvaluationTask, models.PROTECT, related_name="+")
    commission = models.ForeignKey(Commission, models.PROTECT, null=True, blank=True, related_name="+")
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, related_name="+")
    rubric_version = models.ForeignKey(RubricVersion, models.PROTECT, related_name="+")
    formula = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=RatingStatus.choices, default=RatingStatus.RAW)
    raw = models.CharField(max_length=60)
    adjusted = models.CharField(max_length=60, blank=True)
    final = models.CharField(max_length=60, blank=True)
    grade = models.CharField(max_length=12, choices=ReportGrade.choices, blank=True)
    veto_code = models.CharField(max_length=20, blank=True)
    late_days = models.PositiveSmallIntegerField(default=0)
    document = models.JSONField(default=dict)  # the rating document that recompute.py reads
    round = models.PositiveSmallIntegerField(default=1)  # how often it was computed from another set of opinions
    told_on = models.DateField(null=True, blank=True)
    appeal_until = models.DateField(null=True, blank=True)
    final_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="FINAL") | (~Q(final="") & Q(final_on__isnull=False)), name="final_rating_has_value"
            )
        ]

    def __str__(self) -> str:
        """Name the rating."""
        return f"{self.task} #{self.pk}"


class EarlierRating(models.Model):
    """A rating as it stood before it was opened again, because an opinion in it became void. Kept for good."""

    rating = models.ForeignKey(QualityRating, models.PROTECT, related_name="earlier")
    round = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=RatingStatus.choices)
    raw = models.CharField(max_length=60)
    adjusted = models.CharField(max_length=60, blank=True)
    final = models.CharField(max_length=60, blank=True)
    grade = models.CharField(max_length=12, choices=ReportGrade.choices, blank=True)
    document = models.JSONField(default=dict)
    told_on = models.DateField(null=True, blank=True)
    final_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    reopened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reopened_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rating", "round"], name="earlier_rating_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="earlier_rating_says_why"),
        ]

    def __str__(self) -> str:
        """Name the earlier rating."""
        return f"{self.rating} {self.round} #{self.pk}"


class SectionScore(models.Model):
    """The section's score for an item that the bureau scores, with page and reason."""

    rating_task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    item = models.ForeignKey(RubricItem, models.PROTECT, related_name="+")
    score_hundredths = models.PositiveIntegerField()
    reason = models.CharField(max_length=500, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rating_task", "item"], name="one_section_score_per_item")]

    def __str__(self) -> str:
        """Name the score."""
        return f"{self.rating_task} {self.item} #{self.pk}"


class RatingMove(models.Model):
    """Why a rating moved from one value to the next."""

    rating = models.ForeignKey(QualityRating, models.PROTECT, related_name="moves")
    action = models.CharField(max_length=10)
    before = models.CharField(max_length=60, blank=True)
    after = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500)
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        """Name the move."""
        return f"{self.rating} {self.action} #{self.pk}"


class Appeal(models.Model):
    """申诉 against one item, decided by people not involved, one round."""

    rating = models.ForeignKey(QualityRating, models.PROTECT, related_name="appeals")
    item = models.ForeignKey(RubricItem, models.PROTECT, related_name="+")
    ground = models.TextField()
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filed_on = models.DateField()
    status = models.CharField(max_length=8, choices=AppealStatus.choices, default=AppealStatus.OPEN)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    decision = models.TextField(blank=True)
    new_facts = models.TextField(blank=True)
    round = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        """Name the appeal."""
        return f"{self.rating} #{self.pk}"


class ProjectResult(models.Model):
    """绩效等级 of the project, kept apart from the rating of the report."""

    task = models.OneToOneField(EvaluationTask, models.PROTECT, related_name="+")
    score = models.CharField(max_length=60)  # exact fraction as text
    grade = models.CharField(max_length=1, choices=ProjectGrade.choices)
    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_on = models.DateField()

    def __str__(self) -> str:
        """Name the result."""
        return f"{self.task} {self.grade} #{self.pk}"


class ExpertFeedback(models.Model):
    """What the bureau says of an expert's service, and what the expert answers. Rule R-24."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500, blank=True)
    due_on = models.DateField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_on = models.DateField()
    answer = models.CharField(max_length=500, blank=True)
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(points__lte=100), name="expert_feedback_at_most_100")]

    def __str__(self) -> str:
        """Name the feedback."""
        return f"{self.assignment} #{self.pk}"


class FeeSheet(models.Model):
    """评审费发放表 of one re-review and month: approved as a payment, then paid."""

    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafted_on = models.DateField()
    voucher = models.CharField(max_length=60, blank=True)
    paid_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["re_review", "month"], name="one_fee_sheet_a_month"),
            models.CheckConstraint(condition=Q(paid_on__isnull=True) | ~Q(voucher=""), name="paid_fees_have_voucher"),
        ]

    def __str__(self) -> str:
        """Name the sheet."""
        return f"{self.re_review} {self.month:%Y-%m} #{self.pk}"


class ExpertFee(models.Model):
    """One expert's fee in 分: net as agreed, gross and tax as one income of an item and month. Rule R-31."""

    sheet = models.ForeignKey(FeeSheet, models.PROTECT, related_name="fees")
    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="+")
    half_days = models.PositiveSmallIntegerField()
    by_letter = models.BooleanField(default=False)
    day_cents = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    gross_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_cents=models.F("net_cents") + models.F("tax_cents")), name="fee_adds_up"
            )
        ]

    def __str__(self) -> str:
        """Name the fee."""
        return f"{self.assignment} #{self.pk}"
