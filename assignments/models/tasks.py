"""Plans, tasks and re-reviews."""

from django.db import models
from django.db.models import Q

from assignments.enums import (
    Executor,
    FirmTrack,
    FrameworkWay,
    PaperClass,
    PlanStatus,
    ReportTrack,
    ReReviewKind,
    ReReviewStatus,
    Route,
    TaskKind,
    TaskStatus,
)
from evaluators.models import Firm
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau, Section
from foundation.core import clock
from foundation.files.models import StoredFile
from foundation.rulesets.models import RuleSet
from foundation.taxonomy.models import Node
from parties.models import BudgetUnit
from projects.models import Project


class EvaluationPlan(models.Model):
    """年度评价计划 of a work year. ``classified_count`` is all that is known of 涉密 projects."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    work_year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=PlanStatus.choices, default=PlanStatus.COLLECTING)
    letter_number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    classified_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "work_year"], name="one_plan_a_year"),
            models.CheckConstraint(
                condition=~Q(status="ISSUED") | Q(issued_on__isnull=False), name="issued_plan_has_day"
            ),
        ]

    def __str__(self) -> str:
        """Name the plan."""
        return f"{self.work_year} #{self.pk}"


class PlanMove(models.Model):
    """One step of a plan: when it came into a state and by whom."""

    plan = models.ForeignKey(EvaluationPlan, models.PROTECT, related_name="moves")
    action = models.CharField(max_length=12)
    status = models.CharField(max_length=12, choices=PlanStatus.choices)
    moved_on = models.DateField()
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        """Name the move."""
        return f"{self.plan} {self.status} #{self.pk}"


class EvaluationTask(models.Model):
    """评价任务. Three years stand on it; without ``commissioner`` the bureau itself commissions."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    plan = models.ForeignKey(EvaluationPlan, models.PROTECT, related_name="tasks")
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=16, choices=TaskKind.choices)
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(BudgetUnit, models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    executor = models.CharField(max_length=8, choices=Executor.choices)
    budget_year = models.PositiveSmallIntegerField()
    work_year = models.PositiveSmallIntegerField()
    assessment_year = models.PositiveSmallIntegerField()
    amount_cents = models.BigIntegerField()
    fee_limit_cents = models.BigIntegerField(null=True, blank=True)
    route = models.CharField(max_length=16, choices=Route.choices, blank=True)
    route_reason = models.CharField(max_length=300, blank=True)
    framework_way = models.CharField(max_length=12, choices=FrameworkWay.choices, blank=True)
    procurement_item = models.CharField(max_length=60, blank=True)  # 品目; empty: evaluation services
    is_assistance = models.BooleanField(default=False)
    place = models.CharField(max_length=120, blank=True)
    half_days = models.PositiveSmallIntegerField(null=True, blank=True)
    commissioner = models.ForeignKey(BudgetUnit, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=20, choices=TaskStatus.choices, default=TaskStatus.PLANNED)
    report_track = models.CharField(max_length=12, choices=ReportTrack.choices, default=ReportTrack.NONE)
    firm_track = models.CharField(max_length=14, choices=FirmTrack.choices, default=FirmTrack.NONE)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, null=True, blank=True, related_name="+")
    commissioned_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    clerk = models.ForeignKey(User, models.PROTECT, related_name="+")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="task_number_once"),
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="task_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["bureau", "work_year", "kind", "id"], name="task_by_year"),
            models.Index(fields=["bureau", "status", "id"], name="task_by_status"),
        ]

    def __str__(self) -> str:
        """Name the task."""
        return f"{self.number} #{self.pk}"


class TaskMove(models.Model):
    """One step of a task's year-line: when it came into a state and by whom."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="moves")
    action = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    track = models.CharField(max_length=8, blank=True)  # "", "report", "firm"
    moved_on = models.DateField()
    moved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        """Name the move."""
        return f"{self.task} {self.status} #{self.pk}"


class ArchiveTerm(models.Model):
    """From when on a class of an archived task's papers need not be kept, by the rules of the task (R-25)."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=PaperClass.choices)
    closed_on = models.DateField()
    free_from = models.DateField()
    disposed_on = models.DateField(null=True, blank=True)
    disposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    disposal_document = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "kind"], name="archive_term_once"),
            models.CheckConstraint(
                condition=Q(disposed_on__isnull=True) | Q(disposed_on__gte=models.F("free_from")),
                name="papers_kept_for_their_term",
            ),
            models.CheckConstraint(
                condition=Q(disposed_on__isnull=True) | ~Q(disposal_document="") & Q(disposed_by__isnull=False),
                name="disposed_papers_have_document",
            ),
        ]

    def __str__(self) -> str:
        """Name the term."""
        return f"{self.task} {self.kind} #{self.pk}"


class Award(models.Model):
    """A procurement award above the limit: recorded, never drawn."""

    task = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="awards")
    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    notice_number = models.CharField(max_length=60)
    amount_cents = models.BigIntegerField()
    awarded_on = models.DateField()
    notice = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        """Name the award."""
        return f"{self.notice_number} #{self.pk}"


class ReReviewTask(models.Model):
    """复评 / 专家评审: a panel looks again at an evaluation."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    evaluation = models.ForeignKey(EvaluationTask, models.PROTECT, related_name="re_reviews")
    kind = models.CharField(max_length=10, choices=ReReviewKind.choices)
    panel_size = models.PositiveSmallIntegerField()  # seats of experts, who score
    node = models.ForeignKey(Node, models.PROTECT, null=True, blank=True, related_name="+")  # what they should know
    office_members = models.JSONField(default=list)  # names of a mixed panel: they sit but do not score
    first_size = models.PositiveSmallIntegerField(null=True, blank=True)
    meets_on = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True)
    half_days = models.PositiveSmallIntegerField(default=1)
    by_correspondence = models.BooleanField(default=False)
    due_on = models.DateField()
    status = models.CharField(max_length=12, choices=ReReviewStatus.choices, default=ReReviewStatus.OPEN)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="re_review_number_once"),
            models.CheckConstraint(condition=Q(panel_size__gte=1), name="panel_has_seats"),
        ]

    def __str__(self) -> str:
        """Name the re-review."""
        return f"{self.number} #{self.pk}"


class WorkHandOver(models.Model):
    """工作交接: the open tasks of one clerk given to another, as they stood, and what stayed and why."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    giver = models.ForeignKey(User, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(User, models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True)
    tasks = models.JSONField(default=list)  # [{"number": "…", "title": "…", "status": "…"}, …]
    stays = models.JSONField(default=list)  # [{"number": "…", "role": "…"}, …]: draws and batches under way
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=models.F("receiver")), name="work_goes_to_another"),
        ]

    def __str__(self) -> str:
        """Name the hand-over."""
        return f"{self.made_on} #{self.pk}"
