"""Reading sealed numbers in clear: one place, with a purpose, written down, and no more often than the rule says."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.crypto import decrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.rulesets.selectors import rules_for
from parties.enums import RevealKind, Sealed
from parties.models import Contact, Person, Reveal
from parties.services.bodies import PartyRefused

PRIVACY_LAW = "个人信息保护法第四十七条"


@transaction.atomic
def reveal(*, person: Person, what: Sealed, purpose: str, by: User, on: date) -> str:
    """Return a sealed number of a person in clear; who read it, when and what for stands in the journal.

    Raise ``NotAllowed`` for who does not keep the register of this bureau, ``PartyRefused`` without a purpose, where
    nothing is recorded, above the readings of a day (R-51), and for the contact data of who left and asked for it.
    """
    bureau = _reader_of(person.bureau, by)
    purpose = _purpose(purpose)
    if person.contact_masked_on and what != Sealed.ID_NUMBER:
        message = _(
            "Left on own wish; since %(day)s contact data are shown to nobody. Only the ID number is kept open."
        )
        since = person.contact_masked_on.isoformat()
        facts = {"field": "what", "since": since}
        raise PartyRefused(Refusal("contact_masked", message % {"day": since}, facts, PRIVACY_LAW))
    sealed = {
        Sealed.ID_NUMBER: person.id_sealed,
        Sealed.PHONE: person.phone_sealed,
        Sealed.ACCOUNT: person.account_sealed,
    }[what]
    if not sealed:
        raise PartyRefused(Refusal("not_recorded", _("None is recorded."), {"field": "what"}))
    _refuse_too_many(bureau, by, on)
    _note(bureau, RevealKind(what.value), purpose, by=by, on=on, person=person)
    said = {"what": what, "purpose": purpose, "on": on}
    record(actor=by, action="parties.revealed", subject=person, facts=said)
    return decrypt(sealed)


@transaction.atomic
def reveal_contact(*, contact: Contact, purpose: str, by: User, on: date) -> str:
    """Return the telephone of a contact in clear; written down and counted as ``reveal``."""
    bureau = _reader_of(contact.bureau, by)
    purpose = _purpose(purpose)
    if not contact.phone_sealed:
        raise PartyRefused(Refusal("not_recorded", _("None is recorded."), {"field": "purpose"}))
    _refuse_too_many(bureau, by, on)
    _note(bureau, RevealKind.CONTACT, purpose, by=by, on=on, contact=contact)
    facts = {"what": RevealKind.CONTACT, "purpose": purpose, "on": on}
    record(actor=by, action="parties.revealed", subject=contact, facts=facts)
    return decrypt(contact.phone_sealed)


@transaction.atomic
def reveal_directory(*, contacts: Sequence[Contact], purpose: str, by: User, on: date) -> dict[int, str]:
    """Return the telephones of a directory in clear, by contact; one reading, which says how many numbers it was."""
    if not contacts or any(row.bureau_id != by.bureau_id for row in contacts):
        raise NotAllowed
    bureau = _reader_of(contacts[0].bureau, by)
    purpose = _purpose(purpose)
    _refuse_too_many(bureau, by, on)
    _note(bureau, RevealKind.DIRECTORY, purpose, by=by, on=on, count=len(contacts))
    facts = {"what": RevealKind.DIRECTORY, "purpose": purpose, "count": len(contacts), "on": on}
    record(actor=by, action="parties.directory_revealed", subject=bureau, facts=facts)
    return {row.pk: decrypt(row.phone_sealed) for row in contacts}


@transaction.atomic
def reveal_call_list(
    *, persons: Sequence[Person], contacts: Sequence[Contact], purpose: str, by: User, on: date
) -> Reveal:
    """Let a reader see the telephones of a call list for the day; one reading, which says how many numbers it was.

    The numbers are read with ``numbers_of``. Raise as ``reveal``.
    """
    bodies = {row.bureau_id for row in persons} | {row.bureau_id for row in contacts}
    if by.bureau is None or bodies - {by.bureau_id}:
        raise NotAllowed
    bureau = _reader_of(by.bureau, by)
    purpose = _purpose(purpose)
    count = len(persons) + len(contacts)
    if not count:
        raise PartyRefused(Refusal("not_recorded", _("None is recorded."), {"field": "purpose"}))
    _refuse_too_many(bureau, by, on)
    row = _note(bureau, RevealKind.CALL_LIST, purpose, by=by, on=on, count=count)
    facts = {"what": RevealKind.CALL_LIST, "purpose": purpose, "count": count, "on": on}
    private = {"persons": [row.pk for row in persons], "contacts": [row.pk for row in contacts]}
    record(actor=by, action="parties.call_list_revealed", subject=bureau, facts=facts, private=private)
    return row


def numbers_of(
    *, reveal: Reveal, persons: Sequence[Person], contacts: Sequence[Contact], by: User, on: date
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the telephones of a call list that ``by`` had opened today, by person and by contact.

    Raise ``NotAllowed`` for another reader, another day, or more numbers than were opened. Whoever left and asked for
    it has none.
    """
    count = len(persons) + len(contacts)
    if reveal.what != RevealKind.CALL_LIST or reveal.by_id != by.pk or reveal.revealed_on != on or count > reveal.count:
        raise NotAllowed
    own = {row.pk: decrypt(row.phone_sealed) for row in persons if row.phone_sealed and not row.contact_masked_on}
    return own, {row.pk: decrypt(row.phone_sealed) for row in contacts if row.phone_sealed}


def _reader_of(bureau: Bureau, by: User) -> Bureau:
    require(by, Capability.REGISTER)
    if by.bureau_id != bureau.pk:
        raise NotAllowed
    return bureau


def _purpose(purpose: str) -> str:
    if not purpose.strip():
        raise PartyRefused(Refusal("purpose_missing", _("Say what you need it for."), {"field": "purpose"}))
    return purpose.strip()[:200]


def _refuse_too_many(bureau: Bureau, by: User, on: date) -> None:
    """Raise ``PartyRefused`` where the reader has read as often today as the rule allows. Rule R-51."""
    User.objects.select_for_update().get(pk=by.pk)  # two readings at once are counted one after the other
    rules = rules_for(bureau=bureau, on=on)
    most = int(rules.value("reveals_a_day"))
    if Reveal.objects.filter(by=by, revealed_on=on).count() >= most:
        message = _(
            "You have read %(most)d sealed numbers today, which is the most. Go on tomorrow, or ask a colleague."
        )
        raise PartyRefused(
            Refusal("reveals_too_many", message % {"most": most}, {"most": most}, rules.source("reveals_a_day"))
        )


def _note(
    bureau: Bureau, what: RevealKind, purpose: str, *, by: User, on: date,
    person: Person | None = None, contact: Contact | None = None, count: int = 1,
) -> Reveal:  # fmt: skip
    return Reveal.objects.create(
        bureau=bureau, what=what, purpose=purpose, by=by, revealed_on=on, person=person, contact=contact, count=count
    )
