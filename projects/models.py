"""A project and its chain: target, monitoring, self-evaluation. Classified projects never enter."""

from django.db import models
from django.db.models import Q

from foundation.bureaus.models import Bureau
from parties.models import BudgetUnit
from projects.enums import BudgetKind, ProjectKind, SpecialForm


class Project(models.Model):
    """A project with its 项目编码; the amount stands once, its parts by budget beside it."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=160)
    unit = models.ForeignKey(BudgetUnit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ProjectKind.choices)
    special_form = models.CharField(max_length=14, choices=SpecialForm.choices, blank=True)
    amount_cents = models.BigIntegerField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code"], name="project_code_once"),
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="project_amount_not_negative"),
        ]
        indexes = [models.Index(fields=["bureau", "name"], name="project_by_name")]

    def __str__(self) -> str:
        """Name the project."""
        return f"{self.name} #{self.pk}"


class ProjectBudget(models.Model):
    """The part of a project's amount that one of the four budgets carries."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="budgets")
    kind = models.CharField(max_length=10, choices=BudgetKind.choices)
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind"], name="project_budget_once")]

    def __str__(self) -> str:
        """Name the part."""
        return f"{self.kind} #{self.pk}"


class SelfEvaluation(models.Model):
    """自评 of a project by its unit; the score is in hundredths of a point."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="self_evaluations")
    work_year = models.PositiveSmallIntegerField()
    budget_year = models.PositiveSmallIntegerField()
    amount_cents = models.BigIntegerField()
    score_hundredths = models.PositiveIntegerField()
    parts = models.JSONField(default=dict)  # {"execution": 950, …} in hundredths; empty where the form gave none
    submitted_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "budget_year"], name="self_evaluation_once"),
            models.CheckConstraint(condition=Q(score_hundredths__lte=10_000), name="self_score_at_most_100"),
        ]
        indexes = [models.Index(fields=["work_year"], name="self_evaluation_by_year")]

    def __str__(self) -> str:
        """Name the self-evaluation."""
        return f"{self.project} {self.budget_year} #{self.pk}"


class Target(models.Model):
    """绩效目标 of a project for a budget year, and when it was published."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="targets")
    work_year = models.PositiveSmallIntegerField()
    budget_year = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    published_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "budget_year"], name="target_once")]
        indexes = [models.Index(fields=["work_year"], name="target_by_year")]

    def __str__(self) -> str:
        """Name the target."""
        return f"{self.project} {self.budget_year} #{self.pk}"


class Monitoring(models.Model):
    """运行监控 of a project in a year."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="monitorings")
    work_year = models.PositiveSmallIntegerField()
    budget_year = models.PositiveSmallIntegerField()
    cut_off_on = models.DateField()
    spent_cents = models.BigIntegerField()
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "budget_year", "cut_off_on"], name="monitoring_once")]

    def __str__(self) -> str:
        """Name the monitoring."""
        return f"{self.project} {self.cut_off_on} #{self.pk}"


class WholeDepartmentPilot(models.Model):
    """部门整体支出 pilot: a unit that evaluates its whole spending in a year."""

    unit = models.ForeignKey(BudgetUnit, models.PROTECT, related_name="+")
    work_year = models.PositiveSmallIntegerField()
    budget_year = models.PositiveSmallIntegerField()
    forms_due_on = models.DateField()
    forms_received_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "work_year"], name="pilot_once_per_year")]

    def __str__(self) -> str:
        """Name the pilot."""
        return f"{self.unit} {self.work_year} #{self.pk}"
