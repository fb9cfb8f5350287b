"""What the applicant fills in, part by part: the facts, the people, a proof for each item, the undertaking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationKind
from admissions.models import Application, ApplicationItem, ApplicationPerson
from admissions.permissions import may_edit
from admissions.rules import MOST_FILES, MOST_PEOPLE, OPTIONAL, PROOF_LIMIT_BYTES, REQUIRED
from admissions.selectors import items_of, undertaking_version
from admissions.services.moving import ApplicationRefused, locked
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core import clock
from foundation.core.crypto import blind_index, blind_indexes, encrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.identifiers import id_facts, is_uscc
from foundation.files.models import StoredFile
from foundation.files.services import SCANS, store


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person named in an application."""

    name: str
    id_number: str
    phone: str = ""
    title: str = ""
    works_since: date | None = None
    certificate_number: str = ""
    certificate_valid_to: date | None = None


@transaction.atomic
def save_profile(*, application: Application, values: Mapping[str, Any], by: User, on: date) -> Application:
    """Keep the facts of the applicant (plain JSON values); raise ``ApplicationRefused`` for a wrong USCC."""
    row = _edited(application, by)
    known = {*REQUIRED[row.kind], *OPTIONAL[row.kind]}
    kept = {name: value for name, value in values.items() if name in known}
    if kept.get("uscc") and not is_uscc(kept["uscc"]):
        message = _("The unified social credit code is wrong: a character does not fit its check.")
        raise ApplicationRefused(Refusal("uscc_wrong", message, {"field": "uscc"}, "GB 32100—2015"))
    row.profile = {**row.profile, **kept}
    if row.kind == ApplicationKind.FIRM:
        row.title = str(row.profile.get("name", ""))[:120]
    row.save(update_fields=["profile", "title"])
    record(actor=by, action="admissions.profile_saved", subject=row, facts={"fields": sorted(kept), "on": on})
    return row


@transaction.atomic
def add_person(*, application: Application, person: PersonFacts, by: User, on: date) -> ApplicationPerson:
    """Name a person; the same ID number again brings him up to date, and an expert's application has one person.

    Raise ``ApplicationRefused`` for a wrong ID number and for too many people.
    """
    row = _edited(application, by)
    if id_facts(person.id_number) is None:
        message = _("The national ID number is wrong: a digit does not fit its check.")
        raise ApplicationRefused(Refusal("id_wrong", message, {"field": "id_number"}, "GB 11643—1999"))
    number = person.id_number.upper()
    is_expert = row.kind == ApplicationKind.EXPERT
    known = (
        row.people.order_by("pk").first()
        if is_expert
        else row.people.filter(id_index__in=blind_indexes(number, use="id")).first()
    )
    if known is None and row.people.count() >= MOST_PEOPLE:
        raise ApplicationRefused(Refusal("too_many", _("No more people can be named here.")))
    made = known or ApplicationPerson(application=row)
    made.name, made.id_index, made.id_sealed = person.name, blind_index(number, use="id"), encrypt(number)
    made.phone_sealed, made.title = encrypt(person.phone), person.title
    made.works_since, made.certificate_number = person.works_since, person.certificate_number
    made.certificate_valid_to = person.certificate_valid_to
    made.save()
    if is_expert:
        row.title = person.name
        row.save(update_fields=["title"])
    record(actor=by, action="admissions.person_named", subject=row, facts={"person": made.pk, "on": on})
    return made


@transaction.atomic
def remove_person(*, person: ApplicationPerson, by: User, on: date) -> None:
    """Take a person out of an application that is still being filled in."""
    row = _edited(person.application, by)
    record(actor=by, action="admissions.person_removed", subject=row, facts={"person": person.pk, "on": on})
    person.delete()


@transaction.atomic
def save_proof(
    *,
    application: Application,
    code: str,
    file: tuple[str, bytes] | None,
    source: str,
    valid_to: date | None,
    by: User,
    on: date,
) -> ApplicationItem:
    """Keep the proof (name, content) of one item, who issued it and its last day; an earlier file stays stored.

    Raise ``ApplicationRefused`` for an item that is not asked for, a proof that has run out, too large or too many
    files; ``FileRefused`` for a bad file.
    """
    row = _edited(application, by)
    if code not in items_of(row, on):
        raise ApplicationRefused(Refusal("item_unknown", _("This item is not asked for."), {"field": "file"}))
    if valid_to is not None and valid_to < on:
        message = _("This proof has run out. Upload one that is valid.")
        raise ApplicationRefused(Refusal("proof_expired", message, {"field": "valid_to"}))
    item = row.items.filter(code=code).first() or ApplicationItem(application=row, code=code)
    if file is None and item.proof_id is None:
        raise ApplicationRefused(Refusal("proof_missing", _("Choose a file."), {"field": "file"}))
    if file is not None:
        item.proof = _stored(row, *file, by=by)
        item.is_met = None
    item.source, item.valid_to = source, valid_to
    item.save()
    record(actor=by, action="admissions.proof_saved", subject=row, facts={"item": code, "on": on})
    return item


def _stored(row: Application, name: str, content: bytes, *, by: User) -> StoredFile:
    if len(content) > PROOF_LIMIT_BYTES:
        message = _("A proof has at most 20 MB.")
        raise ApplicationRefused(Refusal("too_large", message, {"field": "file"}))
    if StoredFile.objects.filter(owner_kind=row._meta.label_lower, owner_id=row.pk).count() >= MOST_FILES:
        message = _("Too many files were uploaded for this application. Ask the bureau.")
        raise ApplicationRefused(Refusal("too_many", message, {"field": "file"}))
    return store(bureau=row.bureau, name=name, content=content, owner=row, by=by, accept=SCANS)


@transaction.atomic
def accept_undertaking(*, application: Application, by: User, on: date) -> Application:
    """Keep that the applicant accepted the undertaking (承诺书) in its present version."""
    row = _edited(application, by)
    row.undertaking_version, row.undertaken_on = undertaking_version(row.bureau, row.kind, on), on
    row.undertaken_at = clock.now()
    row.save(update_fields=["undertaking_version", "undertaken_on", "undertaken_at"])
    facts = {"version": row.undertaking_version, "on": on}
    record(actor=by, action="admissions.undertaking_accepted", subject=row, facts=facts)
    return row


def _edited(application: Application, by: User) -> Application:
    """Return the locked application; raise ``NotAllowed`` for another's, ``ApplicationRefused`` when it is not open."""
    row = locked(application)
    if row.applicant_id != by.pk:
        raise NotAllowed
    if not may_edit(by, row):
        message = _("The application is in the state “%(state)s”; nothing can be changed now.") % {
            "state": row.get_status_display()
        }
        raise ApplicationRefused(Refusal("not_editable", message))
    return row
