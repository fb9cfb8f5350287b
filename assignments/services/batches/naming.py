"""The approval of who is named for a re-review or kept from it, before anything is frozen. Rules R-37, R-48."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import BatchAction, BatchStatus, PairKind
from assignments.models import AssignmentBatch, BatchPair
from assignments.rules.batches import SOURCE
from assignments.selectors.batches import naming_agreed, naming_running, pairs_of
from assignments.services.batches.facts import BatchRefused, does_not_follow, locked, require_operator
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.services import lapse, submit
from foundation.core.errors import Refusal


@transaction.atomic
def submit_pairs(*, batch: AssignmentBatch, by: User, on: date) -> Approval:
    """Put who is named and kept away, with the reasons, before who approves; without it such a batch is not frozen.

    Raise ``BatchRefused`` where nobody is, or where all of it was agreed already.
    """
    batch = locked(batch)
    require_operator(batch, by)
    if batch.status != BatchStatus.PREPARED:
        raise does_not_follow(batch, BatchAction.CHANGE)
    pairs = pairs_of(batch)
    if not pairs:
        message = _("Nobody is named or kept away; there is nothing to approve.")
        raise BatchRefused(Refusal("nobody_named", message, {}, SOURCE))
    if naming_agreed(batch, pairs):
        message = _("Who is named and kept away is approved already.")
        raise BatchRefused(Refusal("naming_agreed", message, {}, SOURCE))
    title = _("Batch assignment %(number)s: who is named and kept away") % {"number": batch.number}
    facts = {"number": batch.number, "title": batch.title, "pairs": [pair.pk for pair in pairs], **told_pairs(pairs)}
    return submit(bureau=batch.bureau, kind="NAMING", subject=batch, title=title[:200], facts=facts, by=by, on=on)


def told_pairs(pairs: Sequence[BatchPair]) -> dict[str, list[str]]:
    """Return who is named and who is kept away, each with re-review and reason, as an approval shows them."""
    said = [(pair.kind, f"{pair.task.re_review.number} {pair.expert.person.name}：{pair.reason}") for pair in pairs]
    return {
        "named": [words for kind, words in said if kind == PairKind.PIN],
        "kept_away": [words for kind, words in said if kind == PairKind.FORBID],
    }


def require_naming(batch: AssignmentBatch) -> None:
    """Raise ``BatchRefused`` where somebody is named or kept away and who approves has not agreed to all of it."""
    pairs = pairs_of(batch)
    if pairs and naming_agreed(batch, pairs) is None:
        message = _("Who is named and kept away must be approved before the freeze; submit it for approval first.")
        raise BatchRefused(Refusal("naming_not_agreed", message, {}, SOURCE))


def forget_naming(batch: AssignmentBatch, *, reason: str, by: User, on: date) -> None:
    """Close an approval that still waits: what it was asked for has changed."""
    approval = naming_running(batch)
    if approval is not None:
        lapse(approval=approval, reason=reason, by=by, on=on)
