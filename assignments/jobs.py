"""What runs in the background."""

from datetime import datetime

from assignments.models import AssignmentBatch
from assignments.services.batches import run
from foundation.accounts.models import User


def solve_batch(*, batch: int, by: int, at: str, freezes: bool) -> None:
    """Solve a batch for a look, or freeze it."""
    run(
        batch=AssignmentBatch.objects.get(pk=batch),
        by=User.objects.get(pk=by),
        at=datetime.fromisoformat(at),
        freezes=freezes,
    )
