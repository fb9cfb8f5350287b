"""What somebody of the bureau has to do on a day: overdue, due, waiting for him."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from admissions.enums import ApplicationStatus, ConfirmationStatus, RenewalStatus
from admissions.models import Confirmation, Renewal
from admissions.selectors import confirmations_visible_to, renewals_visible_to
from admissions.selectors import waiting as waiting_applications
from appraisals.selectors import party_name, unanswered_hand_overs
from assignments.enums import (
    AssignmentStatus,
    BatchStatus,
    DrawStatus,
    Executor,
    FirmTrack,
    ReportTrack,
    ReReviewKind,
    ReReviewStatus,
    TaskStatus,
)
from assignments.models import (
    Assignment,
    AssignmentBatch,
    BatchTask,
    Draw,
    EvaluationPlan,
    EvaluationTask,
    ReReviewTask,
)
from delivery.enums import ClockStatus, CommissionStatus, LeadEventStatus
from delivery.models import ClockStop, Commission, LeadEvent
from delivery.rules import is_closing_soon
from delivery.selectors import unpaid_of
from desk.selectors.year_end import closing_of
from disclosure.selectors import publishable_draws, publishable_ratings
from evaluators.enums import QualificationStatus, StaffChangeStatus
from evaluators.selectors import open_likenesses, qualifications_visible_to, staff_changes_visible_to
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.approvals.selectors import waiting_for
from foundation.rulesets.selectors import rules_for
from parties.selectors import spells_visible_to
from results.enums import RectificationStatus
from results.models import Rectification
from reviews.enums import AppealStatus, OpinionStatus, RatingStatus
from reviews.models import Appeal, Opinion, QualityRating

AHEAD_DAYS: Final = 7
NEXT_PLAN_MONTH: Final = 11
BEFORE_REPORT: Final = (
    TaskStatus.COMMISSIONED, TaskStatus.PLAN_REVIEW, TaskStatus.PLAN_RETURNED, TaskStatus.UNIT_NOTIFIED,
    TaskStatus.FIELDWORK, TaskStatus.DRAFT, TaskStatus.COMMENTS, TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW,
    TaskStatus.REVISION,
)  # fmt: skip
NEXT_ACTION: Final = {
    TaskStatus.SELECTED: "CONFIRM_RECUSAL",
    TaskStatus.RECUSAL_CONFIRMED: "COMMISSION",
    TaskStatus.PLAN_REVIEW: "REVIEW_PLAN",
    TaskStatus.UNIT_NOTIFIED: "START",
    TaskStatus.DRAFT: "ASK_COMMENTS",
    TaskStatus.SUBMITTED: "OPEN_REVIEW",
    TaskStatus.FINAL: "ACCEPT",
}
OPEN_BATCHES: Final = frozenset(BatchStatus) - {BatchStatus.SENT, BatchStatus.VOID}
MOST_TASKS: Final = 300
WARNING: Final = "BOOKS_CLOSE"  # one thing to know, however many payments it is about


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: ``kind`` says what is to do, ``noun`` and ``key`` address its page; ``days`` from the due day.

    ``count`` above 1 stands for several tasks of one kind, found together in the list of tasks of ``year`` by
    ``status``.
    """

    kind: str
    noun: str
    key: str
    title: str
    text: str = ""
    on: date | None = None
    days: int = 0
    count: int = 1
    status: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """A person's day."""

    overdue: list[Line] = field(default_factory=list)
    due: list[Line] = field(default_factory=list)
    soon: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    has_plan: bool = True

    @property
    def waiting_count(self) -> int:
        """How many things wait for this person."""
        return sum(1 if line.kind == WARNING else line.count for line in self.waiting)


def today(user: User, on: date) -> Today:
    """Return what is overdue, due on ``on``, due within a week, and waiting for ``user``.

    Nothing is overdue before its day has ended (rule R-22).
    """
    dated = sorted(_dated(user, on), key=lambda line: (line.on or on, line.title))
    return Today(
        overdue=[line for line in dated if line.days < 0],
        due=[line for line in dated if line.days == 0],
        soon=[line for line in dated if line.days > 0],
        waiting=list(_waiting(user, on)),
        has_plan=EvaluationPlan.objects.filter(bureau_id=user.bureau_id or 0).exists(),
    )


