"""From commission to archive."""

from django.db import models
from django.db.models import Q

from assignments.models import Assignment, EvaluationTask
from delivery.enums import (
    ClockStatus,
    CommissionStatus,
    InstalmentStatus,
    LeadEventKind,
    LeadEventStatus,
    SignatureWay,
    VersionKind,
    VersionStatus,
)
from evaluators.models import Firm, LeadEvaluator
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.files.models import StoredFile
from foundation.papers.models import Paper
from parties.models import BudgetUnit
from rubrics.models import RubricVersion


class Commission(models.Model):
    """委托 of one firm: letter, contract, rubric attached, exactly one lead evaluator."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    firm_name = models.CharField(max_length=120)
    lead_evaluator = models.ForeignKey(LeadEvaluator, models.PROTECT, null=True, blank=True, related_name="+")
    rubric_version = models.ForeignKey(RubricVersion, models.PROTECT, related_name="+")
    letter = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(
        max_length=12, choices=CommissionStatus.choices, default=CommissionStatus.IN_APPROVAL, db_index=True
    )
    contract_number = models.CharField(max_length=60, blank=True)
    payment_days = models.PositiveSmallIntegerField(null=True, blank=True)  # as the contract says; else rule R-32
    fee_cents = models.BigIntegerField()
    due_on = models.DateField()
    sent_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(ended_on__isnull=True), name="one_running_commission"),
            models.CheckConstraint(condition=Q(fee_cents__gte=0), name="fee_not_negative"),
            models.CheckConstraint(
                condition=Q(payment_days__isnull=True) | Q(payment_days__gte=1), name="days_to_pay_are_some"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["SENT", "ACCEPTED"]) | Q(sent_on__isnull=False), name="sent_commission_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(status="ACCEPTED") | Q(accepted_on__isnull=False), name="accepted_commission_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(status="ENDED") | Q(ended_on__isnull=False), name="ended_commission_has_day"
            ),
        ]

    def __str__(self) -> str:
        """Name the commission."""
        return f"{self.task} #{self.pk}"


class LeadEvent(models.Model):
    """What happened about the lead evaluator after the award: another one took over, or the named one never came."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="lead_events")
    kind = models.CharField(max_length=8, choices=LeadEventKind.choices)
    status = models.CharField(max_length=12, choices=LeadEventStatus.choices)
    before = models.ForeignKey(LeadEvaluator, models.PROTECT, related_name="+")
    after = models.ForeignKey(LeadEvaluator, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300)
    happened_on = models.DateField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    decided_on = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)  # why the firm's ask was not passed on

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commission"],
                condition=Q(status__in=["ASKED", "IN_APPROVAL"]),
                name="one_lead_change_under_approval",
            ),
            models.CheckConstraint(
                condition=Q(kind="CHANGE", after__isnull=False)
                | Q(kind="ABSENCE", after__isnull=True, status="RECORDED"),
                name="lead_change_names_who_follows",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["AGREED", "GIVEN_BACK", "DECLINED"]) | Q(decided_on__isnull=False),
                name="decided_lead_change_has_day",
            ),
        ]

    def __str__(self) -> str:
        """Name what happened."""
        return f"{self.commission} {self.kind} #{self.pk}"


class TeamMember(models.Model):
    """One of the people whom a firm declared for a task, beside the lead evaluator; dated, never overwritten."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="team")
    name = models.CharField(max_length=60)
    duty = models.CharField(max_length=60, blank=True)
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)  # no longer of the team from this day on
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "name"], condition=Q(left_on__isnull=True), name="team_member_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")),
                name="team_member_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        """Name the member without the name."""
        return f"{self.commission} #{self.pk}"


class SiteVisit(models.Model):
    """A day on site by its sign-in sheet: who signed for the firm. A wrong entry is void and stays."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    place = models.CharField(max_length=120, blank=True)
    names = models.JSONField(default=list)  # as they stand on the sheet
    sheet = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    voided_on = models.DateField(null=True, blank=True)
    void_words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_on__isnull=True) | ~Q(void_words=""), name="void_site_visit_has_words"
            )
        ]

    def __str__(self) -> str:
        """Name the visit."""
        return f"{self.commission} {self.visited_on} #{self.pk}"


