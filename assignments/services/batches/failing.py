"""A job of a batch that came to grief: the batch goes back to who prepares it, and who started the job is told why."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from assignments.enums import BatchAction, BatchFailure, BatchStatus
from assignments.models import AssignmentBatch
from assignments.services.batches.facts import locked, move
from foundation.audit.services import record
from foundation.notices.services import notify

ANSWERS_WITHIN: Final = timedelta(hours=1)  # a killed job is begun again every quarter of an hour; then nobody works
PAGE: Final = "/bureau/batches/{}/"


@transaction.atomic
def note_failure(*, batch: AssignmentBatch, failure: BatchFailure, words: str, at: datetime) -> AssignmentBatch:
    """Keep why the job gave no answer and tell who started it; a batch that is no longer being solved is left alone."""
    batch = locked(batch)
    if batch.status != BatchStatus.SOLVING:
        return batch
    move(batch, BatchAction.FAIL)
    batch.failure, batch.failure_words = failure, words[:300]
    batch.save(update_fields=["status", "failure", "failure_words"])
    facts = {"failure": failure, "words": batch.failure_words, "freezes": batch.is_freezing, "at": at}
    record(actor="system", action="batches.failed", subject=batch, facts=facts)
    if batch.started_by is not None:
        notify(
            users=[batch.started_by], code="batch_failed", facts={"batch": batch.number}, path=PAGE.format(batch.number)
        )
    return batch


def fail_silent(*, at: datetime) -> int:
    """Give up every job that was asked for more than an hour before ``at`` and has not answered; return how many."""
    silent = AssignmentBatch.objects.filter(status=BatchStatus.SOLVING, started_at__lt=at - ANSWERS_WITHIN)
    rows = list(silent.order_by("pk"))
    for batch in rows:
        note_failure(batch=batch, failure=BatchFailure.NO_ANSWER, words="", at=at)
    return len(rows)
