"""What a firm reports of its own people: who joined or left; the bureau takes it over or says why not."""

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from evaluators.enums import StaffChangeStatus, StaffMove, StaffRole
from evaluators.models import Firm, LeadEvaluator, Practitioner, StaffChange
from evaluators.rules import lead_refusal
from evaluators.services.firms import FirmRefused, refuse_last_day
from evaluators.services.people import WORDS, end_practitioner, register_lead, register_practitioner
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.accounts.selectors import users_who_may
from foundation.audit.services import record
from foundation.core.crypto import decrypt, encrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.identifiers import id_facts
from foundation.files.services import SCANS, store
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.selectors import memberships_of, users_of_organisation
from parties.services import PersonDraft

Proof = tuple[str, bytes]  # name and content of a scan


@dataclass(frozen=True, slots=True)
class JoinedDraft:
    """Who joined a firm, as what, from ``day`` on; a lead evaluator with what R-10 asks of him."""

    role: StaffRole
    name: str
    id_number: str
    day: date
    phone: str = ""
    duty: str = ""
    title: str = ""
    certificate_number: str = ""
    works_since: date | None = None


@transaction.atomic
def report_joined(*, firm: Firm, draft: JoinedDraft, by: User, on: date, proof: Proof | None = None) -> StaffChange:
    """Report, for one's own firm, somebody who joined it; he belongs to it once the bureau has taken it over.

    Raise ``FirmRefused`` without name or a right ID number, for a day in the future, for one who is reported already,
    and for a lead evaluator who may not lead (R-10) or without a proof; ``FileRefused`` for a bad file.
    """
    firm = _own_firm(firm, by)
    _check_joined(firm, draft, on=on)
    if draft.role == StaffRole.LEAD and proof is None:
        message = _("Add the proof: certificate, or the paper of his title.")
        raise FirmRefused(Refusal("proof_missing", message, {"field": "proof"}))
    row = StaffChange(
        firm=firm,
        move=StaffMove.JOINED,
        role=draft.role,
        name=draft.name.strip(),
        id_sealed=encrypt(draft.id_number.strip().upper()),
        phone_sealed=encrypt(draft.phone.strip()),
        duty=draft.duty.strip(),
        day=draft.day,
    )
    if draft.role == StaffRole.LEAD:
        row.title, row.certificate_number = draft.title.strip(), draft.certificate_number.strip()
        row.works_since = draft.works_since
    return _reported(row, proof, by=by, on=on)


@transaction.atomic
def report_left(
    *,
    post: LeadEvaluator | Practitioner,
    day: date,
    by: User,
    on: date,
    reason: str = "",
    proof: Proof | None = None,
) -> StaffChange:
    """Report, for one's own firm, that somebody left it; until the bureau has taken it over he belongs to it.

    Raise ``FirmRefused`` for a post that has ended, for a day in the future or before it began, and where it is
    reported already.
    """
    firm = _own_firm(post.firm, by)
    post = type(post)._default_manager.select_for_update(of=("self",)).select_related("person").get(pk=post.pk)
    refuse_last_day(post, day, on=on, field="day")
    lead = post if isinstance(post, LeadEvaluator) else None
    row = StaffChange(
        firm=firm,
        move=StaffMove.LEFT,
        role=StaffRole.LEAD if lead else StaffRole.STAFF,
        lead=lead,
        practitioner=post if isinstance(post, Practitioner) else None,
        name=post.person.name,
        day=day,
        reason=reason.strip()[:200],
    )
    if _open_like(row).filter(lead=row.lead, practitioner=row.practitioner).exists():
        raise _reported_already()
    return _reported(row, proof, by=by, on=on)


@transaction.atomic
def withdraw_staff_change(*, change: StaffChange, by: User, on: date) -> StaffChange:
    """Take back, for one's own firm, what it reported and nobody decided yet."""
    _own_firm(change.firm, by)
    return _settled(_open_change(change), StaffChangeStatus.WITHDRAWN, "", by=by, on=on)


@transaction.atomic
def take_over_staff_change(*, change: StaffChange, by: User, on: date, same_name: str = "") -> StaffChange:
    """Write what a firm reported into the register, from its day on; the firm is told.

    ``same_name`` answers whether somebody of this name who is known is the same person. Raise as ``register_lead``,
    ``register_practitioner`` and ``end_practitioner``, which write it.
    """
    row = _kept_change(change, by)
    if row.move == StaffMove.LEFT:
        post = row.lead or row.practitioner
        if post is not None:
            end_practitioner(row=post, day=row.day, by=by, on=on)
        return _told(_settled(row, StaffChangeStatus.TAKEN_OVER, "", by=by, on=on))
    person = PersonDraft(row.name, decrypt(row.id_sealed), decrypt(row.phone_sealed), asks=True, same_name=same_name)
    if row.role == StaffRole.LEAD:
        row.lead = register_lead(
            firm=row.firm,
            person=person,
            title=row.title,
            works_since=row.works_since or row.day,
            certificate_number=row.certificate_number,
            started_on=row.day,
            by=by,
            on=on,
        )
    else:
        row.practitioner = register_practitioner(
            firm=row.firm, person=person, duty=row.duty, started_on=row.day, by=by, on=on
        )
    return _told(_settled(row, StaffChangeStatus.TAKEN_OVER, "", by=by, on=on))


