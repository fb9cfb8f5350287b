"""Preparing a batch: its re-reviews, their fields, who is named or kept away; then on to the job. Rules R-42, R-48."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import BatchAction, DrawProfile, PairKind, PartyRole
from assignments.models import AssignmentBatch, BatchPair, BatchParty, BatchTask, ReReviewTask
from assignments.rules.draws import SOURCE
from assignments.selectors.batches import (
    batch_to_repeat,
    earlier_attempts,
    free_re_reviews,
    repeated_by,
    was_refused,
)
from assignments.services.batches.facts import BatchRefused, locked, move, require_operator, rules_of
from assignments.services.batches.naming import forget_naming, require_naming
from assignments.services.batches.solving import freeze_again
from assignments.services.seeding import (
    SourceDraft,
    refused_sources,
    require_another_person,
    require_parties,
    source_document,
    times_of,
)
from experts.enums import ExpertSource
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.queue import enqueue
from foundation.papers.services import next_number
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import retired_refusal

JOB = "assignments.jobs.solve_batch"


@transaction.atomic
def prepare(
    *,
    title: str,
    fields: Mapping[ReReviewTask, Node],
    witness: User,
    by: User,
    on: date,
    third: User | None = None,
    sources: Sequence[SourceDraft] = (),
) -> AssignmentBatch:
    """Put open re-reviews into a batch, each with the field that its experts should know.

    With ``sources`` an outside value decides, too (profile O); after a refused nonce it must. Raise ``BatchRefused``
    for no re-review, for one that has a panel, a draw or another batch, for parties who are not distinct or a witness
    who does not come from supervision (R-42).
    """
    if by.bureau is None or not may(by, Capability.DRAW):
        raise NotAllowed
    rules = rules_for(bureau=by.bureau, on=on)
    require_parties(by, witness, third, refused=BatchRefused, source=rules.source("draw_parties"))
    keys = {review.pk: node for review, node in fields.items()}
    list(ReReviewTask.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    free = list(free_re_reviews(by).filter(pk__in=keys).order_by("number", "pk"))
    if not keys or len(free) < len(keys):
        message = _("Only open re-reviews without a panel, a draw or another batch go into a batch, and at least one.")
        raise BatchRefused(Refusal("not_free", message, {"field": "re_reviews"}))
    people = {PartyRole.OPERATOR: by, PartyRole.WITNESS: witness} | ({PartyRole.THIRD: third} if third else {})
    former = _repeated(keys, people=people, source=rules.source("draw_parties"))
    if refusal := refused_sources(sources, was_refused=was_refused(keys), rules=rules):
        raise BatchRefused(refusal)
    year = max(review.evaluation.work_year for review in free)
    batch = AssignmentBatch.objects.create(
        bureau=by.bureau,
        number=f"批{year}-{next_number(bureau=by.bureau, kind='BATCH', year=year):03d}",
        title=title.strip(),
        work_year=year,
        profile=DrawProfile.OUTSIDE if sources else DrawProfile.INSIDE,
        outside_source=source_document(sources),
        created_by=by,
    )
    if former is None:
        tasks = [
            BatchTask(batch=batch, place=place, re_review=review, node=_known(keys[review.pk], by))
            for place, review in enumerate(free)
        ]
        BatchTask.objects.bulk_create(tasks)
    else:
        _take_over(batch, former)
    batch.attempt = 1 + max((row.attempt for row in earlier_attempts(batch)), default=0)
    batch.save(update_fields=["attempt"])
    BatchParty.objects.bulk_create([BatchParty(batch=batch, role=role, user=user) for role, user in people.items()])
    numbers = [review.number for review in free]
    facts = {"re_reviews": numbers, "attempt": batch.attempt, "profile": batch.profile, "on": on}
    record(actor=by, action="batches.prepared", subject=batch, facts=facts)
    return batch


def _repeated(keys: Collection[int], *, people: Mapping[PartyRole, User], source: str) -> AssignmentBatch | None:
    """Return the attempt that a refused nonce ended, whose frozen list this one takes over; None without one.

    Raise ``BatchRefused`` for other re-reviews than its own as long as all of those are open, and where the part that
    was refused is played by the same person.
    """
    former = batch_to_repeat(keys)
    if former is None:
        return None
    own = set(former.tasks.values_list("re_review_id", flat=True))
    if not own <= set(free_re_reviews(people[PartyRole.OPERATOR]).values_list("pk", flat=True)):
        return None  # one of them was filled or stopped: it is another problem now
    if own != set(keys):
        raise BatchRefused(list_kept(former))
    numbers: dict[PartyRole, int | None] = {role: user.pk for role, user in people.items()}
    require_another_person(former, numbers, refused=BatchRefused, source=source)
    return former


def _take_over(batch: AssignmentBatch, former: AssignmentBatch) -> None:
    """Copy re-reviews, fields, fits, pairs and pool of the attempt that is repeated."""
    for task in former.tasks.order_by("place"):
        pairs = list(task.pairs.filter(withdrawn_on__isnull=True))
        task.pk, task.batch = None, batch
        task.save()
        for pair in pairs:
            pair.pk, pair.task = None, task
        BatchPair.objects.bulk_create(pairs)
    batch.pool, batch.solved, batch.evens_out = former.pool, former.solved, former.evens_out
    batch.looks, batch.employer_quota = former.looks, former.employer_quota
    batch.save(update_fields=["pool", "solved", "evens_out", "looks", "employer_quota"])


def _known(node: Node, by: User) -> Node:
    if node.bureau_id != by.bureau_id or node.tree != TreeKind.SPECIALTY:
        raise BatchRefused(Refusal("field_unknown", _("Choose a field of the specialty tree."), {"field": "node"}))
    if refusal := retired_refusal([node]):
        raise BatchRefused(refusal)
    return node


@transaction.atomic
def ask_field(
    *, task: BatchTask, node: Node, by: User, on: date, second: Node | None = None, second_seats: int = 0
) -> BatchTask:
    """Say which field the experts of one re-review should know; perhaps some seats are for a second field.

    With a second field the seats are typed: ``second_seats`` for it, the others for ``node``. Raise ``BatchRefused``
    unless each of the two gets at least one seat.
    """
    batch = _open(task.batch, by)
    task.node, task.seats = _known(node, by), []
    size = task.re_review.panel_size
    if second is not None or second_seats:
        if second is None or second.pk == node.pk or not 0 < second_seats < size:
            message = _("A second field is another one than the first and has 1 to %(most)d of the seats.")
            raise BatchRefused(Refusal("second_field", message % {"most": size - 1}, {"field": "second_seats"}))
        task.seats = [
            {"node": node.pk, "count": size - second_seats},
            {"node": _known(second, by).pk, "count": second_seats},
        ]
    task.save(update_fields=["node", "seats"])
    _forget(batch)
    facts = {"re_review": task.re_review.number, "field": node.code, "on": on}
    if second is not None:
        facts |= {"second": second.code, "second_seats": second_seats}
    record(actor=by, action="batches.field", subject=batch, facts=facts)
    return task


@transaction.atomic
def choose_floor(*, batch: AssignmentBatch, evens_out: bool, by: User, on: date) -> AssignmentBatch:
    """Say whether the worst fitted re-review comes before the total fit."""
    batch = _open(batch, by)
    batch.evens_out = evens_out
    batch.save(update_fields=["evens_out"])
    _forget(batch)
    record(actor=by, action="batches.floor", subject=batch, facts={"evens_out": evens_out, "on": on})
    return batch


@transaction.atomic
def choose_quota(*, batch: AssignmentBatch, employer_quota: int | None, by: User, on: date) -> AssignmentBatch:
    """Say how many seats of the whole batch the people of one employer take at most; None: as many as the rules let.

    Raise ``BatchRefused`` for less than one seat.
    """
    batch = _open(batch, by)
    if employer_quota is not None and employer_quota < 1:
        message = _("An employer may take at least one seat; to keep it out altogether keep its people away.")
        raise BatchRefused(Refusal("quota_too_small", message, {"field": "employer_quota"}))
    batch.employer_quota = employer_quota
    batch.save(update_fields=["employer_quota"])
    _forget(batch)
    record(actor=by, action="batches.quota", subject=batch, facts={"employer_quota": employer_quota, "on": on})
    return batch


@transaction.atomic
def name_pair(*, task: BatchTask, expert: Expert, kind: PairKind, reason: str, by: User, on: date) -> BatchPair:
    """Name an expert for a re-review, or keep him from it, for a reason; approved before the freeze.

    An approval that waits lapses, one that was agreed does not cover it.

    Raise ``BatchRefused`` without a reason, or where something was said of the pair already. Whether a named one may
    sit there is told when the batch is solved: no rule is set aside.
    """
    batch = _open(task.batch, by)
    if expert.bureau_id != batch.bureau_id:
        raise NotAllowed
    if expert.source == ExpertSource.GUEST:
        message = _("A guest is asked for one re-review, not in a batch.")
        raise BatchRefused(Refusal("guest", message, {"field": "expert"}))
    if not reason.strip():
        raise BatchRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if task.pairs.filter(expert=expert, withdrawn_on__isnull=True).exists():
        message = _("Something was said of this expert and this re-review already; take that back first.")
        raise BatchRefused(Refusal("pair_exists", message, {"field": "expert"}))
    row = BatchPair.objects.create(
        task=task, expert=expert, kind=kind, reason=reason.strip()[:300], entered_by=by, entered_on=on
    )
    _forget(batch)
    forget_naming(batch, reason=_("Who is named has changed."), by=by, on=on)
    facts = {"re_review": task.re_review.number, "kind": kind, "reason": row.reason, "on": on}
    record(actor=by, action="batches.pair_named", subject=batch, facts=facts, private={"expert": expert.pk})
    return row


@transaction.atomic
def drop_pair(*, pair: BatchPair, by: User, on: date) -> BatchPair:
    """Take back what was said of an expert and a re-review; taking it back twice changes nothing."""
    batch = _open(pair.task.batch, by)
    pair = BatchPair.objects.select_for_update().get(pk=pair.pk)
    if pair.withdrawn_on is None:
        pair.withdrawn_on = on
        pair.save(update_fields=["withdrawn_on"])
        _forget(batch)
        forget_naming(batch, reason=_("Who is named has changed."), by=by, on=on)
        record(actor=by, action="batches.pair_dropped", subject=batch, facts={"pair": pair.pk, "on": on})
    return pair


@transaction.atomic
def start(*, batch: AssignmentBatch, by: User, at: datetime, freezes: bool) -> AssignmentBatch:
    """Send the batch to the job that solves it: to look at the forecast, or to freeze what is found.

    Raise ``BatchRefused`` for a freeze before who is named and kept away was approved.
    """
    batch = locked(batch)
    require_operator(batch, by)
    if (former := repeated_by(batch)) is not None:
        if not freezes:
            raise BatchRefused(list_kept(former))
        move(batch, BatchAction.SOLVE)
        freeze_again(batch, former, by=by, at=at)
        return batch
    if freezes:
        require_naming(batch)
        times_of(batch, rules_of(batch, at), at, refused=BatchRefused)  # said now, not by a job
    move(batch, BatchAction.SOLVE)
    batch.surveyed, batch.is_freezing, batch.started_by, batch.started_at = 0, freezes, by, at
    batch.failure = batch.failure_words = ""
    job = ["surveyed", "is_freezing", "started_by", "started_at", "failure", "failure_words"]
    batch.save(update_fields=["status", *job])
    record(actor=by, action="batches.started", subject=batch, facts={"freezes": freezes, "at": at})
    enqueue(JOB, batch=batch.pk, by=by.pk, at=at.isoformat(), freezes=freezes)
    batch.refresh_from_db()
    return batch


def _open(batch: AssignmentBatch, by: User) -> AssignmentBatch:
    batch = locked(batch)
    require_operator(batch, by)
    move(batch, BatchAction.CHANGE)
    if (former := repeated_by(batch)) is not None:
        raise BatchRefused(list_kept(former))
    return batch


def list_kept(former: AssignmentBatch) -> Refusal:
    """Return why nothing of the list is changed after a refused nonce."""
    message = _("After a refused nonce the next attempt keeps the list and the re-reviews of %(number)s.")
    return Refusal(
        "list_kept", message % {"number": former.number}, {"field": "re_reviews", "batch": former.number}, SOURCE
    )


def _forget(batch: AssignmentBatch) -> None:
    """Drop the forecast: it was about another problem."""
    batch.solved = None
    batch.save(update_fields=["solved"])
