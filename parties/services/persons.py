"""Writing persons, once each, and who their near relations are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record, record_each
from foundation.bureaus.models import Bureau
from foundation.core.crypto import blind_index, blind_indexes, decrypt, encrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.held import Held
from foundation.core.identifiers import id_facts, masked_mail, masked_phone, plain_phone
from parties.enums import KinKind, SameName
from parties.models import FormerPersonName, Person, PersonTie
from parties.permissions import may_keep_person
from parties.rules import account_refusal, id_refusal, same_name, sort_key_of
from parties.selectors import namesakes
from parties.services.bodies import PartyRefused, refused_for
from parties.services.duplicates import find_pairs, part_pairs

WRITTEN = ("name", "sort_key", "id_sealed", "id_index", "phone_sealed", "phone_index", "email", "born_on")
FEW = 200  # up to so many persons written at once, their doubles are looked for among them only


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A human; found again by the ID number, without one by name and phone, else asked (edge case 5).

    ``asks``: whoever types this person in can be asked; ``same_name`` is the answer about somebody whose name is known.
    ``known``: the key of the person who was said to be meant; ``apart``: of those from whom this one was told apart.
    """

    name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    born_on: date | None = None
    asks: bool = False
    same_name: str = ""
    known: int | None = None
    apart: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The file in which persons are told: its name, and its SHA-256, which the journal names."""

    name: str
    sha256: str


@transaction.atomic
def register_persons(
    *, bureau: Bureau, drafts: Sequence[PersonDraft], by: User, on: date, file: Told | None = None
) -> list[Person]:
    """Write the persons and return them in the order of ``drafts``.

    Numbers and phones are sealed; equal ones are found by their blind indexes, under any key. Who was joined into
    another record is written there. A new name of a known person holds from ``on``, the old one stays known; the
    journal says of each known person whose telephone or e-mail changed what it was and which ``file`` told it. Raise
    ``PartyRefused`` for a wrong ID number, for somebody said to be known who has another number, and with the question
    for a name that is known here where nothing else tells whether it is the same person.
    """
    for draft in drafts:
        if refusal := id_refusal(draft.id_number):
            raise refused_for(refusal, name=draft.name)
    ids = [blind_indexes(draft.id_number.upper(), use="id") for draft in drafts]
    phones = [blind_indexes(plain_phone(draft.phone), use="phone") for draft in drafts]
    by_id, by_phone = _known_persons(bureau, ids, phones)
    said = _said_persons(bureau, drafts)
    _let_each_be_one(by_id, by_phone, said)
    borne = _names_borne([*by_id.values(), *by_phone.values(), *said.values()])
    made: list[Person] = []
    changed: Held[Person] = Held(*WRITTEN)
    reached: dict[int, tuple[Person, str, str, str]] = {}
    result: list[Person] = []
    parted: list[tuple[Person, Person]] = []
    former: list[FormerPersonName] = []
    for draft, keys, called in zip(drafts, ids, phones, strict=True):
        row = next((by_id[key] for key in keys if key in by_id), None)
        if row is None:
            row = _by_phone(by_phone, draft, keys, called)
        others: list[Person] = []
        if row is None:
            row = _said(said, draft, keys, index=len(result))
            others = [] if row else [said[pk] for pk in draft.apart if pk in said]
        if row is None and draft.asks:
            row, others = _asked(bureau, draft)
        if row is None:
            row = Person(bureau=bureau, name=draft.name, is_demo=bureau.is_demo)
            made.append(row)
        elif row.pk:
            changed.look(row)
            reached.setdefault(row.pk, (row, row.phone_index, row.phone_sealed, row.email))
        parted += [(row, other) for other in others]
        name = row.name if row.pk and same_name(draft.name) in borne.get(row.pk, ()) else draft.name
        if row.pk and same_name(row.name) != same_name(name):
            former.append(FormerPersonName(person=row, name=row.name, sort_key=row.sort_key, until_on=on))
        is_reached = file is None or row.contact_masked_on is None  # no list reaches who asked to be reached no more
        _fill_person(row, replace(draft, name=name), keys, called, is_reached=is_reached)
        by_id |= dict.fromkeys(keys, row)
        by_phone |= {(draft.name, key): row for key in called}
        result.append(row)
    Person.objects.bulk_create(made)
    changed.save()
    FormerPersonName.objects.bulk_create(former)
    facts = {"created": len(made), "updated": len(changed), "renamed": len(former), "on": on}
    record(actor=by, action="parties.persons_registered", subject=bureau, facts=facts)
    _record_reached(reached.values(), by=by, on=on, file=file)
    part_pairs(pairs=parted, by=by, on=on)
    written = {row.pk for row in result}
    find_pairs(bureau=bureau, on=on, among=written if len(written) <= FEW else None)
    return result


def _record_reached(before: Iterable[tuple[Person, str, str, str]], *, by: User, on: date, file: Told | None) -> None:
    """Write into the journal how known persons are reached now, and how they were; each with its middle hidden."""
    acts: list[tuple[Person, dict[str, Any]]] = []
    private: list[dict[str, Any]] = []
    for row, index, sealed, email in before:
        words: dict[str, Any] = {}
        if row.phone_index != index:
            words["phone"] = [masked_phone(decrypt(sealed)), masked_phone(decrypt(row.phone_sealed))]
        if row.email != email:
            words["email"] = [masked_mail(email), masked_mail(row.email)]
        if words:
            acts.append((row, {"changed": sorted(words), "file": file.sha256 if file else "", "on": on}))
            private.append(words | ({"file": file.name} if file else {}))
    record_each(actor=by, action="parties.contact_changed", acts=acts, private=private)


def _known_persons(
    bureau: Bureau, ids: Sequence[tuple[str, ...]], phones: Sequence[tuple[str, ...]]
) -> tuple[dict[str, Person], dict[tuple[str, str], Person]]:
    """Return who is known, by index of the ID number and by name and index of the phone; joined records lead on."""
    rows = Person.objects.select_for_update(of=("self",)).filter(bureau=bureau).select_related("joined_into")
    same_id = rows.filter(id_index__in={key for keys in ids for key in keys})
    by_id = {row.id_index: row.joined_into or row for row in same_id if row.id_index}
    called = rows.filter(phone_index__in={key for keys in phones for key in keys}).order_by("-pk")
    by_phone = {(row.name, row.phone_index): row.joined_into or row for row in called}
    return by_id, by_phone


def _said_persons(bureau: Bureau, drafts: Sequence[PersonDraft]) -> dict[int, Person]:
    """Return whom answers name, by key; no query where nothing was asked."""
    keys = {pk for draft in drafts for pk in (draft.known, *draft.apart) if pk}
    stands = Person.objects.select_for_update(of=("self",)).filter(bureau=bureau, joined_into__isnull=True)
    return stands.in_bulk(keys) if keys else {}


def _let_each_be_one(*tables: dict[Any, Person]) -> None:
    """Let the tables name each person by one object, so that what a draft writes is seen by the next one of him."""
    first: dict[int, Person] = {}
    for table in tables:
        for key, row in table.items():
            table[key] = first.setdefault(row.pk, row)


def _said(said: dict[int, Person], draft: PersonDraft, keys: tuple[str, ...], *, index: int) -> Person | None:
    """Return whom an answer names; raise ``PartyRefused`` where he has another ID number by now."""
    row = said.get(draft.known or 0)
    if row is not None and keys and row.id_index and row.id_index not in keys:
        message = _("%(name)s has another ID number by now; this row is somebody else.") % {"name": row.name}
        raise PartyRefused(Refusal("number_differs", message, {"field": "name", "index": index}))
    return row


def _by_phone(
    by_phone: dict[tuple[str, str], Person], draft: PersonDraft, keys: tuple[str, ...], called: tuple[str, ...]
) -> Person | None:
    """Return who has this name and phone, unless another ID number says that it is somebody else."""
    row = next((by_phone[draft.name, key] for key in called if (draft.name, key) in by_phone), None)
    return None if row is not None and keys and row.id_index else row


def _asked(bureau: Bureau, draft: PersonDraft) -> tuple[Person | None, list[Person]]:
    """Return who was meant, and from whom the person was told apart; raise ``PartyRefused`` with the question."""
    alike = list(namesakes(bureau, draft.name, has_number=bool(draft.id_number), born_on=_born(draft))[:5])
    if not alike or draft.same_name == SameName.OTHER:
        return None, alike
    if draft.same_name == SameName.SAME and len(alike) == 1:
        return Person.objects.select_for_update().get(pk=alike[0].pk), []
    facts = {"field": "same_name", "person": alike[0].pk, "count": len(alike)}
    if draft.same_name == SameName.SAME:
        message = _("Several people are called %(name)s here. Give the ID number or the telephone of the one you mean.")
        raise PartyRefused(Refusal("namesakes_several", message % {"name": draft.name}, facts))
    where = alike[0].employments.order_by("-started_on").values_list("organisation__name", flat=True).first()
    message = _("Somebody called %(name)s is known here (%(where)s). Say whether this is the same person.") % {
        "name": draft.name,
        "where": where or _("no employer is recorded"),
    }
    raise PartyRefused(Refusal("same_name_known", message, facts))


def _born(draft: PersonDraft) -> date | None:
    facts = id_facts(draft.id_number)
    return facts.born_on if facts else draft.born_on


@transaction.atomic
def rename_person(*, person: Person, name: str, reason: str, by: User, on: date, day: date | None = None) -> Person:
    """Give a person a new name from ``day`` (today unless told); papers and frozen lists of before keep the old one.

    Raise ``PartyRefused`` for a name that is none or the old one, without a reason, for a day that lies after ``on``
    or before the last new name.
    """
    require(by, Capability.REGISTER)
    row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    refuse_joined(row)
    since, wanted = day or on, name.strip()
    if not wanted or same_name(wanted) == same_name(row.name):
        message = _("Give a name that differs from the old one.")
        raise PartyRefused(Refusal("name_unchanged", message, {"field": "name"}))
    if not reason.strip():
        raise PartyRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if since > on:
        raise PartyRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "day"}))
    later = row.former_names.filter(until_on__gt=since).order_by("-until_on").first()
    if later is not None:
        message = _("It was changed on %(day)s already; give that day or a later one.")
        raise PartyRefused(Refusal("changed_later", message % {"day": later.until_on.isoformat()}, {"field": "day"}))
    FormerPersonName.objects.create(
        person=row, name=row.name, sort_key=row.sort_key, until_on=since, reason=reason.strip()[:200]
    )
    facts = {"from": since, "reason": reason.strip(), "on": on}
    private = {"before": row.name, "after": wanted[:60]}
    row.name, row.sort_key = wanted[:60], sort_key_of(wanted)[:120]
    row.save(update_fields=["name", "sort_key"])
    record(actor=by, action="parties.person_renamed", subject=row, facts=facts, private=private)
    return row


def _names_borne(persons: Iterable[Person]) -> dict[int, set[str]]:
    """Return the names that each person bore before, as they are compared: an old list does not bring one back."""
    found: dict[int, set[str]] = {}
    rows = FormerPersonName.objects.filter(person__in={row.pk for row in persons})
    for person_id, name in rows.values_list("person_id", "name"):
        found.setdefault(person_id, set()).add(same_name(name))
    return found


def _fill_person(
    row: Person, draft: PersonDraft, keys: tuple[str, ...], called: tuple[str, ...], *, is_reached: bool
) -> None:
    row.name, row.sort_key = draft.name, sort_key_of(draft.name)[:120]
    if keys and not row.id_index:
        number = draft.id_number.upper()
        row.id_index, row.id_sealed = blind_index(number, use="id"), encrypt(number)
        row.born_on = _born(draft)
    if is_reached:
        if called and row.phone_index not in called:
            phone = plain_phone(draft.phone)
            row.phone_index, row.phone_sealed = blind_index(phone, use="phone"), encrypt(phone)
        row.email = draft.email or row.email
    row.born_on = row.born_on or draft.born_on


@transaction.atomic
def keep_account(*, person: Person, account: str, bank: str, by: User, on: date) -> Person:
    """Keep the bank account on which a person is paid, sealed; he himself or who keeps the register may say it.

    Raise ``PartyRefused`` for something that is no account number.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not may_keep_person(by, person):
        raise NotAllowed
    refuse_joined(person)
    plain = account.replace(" ", "").replace("-", "")
    if refusal := account_refusal(plain):
        message = _("An account number has 8 to 30 digits. Type it as it stands on the card or the slip.")
        raise PartyRefused(replace(refusal, message=message))
    person.account_sealed, person.bank_name = encrypt(plain), bank.strip()[:80]
    person.save(update_fields=["account_sealed", "bank_name"])
    record(actor=by, action="parties.account_kept", subject=person, facts={"on": on})
    return person


