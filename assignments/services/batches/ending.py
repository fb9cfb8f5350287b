"""How an attempt of a batch ends without a result that holds: as a draw does. Rules R-42, R-62."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import BatchAction, BatchStatus, DrawProfile, PartyRole
from assignments.models import AssignmentBatch
from assignments.rules.draws import SOURCE
from assignments.selectors.seeding import GIVEN_UP, MISSING, ORDERED, REFUSED, is_outside, is_overdue, missing_role
from assignments.services.batches.facts import (
    BatchRefused,
    does_not_follow,
    keep_record,
    locked,
    move,
    require_operator,
    rules_of,
)
from assignments.services.batches.failing import fail_silent
from assignments.services.batches.naming import forget_naming
from assignments.services.batches.protocol import BATCH
from assignments.services.seeding import close_reveals, require_missing
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.selectors import of_subject
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal


@transaction.atomic
def void(
    *, batch: AssignmentBatch, words: str, by: User, at: datetime, role: PartyRole | None = None
) -> AssignmentBatch:
    """End an attempt: nothing is seated, and the next attempt tells of it.

    Before the freeze the operator gives it up for a reason. Later only for a commitment that is missing after its time,
    or a nonce that is missing after its minutes: ``BatchRefused`` otherwise. Drawing again after the draw is
    ``order_again``.
    """
    batch = locked(batch)
    require_operator(batch, by)
    if not words.strip():
        raise BatchRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    if batch.status == BatchStatus.DRAWN:
        message = _("A drawn batch is drawn anew only by order of the section head and the witness together.")
        raise BatchRefused(Refusal("not_ordered", message, {}, SOURCE))
    if batch.status in {BatchStatus.FROZEN, BatchStatus.COMMITTED}:
        require_missing(batch, role, at, rules_of(batch, at), refused=BatchRefused)
    if batch.status == BatchStatus.REVEALED or (batch.status == BatchStatus.COMMITTED and is_outside(batch)):
        message = _("With an outside value a silent party stops nothing: the value is typed when it is known.")
        raise BatchRefused(Refusal("no_ground", message, {}, SOURCE))
    grounds = {BatchStatus.COMMITTED: REFUSED, BatchStatus.FROZEN: MISSING}
    ground = grounds.get(BatchStatus(batch.status), GIVEN_UP)
    _end(batch, ground, missing_role(batch) if batch.commitment else "", words=words.strip(), by=by, at=at)
    forget_naming(batch, reason=_("The batch is void."), by=by, on=timezone.localdate(at))
    return batch


@transaction.atomic
def order_again(*, batch: AssignmentBatch, words: str, by: User, at: datetime) -> AssignmentBatch:
    """Order a new attempt of a drawn batch that who approves gave back: section head and witness, in either order.

    With both the batch is void and the record says so. Raise ``NotAllowed`` for others, ``BatchRefused`` without a
    reason, or where nobody gave it back. The same order again changes nothing.
    """
    batch = locked(batch)
    is_witness = batch.parties.filter(user=by, role=PartyRole.WITNESS).exists() and may(by, Capability.WITNESS)
    is_head = not is_witness and by.bureau_id == batch.bureau_id and may(by, Capability.CONFIRM)
    if not (is_witness or is_head):
        raise NotAllowed(_("Only the section head and the witness of this batch order a new attempt."))
    if by.pk in {batch.head_id, batch.witness_id}:
        return batch
    if batch.status != BatchStatus.DRAWN:
        raise does_not_follow(batch, BatchAction.VOID)
    if not words.strip():
        raise BatchRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    if not of_subject(batch).filter(kind="BATCH", status=ApprovalStatus.RETURNED).exists():
        message = _("A drawn batch is drawn anew only after who approves gave it back.")
        raise BatchRefused(Refusal("not_given_back", message, {}, SOURCE))
    if is_witness:
        batch.witness, batch.witness_at = by, at
    else:
        batch.head, batch.head_at = by, at
    batch.void_words = "；".join(filter(None, (batch.void_words, words.strip())))[:300]
    batch.save(update_fields=["head", "head_at", "witness", "witness_at", "void_words"])
    facts = {"is_witness": is_witness, "words": words.strip()[:300], "at": at}
    record(actor=by, action="batches.ordered_again", subject=batch, facts=facts)
    if batch.head_id and batch.witness_id:
        _end(batch, ORDERED, "", words=batch.void_words, by=by, at=at)
    return batch


def settle_due(*, at: datetime) -> int:
    """Settle every batch whose time has passed by ``at``, and those whose job is silent; return how many.

    Run every minute.
    """
    frozen = AssignmentBatch.objects.filter(status=BatchStatus.FROZEN, commit_until__lt=at)
    open_ones = AssignmentBatch.objects.filter(profile=DrawProfile.OUTSIDE, reveal_until__lt=at)
    due = list((frozen | open_ones.filter(status=BatchStatus.COMMITTED)).order_by("pk"))
    for batch in due:
        settle(batch=batch, at=at)
    return len(due) + fail_silent(at=at)


@transaction.atomic
def settle(*, batch: AssignmentBatch, at: datetime) -> AssignmentBatch:
    """Bring a batch in line with its times: a missing commitment ends it, a missing nonce enters as null.

    Changes nothing before the time, nor twice.
    """
    batch = locked(batch)
    if not is_overdue(batch, at):
        return batch
    if batch.status == BatchStatus.COMMITTED:
        close_reveals(BATCH, batch, by="system")
    else:
        words = _("A commitment was missing when its time was over.")
        _end(batch, MISSING, missing_role(batch), words=words, by="system", at=at)
    return batch


def _end(batch: AssignmentBatch, ground: str, role: str, *, words: str, by: User | str, at: datetime) -> None:
    move(batch, BatchAction.VOID)
    batch.void_ground, batch.void_role, batch.void_words = ground, role, words[:300]
    batch.save(update_fields=["status", "void_ground", "void_role", "void_words"])
    if batch.commitment:
        keep_record(batch)
    facts = {"ground": ground, "role": role, "words": batch.void_words, "on": timezone.localdate(at)}
    record(actor=by, action="batches.void", subject=batch, facts=facts)
    seal()
