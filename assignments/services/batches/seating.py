"""A drawn batch on its way to the panels: approval, seats, notices, replacements by the same record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import matching
from assignments.draw import InfeasibleError
from assignments.enums import AssignmentStatus, BatchAction, Origin, PairKind, ReReviewStatus
from assignments.models import Assignment, AssignmentBatch, BatchTask
from assignments.selectors.batches import experts_of, pairs_of, tasks_of
from assignments.selectors.eligibility import expert_eligibility
from assignments.services import assignments as life
from assignments.services.batches.facts import BatchRefused, keep_record, locked, move, require_operator
from assignments.services.batches.letters import write_letters
from assignments.services.batches.naming import told_pairs
from assignments.services.re_reviews import fill, seat
from assignments.transitions import GONE
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.approvals.models import Approval
from foundation.approvals.services import submit
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal

TIERS = ((0,), (0, 1))  # who had a chance in the freeze; the others, once that is approved
STEPS = len(TIERS) - 1
OVER = frozenset({ReReviewStatus.DONE, ReReviewStatus.STOPPED})
NOT_LATE = frozenset({"left_this_task", "left_this_panel"})


@transaction.atomic
def submit_batch(*, batch: AssignmentBatch, by: User, on: date) -> Approval:
    """Put a drawn batch before who approves, with who was named and kept away, and why."""
    batch = locked(batch)
    require_operator(batch, by)
    move(batch, BatchAction.SUBMIT)
    batch.save(update_fields=["status"])
    title = _("Batch assignment %(number)s: %(title)s") % {"number": batch.number, "title": batch.title}
    facts = {
        "number": batch.number,
        "tasks": len(batch.panels),
        "seats": sum(len(panel) for panel in batch.panels),
        **told_pairs(pairs_of(batch)),
    }
    return submit(bureau=batch.bureau, kind="BATCH", subject=batch, title=title[:200], facts=facts, by=by, on=on)


@transaction.atomic
def batch_returned(*, approval: Approval, by: User, on: date) -> None:
    """Let the operator go on: submit again, or declare the attempt void; the handler of a returned BATCH."""
    batch = locked(AssignmentBatch(pk=approval.subject_id))
    move(batch, BatchAction.GIVE_BACK)
    batch.save(update_fields=["status"])
    record(actor=by, action="batches.given_back", subject=batch, facts={"on": on})


@transaction.atomic
def batch_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Seat everybody; the handler of an agreed BATCH.

    Whoever became ineligible since the freeze is replaced by the walk of the record before anybody is told; a seat that
    nobody may take stays empty, and a re-review that was stopped meanwhile gets nobody.
    """
    batch = locked(AssignmentBatch(pk=approval.subject_id))
    move(batch, BatchAction.SEAT)
    tasks, experts = tasks_of(batch), lock_pool(batch)
    solution, _terms = matching.read_freeze(batch.freeze_text)
    named = {(pair.task.place, pair.expert_id): pair.reason for pair in pairs_of(batch) if pair.kind == PairKind.PIN}
    for task in tasks:
        if task.re_review.status != ReReviewStatus.OPEN:
            continue
        late = late_for(task, solution, experts, on)
        drawn = list(batch.panels[task.place])
        gone = [number for number in drawn if number in late]
        came = walk(batch, solution, task, withdrawn=gone, late=late) if gone else ()
        for number in drawn:
            if number not in late:
                reason = named.get((task.place, experts[number].pk))
                seat_one(batch, task, experts[number], Origin.DIRECT if reason else Origin.BATCH, by, on, reason or "")
        for number in came:
            seat_one(batch, task, experts[number], Origin.REPLACEMENT, by, on)
        fill(re_review=task.re_review, by=by, on=on)
    batch.save()
    keep_record(batch)
    record(actor=by, action="batches.seated", subject=batch, facts={"replaced": len(batch.steps), "on": on})
    seal()


def lock_pool(batch: AssignmentBatch) -> list[Expert]:
    """Lock the pool in the order of keys, as a draw does, and return it by number."""
    keys = [row["expert"] for row in batch.pool]
    rows = Expert.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    list(rows.values_list("pk", flat=True))
    return experts_of(batch)


def late_for(task: BatchTask, solution: matching.Solution, experts: Sequence[Expert], on: date) -> set[int]:
    """Return the numbers of those listed for the task who became ineligible for it since the freeze."""
    begin, end = solution.problem.tasks.searchsorted([task.place, task.place + 1])
    numbers: list[int] = solution.problem.experts[begin:end].tolist()
    answers = expert_eligibility(task.re_review, on, [experts[number] for number in numbers])
    return {
        number
        for number, answer in zip(numbers, answers, strict=True)
        if any(refusal.code not in NOT_LATE for refusal in answer.refusals)
    }


