"""What the end of a year finds: open things, what carries over, what ends by itself."""

from dataclasses import dataclass, field

from appraisals.models import FirmAppraisal
from appraisals.selectors import assessed_firms
from assignments.enums import Executor, ReReviewStatus, TaskStatus
from assignments.models import EvaluationPlan, EvaluationTask, ReReviewTask
from desk.models import YearEnd
from evaluators.enums import FirmStatus
from evaluators.models import Firm, FirmUndertaking
from experts.enums import ExpertSource, ExpertStatus
from experts.models import Expert, ExpertUndertaking
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from foundation.bureaus.models import Bureau
from foundation.papers.models import Paper
from results.enums import RectificationStatus
from results.models import Proposal, Rectification
from reviews.enums import AppealStatus, RatingStatus
from reviews.models import Appeal, QualityRating

SHOWN = 100


@dataclass(frozen=True, slots=True)
class OpenThing:
    """Something that the year leaves open; it keeps its number."""

    noun: str
    key: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class YearReview:
    """What closing ``year`` would do: nothing is written by looking."""

    year: int
    open_things: list[OpenThing] = field(default_factory=list)
    open_tasks: int = 0
    carried_tasks: list[EvaluationTask] = field(default_factory=list)
    pending_approvals: int = 0
    firm_undertakings: int = 0
    expert_undertakings: int = 0
    proposals: list[Proposal] = field(default_factory=list)
    next_plan_exists: bool = False


@dataclass(frozen=True, slots=True)
class YearEndStep:
    """One step from a year into the next: ``done`` of ``of``; nothing to do counts as done."""

    code: str
    done: int
    of: int = 1

    @property
    def is_done(self) -> bool:
        """Say whether nothing is left of it."""
        return self.done >= self.of


def year_end_steps(bureau: Bureau, year: int) -> list[YearEndStep]:
    """Return the steps from ``year`` into the next in the order in which they are taken; nothing bars another order."""
    tasks = EvaluationTask.objects.filter(bureau=bureau, work_year=year)
    experts = Expert.objects.filter(bureau=bureau, status=ExpertStatus.ACTIVE).exclude(source=ExpertSource.GUEST)
    firms = Firm.objects.filter(bureau=bureau, status=FirmStatus.ACTIVE)
    confirmed = FirmAppraisal.objects.filter(bureau=bureau, year=year, confirmed_on__isnull=False)
    firms_ready = FirmUndertaking.objects.filter(firm__in=firms, year=year + 1)
    experts_ready = ExpertUndertaking.objects.filter(expert__in=experts, year=year + 1)
    plans = EvaluationPlan.objects.filter(bureau=bureau, work_year=year + 1)
    over = tasks.filter(status__in=[TaskStatus.ARCHIVED, TaskStatus.STOPPED])
    return [
        YearEndStep("TASKS", over.count(), tasks.count()),
        YearEndStep("ASSESSMENTS", confirmed.count(), assessed_firms(bureau, year).count()),
        YearEndStep("NEXT_PLAN", plans.count()),
        YearEndStep("CLOSING", int(closing_of(bureau, year) is not None)),
        YearEndStep("FIRM_UNDERTAKINGS", firms_ready.count(), firms.count()),
        YearEndStep("EXPERT_UNDERTAKINGS", experts_ready.count(), experts.count()),
    ]


def closing_of(bureau: Bureau, year: int) -> YearEnd | None:
    """Return the closing of a year that holds, None while the year is open."""
    return YearEnd.objects.filter(bureau=bureau, year=year, undone_on__isnull=True).first()


def year_review(bureau: Bureau, year: int) -> YearReview:
    """Return what is open at the end of ``year`` and what would carry over."""
    open_tasks = EvaluationTask.objects.filter(bureau=bureau, work_year=year).exclude(
        status__in=[TaskStatus.ARCHIVED, TaskStatus.STOPPED]
    )
    final = QualityRating.objects.filter(status=RatingStatus.FINAL).values("task_id")
    carried = open_tasks.filter(executor=Executor.FIRM, assessment_year=year).exclude(pk__in=final)
    things = [
        OpenThing("task", task.number, task.title, str(task.get_status_display()))
        for task in open_tasks.order_by("pk")[:SHOWN]
    ]
    reviews = ReReviewTask.objects.filter(bureau=bureau, evaluation__work_year=year).exclude(
        status__in=[ReReviewStatus.DONE, ReReviewStatus.STOPPED]
    )
    things += [
        OpenThing("re-review", row.number, row.evaluation.title, str(row.get_status_display()))
        for row in reviews.select_related("evaluation").order_by("pk")[:SHOWN]
    ]
    appeals = Appeal.objects.filter(rating__task__bureau=bureau, status=AppealStatus.OPEN)
    things += [
        OpenThing("rating", row.rating.task.number, row.rating.task.title, str(row.get_status_display()))
        for row in appeals.select_related("rating__task").order_by("pk")[:SHOWN]
    ]
    rectifications = Rectification.objects.filter(task__bureau=bureau, task__work_year=year).exclude(
        status=RectificationStatus.CLOSED
    )
    things += [
        OpenThing("rectification", row.task.number, row.task.title, str(row.get_status_display()))
        for row in rectifications.select_related("task").order_by("pk")[:SHOWN]
    ]
    return YearReview(
        year=year,
        open_things=things,
        open_tasks=open_tasks.count(),
        carried_tasks=list(carried.order_by("pk")),
        pending_approvals=Approval.objects.filter(bureau=bureau, status=ApprovalStatus.PENDING).count(),
        firm_undertakings=FirmUndertaking.objects.filter(firm__bureau=bureau, year=year).count(),
        expert_undertakings=ExpertUndertaking.objects.filter(expert__bureau=bureau, year=year).count(),
        proposals=list(
            Proposal.objects.filter(task__bureau=bureau, task__work_year=year, adoption__isnull=True)
            .select_related("task")
            .order_by("pk")[:SHOWN]
        ),
        next_plan_exists=EvaluationPlan.objects.filter(bureau=bureau, work_year=year + 1).exists(),
    )


def first_act_of(bureau: Bureau, year: int) -> str:
    """Return a word for the first act of ``year``; empty while it has none."""
    if EvaluationTask.objects.filter(bureau=bureau, work_year=year).exists():
        return "TASK"
    if EvaluationPlan.objects.filter(bureau=bureau, work_year=year).exclude(status="COLLECTING").exists():
        return "PLAN"
    if Paper.objects.filter(bureau=bureau, year=year).exists():
        return "PAPER"
    if FirmUndertaking.objects.filter(firm__bureau=bureau, year=year).exists():
        return "UNDERTAKING"
    return ""