def _dated(user: User, on: date) -> Iterator[Line]:
    if not may(user, Capability.READ_ALL):
        return
    bureau, until = user.bureau_id or 0, on + timedelta(days=AHEAD_DAYS)
    stopped = ClockStop.objects.filter(status=ClockStatus.GRANTED, started_on__lte=on, ended_on__gte=on)
    tasks = EvaluationTask.objects.filter(bureau_id=bureau, status__in=BEFORE_REPORT, due_on__lte=until)
    for task in tasks.exclude(pk__in=stopped.values("task_id")).select_related("unit__organisation"):
        yield _line("REPORT_DUE", "task", task.number, task.title, task.unit.organisation.name, task.due_on, on)
    reviews = ReReviewTask.objects.filter(bureau_id=bureau, due_on__lte=until).exclude(
        status__in=[ReReviewStatus.DONE, ReReviewStatus.STOPPED]
    )
    for review in reviews.select_related("evaluation"):
        yield _line("REVIEW_DUE", "re-review", review.number, review.evaluation.title, "", review.due_on, on)
    asked = Rectification.objects.filter(
        task__bureau_id=bureau,
        due_on__lte=until,
        status__in=[RectificationStatus.ASKED, RectificationStatus.RETURNED],
    )
    for row in asked.select_related("task__unit__organisation"):
        unit = row.task.unit.organisation.name
        yield _line("RECTIFICATION_DUE", "task", row.task.number, row.task.title, unit, row.due_on, on)
    for paid in unpaid_of(bureau).filter(due_on__lte=until):
        of = paid.commission
        yield _line("PAYMENT_DUE", "commission", of.task.number, of.task.title, of.firm_name, paid.due_on, on)


def _line(kind: str, noun: str, key: str, title: str, text: str, due_on: date | None, on: date) -> Line:
    day = due_on or on
    return Line(kind, noun, key, title, text, day, (day - on).days)


def _waiting(user: User, on: date) -> Iterator[Line]:
    for approval in waiting_for(user, on).order_by("pk"):
        yield Line("APPROVAL", "approval", str(approval.pk), approval.title, status=approval.kind)
    for capability, find in _FINDERS:
        if may(user, capability):
            yield from find(user, on)


def _confirmations(user: User, on: date) -> Iterator[Line]:
    rows = _ratings(user)
    for row in rows.filter(status__in=[RatingStatus.RAW, RatingStatus.ADJUSTED]):
        yield Line("CONFIRM_RATING", "rating", row.task.number, row.task.title)
    for row in rows.filter(status=RatingStatus.TOLD, appeal_until__lt=on):
        yield Line("FINALISE_RATING", "rating", row.task.number, row.task.title, on=row.appeal_until)


def _publications(user: User, _on: date) -> Iterator[Line]:
    for rating in publishable_ratings(user).order_by("pk"):
        yield Line("PUBLISH_RATING", "publish-rating", rating.task.number, rating.task.title)
    for draw in publishable_draws(user).order_by("pk"):
        task = draw.task or (draw.re_review.evaluation if draw.re_review else None)
        yield Line("PUBLISH_DRAW", "publish-draw", draw.number, task.title if task else draw.number)


def _applications(user: User, on: date) -> Iterator[Line]:
    """Yield who wants into the register or the pool, and whose public notice has run."""
    for row in waiting_applications(user.bureau_id or 0, on):
        kind = "CHECK_APPLICATION" if row.status == ApplicationStatus.SUBMITTED else "ADMIT"
        yield Line(kind, "application", str(row.pk), row.title, str(row.get_kind_display()), row.status_since)


def _likenesses(user: User, on: date) -> Iterator[Line]:
    """Yield who resembles a removed firm, until somebody sets it aside. Rule R-50."""
    for firm, found in open_likenesses(user.bureau, on) if user.bureau else ():
        names = "、".join(one.removed.organisation.name for one in found)
        yield Line("LIKENESS", "firm", firm.number, firm.organisation.name, names)


