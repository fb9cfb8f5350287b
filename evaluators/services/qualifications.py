"""Qualifications of firms and lead evaluators: recorded, handed in, accepted, returned, withdrawn; who is reminded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from evaluators.enums import QualificationAction, QualificationStatus
from evaluators.models import Firm, FormerAcceptance, LeadEvaluator, Qualification
from evaluators.rules import reminder_due
from evaluators.selectors import Ending, endings
from evaluators.services.firms import FirmRefused
from evaluators.transitions import QUALIFICATION
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.accounts.selectors import users_who_may
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import NotAllowed, Refusal, TransitionRefused
from foundation.files.services import SCANS, store
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.selectors import memberships_of, users_of_organisation

LATE_DAYS: Final = 30  # for how long after the last day a missed notice of the end is made up for


@dataclass(frozen=True, slots=True)
class QualificationDraft:
    """A qualification with its number and last day; ``lead`` where it is one person's."""

    firm: Firm
    name: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None = None
    lead: LeadEvaluator | None = None
    is_certificate: bool = False


@transaction.atomic
def add_qualifications(*, drafts: Sequence[QualificationDraft], by: User, on: date) -> list[Qualification]:
    """Write accepted qualifications; one of the same firm, name, number and first day gets its new last day.

    Another first day is a renewal and stands beside the one before. Raise ``FirmRefused`` for one that ends before it
    begins, naming its place among ``drafts``.
    """
    for index, draft in enumerate(drafts):
        if draft.valid_to is not None and draft.valid_to < draft.valid_from:
            message = _("The last day lies before the first.")
            raise FirmRefused(Refusal("ends_before_start", message, {"field": "valid_to", "index": index}))
    rows = [
        Qualification(
            firm=draft.firm,
            lead=draft.lead,
            name=draft.name,
            number=draft.number,
            issuer=draft.issuer,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            is_certificate=draft.is_certificate,
            accepted_by=by,
            accepted_on=on,
        )
        for draft in drafts
    ]
    Qualification.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["firm", "name", "number", "valid_from"],
        update_fields=["issuer", "valid_to"],
    )
    for firm in {draft.firm.pk: draft.firm for draft in drafts}.values():
        record(actor=by, action="evaluators.qualifications_recorded", subject=firm, facts={"on": on})
    return rows


@transaction.atomic
def record_qualification(
    *, draft: QualificationDraft, by: User, on: date, proof: tuple[str, bytes] | None = None
) -> Qualification:
    """Write one qualification that the bureau saw, with its scan (name, content) where there is one: accepted at once.

    Raise ``FirmRefused`` for one that ends before it begins, ``FileRefused`` for a bad file.
    """
    require(by, Capability.REGISTER)
    _check(draft, on=on)
    add_qualifications(drafts=[draft], by=by, on=on)
    row = Qualification.objects.select_related("lead").get(
        firm=draft.firm, name=draft.name, number=draft.number, valid_from=draft.valid_from
    )
    row.status, row.lead, row.is_certificate = QualificationStatus.ACCEPTED, draft.lead, draft.is_certificate
    row.accepted_by, row.accepted_on = by, on
    row.save(update_fields=["status", "lead", "is_certificate", "accepted_by", "accepted_on"])
    _keep_proof(row, proof, by=by)
    _bring_lead_up_to_date(row)
    return row