@transaction.atomic
def decline_staff_change(*, change: StaffChange, words: str, by: User, on: date) -> StaffChange:
    """Leave the register as it is, with words that the firm reads; it may report anew."""
    row = _kept_change(change, by)
    if not words.strip():
        raise FirmRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    return _told(_settled(row, StaffChangeStatus.DECLINED, words, by=by, on=on))


def _own_firm(firm: Firm, by: User) -> Firm:
    """Return the firm, locked, for who answers for it."""
    works_here = memberships_of(by).filter(organisation_id=firm.organisation_id).exists()
    if not (works_here and may(by, Capability.FIRM_SIGN)):
        raise NotAllowed
    return Firm.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=firm.pk)


def _check_joined(firm: Firm, draft: JoinedDraft, *, on: date) -> None:
    if not draft.name.strip():
        raise FirmRefused(Refusal("name_missing", _("Give the name."), {"field": "name"}))
    if id_facts(draft.id_number.strip().upper()) is None:
        message = _("This is no national ID number: by it the bureau finds who is meant.")
        raise FirmRefused(Refusal("id_wrong", message, {"field": "id_number"}, "GB 11643—1999"))
    if draft.day > on:
        raise FirmRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "day"}))
    like = StaffChange(firm=firm, move=StaffMove.JOINED, role=draft.role)
    if any(decrypt(row.id_sealed) == draft.id_number.strip().upper() for row in _open_like(like)):
        raise _reported_already()
    if draft.role == StaffRole.STAFF:
        return
    if draft.works_since is None:
        message = _("Say since when he has worked: five years are asked of a lead evaluator.")
        raise FirmRefused(Refusal("works_since_missing", message, {"field": "works_since"}))
    rules = rules_for(bureau=firm.bureau, on=on)
    refusal = lead_refusal(
        title=draft.title,
        certificate_number=draft.certificate_number,
        works_since=draft.works_since,
        on=on,
        years=rules.value("lead_work_years"),
        source=rules.source("lead_work_years"),
    )
    if refusal:
        raise FirmRefused(replace(refusal, message=str(WORDS[refusal.code])))


def _open_like(row: StaffChange) -> QuerySet[StaffChange]:
    return StaffChange.objects.filter(firm=row.firm, move=row.move, role=row.role, status=StaffChangeStatus.REPORTED)


def _reported_already() -> FirmRefused:
    return FirmRefused(Refusal("reported_already", _("This is reported already; the bureau decides.")))


def _reported(row: StaffChange, proof: Proof | None, *, by: User, on: date) -> StaffChange:
    row.reported_by, row.reported_on = by, on
    row.save()
    if proof is not None:
        name, content = proof
        row.proof = store(bureau=row.firm.bureau, name=name, content=content, owner=row, by=by, accept=SCANS)
        row.save(update_fields=["proof"])
    facts = {"move": row.move, "role": row.role, "day": row.day, "on": on}
    record(actor=by, action="evaluators.staff_change_reported", subject=row.firm, facts=facts)
    keepers = users_who_may(row.firm.bureau, Capability.REGISTER, on=on)
    notify(users=keepers, code="staff_change_reported", path="/bureau/staff-changes/?status=REPORTED")
    return row


def _open_change(change: StaffChange) -> StaffChange:
    """Return the change, locked; raise ``FirmRefused`` where it is settled."""
    joins = ("firm__bureau", "firm__organisation", "lead", "practitioner")
    row = StaffChange.objects.select_for_update(of=("self",)).select_related(*joins).get(pk=change.pk)
    if not row.is_open:
        message = _("This is settled already: %(state)s.") % {"state": row.get_status_display()}
        raise FirmRefused(Refusal("change_settled", message))
    return row


def _kept_change(change: StaffChange, by: User) -> StaffChange:
    """Return the open change for who keeps the register of its bureau."""
    if by.bureau_id != change.firm.bureau_id or not may(by, Capability.REGISTER):
        raise NotAllowed
    return _open_change(change)


def _settled(row: StaffChange, status: StaffChangeStatus, words: str, *, by: User, on: date) -> StaffChange:
    row.status, row.words, row.decided_by, row.decided_on = status, words.strip()[:300], by, on
    row.id_sealed = row.phone_sealed = ""
    row.save()
    facts = {"change": row.pk, "move": row.move, "role": row.role, "status": status, "words": row.words, "on": on}
    record(actor=by, action="evaluators.staff_change_settled", subject=row.firm, facts=facts)
    return row


def _told(row: StaffChange) -> StaffChange:
    users = users_of_organisation(row.firm.organisation_id)
    notify(users=users, code="staff_change_settled", path="/firm/staff-changes/")
    return row
