"""Plans, tasks, draws and the life of an assignment."""

from django.db import models
from django.db.models import Q

from assignments.enums import (
    AssignmentStatus,
    DeclineReason,
    DrawProfile,
    DrawStatus,
    Executor,
    FirmTrack,
    FrameworkWay,
    Origin,
    PaperClass,
    PartyRole,
    PlanStatus,
    ReportTrack,
    ReReviewKind,
    ReReviewStatus,
    Route,
    TaskKind,
    TaskStatus,
)
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau, Section
from foundation.core import clock
from foundation.files.models import StoredFile
from foundation.rulesets.models import RuleSet
from parties.models import BudgetUnit, Person
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


class Draw(models.Model):
    """抽取: a verifiable random selection of a firm for a task or of experts for a re-review."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    task = models.ForeignKey(EvaluationTask, models.PROTECT, null=True, blank=True, related_name="draws")
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, null=True, blank=True, related_name="draws")
    attempt = models.PositiveSmallIntegerField(default=1)
    algorithm = models.CharField(max_length=12, default="gongping-1")
    profile = models.CharField(max_length=1, choices=DrawProfile.choices, default=DrawProfile.INSIDE)
    status = models.CharField(max_length=12, choices=DrawStatus.choices, default=DrawStatus.CONFIGURED)
    seats = models.JSONField(default=list)  # [{"stratum": 1, "name": "…", "count": 2, "nodes": [pk, …]}]
    group_max = models.PositiveSmallIntegerField(default=1)
    opened_tiers = models.JSONField(default=list)
    outside_source = models.JSONField(null=True, blank=True)
    previews = models.PositiveIntegerField(default=0)
    secret_sealed = models.CharField(max_length=200, blank=True)
    freeze_text = models.TextField(blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    seed = models.TextField(blank=True)
    order = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    record = models.JSONField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    void_ground = models.CharField(max_length=40, blank=True)
    void_role = models.CharField(max_length=10, blank=True)
    outside_receipt = models.CharField(max_length=200, blank=True)
    ratio_confirmed = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="draw_number_once"),
            models.CheckConstraint(
                condition=Q(task__isnull=False, re_review__isnull=True) | Q(task__isnull=True, re_review__isnull=False),
                name="draw_for_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["FROZEN", "COMMITTED", "DRAWN"]) | ~Q(commitment=""),
                name="frozen_draw_has_commitment",
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(status__in=["CONFIGURED", "FROZEN", "COMMITTED", "DRAWN"]),
                name="one_live_draw_per_task",
            ),
            models.UniqueConstraint(
                fields=["re_review"],
                condition=Q(status__in=["CONFIGURED", "FROZEN", "COMMITTED", "DRAWN"]),
                name="one_live_draw_per_re_review",
            ),
        ]

    def __str__(self) -> str:
        """Name the draw."""
        return f"{self.number} #{self.pk}"


class DrawEntry(models.Model):
    """Somebody on the frozen list; ``number`` is a label of that draw alone."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    leaf = models.CharField(max_length=64)
    group = models.PositiveIntegerField(default=0)
    strata = models.JSONField(default=list)
    tier = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_entry_number_once")]

    def __str__(self) -> str:
        """Name the entry."""
        return f"{self.draw} {self.number} #{self.pk}"


class DrawExclusion(models.Model):
    """Somebody who was not on the frozen list: rule, source, own fact, first free day."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="exclusions")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=40)
    source = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)
    free_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        """Name the exclusion."""
        return f"{self.draw} {self.code} #{self.pk}"


class DrawParty(models.Model):
    """A party of the seed. The nonce is empty until every commitment is sealed."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="parties")
    role = models.CharField(max_length=10, choices=PartyRole.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    nonce = models.CharField(max_length=64, blank=True)
    revealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "role"], name="one_party_per_role"),
            models.UniqueConstraint(fields=["draw", "user"], name="party_plays_one_role"),
            models.CheckConstraint(condition=Q(nonce="") | ~Q(commitment=""), name="reveal_after_commitment"),
        ]

    def __str__(self) -> str:
        """Name the party."""
        return f"{self.draw} {self.role} #{self.pk}"


class Assignment(models.Model):
    """任务分派: one firm on one task, or one expert on one re-review."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    task = models.ForeignKey(EvaluationTask, models.PROTECT, null=True, blank=True, related_name="assignments")
    re_review = models.ForeignKey(ReReviewTask, models.PROTECT, null=True, blank=True, related_name="assignments")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="assignments")
    origin = models.CharField(max_length=12, choices=Origin.choices)
    reason = models.CharField(max_length=300, blank=True)
    stratum = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField(null=True, blank=True)
    is_leader = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=AssignmentStatus.choices, default=AssignmentStatus.DRAWN)
    assigned_on = models.DateField()
    notified_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=10, choices=DeclineReason.choices, blank=True)
    decline_words = models.CharField(max_length=300, blank=True)
    decline_counts = models.BooleanField(default=False)
    void_words = models.CharField(max_length=300, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(task__isnull=False, firm__isnull=False, re_review__isnull=True, expert__isnull=True)
                | Q(task__isnull=True, firm__isnull=True, re_review__isnull=False, expert__isnull=False),
                name="assignment_of_one_to_one",
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(task__isnull=False) & ~Q(status__in=["DECLINED", "NO_ANSWER", "VOID"]),
                name="one_firm_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["re_review", "expert"],
                condition=Q(re_review__isnull=False) & ~Q(status__in=["DECLINED", "NO_ANSWER", "VOID"]),
                name="one_seat_per_expert",
            ),
        ]
        indexes = [
            models.Index(fields=["expert", "assigned_on"], name="assignment_by_expert"),
            models.Index(fields=["firm", "assigned_on"], name="assignment_by_firm"),
        ]

    def __str__(self) -> str:
        """Name the assignment."""
        return f"{self.origin} {self.status} #{self.pk}"


class CallAttempt(models.Model):
    """One telephone call: when, with what outcome, entered by whom (代录)."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="calls")
    called_at = models.DateTimeField()
    outcome = models.CharField(max_length=12)  # ACCEPTED, DECLINED, NO_ANSWER, CALL_BACK
    words = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the call."""
        return f"{self.assignment} {self.called_at:%F %T} #{self.pk}"


class Declaration(models.Model):
    """What somebody declared about interests in one task."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="declaration")
    has_conflict = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    declared_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the declaration."""
        return f"{self.assignment} #{self.pk}"