@transaction.atomic
def hand_in_qualification(
    *, draft: QualificationDraft, proof: tuple[str, bytes] | None, by: User, on: date
) -> Qualification:
    """Hand in a qualification for one's own firm, with its scan; it counts once the bureau has accepted it.

    Raise ``FirmRefused`` without a scan, for days in the wrong order, and for one that the register knows.
    """
    works_here = memberships_of(by).filter(organisation_id=draft.firm.organisation_id).exists()
    if not (works_here and may(by, Capability.FIRM_DESK)):
        raise NotAllowed
    _check(draft, on=on)
    if proof is None:
        message = _("Add the scan: the bureau accepts a qualification by its proof.")
        raise FirmRefused(Refusal("proof_missing", message, {"field": "proof"}))
    known = Qualification.objects.filter(
        firm=draft.firm, name=draft.name, number=draft.number, valid_from=draft.valid_from
    )
    if known.exclude(status__in=[QualificationStatus.RETURNED, QualificationStatus.WITHDRAWN]).exists():
        message = _("This qualification with this first day is in the register already.")
        raise FirmRefused(Refusal("qualification_known", message, {"field": "number"}))
    row = known.select_for_update().first() or Qualification(
        firm=draft.firm, name=draft.name, number=draft.number, valid_from=draft.valid_from
    )
    row.lead, row.issuer, row.valid_to, row.is_certificate = (
        draft.lead,
        draft.issuer,
        draft.valid_to,
        draft.is_certificate,
    )
    row.status, row.handed_in_by, row.accepted_by, row.accepted_on, row.words = (
        QualificationStatus.HANDED_IN, by, None, None, "",
    )  # fmt: skip
    row.save()
    _keep_proof(row, proof, by=by)
    notify(
        users=users_who_may(draft.firm.bureau, Capability.REGISTER, on=on), code="qualification_handed_in",
        path="/bureau/qualifications/?status=HANDED_IN",
    )  # fmt: skip
    record(actor=by, action="evaluators.qualification_handed_in", subject=row, facts={"on": on})
    return row


@transaction.atomic
def accept_qualification(*, row: Qualification, by: User, on: date) -> Qualification:
    """Accept what a firm handed in: it counts from ``on``. Raise ``TransitionRefused``, ``NotAllowed``."""
    row = _moved(row, QualificationAction.ACCEPT, by=by)
    row.accepted_by, row.accepted_on = by, on
    row.save(update_fields=["status", "accepted_by", "accepted_on"])
    _bring_lead_up_to_date(row)
    _tell(row)
    record(actor=by, action="evaluators.qualification_accepted", subject=row, facts={"on": on})
    return row


@transaction.atomic
def return_qualification(*, row: Qualification, words: str, by: User, on: date) -> Qualification:
    """Return what a firm handed in, with words; it may be handed in again."""
    return _refused(row, QualificationAction.RETURN, words, by=by, on=on)


@transaction.atomic
def withdraw_qualification(*, row: Qualification, words: str, by: User, on: date) -> Qualification:
    """Withdraw an accepted qualification that should not count from ``on``, with words; the row stays.

    Past days keep that it counted until then.
    """
    return _refused(row, QualificationAction.WITHDRAW, words, by=by, on=on)


@transaction.atomic
def remind_expiring(*, on: date) -> int:
    """Tell firms and who keeps the register of qualifications that end soon, and that have ended; return how many.

    One notice for each day of the rule, whatever ran when; what was renewed is left alone. Run daily. Rule R-53.
    """
    return sum(_remind(bureau, on) for bureau in Bureau.objects.order_by("pk"))


def _remind(bureau: Bureau, on: date) -> int:
    days = [int(day) for day in rules_for(bureau=bureau, on=on).value("expiry_reminder_days")]
    count = 0
    clerks: list[User] | None = None
    for ending in endings(bureau, since=on - timedelta(days=LATE_DAYS), until=on + timedelta(days=max(days))):
        day = reminder_due(last_day=ending.last_day, on=on, days=days)
        if day is None:
            continue
        if clerks is None:
            clerks = list(users_who_may(bureau, Capability.REGISTER, on=on))
        count += _tell_ending(ending, day, clerks)
    return count


def _tell_ending(ending: Ending, day: int, clerks: Sequence[User]) -> int:
    once = f"{ending.key}:{ending.last_day.isoformat()}:{day}"
    code = "qualification_ends" if day else "qualification_ended"
    facts = {"last_day": ending.last_day.isoformat(), "days": day}
    firm = users_of_organisation(ending.firm.organisation_id)
    own = notify(users=firm, code=code, facts=facts, path="/firm/record/", once=once)
    path = f"/bureau/firms/{ending.firm.number}/?tab=people"
    return own + notify(users=clerks, code=code, facts=facts, path=path, once=once)


