"""Batches as people may see them, and which re-reviews may go into one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.utils.translation import gettext as _

from assignments.enums import (
    AssignmentStatus,
    BatchStatus,
    DrawStatus,
    Origin,
    PlanStatus,
    ReReviewKind,
    ReReviewStatus,
    TaskKind,
    TaskStatus,
)
from assignments.models import (
    Assignment,
    AssignmentBatch,
    BatchLetter,
    BatchPair,
    BatchTask,
    Draw,
    EvaluationTask,
    ReReviewTask,
)
from assignments.selectors.seeding import ORDERED, REFUSED, turn_of_party
from assignments.transitions import GONE
from experts.enums import ExpertSource
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from foundation.approvals.selectors import of_subject, running
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal
from parties.selectors import memberships_of

SEATED: Final = frozenset({BatchStatus.SEATED, BatchStatus.SENT})
PUBLISHED_FROM: Final = SEATED | {BatchStatus.VOID}
ISSUED: Final = (PlanStatus.ISSUED, PlanStatus.ADJUSTING, PlanStatus.DONE)
TASK_OVER: Final = (TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED)
REVIEW_OVER: Final = frozenset({ReReviewStatus.DONE, ReReviewStatus.STOPPED})
FULL_QUALITY: Final = 10_000  # hundredths of a hundredth
HEAVY: Final = ("freeze_text", "record", "pool", "panels", "steps", "solved")


def visible_to(user: User) -> models.QuerySet[AssignmentBatch]:
    """Return the batches of the reader's bureau; who may not read all sees those in which he is a party."""
    rows = AssignmentBatch.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(parties__user=user)


def with_task_count(rows: models.QuerySet[AssignmentBatch]) -> models.QuerySet[AssignmentBatch]:
    """Add how many re-reviews each has, ``task_count``, and leave out what only its page needs."""
    return rows.defer(*HEAVY).annotate(task_count=Count("tasks", distinct=True))


def earlier_attempts(batch: AssignmentBatch) -> list[AssignmentBatch]:
    """Return the void attempts at any of these re-reviews, the oldest first."""
    reviews = BatchTask.objects.filter(batch=batch).values("re_review_id")
    rows = AssignmentBatch.objects.filter(tasks__re_review__in=reviews, pk__lt=batch.pk, status=BatchStatus.VOID)
    return list(rows.distinct().order_by("pk"))


def batch_to_repeat(keys: Iterable[int]) -> AssignmentBatch | None:
    """Return the attempt at any of these re-reviews that a refused nonce ended and whose list the next one takes over.

    None where there is no such attempt, or where one was drawn after it.
    """
    rows = AssignmentBatch.objects.filter(tasks__re_review__in=list(keys)).exclude(commitment="").distinct()
    last = rows.filter(status=BatchStatus.VOID, void_ground=REFUSED).order_by("-pk").first()
    if last is None:
        return None
    is_done = rows.filter(~Q(status=BatchStatus.VOID) | Q(void_ground=ORDERED), pk__gt=last.pk, seed__gt="").exists()
    return None if is_done else last


def was_refused(keys: Iterable[int]) -> bool:
    """Return whether a nonce was refused at any of these re-reviews, so that only an outside value may decide."""
    reviews = list(keys)
    batches = AssignmentBatch.objects.filter(status=BatchStatus.VOID, void_ground=REFUSED, tasks__re_review__in=reviews)
    draws = Draw.objects.filter(status=DrawStatus.VOID, void_ground=REFUSED, re_review__in=reviews)
    return batches.exists() or draws.exists()


def repeated_by(batch: AssignmentBatch) -> AssignmentBatch | None:
    """Return the attempt whose frozen list this batch takes over, or None."""
    former = batch_to_repeat(BatchTask.objects.filter(batch=batch).values_list("re_review_id", flat=True))
    return former if former is not None and former.pk < batch.pk else None


def pool_of(batch: AssignmentBatch) -> models.QuerySet[Expert]:
    """Return whom a batch may seat: the experts of the bureau's pool, no guests."""
    rows = Expert.objects.filter(bureau_id=batch.bureau_id, source__in=[ExpertSource.OWN, ExpertSource.SHARED])
    return rows.select_related("person").order_by("number", "pk")


def record_of(batch: AssignmentBatch) -> dict[str, Any]:
    """Return the record of a batch that was drawn or is void; raise ``ValueError`` before there is one."""
    if not batch.record:
        raise ValueError("This batch has no record yet.")
    return dict(batch.record)


def widened_tasks(record: Mapping[str, Any]) -> set[int]:
    """Return the places of the re-reviews where people without a chance in the freeze were let in."""
    return {step["task"] for step in record["replacements"] if len(step["opened"]) > 1}


def is_over(batch: AssignmentBatch) -> bool:
    """Return whether every review that the batch seated is over, so that names may be told."""
    if batch.status not in SEATED:
        return False
    return not BatchTask.objects.filter(batch=batch).exclude(re_review__status__in=REVIEW_OVER).exists()