@transaction.atomic
def tie_persons(*, first: Person, second: Person, kind: KinKind, source: str, by: User, on: date) -> PersonTie:
    """Write that two persons are near relations; what one of them works for or owns counts for the other (R-07)."""
    if not may_keep_person(by, first) or first.bureau_id != second.bureau_id:
        raise NotAllowed
    for person in (first, second):
        refuse_joined(person)
    if first.pk == second.pk:
        raise PartyRefused(Refusal("same_party", _("A relation has two different ends."), {"field": "other"}))
    pair = Q(first=first, second=second) | Q(first=second, second=first)
    if PersonTie.objects.filter(pair, kind=kind, ended_on__isnull=True).exists():
        raise PartyRefused(Refusal("tie_stands", _("This relation stands already."), {"field": "other"}))
    row = PersonTie.objects.create(first=first, second=second, kind=kind, source=source.strip()[:120], started_on=on)
    facts = {"kind": kind, "other": second.pk, "on": on}
    record(actor=by, action="parties.persons_tied", subject=first, facts=facts)
    return row


@transaction.atomic
def end_tie(*, tie: PersonTie, by: User, on: date) -> PersonTie:
    """End a relation of two persons; only who keeps the register may, so that nobody opens a way for himself."""
    require(by, Capability.REGISTER)
    row = PersonTie.objects.select_for_update(of=("self",)).select_related("first").get(pk=tie.pk)
    if by.bureau_id != row.first.bureau_id:
        raise NotAllowed
    if row.ended_on is not None:
        raise PartyRefused(Refusal("tie_ended", _("This relation has ended already.")))
    row.ended_on = on
    row.save(update_fields=["ended_on"])
    facts = {"kind": row.kind, "other": row.second_id, "on": on}
    record(actor=by, action="parties.tie_ended", subject=row.first, facts=facts)
    return row