def _yearly_steps(user: User, _on: date) -> Iterator[Line]:
    """Yield the declared changes and the further terms that wait for a decision."""
    joins = ("firm__organisation", "expert__person")
    changed = confirmations_visible_to(user).filter(status=ConfirmationStatus.CHANGED).select_related(*joins)
    for row in changed.order_by("confirmed_on", "pk"):
        yield Line("SETTLE_CHANGES", "confirmation", str(row.pk), _entry_name(row), on=row.confirmed_on)
    asked = renewals_visible_to(user).filter(status=RenewalStatus.ASKED).select_related(*joins)
    for one in asked.order_by("asked_on", "pk"):
        yield Line("DECIDE_RENEWAL", "renewal", str(one.pk), _entry_name(one), on=one.asked_on)


def _asked_ends(user: User, _on: date) -> Iterator[Line]:
    """Yield the ends of employment that experts asked for, as one line."""
    rows = spells_visible_to(user).asked()
    if (count := rows.count()) and (first := rows.order_by("asked_on", "pk").first()):
        yield Line("ANSWER_END", "asked-ends", "", first.person.name, on=first.asked_on, count=count)


def _firm_people(user: User, _on: date) -> Iterator[Line]:
    """Yield what firms reported of their people, and the qualifications that they handed in."""
    changes = staff_changes_visible_to(user).filter(status=StaffChangeStatus.REPORTED)
    for row in changes.order_by("reported_on", "pk"):
        yield Line("SETTLE_STAFF", "staff-change", str(row.pk), row.name, row.firm.organisation.name, row.reported_on)
    papers = qualifications_visible_to(user).filter(status=QualificationStatus.HANDED_IN)
    for paper in papers.select_related("firm__organisation").order_by("pk"):
        yield Line("ACCEPT_QUALIFICATION", "qualification", str(paper.pk), paper.name, paper.firm.organisation.name)


def _hand_overs(user: User, on: date) -> Iterator[Line]:
    """Yield the hand-overs that no authority has answered for a long time. Rule R-69."""
    for row in unanswered_hand_overs(user, on):
        yield Line("ASK_AUTHORITY", "hand-over", str(row.pk), party_name(row), row.addressee, row.sent_on)


def _entry_name(row: Confirmation | Renewal) -> str:
    if row.firm is not None:
        return row.firm.organisation.name
    return row.expert.person.name if row.expert is not None else ""


def _appeals(user: User, _on: date) -> Iterator[Line]:
    rows = Appeal.objects.filter(rating__task__bureau_id=user.bureau_id or 0, status=AppealStatus.OPEN)
    for row in rows.select_related("rating__task", "item").order_by("pk"):
        yield Line("APPEAL", "rating", row.rating.task.number, row.rating.task.title, row.item.name, row.filed_on)


def _draws(user: User, _on: date) -> Iterator[Line]:
    rows = Draw.objects.filter(
        bureau_id=user.bureau_id or 0,
        status__in=[DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED],
    )
    for draw in rows.select_related("task", "re_review__evaluation").order_by("pk"):
        task = draw.task or (draw.re_review.evaluation if draw.re_review else None)
        yield Line("CONTINUE_DRAW", "draw", draw.number, task.title if task else draw.number, status=draw.status)
    batches = AssignmentBatch.objects.filter(bureau_id=user.bureau_id or 0, status__in=OPEN_BATCHES)
    for number, title, status, failure in batches.order_by("pk").values_list("number", "title", "status", "failure"):
        yield Line("RUN_BATCH_AGAIN" if failure else "CONTINUE_BATCH", "batch", number, title, status=status)
    reviews = ReReviewTask.objects.filter(bureau_id=user.bureau_id or 0, status=ReReviewStatus.OPEN)
    reviews = reviews.exclude(pk__in=BatchTask.objects.filter(batch__in=batches).values("re_review_id"))
    live = [DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.DRAWN]
    drawing = Draw.objects.filter(status__in=live, re_review__isnull=False)
    for review in reviews.exclude(pk__in=drawing.values("re_review_id")).select_related("evaluation").order_by("pk"):
        yield Line("SEAT_PANEL", "re-review", review.number, review.evaluation.title)