class ClockStop(models.Model):
    """Working days that do not count, asked with proof, granted or denied."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField()
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=ClockStatus.choices, default=ClockStatus.ASKED)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=models.F("started_on")), name="clock_stop_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        """Name the stop."""
        return f"{self.task} {self.started_on} #{self.pk}"


class ReportVersion(models.Model):
    """One delivered version; the bytes never change."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    commission = models.ForeignKey(Commission, models.PROTECT, null=True, blank=True, related_name="versions")
    kind = models.CharField(max_length=10, choices=VersionKind.choices)
    number = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=12, choices=VersionStatus.choices, default=VersionStatus.RECEIVED)
    checks = models.JSONField(default=list)  # [{"code", "page", "excerpt", "right"}]
    project_score_text = models.CharField(max_length=20, blank=True)
    internally_reviewed_by = models.CharField(max_length=60, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    words = models.CharField(max_length=500, blank=True)
    return_words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=~Q(status="RETURNED") | ~Q(return_words=""), name="returned_version_has_words"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="version_by_hash")]

    def __str__(self) -> str:
        """Name the version."""
        return f"{self.task} v{self.number} #{self.pk}"


class SignOff(models.Model):
    """The lead evaluator's signature, bound to the file's SHA-256. A later file makes it void."""

    version = models.OneToOneField(ReportVersion, models.PROTECT, related_name="sign_off")
    lead_evaluator = models.ForeignKey(LeadEvaluator, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    way = models.CharField(max_length=12, choices=SignatureWay.choices)
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField()
    is_void = models.BooleanField(default=False)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the signature."""
        return f"{self.version} #{self.pk}"


class UnitComment(models.Model):
    """征求意见: a unit's comment on a version and whether the firm took it."""

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="comments")
    words = models.TextField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=clock.now)
    is_adopted = models.BooleanField(null=True, blank=True)
    reply = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_adopted__isnull=True) | Q(answered_by__isnull=False), name="answered_comment_has_author"
            )
        ]

    def __str__(self) -> str:
        """Name the comment."""
        return f"{self.version} #{self.pk}"


class Acceptance(models.Model):
    """履约验收 of a task's final report."""

    task = models.OneToOneField(EvaluationTask, models.PROTECT, related_name="+")
    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="+")
    accepted_on = models.DateField()
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    late_days = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        """Name the acceptance."""
        return f"{self.task} #{self.pk}"


class Instalment(models.Model):
    """One payment to a firm: 验收书 → 发票 → 付款审批单 → 支付申请号 → paid."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="instalments")
    position = models.PositiveSmallIntegerField()
    amount_cents = models.BigIntegerField()
    is_tail = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=InstalmentStatus.choices, default=InstalmentStatus.PLANNED)
    invoice_number = models.CharField(max_length=60, blank=True)
    request_number = models.CharField(max_length=60, blank=True)
    due_on = models.DateField(null=True, blank=True, db_index=True)  # last day to pay, from its acceptance on
    paid_on = models.DateField(null=True, blank=True)
    held_from = models.CharField(max_length=10, choices=InstalmentStatus.choices, blank=True)
    hold_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commission", "position"], name="instalment_once"),
            models.CheckConstraint(
                condition=~Q(status="PAID") | Q(paid_on__isnull=False), name="paid_instalment_has_day"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="instalment_is_something"),
            models.CheckConstraint(
                condition=~Q(status="HELD") | ~Q(held_from=""), name="held_instalment_knows_where_from"
            ),
        ]

    def __str__(self) -> str:
        """Name the instalment."""
        return f"{self.commission} {self.position} #{self.pk}"


class EarlierReport(models.Model):
    """A report of a year before this system, kept so that later ones can be compared with it."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    unit = models.ForeignKey(BudgetUnit, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=160)
    budget_year = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "file"], name="earlier_report_once")]

    def __str__(self) -> str:
        """Name the report."""
        return f"{self.title} {self.budget_year} #{self.pk}"


class ExtractedText(models.Model):
    """The words of a stored report, page by page; read once, since the bytes never change."""

    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    pages = models.JSONField(default=list)

    def __str__(self) -> str:
        """Name the text."""
        return f"{self.file} #{self.pk}"
