"""The seed of a batch on its page: commitment, parties, outside value, earlier attempts, record, a new attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.enums import BatchStatus
from assignments.selectors.batches import earlier_attempts
from assignments.selectors.seeding import is_at_table, is_outside, used_value
from faces.pages.bureau.outside_values import told_sources
from faces.pages.shared import formats
from faces.pages.shared.sections import Act, Cell, Section
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch, BatchParty
    from foundation.accounts.models import User

BY_REASON: Final = frozenset({BatchStatus.PREPARED, BatchStatus.SOLVING, BatchStatus.FROZEN})


def seed_section(batch: AssignmentBatch, user: User) -> Section:
    """Return the commitment of phase 1, the parties, the outside value, earlier attempts, and the record."""
    pairs: list[tuple[StrOrPromise, Cell | object]] = []
    if batch.commitment:
        pairs.append((_("Commitment"), batch.commitment))
    pairs += [(party.get_role_display(), f"{party.user.name}　{_state(batch, party)}") for party in batch.parties.all()]
    for source in told_sources(batch):
        words = f"{source.kind} {source.name}，{formats.moment(source.at)}　{source.state}"
        pairs.append((_("Public value"), "　".join(filter(None, (words, source.value, source.words)))))
    pairs += [
        (_("Earlier attempt"), Cell(row.number, reverse("pages:batch", args=[row.number])))
        for row in earlier_attempts(batch)
    ]
    if batch.commitment:
        pairs.append((_("Receipt outside"), batch.outside_receipt or _("none yet: the record prints UNWITNESSED")))
    ordered = ((batch.head, _("section head")), (batch.witness, _("witness")))
    pairs += [(_("New attempt ordered by"), f"{word}　{who.name}") for who, word in ordered if who is not None]
    acts = (*_party_acts(batch, user), *_record_acts(batch, user), *_ending_acts(batch, user))
    return Section(_("Seed and record"), pairs=tuple(pairs), acts=acts)


def _state(batch: AssignmentBatch, party: BatchParty) -> str:
    if party.nonce:
        return _("shown")
    if is_outside(batch) and (batch.seed or batch.status == BatchStatus.REVEALED):
        return _("silent: enters as null")
    return _("committed") if party.commitment else _("waits")


def _act(batch: AssignmentBatch, label: StrOrPromise, page: str) -> Act:
    return Act(label, reverse(f"pages:{page}", args=[batch.number]))


def _is_party(batch: AssignmentBatch, user: User) -> bool:
    return any(party.user_id == user.pk for party in batch.parties.all())


def _party_acts(batch: AssignmentBatch, user: User) -> list[Act]:
    """Return what a party, or who sits at the table, may do besides the step that is next."""
    acts = []
    if batch.status in {BatchStatus.FROZEN, BatchStatus.COMMITTED} and _is_party(batch, user):
        acts.append(_act(batch, _("Slip with the commitment"), "batch-slip"))
        acts.append(_act(batch, _("Note the receipt"), "batch-receipt"))
    if batch.status == BatchStatus.COMMITTED and is_at_table(user, batch):
        acts.append(_act(batch, _("Show a nonce from its slip"), "batch-from-slip"))
    is_made = bool(batch.seed) and batch.status not in {BatchStatus.VOID, BatchStatus.SUBMITTED}
    if is_made and is_at_table(user, batch) and used_value(batch) is not None:
        waits = any(row.confirmed_at is None and row.dropped_at is None for row in batch.values.all())
        page = "batch-value-confirm" if waits else "batch-value"
        acts.append(_act(batch, _("Correct the public value"), page))
    return acts


def _record_acts(batch: AssignmentBatch, user: User) -> list[Act]:
    acts = []
    if batch.record and batch.commitment and may(user, Capability.WITNESS):
        acts.append(_act(batch, _("Open the leaves"), "supervisor-batch-leaves"))
    if batch.record and batch.commitment:
        acts.append(_act(batch, _("Record (PDF)"), "batch-paper"))
    if batch.record:
        acts.append(_act(batch, _("Record (JSON)"), "batch-record"))
        acts.append(Act("verify_draw.py", reverse("pages:public-verify-file", args=["verify_draw.py"])))
    return acts


def _ending_acts(batch: AssignmentBatch, user: User) -> list[Act]:
    """Return what ends the attempt: the operator's word, or the order of section head and witness."""
    acts = []
    is_void_able = batch.status in BY_REASON or (batch.status == BatchStatus.COMMITTED and not is_outside(batch))
    if is_void_able and may(user, Capability.DRAW):
        acts.append(_act(batch, _("Declare the attempt void"), "batch-void"))
    may_order = may(user, Capability.CONFIRM) or (_is_party(batch, user) and may(user, Capability.WITNESS))
    if batch.status == BatchStatus.DRAWN and may_order and user.pk not in {batch.head_id, batch.witness_id}:
        acts.append(_act(batch, _("Order a new attempt"), "batch-order-again"))
    return acts
