"""Writing credit events: violations with their deductions, merits, and voiding what was wrong."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from credit.enums import CreditKind
from credit.models import CreditEvent
from credit.permissions import may_decide
from credit.rules import EXPERT, FIRM, codes_for, deduction
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.models import StoredFile
from foundation.files.services import DOCUMENTS, SCANS, store
from foundation.notices.services import notify
from foundation.rulesets.selectors import Rules, rules_for
from foundation.workdays.selectors import add_workdays
from parties.models import Organisation, Person
from parties.selectors import users_of_organisation, users_of_person

Evidence = tuple[str, bytes]  # name and content of a file
EVIDENCE: Final = DOCUMENTS | SCANS
MERIT: Final = "merit"
MOST_FILES: Final = 10


class CreditRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The event, the reply or the answer cannot be written."""


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
    step: str = "",
    occurred_on: date | None = None,
    evidence: Sequence[Evidence] = (),
) -> CreditEvent:
    """Write a deduction of one party that expires by itself; a repeat inside a running period doubles (R-28).

    ``code`` is one of the catalogue of the day it happened (R-55); ``step`` departs from the code's own. The party's
    users are told, and may reply for the working days of R-56. Raise ``CreditRefused`` for an unknown code or step,
    missing words, a day that has not come, too many files, or anything but one party, ``FileRefused`` for bad evidence.
    """
    _require(by, bureau)
    happened_on = occurred_on or on
    _check(words, organisation, person, happened_on, on, evidence)
    rules = rules_for(bureau=bureau, on=happened_on)
    line = _line_of(rules, code, CreditKind.VIOLATION, is_firm=organisation is not None)
    steps, chosen = rules.value("deduction_steps"), step or line["step"]
    if chosen not in steps:
        message = _("This is no step of the deductions.")
        raise CreditRefused(Refusal("step_unknown", message, {"field": "step"}, rules.source("deduction_steps")))
    same = CreditEvent.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, person=person, code=code
    )
    is_repeat = bool(list(same.running_on(happened_on).order_by("pk")))
    points, expires_on = deduction(steps, chosen, occurred_on=happened_on, is_repeat=is_repeat)
    row = CreditEvent.objects.create(
        bureau=bureau,
        organisation=organisation,
        person=person,
        kind=CreditKind.VIOLATION,
        code=code,
        code_name=line["name"],
        step=chosen,
        points=points,
        is_repeat=is_repeat,
        occurred_on=happened_on,
        expires_on=expires_on,
        words=words.strip(),
        recorded_by=by,
        recorded_on=on,
        reply_until=add_workdays(on, int(rules_for(bureau=bureau, on=on).value("reply_workdays"))),
    )
    facts = {"code": code, "step": chosen, "points": points, "repeat": is_repeat, "until": expires_on}
    record(actor=by, action="credit.recorded", subject=row, facts=facts | _kept(row, evidence, by))
    tell_party(row, code="credit_recorded")
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
    code: str = MERIT,
    occurred_on: date | None = None,
    evidence: Sequence[Evidence] = (),
) -> CreditEvent:
    """Write a merit of one party, shown until ``expires_on``; it has no points, so it never offsets a deduction.

    It happened on ``occurred_on`` (today unless told); ``code`` is one of the catalogue of that day (R-55). Raise
    ``CreditRefused`` for an unknown code, missing words, a day that has not come, an end that is not later than today,
    or anything but one party.
    """
    _require(by, bureau)
    happened_on = occurred_on or on
    _check(words, organisation, person, happened_on, on, evidence)
    line = _line_of(rules_for(bureau=bureau, on=happened_on), code, CreditKind.MERIT, is_firm=organisation is not None)
    if expires_on <= on:
        message = _("Choose a day after today.")
        raise CreditRefused(Refusal("expires_too_early", message, {"field": "expires_on"}))
    row = CreditEvent.objects.create(
        bureau=bureau,
        organisation=organisation,
        person=person,
        kind=CreditKind.MERIT,
        code=code,
        code_name=line["name"],
        points=0,
        occurred_on=happened_on,
        expires_on=expires_on,
        words=words.strip(),
        recorded_by=by,
        recorded_on=on,
    )
    facts = {"code": code, "happened": happened_on, "until": expires_on, "on": on}
    record(actor=by, action="credit.merit_recorded", subject=row, facts=facts | _kept(row, evidence, by))
    tell_party(row, code="merit_recorded")
    return row


@transaction.atomic
def add_evidence(
    *, event: CreditEvent, evidence: Sequence[Evidence], shows: str, by: User, on: date
) -> list[StoredFile]:
    """Add files to an event that stands, saying what they show; what was there stays, and the party is told.

    Raise ``CreditRefused`` without files or words, or beyond ten files in all, ``TransitionRefused`` for a void event,
    ``FileRefused`` for what is no document or scan.
    """
    event = CreditEvent.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=event.pk)
    _require(by, event.bureau)
    if event.voided_on:
        message = _("This event is void; it needs no more evidence.")
        raise TransitionRefused(noun="credit_event", status="VOID", action="EVIDENCE", message=message)
    if not evidence:
        raise CreditRefused(Refusal("file_missing", _("Add at least one file."), {"field": "evidence"}))
    if not shows.strip():
        raise CreditRefused(Refusal("words_missing", _("Say what the files show."), {"field": "shows"}))
    there = StoredFile.objects.filter(owner_kind=event._meta.label_lower, owner_id=event.pk).count()
    _check_count(there + len(evidence))
    facts = {"shows": shows.strip(), "on": on}
    files = _stored(event, evidence, by)
    record(actor=by, action="credit.evidence_added", subject=event, facts=facts | _hashes(files))
    tell_party(event, code="credit_evidence_added")
    return files


