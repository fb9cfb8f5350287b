"""Publishing the record of a batch: everything that a stranger needs to prove it and to draw it again."""

import json
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import AssignmentBatch
from assignments.selectors.batches import PUBLISHED_FROM, is_over, tasks_of
from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.permissions import may_publish
from disclosure.services.copies import Copy, PublicationRefused, freeze_copy, supersede
from foundation.accounts.models import User
from foundation.core.errors import NotAllowed, Refusal

BODY_TYPE = "gongping/batch-publication/1"


@transaction.atomic
def publish_batch(*, batch: AssignmentBatch, by: User, on: date) -> Publication:
    """Freeze and publish the record of a seated batch, or of a void attempt whose commitment was public.

    A changed record (replacements, names) replaces the copy and leaves its trace. Raise ``PublicationRefused`` before
    the batch is approved, where the record would name somebody before every review is over, and where the same record
    is public already.
    """
    batch = AssignmentBatch.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=batch.pk)
    if not may_publish(by, batch.bureau):
        raise NotAllowed
    if batch.status not in PUBLISHED_FROM or not batch.record:
        message = _("The batch is not decided yet: %(state)s.") % {"state": batch.get_status_display()}
        raise PublicationRefused(Refusal("not_decided", message, {"status": batch.status}))
    if batch.record.get("openings") and not is_over(batch):
        message = _("Names are published only after all reviews of the batch are over.")
        raise PublicationRefused(Refusal("names_too_early", message))
    tasks = tasks_of(batch)
    copy = Copy(
        kind=PublicationKind.BATCH,
        subject=batch,
        title=batch.title,
        work_year=batch.work_year,
        body=batch_body(batch, titles=[task.re_review.evaluation.title for task in tasks]),
        is_demo=any(task.re_review.evaluation.is_demo for task in tasks),
    )
    supersede(copy, by=by, on=on)
    return freeze_copy(copy, bureau=batch.bureau, by=by, on=on)


def batch_body(batch: AssignmentBatch, *, titles: list[str]) -> dict[str, Any]:
    """Return everything that strangers will read of a batch; ``titles`` are those of its tasks in their order."""
    return {
        "type": BODY_TYPE,
        "bureau": batch.bureau.name,
        "number": batch.number,
        "title": batch.title,
        "attempt": batch.attempt,
        "tasks": titles,
        "numbers": json.loads(batch.freeze_text)["tasks"],
        "frozen_at": batch.frozen_at.isoformat() if batch.frozen_at else "",
        "drawn_at": batch.drawn_at.isoformat() if batch.drawn_at else "",
        "parties": [
            {"role": party.role, "revealed_at": party.revealed_at.isoformat() if party.revealed_at else ""}
            for party in batch.parties.order_by("pk")
        ],
        "record": dict(batch.record or {}),
    }
