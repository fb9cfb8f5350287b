"""An expert's specialties after admission: added, ended, asked for by himself, each with day, reason and proof."""

from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from experts.enums import AskStatus, SpecialtyChange
from experts.models import Expert, ExpertSpecialty, SpecialtyAsk
from experts.services.facts import ExpertRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.accounts.selectors import users_who_may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.files.models import StoredFile
from foundation.files.services import SCANS, store
from foundation.notices.services import notify
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import retired_refusal
from parties.selectors import memberships_of, users_of_person


class Proof(NamedTuple):
    """A scan as it was sent: its name and its bytes."""

    name: str
    content: bytes


@transaction.atomic
def add_specialty(
    *,
    expert: Expert,
    node: Node,
    reason: str,
    by: User,
    on: date,
    day: date | None = None,
    is_main: bool = False,
    proof: Proof | None = None,
) -> ExpertSpecialty:
    """Write that the expert has the specialty from ``day`` (today unless told); draws of that day on find him by it.

    With ``is_main`` the main one before it is so no more. Raise ``ExpertRefused`` without a reason, for a node that is
    no specialty of this bureau or has ended, for one that he has, and for a day in the future or one that an earlier
    spell covers.
    """
    require(by, Capability.REGISTER)
    row = _locked(expert, by)
    since = day or on
    _check_words(reason, since, on=on)
    if refusal := _node_refusal(row, node) or retired_refusal([node]):
        raise ExpertRefused(refusal)
    spells = ExpertSpecialty.objects.filter(expert=row, node=node)
    if spells.running().exists():
        raise ExpertRefused(Refusal("specialty_held", _("He has this specialty already."), {"field": "node"}))
    if spells.filter(ended_on__gt=since).exists():
        message = _("He had this specialty on that day already; give the day on which it ended or a later one.")
        raise ExpertRefused(Refusal("spells_overlap", message, {"field": "day"}))
    if is_main:
        _unseat_main(row, since)
    made = ExpertSpecialty.objects.create(
        expert=row, node=node, is_main=is_main, started_on=since, reason=reason.strip()[:200]
    )
    if proof is not None:
        made.proof = _kept(made, proof, by=by)
        made.save(update_fields=["proof"])
    facts = {"node": node.code, "main": is_main, "day": since, "reason": made.reason, "on": on}
    record(actor=by, action="experts.specialty_added", subject=row, facts=facts)
    return made


@transaction.atomic
def end_specialty(
    *,
    specialty: ExpertSpecialty,
    reason: str,
    by: User,
    on: date,
    day: date | None = None,
    proof: Proof | None = None,
) -> ExpertSpecialty:
    """End a specialty on ``day`` (today unless told): from then on no draw finds him by it; the past keeps it.

    Raise ``ExpertRefused`` without a reason, for one that has ended, and for a day in the future or before it began.
    """
    require(by, Capability.REGISTER)
    expert = _locked(specialty.expert, by)
    row = ExpertSpecialty.objects.select_for_update(of=("self",)).select_related("node").get(pk=specialty.pk)
    until = day or on
    _check_words(reason, until, on=on)
    if row.ended_on is not None:
        raise ExpertRefused(Refusal("specialty_ended", _("This specialty has ended already.")))
    if row.started_on is not None and until < row.started_on:
        message = _("The last day lies before the first.")
        raise ExpertRefused(Refusal("ends_before_start", message, {"field": "day"}))
    row.ended_on, row.end_reason = until, reason.strip()[:200]
    if proof is not None:
        row.end_proof = _kept(row, proof, by=by)
    row.save(update_fields=["ended_on", "end_reason", "end_proof"])
    facts = {"node": row.node.code, "day": until, "reason": row.end_reason, "on": on}
    record(actor=by, action="experts.specialty_ended", subject=expert, facts=facts)
    return row


