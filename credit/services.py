"""Writing credit events."""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from credit.enums import CreditKind
from credit.models import CreditEvent
from credit.rules import deduction
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal, TransitionRefused
from foundation.files.services import DOCUMENTS, SCANS, store
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.models import Organisation, Person
from parties.selectors import users_of_organisation, users_of_person

Evidence = tuple[str, bytes]  # name and content of a file
EVIDENCE: Final = DOCUMENTS | SCANS
MERIT: Final = "merit"


class CreditRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The event cannot be written."""


@transaction.atomic
def record_violation(
    *,
    bureau: Bureau,
    code: str,
    words: str,
    by: User,
    on: date,
    organisation: Organisation | None = None,
    person: Person | None = None,
    evidence: Evidence | None = None,
) -> CreditEvent:
    """Write a deduction of one party that expires by itself; a repeat inside a running period doubles (R-28).

    The party's users are told. Raise ``CreditRefused`` for an unknown code, missing words, or anything but one party,
    ``FileRefused`` for bad evidence.
    """
    require(by, Capability.CONFIRM)
    _check(words, organisation, person)
    steps = rules_for(bureau=bureau, on=on).value("deduction_steps")
    if code not in steps:
        raise CreditRefused(Refusal("code_unknown", _("This is no step of the deductions."), {"field": "code"}))
    same = CreditEvent.objects.select_for_update().filter(organisation=organisation, person=person, code=code)
    points, expires_on = deduction(steps, code, occurred_on=on, is_repeat=same.running_on(on).exists())
    row = CreditEvent.objects.create(
        bureau=bureau,
        organisation=organisation,
        person=person,
        kind=CreditKind.VIOLATION,
        code=code,
        points=points,
        occurred_on=on,
        expires_on=expires_on,
        words=words.strip(),
        recorded_by=by,
    )
    _keep_evidence(row, evidence, by)
    facts = {"code": code, "points": points, "until": expires_on, "sha256": row.evidence.sha256 if row.evidence else ""}
    record(actor=by, action="credit.recorded", subject=row, facts=facts)
    _tell(row, "credit_recorded")
    return row


@transaction.atomic
def record_merit(
    *,
    bureau: Bureau,
    words: str,
    expires_on: date,
    by: User,
    on: date,
    organisation: Organisation | None = None,
    person: Person | None = None,
    evidence: Evidence | None = None,
) -> CreditEvent:
    """Write a merit of one party, shown until ``expires_on``; it has no points, so it never offsets a deduction.

    Raise ``CreditRefused`` for missing words, a day that is not later, or anything but one party.
    """
    require(by, Capability.CONFIRM)
    _check(words, organisation, person)
    if expires_on <= on:
        raise CreditRefused(Refusal("expires_too_early", _("The day lies after today."), {"field": "expires_on"}))
    row = CreditEvent.objects.create(
        bureau=bureau,
        organisation=organisation,
        person=person,
        kind=CreditKind.MERIT,
        code=MERIT,
        points=0,
        occurred_on=on,
        expires_on=expires_on,
        words=words.strip(),
        recorded_by=by,
    )
    _keep_evidence(row, evidence, by)
    record(actor=by, action="credit.merit_recorded", subject=row, facts={"until": expires_on, "on": on})
    _tell(row, "merit_recorded")
    return row


def _check(words: str, organisation: Organisation | None, person: Person | None) -> None:
    if (organisation is None) == (person is None):
        raise CreditRefused(Refusal("one_party", _("Name one firm or one person.")))
    if not words.strip():
        raise CreditRefused(Refusal("words_missing", _("Say what happened."), {"field": "words"}))


def _keep_evidence(row: CreditEvent, evidence: Evidence | None, by: User) -> None:
    if evidence is None:
        return
    name, content = evidence
    row.evidence = store(bureau=row.bureau, name=name, content=content, owner=row, by=by, accept=EVIDENCE)
    row.save(update_fields=["evidence"])


def _tell(row: CreditEvent, code: str) -> None:
    """Tell the party's users that something stands in their record."""
    if row.organisation_id is not None:
        notify(users=users_of_organisation(row.organisation_id), code=code)
    elif row.person_id is not None:
        notify(users=users_of_person(row.person_id), code=code)


@transaction.atomic
def void_event(*, event: CreditEvent, reason: str, by: User, on: date) -> CreditEvent:
    """End an event that was wrong; its row stays. Raise ``TransitionRefused`` where it is void already."""
    require(by, Capability.CONFIRM)
    if not reason.strip():
        raise CreditRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    event = CreditEvent.objects.select_for_update().get(pk=event.pk)
    if event.voided_on:
        message = _("This event is void already.")
        raise TransitionRefused(noun="credit_event", status="VOID", action="VOID", message=message)
    event.voided_on = on
    event.save(update_fields=["voided_on"])
    record(actor=by, action="credit.voided", subject=event, facts={"reason": reason, "on": on})
    _tell(event, "credit_voided")
    return event
