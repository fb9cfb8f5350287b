"""What an agreed widening does: to a draw, or to the re-reviews of a batch."""

from datetime import date

from assignments.models import AssignmentBatch
from assignments.services import batches, draws
from foundation.accounts.models import User
from foundation.approvals.models import Approval


def widening_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Tell the draw or the batch that was widened; the handler of an agreed WIDENING."""
    is_batch = approval.subject_kind == AssignmentBatch._meta.label_lower
    (batches if is_batch else draws).widening_agreed(approval=approval, by=by, on=on)