def _work(user: User, on: date) -> Iterator[Line]:
    yield from _letters(user)
    yield from _closing(user, on)
    yield from _opinions(user)
    bureau = user.bureau_id or 0
    for rating in _ratings(user).filter(status=RatingStatus.CONFIRMED):
        yield Line("TELL_FIRM", "rating", rating.task.number, rating.task.title)
    for stop in ClockStop.objects.filter(task__bureau_id=bureau, status=ClockStatus.ASKED).select_related("task"):
        yield Line("CLOCK_STOP", "task", stop.task.number, stop.task.title, on=stop.started_on)
    asked = LeadEvent.objects.filter(commission__task__bureau_id=bureau, status=LeadEventStatus.ASKED)
    for event in asked.select_related("commission__task"):
        task = event.commission.task
        yield Line("LEAD_ASKED", "commission", task.number, task.title, on=event.entered_on)
    reported = Rectification.objects.filter(task__bureau_id=bureau, status=RectificationStatus.REPORTED)
    for row in reported.select_related("task"):
        yield Line("CHECK_RECTIFICATION", "rectification", row.task.number, row.task.title, on=row.reported_on)
    yield from _grouped(_next_steps(user, on))


def _closing(user: User, on: date) -> Iterator[Line]:
    """Yield one line for all that is unpaid while the books of the year close soon. Rule R-32."""
    bureau = user.bureau
    if bureau is None or not is_closing_soon(
        on, warning_from=rules_for(bureau=bureau, on=on).value("closing_warning_from")
    ):
        return
    rows = unpaid_of(bureau.pk)
    if (count := rows.count()) and (first := rows.order_by(F("due_on").asc(nulls_last=True), "pk").first()):
        last_day = date(on.year, 12, 31)
        yield Line(WARNING, "payments", "", first.commission.task.title, on=last_day, count=count)


def _letters(user: User) -> Iterator[Line]:
    rows = Commission.objects.filter(
        task__bureau_id=user.bureau_id or 0,
        status__in=[CommissionStatus.AGREED, CommissionStatus.GIVEN_BACK],
    )
    for row in rows.select_related("task").order_by("pk"):
        kind = "SEND_LETTER" if row.status == CommissionStatus.AGREED else "CORRECT_LETTER"
        yield Line(kind, "commission", row.task.number, row.task.title, row.firm_name)


def _opinions(user: User) -> Iterator[Line]:
    reviews = list(
        ReReviewTask.objects.filter(bureau_id=user.bureau_id or 0, status=ReReviewStatus.REVIEWING)
        .select_related("evaluation")
        .order_by("due_on", "pk")
    )
    done = dict(
        Opinion.objects.filter(re_review__in=reviews, status=OpinionStatus.SUBMITTED)
        .order_by()
        .values_list("re_review_id")
        .annotate(Count("pk"))
    )
    gone = [AssignmentStatus.DECLINED, AssignmentStatus.NO_ANSWER, AssignmentStatus.VOID]
    seats = dict(
        Assignment.objects.filter(re_review__in=reviews)
        .exclude(status__in=gone)
        .order_by()
        .values_list("re_review_id")
        .annotate(Count("pk"))
    )
    for review in reviews:
        missing = seats.get(review.pk, 0) - done.get(review.pk, 0)
        if missing > 0:
            text = f"{done.get(review.pk, 0)}/{seats.get(review.pk, 0)}"
            yield Line("OPINIONS_MISSING", "re-review", review.number, review.evaluation.title, text, review.due_on)


def _ratings(user: User) -> QuerySet[QualityRating]:
    rows = QualityRating.objects.filter(task__bureau_id=user.bureau_id or 0)
    return rows.select_related("task").order_by("pk")