def over(rows: models.QuerySet[AssignmentBatch]) -> models.QuerySet[AssignmentBatch]:
    """Keep the batches of ``rows`` of which ``is_over`` holds."""
    runs = BatchTask.objects.filter(batch=OuterRef("pk")).exclude(re_review__status__in=REVIEW_OVER)
    return rows.filter(~Exists(runs), status__in=SEATED)


def nameable(user: User) -> models.QuerySet[AssignmentBatch]:
    """Return the batches of the reader's bureau whose reviews are all over and whose record names nobody yet."""
    if not may(user, Capability.PUBLISH):
        return AssignmentBatch.objects.none()
    return over(AssignmentBatch.objects.filter(bureau_id=user.bureau_id or 0, record__openings=[]))


def free_re_reviews(user: User) -> models.QuerySet[ReReviewTask]:
    """Return the bureau's open re-reviews without a panel, a draw or another batch, the first due first."""
    seats = Assignment.objects.filter(re_review=OuterRef("pk")).exclude(status__in=GONE)
    draws = Draw.objects.filter(re_review=OuterRef("pk")).exclude(status=DrawStatus.VOID)
    batches = BatchTask.objects.filter(re_review=OuterRef("pk")).exclude(batch__status=BatchStatus.VOID)
    rows = ReReviewTask.objects.filter(bureau_id=user.bureau_id or 0, status=ReReviewStatus.OPEN)
    rows = rows.exclude(Exists(seats)).exclude(Exists(draws)).exclude(Exists(batches))
    return rows.select_related("evaluation__unit__organisation").order_by("due_on", "pk")


def ready_tasks(user: User, kind: str = "") -> models.QuerySet[EvaluationTask]:
    """Return the bureau's tasks whose review may be organised now, all or those whose ``usual_review`` is ``kind``.

    Ex-ante evaluations of an issued plan, reports that were handed in and work plans under review, each without such a
    review of its own; a report that came back is ready again.
    """
    usual = Case(
        When(status=TaskStatus.PLAN_REVIEW, then=Value(ReReviewKind.WORK_PLAN.value)),
        When(kind=TaskKind.EX_ANTE, plan__status__in=ISSUED, then=Value(ReReviewKind.EX_ANTE.value)),
        When(~Q(kind=TaskKind.EX_ANTE), status=TaskStatus.SUBMITTED, then=Value(ReReviewKind.REPORT.value)),
    )
    held = ReReviewTask.objects.filter(evaluation=OuterRef("pk"), kind=OuterRef("usual"))
    held = held.exclude(status=ReReviewStatus.STOPPED).exclude(kind=ReReviewKind.REPORT, status=ReReviewStatus.DONE)
    found = EvaluationTask.objects.filter(bureau_id=user.bureau_id or 0).exclude(status__in=TASK_OVER)
    rows = found.annotate(usual=usual).filter(~Exists(held), usual__isnull=False)
    if kind:
        rows = rows.filter(usual=kind)
    return rows.select_related("bureau", "unit__organisation").order_by("work_year", "pk")


def batch_of(re_review: ReReviewTask) -> AssignmentBatch | None:
    """Return the batch that fills the panel of the re-review."""
    held = AssignmentBatch.objects.filter(tasks__re_review=re_review).exclude(status=BatchStatus.VOID)
    return held.order_by("-pk").first()


def batch_refusal(re_review: ReReviewTask) -> Refusal | None:
    """Return why the panel is not filled another way: a batch that is not void holds the re-review."""
    batch = batch_of(re_review)
    if batch is None:
        return None
    message = _("The panel is filled by the batch %(number)s.") % {"number": batch.number}
    return Refusal("in_batch", message, {"batch": batch.number})


def tasks_of(batch: AssignmentBatch) -> list[BatchTask]:
    """Return the tasks of a batch in their order, with what eligibility and pages read."""
    rows = BatchTask.objects.filter(batch=batch).select_related(
        "node__successor", "re_review__bureau", "re_review__evaluation__bureau", "re_review__evaluation__rule_set",
        "re_review__evaluation__unit__organisation",
    )  # fmt: skip
    return list(rows.order_by("place"))


def pairs_of(batch: AssignmentBatch) -> list[BatchPair]:
    """Return who is named or kept away, in the order of the tasks."""
    rows = BatchPair.objects.filter(task__batch=batch, withdrawn_on__isnull=True)
    rows = rows.select_related("task__re_review", "expert__person", "entered_by")
    return list(rows.order_by("task__place", "pk"))


def naming_running(batch: AssignmentBatch) -> Approval | None:
    """Return the approval of who is named and kept away that still waits."""
    return running("NAMING", batch)


