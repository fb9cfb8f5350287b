"""What is set right about a person: how he is reached, and an ID number that was written down wrongly."""

from dataclasses import replace
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.core.crypto import blind_index, blind_indexes, decrypt, encrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.identifiers import id_facts, masked_id, masked_mail, masked_phone, plain_phone
from parties.models import Person
from parties.permissions import may_keep_person
from parties.rules import id_refusal, phone_refusal
from parties.services.bodies import PartyRefused, refused_for
from parties.services.duplicates import find_pairs
from parties.services.persons import refuse_joined

EMAIL_MOST: Final = 120


@transaction.atomic
def change_contact(*, person: Person, phone: str, email: str, by: User, on: date) -> Person:
    """Write how a person is reached from now on; he himself or who keeps the register may say it.

    An empty ``phone`` leaves the known one, which no page shows; ``email`` is taken as given. Records that look like
    one person by the new telephone are written down as pairs (edge case 5). Raise ``PartyRefused`` for what is no
    telephone or no address, for nothing new, and where the person asked to be reached no more.
    """
    if not may_keep_person(by, person):
        raise NotAllowed
    row = Person.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=person.pk)
    refuse_joined(row)
    if row.contact_masked_on:
        message = _("%(name)s left and asked to be reached no more.") % {"name": row.name}
        raise PartyRefused(Refusal("contact_masked", message, {"field": "phone"}))
    new_phone, new_mail = plain_phone(phone.strip()), email.strip()
    _refuse_wrong_contact(new_phone, new_mail)
    has_new_phone = bool(new_phone) and row.phone_index not in blind_indexes(new_phone, use="phone")
    if not has_new_phone and new_mail == row.email:
        raise PartyRefused(Refusal("contact_unchanged", _("Nothing differs from what is known."), {"field": "phone"}))
    private = {"phone": [masked_phone(decrypt(row.phone_sealed)), masked_phone(new_phone)]} if has_new_phone else {}
    if new_mail != row.email:
        private["email"] = [masked_mail(row.email), masked_mail(new_mail)]
    if has_new_phone:
        row.phone_index, row.phone_sealed = blind_index(new_phone, use="phone"), encrypt(new_phone)
    row.email = new_mail
    row.save(update_fields=["phone_index", "phone_sealed", "email"])
    facts = {"changed": sorted(private), "on": on}
    record(actor=by, action="parties.contact_changed", subject=row, facts=facts, private=private)
    if has_new_phone:
        find_pairs(bureau=row.bureau, on=on, among={row.pk})
    return row


def _refuse_wrong_contact(phone: str, email: str) -> None:
    if phone and (refusal := phone_refusal(phone)):
        message = _("Type 5 to 20 digits; blanks, + and - may stand between them.")
        raise PartyRefused(replace(refusal, message=message))
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError as error:
        raise PartyRefused(Refusal("email_wrong", _("This is no e-mail address."), {"field": "email"})) from error
    if len(email) > EMAIL_MOST:
        raise PartyRefused(Refusal("email_wrong", _("This is no e-mail address."), {"field": "email"}))


@transaction.atomic
def correct_id_number(*, person: Person, id_number: str, reason: str, by: User, on: date) -> Person:
    """Set a wrong national ID number right; only who keeps the register may, who has seen the document.

    The birthday follows the number. Whoever looks the person up finds him by the new number, and by the old one whom
    it belongs to. Records that look like one person now are written down as pairs (edge case 5). Raise
    ``PartyRefused`` for a number that fails its check, is the known one or stands on another record, and without a
    reason.
    """
    require(by, Capability.REGISTER)
    row = Person.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=person.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    refuse_joined(row)
    number = id_number.strip().upper()
    keys = blind_indexes(number, use="id")
    _refuse_number(row, number, keys)
    if not reason.strip():
        raise PartyRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    facts_of = id_facts(number)
    before = masked_id(decrypt(row.id_sealed))
    _swap(row, _holder(row, keys))
    row.id_index, row.id_sealed = blind_index(number, use="id"), encrypt(number)
    row.born_on = facts_of.born_on if facts_of else row.born_on
    row.save(update_fields=["id_index", "id_sealed", "born_on"])
    facts = {"reason": reason.strip()[:200], "on": on}
    private = {"before": before, "after": masked_id(number)}
    record(actor=by, action="parties.id_number_corrected", subject=row, facts=facts, private=private)
    find_pairs(bureau=row.bureau, on=on, among={row.pk})
    return row


def _refuse_number(row: Person, number: str, keys: tuple[str, ...]) -> None:
    """Raise ``PartyRefused`` where ``number`` cannot stand on this record."""
    if not number:
        raise PartyRefused(Refusal("id_missing", _("Type the number that is right."), {"field": "id_number"}))
    if refusal := id_refusal(number):
        raise refused_for(refusal, name=row.name)
    if row.id_index in keys:
        raise PartyRefused(Refusal("number_unchanged", _("This is the known number."), {"field": "id_number"}))
    other = _holder(row, keys)
    if other is not None and other.joined_into_id != row.pk:
        holder = other.joined_into or other
        message = _("Record %(record)s (%(name)s) has this number: it may be the same person. Join the records.")
        facts = {"field": "id_number", "person": holder.pk}
        raise PartyRefused(Refusal("number_taken", message % {"record": holder.pk, "name": holder.name}, facts))


def _holder(row: Person, keys: tuple[str, ...]) -> Person | None:
    """Return the other record of the bureau that bears the number; locked."""
    others = Person.objects.select_for_update(of=("self",)).filter(bureau=row.bureau, id_index__in=keys)
    return others.exclude(pk=row.pk).select_related("joined_into").order_by("pk").first()


def _swap(row: Person, joined: Person | None) -> None:
    """Let the record that was joined into this one bear the number that was wrong here: either leads to the person."""
    if joined is None:
        return
    index, sealed = row.id_index, row.id_sealed
    joined.id_index, joined.id_sealed = None, ""
    joined.save(update_fields=["id_index", "id_sealed"])
    Person.objects.filter(pk=row.pk).update(id_index=None, id_sealed="")
    joined.id_index, joined.id_sealed = index, sealed
    joined.save(update_fields=["id_index", "id_sealed"])
