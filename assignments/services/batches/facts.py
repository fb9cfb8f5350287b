"""What every step of a batch reads and keeps."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments import matching
from assignments.enums import BatchAction, BatchStatus
from assignments.models import Assignment, AssignmentBatch, BatchParty
from assignments.selectors.batches import earlier_attempts, experts_of
from assignments.selectors.leaves import batch_opened
from assignments.selectors.seeding import findings_of, parts_of, reveals_of, slips_of
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import BATCH, WORKING
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from foundation.rulesets.selectors import Rules


class BatchRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The batch cannot take this step."""


def locked(batch: AssignmentBatch) -> AssignmentBatch:
    """Return the batch locked."""
    return AssignmentBatch.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=batch.pk)


def require_operator(batch: AssignmentBatch, by: User) -> None:
    """Raise ``NotAllowed`` for who does not run draws of this bureau."""
    if by.bureau_id != batch.bureau_id or not may(by, Capability.DRAW):
        raise NotAllowed


def party_of(batch: AssignmentBatch, user: User) -> BatchParty:
    """Return the party that ``user`` is; raise ``NotAllowed`` for others."""
    row = batch.parties.select_for_update().filter(user=user).first()
    if row is None:
        raise NotAllowed(_("You are no party of this batch."))
    return row


def began_to_work(batch: AssignmentBatch) -> bool:
    """Return whether somebody of the batch has begun, or it is under approval: nothing is computed anew then."""
    return batch.status == BatchStatus.SUBMITTED or Assignment.objects.filter(batch=batch, status__in=WORKING).exists()


def move(batch: AssignmentBatch, action: BatchAction) -> None:
    """Set the status after ``action``; raise ``TransitionRefused``."""
    after = BATCH.get((BatchStatus(batch.status), action))
    if after is None:
        raise does_not_follow(batch, action)
    batch.status = after


def does_not_follow(batch: AssignmentBatch, action: BatchAction) -> TransitionRefused:
    """Return the refusal of a step that does not follow."""
    message = _("The batch is in the state “%(state)s”; this step does not follow.") % {
        "state": batch.get_status_display()
    }
    return TransitionRefused(noun="batch", status=batch.status, action=action, message=message)


def keep_record(batch: AssignmentBatch, *, is_named: bool = False) -> None:
    """Write the record as it stands now; once it names those who were seated it goes on naming them."""
    solution, terms = matching.read_freeze(batch.freeze_text)
    parties = list(batch.parties.all())
    own = None
    if batch.status == BatchStatus.VOID:
        own = pure.Void(batch.attempt, batch.void_ground, batch.void_role.lower(), batch.commitment)
    is_named = is_named or bool((batch.record or {}).get("openings"))
    batch.record = matching.batch_record(
        solution,
        terms=terms,
        commitments={row.role.lower(): row.commitment for row in parties if row.commitment},
        reveals=reveals_of(batch, is_drawn=bool(batch.seed)),
        parts=parts_of(batch) if batch.seed else (),
        replacements=[walk_of(step) for step in batch.steps],
        voids=[
            pure.Void(row.attempt, row.void_ground, row.void_role.lower(), row.commitment)
            for row in earlier_attempts(batch)
            if row.commitment
        ],
        openings=openings_of(batch, seated_ever(batch)) if is_named else (),
        void=own,
        witness={"how": "slip", "words": batch.outside_receipt} if batch.outside_receipt else None,
        outside=findings_of(batch) if batch.seed else (),
        about={"number": batch.number, "title": batch.title} | slips_of(parties),
        freeze_text=batch.freeze_text,
    )
    batch.save(update_fields=["record"])


def rules_of(batch: AssignmentBatch, at: datetime) -> Rules:
    """Return the rules of the batch's first re-review on the day of ``at``."""
    task = batch.tasks.select_related("re_review__evaluation__bureau").order_by("place")[0]
    return rules_of_task(task.re_review.evaluation, timezone.localdate(at))


def seated_ever(batch: AssignmentBatch) -> list[int]:
    """Return the numbers of everybody whom the batch ever seated, in order."""
    rows = Assignment.objects.filter(batch=batch).values_list("expert_id", flat=True)
    keys = set(rows)
    return [number for number, row in enumerate(batch.pool) if row["expert"] in keys]


def openings_of(batch: AssignmentBatch, numbers: Iterable[int]) -> list[pure.Opening]:
    """Return the opened leaves of the experts with these numbers, under the names they were closed with."""
    experts = experts_of(batch)
    return batch_opened(batch, {number: experts[number] for number in numbers})


def walk_of(step: Mapping[str, Any]) -> matching.Replacement:
    """Return a stored walk."""
    return matching.Replacement(
        task=step["task"],
        withdrawn=tuple(step["withdrawn"]),
        late=tuple(step["late"]),
        opened=tuple(step["opened"]),
        seated=tuple(step["seated"]),
        skipped=tuple((expert, reason) for expert, reason in step["skipped"]),
        panel=tuple(step["panel"]),
    )