def _next_steps(user: User, _on: date) -> Iterator[Line]:
    """Yield the tasks whose next step is the bureau's; a clerk sees his own, who confirms sees all."""
    rows = EvaluationTask.objects.filter(bureau_id=user.bureau_id or 0).exclude(executor=Executor.UNIT)
    if not may(user, Capability.CONFIRM):
        rows = rows.filter(clerk=user)
    live = [DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED]
    wanted = (
        Q(status__in=[TaskStatus.PLANNED, *NEXT_ACTION])
        | Q(status=TaskStatus.ACCEPTED, report_track=ReportTrack.NONE)
        | Q(status=TaskStatus.ACCEPTED, executor=Executor.FIRM, firm_track=FirmTrack.NONE)
    )
    drawing = Draw.objects.filter(status__in=live, task__isnull=False).values("task_id")
    commissioned = Commission.objects.filter(ended_on__isnull=True).values("task_id")
    rows = rows.filter(wanted).exclude(status=TaskStatus.PLANNED, pk__in=drawing)
    rows = rows.exclude(status=TaskStatus.RECUSAL_CONFIRMED, pk__in=commissioned)
    reviewed = ReReviewTask.objects.filter(kind=ReReviewKind.REPORT).exclude(status=ReReviewStatus.STOPPED)
    rows = rows.exclude(status=TaskStatus.SUBMITTED, pk__in=reviewed.values("evaluation_id"))
    for task in rows.order_by("pk")[:MOST_TASKS]:
        yield Line(_step_of(task), "task", task.number, task.title, status=task.status, year=task.work_year)


def _plans(user: User, on: date) -> Iterator[Line]:
    """Ask for the plan of the year, and from November on for the next year's, where the year before has one."""
    year = on.year + 1 if on.month >= NEXT_PLAN_MONTH else on.year
    years = set(
        EvaluationPlan.objects.filter(bureau_id=user.bureau_id or 0, work_year__in=[year - 1, year]).values_list(
            "work_year", flat=True
        )
    )
    if years == {year - 1}:
        yield Line("OPEN_PLAN", "plan-of", str(year), _("Evaluation plan %(year)s") % {"year": year}, year=year)


def _closings(user: User, on: date) -> Iterator[Line]:
    """Ask for the closing of last year."""
    year, bureau = on.year - 1, user.bureau
    if bureau is None or closing_of(bureau, year):
        return
    for plan in EvaluationPlan.objects.filter(bureau=bureau, work_year=year):
        title = _("Evaluation plan %(year)s") % {"year": plan.work_year}
        yield Line("CLOSE_YEAR", "end-of", str(plan.work_year), title, year=plan.work_year)


def _step_of(task: EvaluationTask) -> str:
    status = TaskStatus(task.status)
    if status == TaskStatus.PLANNED:
        if task.executor == Executor.BUREAU:
            return "START"
        return "CHOOSE_FIRM" if task.route else "CHOOSE_ROUTE"
    if status == TaskStatus.ACCEPTED:
        return "RATE" if task.executor == Executor.FIRM and task.firm_track == FirmTrack.NONE else "CONFIRM_REPORT"
    return NEXT_ACTION[status]


def _grouped(lines: Iterable[Line]) -> Iterator[Line]:
    """Put more than two tasks of one work year with the same next step into one line."""
    found: dict[tuple[str, str, int | None], list[Line]] = {}
    for line in lines:
        found.setdefault((line.kind, line.status, line.year), []).append(line)
    for (kind, status, year), group in found.items():
        if len(group) > 2:  # noqa: PLR2004 - two still read well one by one
            yield Line(kind, "tasks", status, group[0].title, count=len(group), status=status, year=year)
        else:
            yield from group


_FINDERS: Final[tuple[tuple[Capability, Callable[[User, date], Iterator[Line]]], ...]] = (
    (Capability.DECIDE_APPEAL, _appeals),
    (Capability.CONFIRM, _confirmations),
    (Capability.CONFIRM, _closings),
    (Capability.PLAN, _plans),
    (Capability.PUBLISH, _publications),
    (Capability.DRAW, _draws),
    (Capability.COMMISSION, _work),
    (Capability.REGISTER, _applications),
    (Capability.REGISTER, _likenesses),
    (Capability.REGISTER, _yearly_steps),
    (Capability.REGISTER, _asked_ends),
    (Capability.REGISTER, _firm_people),
    (Capability.REGISTER, _hand_overs),
)