@transaction.atomic
def mask_contact(*, person: Person, reason: str, by: User | str, on: date) -> Person:
    """Show nobody any more how to reach or pay a person who left and asked for it; what archives need stays sealed.

    The mail address is kept no longer: the journal keeps it with its name hidden, in the part that can be erased.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    before = person.email
    person.contact_masked_on, person.email = on, ""
    person.save(update_fields=["contact_masked_on", "email"])
    private = {"email": masked_mail(before)} if before else None
    record(
        actor=by, action="parties.contact_masked", subject=person, facts={"reason": reason, "on": on}, private=private
    )
    return person


@transaction.atomic
def lift_mask(*, persons: Iterable[Person], by: User | str, on: date) -> None:
    """Let persons who came back be reached and paid again, by what is known of them or entered anew.

    Whoever never asked to be reached no more is passed over.
    """
    rows = Person.objects.select_for_update(of=("self",)).filter(
        pk__in={person.pk for person in persons}, contact_masked_on__isnull=False
    )
    for row in rows.order_by("pk"):
        facts = {"masked_on": row.contact_masked_on, "on": on}
        row.contact_masked_on = None
        row.save(update_fields=["contact_masked_on"])
        record(actor=by, action="parties.contact_unmasked", subject=row, facts=facts)


def refuse_joined(person: Person) -> None:
    """Raise ``PartyRefused`` for a record that was joined into another one: that one is to be written."""
    if person.joined_into_id is not None:
        message = _("This record was joined into another one. Open that one and write there.")
        raise PartyRefused(Refusal("person_joined", message, {"person": person.joined_into_id}))