@transaction.atomic
def make_main(*, specialty: ExpertSpecialty, by: User, on: date) -> ExpertSpecialty:
    """Make a running specialty the main one from ``on``; the main one before it is so no more."""
    require(by, Capability.REGISTER)
    expert = _locked(specialty.expert, by)
    row = ExpertSpecialty.objects.select_for_update(of=("self",)).select_related("node").get(pk=specialty.pk)
    if row.ended_on is not None:
        raise ExpertRefused(Refusal("specialty_ended", _("This specialty has ended already.")))
    if row.is_main:
        raise ExpertRefused(Refusal("main_already", _("It is the main one already.")))
    _unseat_main(expert, on)
    row = _other_rank(row, on)
    record(actor=by, action="experts.specialty_main", subject=expert, facts={"node": row.node.code, "on": on})
    return row


@transaction.atomic
def ask_specialty(
    *,
    expert: Expert,
    change: SpecialtyChange,
    node: Node,
    reason: str,
    by: User,
    on: date,
    proof: Proof | None = None,
) -> SpecialtyAsk:
    """Ask, as the expert himself, that a specialty be added or ended; who keeps the pool is told.

    Raise ``ExpertRefused`` without a reason, for an addition without a proof, for what he has (or has not), and for
    what is asked already.
    """
    if not memberships_of(by).filter(person_id=expert.person_id).exists():
        raise NotAllowed
    row = Expert.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=expert.pk)
    _check_words(reason, on, on=on)
    if refusal := _node_refusal(row, node) or (retired_refusal([node]) if change == SpecialtyChange.ADD else None):
        raise ExpertRefused(refusal)
    held = ExpertSpecialty.objects.filter(expert=row, node=node).running().exists()
    if held and change == SpecialtyChange.ADD:
        raise ExpertRefused(Refusal("specialty_held", _("You have this specialty already."), {"field": "node"}))
    if not held and change == SpecialtyChange.END:
        raise ExpertRefused(Refusal("specialty_not_held", _("You do not have this specialty."), {"field": "node"}))
    if change == SpecialtyChange.ADD and proof is None:
        message = _("Add the proof: certificate, diploma or list of works.")
        raise ExpertRefused(Refusal("proof_missing", message, {"field": "proof"}))
    if SpecialtyAsk.objects.filter(expert=row, node=node, change=change, status=AskStatus.ASKED).exists():
        raise ExpertRefused(Refusal("asked_already", _("You asked for this already; the bureau decides.")))
    ask = SpecialtyAsk.objects.create(
        expert=row, node=node, change=change, reason=reason.strip()[:200], asked_by=by, asked_on=on
    )
    if proof is not None:
        ask.proof = _kept(ask, proof, by=by)
        ask.save(update_fields=["proof"])
    keepers = users_who_may(row.bureau, Capability.REGISTER, on=on)
    notify(users=keepers, code="specialty_asked", path=f"/bureau/experts/{row.number}/specialties/")
    facts = {"change": change, "node": node.code, "on": on}
    record(actor=by, action="experts.specialty_asked", subject=row, facts=facts)
    return ask


@transaction.atomic
def accept_specialty_ask(*, ask: SpecialtyAsk, by: User, on: date, is_main: bool = False) -> SpecialtyAsk:
    """Do what the expert asked, from ``on``, with his reason and proof."""
    row = _open_ask(ask, by)
    if row.change == SpecialtyChange.ADD:
        made = add_specialty(expert=row.expert, node=row.node, reason=row.reason, is_main=is_main, by=by, on=on)
        made.proof = row.proof
        made.save(update_fields=["proof"])
    else:
        held = ExpertSpecialty.objects.filter(expert=row.expert, node=row.node).running().first()
        if held is None:
            raise ExpertRefused(Refusal("specialty_ended", _("This specialty has ended already.")))
        ended = end_specialty(specialty=held, reason=row.reason, by=by, on=on)
        ended.end_proof = row.proof
        ended.save(update_fields=["end_proof"])
    return _decided(row, AskStatus.ACCEPTED, "", by=by, on=on)


@transaction.atomic
def refuse_specialty_ask(*, ask: SpecialtyAsk, words: str, by: User, on: date) -> SpecialtyAsk:
    """Refuse what the expert asked, with words that he reads."""
    row = _open_ask(ask, by)
    if not words.strip():
        raise ExpertRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    return _decided(row, AskStatus.REFUSED, words.strip()[:200], by=by, on=on)


