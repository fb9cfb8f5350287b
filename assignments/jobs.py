"""What runs in the background."""

from datetime import datetime

from assignments.enums import BatchFailure
from assignments.models import AssignmentBatch
from assignments.services.batches import note_failure, run
from foundation.accounts.models import User
from foundation.core.errors import DomainError


def solve_batch(*, batch: int, by: int, at: str, freezes: bool) -> None:
    """Solve a batch for a look, or freeze it; whatever ends it early is told to who asked, and raised."""
    row, moment = AssignmentBatch.objects.get(pk=batch), datetime.fromisoformat(at)
    try:
        run(batch=row, by=User.objects.get(pk=by), at=moment, freezes=freezes)
    except Exception as error:
        words = error.refusal.message if isinstance(error, DomainError) else type(error).__name__
        note_failure(batch=row, failure=BatchFailure.ERROR, words=words, at=moment)
        raise
