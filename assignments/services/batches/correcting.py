"""A public value was misread: seed, panels and seats of a batch are computed anew. Rule R-63."""

from collections.abc import Collection
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import matching
from assignments.enums import AssignmentStatus, BatchAction, Origin, PairKind, ReReviewStatus
from assignments.models import Assignment, AssignmentBatch, BatchTask
from assignments.selectors.batches import pairs_of, tasks_of
from assignments.services.assignments import void_by_draw
from assignments.services.batches.drawing import sample_now
from assignments.services.batches.facts import keep_record, move
from assignments.services.batches.seating import late_for, lock_pool, seat_one, walk
from assignments.services.re_reviews import fill
from assignments.transitions import GONE
from experts.models import Expert
from foundation.accounts.models import User
from foundation.audit.services import record, seal


def draw_again(batch: AssignmentBatch, *, by: User, at: datetime) -> None:
    """Compute all anew after a correction: who is seated by both readings keeps the seat, others leave it.

    Who has left by himself stays out. Before the approval nobody is seated, so that only the panels change.
    """
    before = batch.seed
    move(batch, BatchAction.CORRECT)
    solution = sample_now(batch)
    batch.steps = []
    if Assignment.objects.filter(batch=batch).exists():
        _seat_again(batch, solution, by=by, on=timezone.localdate(at))
    batch.save()
    keep_record(batch)
    record(actor=by, action="batches.corrected", subject=batch, facts={"seed": batch.seed, "before": before})
    seal()


def _seat_again(batch: AssignmentBatch, solution: matching.Solution, *, by: User, on: date) -> None:
    experts = lock_pool(batch)
    named = {(pair.task.place, pair.expert_id): pair.reason for pair in pairs_of(batch) if pair.kind == PairKind.PIN}
    for task in tasks_of(batch):
        if task.re_review.status == ReReviewStatus.STOPPED:
            continue
        rows = Assignment.objects.select_for_update().filter(batch=batch, re_review=task.re_review)
        held = {row.expert_id: row for row in rows.exclude(status__in=GONE).order_by("pk")}
        own = rows.filter(status__in=GONE).exclude(status=AssignmentStatus.VOID, decline_reason="")
        left = set(own.values_list("expert_id", flat=True)) - set(held)
        late = late_for(task, solution, experts, on) | _numbers(experts, left)
        late -= _numbers(experts, set(held))
        gone = [number for number in batch.panels[task.place] if number in late]
        came = walk(batch, solution, task, withdrawn=gone, late=late) if gone else ()
        stays = {experts[number].pk for number in batch.panels[task.place] if number not in set(gone) - set(came)}
        for key, row in held.items():
            if key not in stays:
                void_by_draw(row, words=_("The public value was corrected, and the batch computed anew."), by=by)
        _seat_missing(batch, task, experts, set(held), set(came), named, by=by, on=on)
        fill(re_review=task.re_review, by=by, on=on)


def _seat_missing(
    batch: AssignmentBatch,
    task: BatchTask,
    experts: list[Expert],
    held: set[int | None],
    came: set[int],
    named: dict[tuple[int, int], str],
    *,
    by: User,
    on: date,
) -> None:
    for number in batch.panels[task.place]:
        expert = experts[number]
        if expert.pk in held:
            continue
        reason = named.get((task.place, expert.pk), "")
        origin = Origin.DIRECT if reason else Origin.REPLACEMENT if number in came else Origin.BATCH
        seat_one(batch, task, expert, origin, by, on, reason)


def _numbers(experts: list[Expert], keys: Collection[int | None]) -> set[int]:
    return {number for number, expert in enumerate(experts) if expert.pk in keys}