@transaction.atomic
def void_event(*, event: CreditEvent, reason: str, by: User, on: date) -> CreditEvent:
    """End an event that was wrong: it counts on no day, its row stays with the reason.

    A later event that was doubled only because of this one counts once again, and its party is told. Raise
    ``CreditRefused`` without a reason, ``TransitionRefused`` where it is void already.
    """
    event = CreditEvent.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=event.pk)
    _require(by, event.bureau)
    if not reason.strip():
        raise CreditRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if event.voided_on:
        message = _("This event is void already.")
        raise TransitionRefused(noun="credit_event", status="VOID", action="VOID", message=message)
    event.voided_on, event.voided_by, event.void_reason = on, by, reason.strip()[:300]
    event.save(update_fields=["voided_on", "voided_by", "void_reason"])
    record(actor=by, action="credit.voided", subject=event, facts={"reason": reason, "on": on})
    tell_party(event, code="credit_voided")
    _count_once(event, by=by, on=on)
    return event


def _count_once(gone: CreditEvent, *, by: User, on: date) -> None:
    """Take the doubling back from repeats that no longer stand inside a running period."""
    same = CreditEvent.objects.select_for_update(of=("self",)).filter(
        organisation=gone.organisation_id, person=gone.person_id, code=gone.code, voided_on__isnull=True
    )
    left = list(same.order_by("pk"))
    for row in left:
        before = [one for one in left if one.pk < row.pk and one.occurred_on <= row.occurred_on < one.expires_on]
        if row.is_repeat and not before:
            row.points, row.is_repeat = row.points // 2, False
            row.save(update_fields=["points", "is_repeat"])
            facts = {"points": row.points, "because": gone.pk, "on": on}
            record(actor=by, action="credit.counts_once", subject=row, facts=facts)
            tell_party(row, code="credit_lowered")


def _require(by: User, bureau: Bureau) -> None:
    if not may_decide(by, bureau):
        raise NotAllowed


def _check(
    words: str,
    organisation: Organisation | None,
    person: Person | None,
    happened_on: date,
    on: date,
    evidence: Sequence[Evidence],
) -> None:
    if (organisation is None) == (person is None):
        raise CreditRefused(Refusal("one_party", _("Name one firm or one person.")))
    if not words.strip():
        raise CreditRefused(Refusal("words_missing", _("Say what happened."), {"field": "words"}))
    if happened_on > on:
        message = _("This day has not come yet. Write the day on which it happened.")
        raise CreditRefused(Refusal("not_yet", message, {"field": "occurred_on"}))
    _check_count(len(evidence))


def _check_count(files: int) -> None:
    if files > MOST_FILES:
        message = _("At most %(most)d files. Put several pages into one PDF.") % {"most": MOST_FILES}
        raise CreditRefused(Refusal("too_many_files", message, {"field": "evidence"}))


def _line_of(rules: Rules, code: str, kind: CreditKind, *, is_firm: bool) -> Mapping[str, str]:
    """Return the line of the catalogue; raise ``CreditRefused`` for a code that is none for this party. Rule R-55."""
    lines = codes_for(rules.value("credit_codes"), kind=kind, party=FIRM if is_firm else EXPERT)
    found = next((line for line in lines if line["code"] == code), None)
    if found is None:
        message = _("The catalogue has no such code for this party on that day. Choose one of the list.")
        raise CreditRefused(Refusal("code_unknown", message, {"field": "code"}, rules.source("credit_codes")))
    return found


def _kept(row: CreditEvent, evidence: Sequence[Evidence], by: User) -> dict[str, Any]:
    """Store the evidence; the first file is the event's own, further ones belong to it as their owner."""
    return _hashes(_stored(row, evidence, by))


def _stored(row: CreditEvent, evidence: Sequence[Evidence], by: User) -> list[StoredFile]:
    files = [
        store(bureau=row.bureau, name=name, content=content, owner=row, by=by, accept=EVIDENCE)
        for name, content in evidence
    ]
    if files and row.evidence_id is None:
        row.evidence = files[0]
        row.save(update_fields=["evidence"])
    return files


def _hashes(files: Sequence[StoredFile]) -> dict[str, Any]:
    return {"sha256": [file.sha256 for file in files]}


def tell_party(row: CreditEvent, *, code: str) -> None:
    """Tell the party's users that something stands in their record."""
    if row.organisation_id is not None:
        notify(users=users_of_organisation(row.organisation_id), code=code, path="/firm/credit/")
    elif row.person_id is not None:
        notify(users=users_of_person(row.person_id), code=code, path="/expert/credit/")