def naming_agreed(batch: AssignmentBatch, pairs: Sequence[BatchPair]) -> Approval | None:
    """Return the approval that agreed to exactly these namings; one of others, or of more or less, does not count."""
    keys = sorted(pair.pk for pair in pairs)
    rows = of_subject(batch).filter(kind="NAMING", status=ApprovalStatus.AGREED)
    return next((row for row in rows if sorted(row.facts["pairs"]) == keys), None)


def experts_of(batch: AssignmentBatch) -> list[Expert]:
    """Return the experts of the pool by their numbers in the problem, with their persons: one query."""
    keys = [row["expert"] for row in batch.pool]
    known = {row.pk: row for row in Expert.objects.filter(pk__in=keys).select_related("person")}
    return [known[key] for key in keys]


def seats_of(batch: AssignmentBatch) -> list[Assignment]:
    """Return everybody whom the batch ever seated, in order."""
    rows = Assignment.objects.filter(batch=batch).select_related("expert__person", "re_review")
    return list(rows.order_by("pk"))


def letters_of(batch: AssignmentBatch) -> models.QuerySet[BatchLetter]:
    """Return the letters of a batch in the order written, with their experts."""
    return batch.letters.select_related("batch__bureau", "expert__person").order_by("pk")


def own_letters(user: User) -> models.QuerySet[BatchLetter]:
    """Return the letters to the expert behind ``user``, the newest first."""
    rows = BatchLetter.objects.filter(expert__person_id__in=memberships_of(user).values("person_id"))
    return rows.select_related("batch__bureau", "expert__person").order_by("-pk")


def waiting_for(user: User) -> list[AssignmentBatch]:
    """Return the batches that ``user`` is a party of and that are not drawn yet, the oldest first: three queries."""
    open_ones = [BatchStatus.PREPARED, BatchStatus.SOLVING, BatchStatus.FROZEN, BatchStatus.COMMITTED]
    open_ones.append(BatchStatus.REVEALED)
    rows = AssignmentBatch.objects.filter(bureau_id=user.bureau_id or 0, status__in=open_ones, parties__user=user)
    return list(rows.defer(*HEAVY).prefetch_related("parties", "values").order_by("pk"))


def named_ratios(bureau: Bureau, years: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return, by work year, (seats of panels that were named directly, all seats held): one query."""
    rows = Assignment.objects.filter(bureau=bureau, re_review__evaluation__work_year__in=list(years))
    years_of = rows.exclude(status__in=GONE).order_by().values("re_review__evaluation__work_year")
    sums = years_of.annotate(named=Count("pk", filter=Q(origin=Origin.DIRECT)), every=Count("pk"))
    return {row["re_review__evaluation__work_year"]: (row["named"], row["every"]) for row in sums}


def turn_of(batch: AssignmentBatch, user: User) -> str:
    """Return what the batch waits for from ``user``: prepare, what a party does, submit, notify or nothing."""
    is_own = user.bureau_id == batch.bureau_id
    if batch.status in {BatchStatus.PREPARED, BatchStatus.DRAWN}:
        word = "prepare" if batch.status == BatchStatus.PREPARED else "submit"
        return word if is_own and may(user, Capability.DRAW) else ""
    if batch.status == BatchStatus.SENT:
        untold = Assignment.objects.filter(batch=batch, status=AssignmentStatus.DRAWN)
        return "notify" if is_own and may(user, Capability.COMMISSION) and untold.exists() else ""
    if batch.status == BatchStatus.SEATED:
        return "notify" if is_own and may(user, Capability.COMMISSION) else ""
    return turn_of_party(batch, user)


@dataclass(frozen=True, slots=True)
class BatchCandidate:
    """Somebody listed for one re-review: fit in millionths with its parts; his chance in permille once it is frozen.

    ``quality`` is a share of the full marks, ``missing_levels`` how far his specialty stands from the one asked for.
    """

    expert: Expert
    employer: str
    fit: int
    match_permille: int
    missing_levels: int
    quality: float
    opinions: int
    turn_permille: int
    chance_permille: int | None


def candidates_of(batch: AssignmentBatch, task: BatchTask) -> list[BatchCandidate]:
    """Return everybody whom the last run listed for ``task``, the best fitted first; two queries."""
    chances: dict[int, int] | None = None
    if batch.freeze_text:
        marginals = json.loads(batch.freeze_text)["marginals"]
        chances = {expert: units for place, expert, units in marginals if place == task.place}
    found = []
    for number, (expert, row) in enumerate(zip(experts_of(batch), batch.pool, strict=True)):
        if (parts := task.fits.get(str(expert.pk))) is None:
            continue
        value, _path, missing, match, quality, opinions, turn = parts
        chance = None if chances is None else chances.get(number, 0)
        share = quality / FULL_QUALITY
        found.append(BatchCandidate(expert, row["employer"], value, match, missing, share, opinions, turn, chance))
    return sorted(found, key=lambda one: (-one.fit, one.expert.number))