def walk(
    batch: AssignmentBatch,
    solution: matching.Solution,
    task: BatchTask,
    *,
    withdrawn: Sequence[int],
    late: set[int],
) -> tuple[int, ...]:
    """Take the step of the record that fills the seats of ``withdrawn``; return who came.

    Where the list cannot fill all of them, it fills as many as it can, one by one. Whoever had no chance comes in only
    where that is approved for the task.
    """
    if solution.problem.quotas and len(withdrawn) > 1:  # each newcomer counts against the quota of the next
        return _one_by_one(batch, solution, task, withdrawn, late)
    panel = batch.panels[task.place]
    steps = [step for step in batch.steps if step["task"] == task.place]
    gone = {number for step in steps for number in step["withdrawn"]}
    opened_already = max((len(step["opened"]) for step in steps), default=1)
    for opened in TIERS[opened_already - 1 : max(opened_already, task.approved_steps + 1)]:
        try:
            step = matching.replace_expert(
                solution,
                batch.seed,
                batch.panels,
                task=task.place,
                withdrawn=sorted(withdrawn),
                gone=sorted(gone),
                late=sorted(late - set(panel)),
                opened=opened,
            )
        except InfeasibleError:
            continue
        batch.panels[task.place] = list(step.panel)
        batch.steps = [*batch.steps, asdict(step)]
        return step.seated
    if len(withdrawn) == 1:
        return ()
    return _one_by_one(batch, solution, task, withdrawn, late)


def _one_by_one(
    batch: AssignmentBatch, solution: matching.Solution, task: BatchTask, withdrawn: Sequence[int], late: set[int]
) -> tuple[int, ...]:
    each = [walk(batch, solution, task, withdrawn=[number], late=late) for number in sorted(withdrawn)]
    return tuple(number for came in each for number in came)


def seat_one(
    batch: AssignmentBatch,
    task: BatchTask,
    expert: Expert,
    origin: Origin,
    by: User,
    on: date,
    reason: str = "",
    replaces: Assignment | None = None,
) -> Assignment:
    """Give one seat of a task to ``expert``; the number of the batch stands as reason where none is told."""
    return seat(
        re_review=task.re_review,
        expert=expert,
        origin=origin,
        by=by,
        on=on,
        reason=reason or batch.number,
        batch=batch,
        stratum=task.node.name,
        replaces=replaces,
    )


@transaction.atomic
def notify(*, batch: AssignmentBatch, by: User, at: datetime) -> list[Assignment]:
    """Tell everybody of the batch who was not told yet, together, and write each expert's letter in the same act.

    Neither notice nor letter names a firm or a unit.
    """
    batch = locked(batch)
    if by.bureau_id != batch.bureau_id or not may(by, Capability.COMMISSION):
        raise NotAllowed
    move(batch, BatchAction.NOTIFY)
    batch.save(update_fields=["status"])
    rows = Assignment.objects.filter(batch=batch, status=AssignmentStatus.DRAWN).order_by("pk")
    told = [life.notify(assignment=row, by=by, at=at) for row in rows]
    letters = write_letters(batch, by=by, on=timezone.localdate(at))
    facts = {"told": len(told), "letters": len(letters), "at": at}
    record(actor=by, action="batches.notified", subject=batch, facts=facts)
    return told


@transaction.atomic
def replace(*, batch: AssignmentBatch, by: User, at: datetime) -> list[Assignment]:
    """Fill the seats of those who left, task by task, by the walk of the record; nobody seated moves.

    Whoever had no chance in the freeze comes in only where a widening is approved and the seats could not be filled
    without it. Raise ``BatchRefused`` where every seat is held, or nobody on the list may take one.
    """
    on = timezone.localdate(at)
    batch = locked(batch)
    require_operator(batch, by)
    move(batch, BatchAction.REPLACE)
    experts = lock_pool(batch)
    numbers = {row.pk: number for number, row in enumerate(experts)}
    left = empty_seats(batch, numbers)
    if not left:
        raise BatchRefused(Refusal("nobody_left", _("Every seat is held; there is nobody to replace.")))
    solution, _terms = matching.read_freeze(batch.freeze_text)
    made, has_step = [], False
    for task in tasks_of(batch):
        rows = left.get(task.re_review_id)
        if not rows or task.re_review.status in OVER:
            continue
        late = late_for(task, solution, experts, on)
        came = walk(batch, solution, task, withdrawn=sorted(rows), late=late)
        has_step |= len(came) < len(rows) and task.approved_steps < STEPS
        for number, old in zip(came, rows.values(), strict=False):
            made.append(seat_one(batch, task, experts[number], Origin.REPLACEMENT, by, on, replaces=old))
        fill(re_review=task.re_review, by=by, on=on)
    if not made:
        words = [_("Nobody else on the list may take the empty seat.")]
        if has_step:
            words.append(_("Ask for the widening to be approved."))
        raise BatchRefused(Refusal("list_exhausted", " ".join(words)))
    batch.save()
    keep_record(batch)
    record(actor=by, action="batches.replaced", subject=batch, facts={"seated": len(made), "on": on})
    seal()
    return made


def empty_seats(batch: AssignmentBatch, numbers: Mapping[int, int]) -> dict[int, dict[int, Assignment | None]]:
    """Return, by re-review, the numbers on the panel of the record who do not sit: who left, or never came.

    A number whose seat stayed empty at the beginning has no row.
    """
    rows: dict[tuple[int, int], Assignment] = {}
    for row in Assignment.objects.select_for_update().filter(batch=batch).order_by("pk"):
        if row.re_review_id is not None and row.expert_id is not None:
            rows[row.re_review_id, numbers[row.expert_id]] = row
    found: dict[int, dict[int, Assignment | None]] = {}
    for review, place in BatchTask.objects.filter(batch=batch).order_by("place").values_list("re_review_id", "place"):
        for number in batch.panels[place]:
            seated = rows.get((review, number))
            if seated is None or seated.status in GONE:
                found.setdefault(review, {})[number] = seated
    return found