def _check(draft: QualificationDraft, *, on: date) -> None:
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        message = _("The last day lies before the first.")
        raise FirmRefused(Refusal("ends_before_start", message, {"field": "valid_to"}))
    lead = draft.lead
    if lead is None and draft.is_certificate:
        message = _("A practising certificate is one person’s: say whose.")
        raise FirmRefused(Refusal("lead_missing", message, {"field": "lead"}))
    if lead is not None and (lead.firm_id != draft.firm.pk or (lead.ended_on is not None and lead.ended_on <= on)):
        message = _("This person is no lead evaluator today.")
        raise FirmRefused(Refusal("lead_not_current", message, {"field": "lead"}))


def _keep_proof(row: Qualification, proof: tuple[str, bytes] | None, *, by: User) -> None:
    if proof is not None:
        name, content = proof
        row.proof = store(bureau=row.firm.bureau, name=name, content=content, owner=row, by=by, accept=SCANS)
        row.save(update_fields=["proof"])


def _bring_lead_up_to_date(row: Qualification) -> None:
    """Write the practising certificate that lasts longest at its lead evaluator. Rule R-10."""
    lead = row.lead
    if lead is None:
        return
    papers = Qualification.objects.filter(lead=lead, is_certificate=True, status=QualificationStatus.ACCEPTED)
    best = max(papers, key=lambda one: (one.valid_to or date.max, one.valid_from), default=None)
    if best is not None:
        LeadEvaluator.objects.filter(pk=lead.pk).update(
            certificate_number=best.number, certificate_valid_to=best.valid_to
        )


def _moved(row: Qualification, action: QualificationAction, *, by: User) -> Qualification:
    rows = Qualification.objects.select_for_update(of=("self",))
    row = rows.select_related("firm__bureau", "firm__organisation").get(pk=row.pk)
    if by.bureau_id != row.firm.bureau_id or not may(by, Capability.REGISTER):
        raise NotAllowed
    after = QUALIFICATION.get((QualificationStatus(row.status), action))
    if after is None:
        message = _("The qualification is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="qualification", status=row.status, action=action, message=message)
    row.status = after
    return row


def _refused(row: Qualification, action: QualificationAction, words: str, *, by: User, on: date) -> Qualification:
    row = _moved(row, action, by=by)
    if not words.strip():
        raise FirmRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    row.words = words.strip()[:300]
    row.save(update_fields=["status", "words"])
    if action == QualificationAction.WITHDRAW:
        FormerAcceptance.objects.create(qualification=row, started_on=_counts_from(row), ended_on=on)
    if action == QualificationAction.WITHDRAW and row.lead_id and row.is_certificate:
        rest = Qualification.objects.filter(lead=row.lead_id, is_certificate=True, status=QualificationStatus.ACCEPTED)
        if rest.exists():
            _bring_lead_up_to_date(row)
        else:  # without a paper that counts the certificate has ended the day before
            LeadEvaluator.objects.filter(pk=row.lead_id).update(certificate_valid_to=on - timedelta(days=1))
    _tell(row)
    facts = {"words": row.words, "on": on}
    record(actor=by, action=f"evaluators.qualification_{row.status.lower()}", subject=row, facts=facts)
    return row


def _counts_from(row: Qualification) -> date:
    """Return the day from which an accepted qualification counts, as ``QualificationQuerySet.recognised_on`` says."""
    was_entered = row.handed_in_by_id is None and not row.former_acceptances.exists()
    return row.valid_from if was_entered or row.accepted_on is None else max(row.valid_from, row.accepted_on)


def _tell(row: Qualification) -> None:
    users = users_of_organisation(row.firm.organisation_id)
    notify(users=users, code="qualification_decided", path="/firm/record/")