@transaction.atomic
def withdraw_specialty_ask(*, ask: SpecialtyAsk, by: User, on: date) -> SpecialtyAsk:
    """Take back, as the expert himself, what he asked and nobody decided yet."""
    row = _fresh(ask)
    if not memberships_of(by).filter(person_id=row.expert.person_id).exists():
        raise NotAllowed
    _refuse_decided(row)
    row.status, row.decided_by, row.decided_on = AskStatus.WITHDRAWN, by, on
    row.save(update_fields=["status", "decided_by", "decided_on"])
    facts = {"ask": row.pk, "on": on}
    record(actor=by, action="experts.specialty_ask_withdrawn", subject=row.expert, facts=facts)
    return row


def _locked(expert: Expert, by: User) -> Expert:
    row = Expert.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=expert.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    return row


def _fresh(ask: SpecialtyAsk) -> SpecialtyAsk:
    rows = SpecialtyAsk.objects.select_for_update(of=("self",))
    return rows.select_related("expert__bureau", "node", "proof").get(pk=ask.pk)


def _open_ask(ask: SpecialtyAsk, by: User) -> SpecialtyAsk:
    """Return the ask, locked, for who keeps the pool; raise ``ExpertRefused`` where it is decided."""
    row = _fresh(ask)
    if by.bureau_id != row.expert.bureau_id or not may(by, Capability.REGISTER):
        raise NotAllowed
    _refuse_decided(row)
    return row


def _refuse_decided(row: SpecialtyAsk) -> None:
    if row.status != AskStatus.ASKED:
        message = _("This is settled already: %(state)s.") % {"state": row.get_status_display()}
        raise ExpertRefused(Refusal("ask_settled", message))


def _decided(row: SpecialtyAsk, status: AskStatus, words: str, *, by: User, on: date) -> SpecialtyAsk:
    row.status, row.words, row.decided_by, row.decided_on = status, words, by, on
    row.save(update_fields=["status", "words", "decided_by", "decided_on"])
    notify(users=users_of_person(row.expert.person_id), code="specialty_ask_decided", path="/expert/record/")
    facts = {"ask": row.pk, "status": status, "words": words, "on": on}
    record(actor=by, action="experts.specialty_ask_decided", subject=row.expert, facts=facts)
    return row


def _check_words(reason: str, day: date, *, on: date) -> None:
    if not reason.strip():
        raise ExpertRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if day > on:
        raise ExpertRefused(Refusal("begins_later", _("The day lies in the future."), {"field": "day"}))


def _node_refusal(expert: Expert, node: Node) -> Refusal | None:
    if node.bureau_id != expert.bureau_id or node.tree != TreeKind.SPECIALTY:
        return Refusal("no_specialty", _("This is no specialty of the bureau’s tree."), {"field": "node"})
    return None


def _unseat_main(expert: Expert, day: date) -> None:
    mains = ExpertSpecialty.objects.select_for_update(of=("self",)).filter(expert=expert, is_main=True).running()
    for row in mains:
        _other_rank(row, day)


def _other_rank(row: ExpertSpecialty, day: date) -> ExpertSpecialty:
    """Turn main into not main, or the other way: a row ends and one begins; on its first day it is changed itself."""
    if row.started_on is not None and row.started_on >= day:
        row.is_main = not row.is_main
        row.save(update_fields=["is_main"])
        return row
    row.ended_on = day
    row.save(update_fields=["ended_on"])
    return ExpertSpecialty.objects.create(
        expert=row.expert, node=row.node, is_main=not row.is_main, started_on=day, reason=row.reason, proof=row.proof
    )


def _kept(owner: ExpertSpecialty | SpecialtyAsk, proof: Proof, *, by: User) -> StoredFile:
    expert = owner.expert
    return store(bureau=expert.bureau, name=proof.name, content=proof.content, owner=owner, by=by, accept=SCANS)
