"""The commitments of frozen lists, made public as soon as they are fixed: before anybody can know a seed. R-42."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from assignments.models import AssignmentBatch, Draw
from disclosure.enums import CommitmentKind
from disclosure.models import Commitment
from foundation.audit.services import record


@transaction.atomic
def publish_commitments(*, at: datetime) -> int:
    """Publish every commitment that is not public yet; return how many. Run every minute, and right after a freeze."""
    there = Commitment.objects.filter(h=OuterRef("commitment"))
    draws = Draw.objects.filter(~Exists(there)).exclude(commitment="").select_related("bureau", "task", "re_review")
    batches = AssignmentBatch.objects.filter(~Exists(there)).exclude(commitment="").select_related("bureau")
    found: list[Draw | AssignmentBatch] = [*draws.defer("record", "freeze_text")]
    found += batches.defer("record", "freeze_text")
    return sum(_publish(row, at) for row in found)


def _publish(row: Draw | AssignmentBatch, at: datetime) -> bool:
    if row.frozen_at is None:
        return False
    kind = CommitmentKind.BATCH
    if isinstance(row, Draw):
        kind = CommitmentKind.FIRM if row.task_id else CommitmentKind.PANEL
    facts = {
        "bureau_code": row.bureau.code,
        "bureau_name": row.bureau.name,
        "kind": kind,
        "number": row.number,
        "frozen_at": row.frozen_at,
        "commit_until": row.commit_until,
        "published_at": at,
    }
    _copy, is_new = Commitment.objects.get_or_create(h=row.commitment, defaults=facts)
    if is_new:
        record(actor="system", action="disclosure.commitment_published", subject=row, facts={"h": row.commitment})
    return is_new
