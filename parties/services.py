"""Writing who is who. Services take many rows; the single case is a list of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.accounts.services import open_account
from foundation.audit.services import record
from foundation.bureaus.models import Bureau, Section
from foundation.core.crypto import blind_index, decrypt, encrypt
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.core.identifiers import id_facts
from parties.enums import EmploymentKind, OrganisationKind, RelationshipKind, Sealed
from parties.models import (
    BudgetUnit,
    Contact,
    Employment,
    FormerName,
    Membership,
    Organisation,
    Person,
    Relationship,
)
from parties.rules import id_refusal, same_name, sort_key_of, uscc_refusal

OUTSIDE_ROLES = (Role.FIRM_ADMIN, Role.FIRM_MEMBER, Role.EXPERT, Role.UNIT)
WORDS = {
    "uscc_missing": gettext_lazy("Give the unified social credit code, or say why there is none."),
    "uscc_wrong": gettext_lazy("The unified social credit code is wrong: a character does not fit its check."),
    "id_wrong": gettext_lazy("The national ID number is wrong: a digit does not fit its check."),
}


class PartyRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The party cannot be written."""


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """A body; found again by its USCC, without one by its name."""

    name: str
    kind: OrganisationKind
    uscc: str | None = None
    uscc_absent_reason: str = ""
    legal_person: str = ""
    address: str = ""
    phone: str = ""
    founded_on: date | None = None


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A human; found again by the ID number, without one by name and phone (edge case 5)."""

    name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    born_on: date | None = None


@dataclass(frozen=True, slots=True)
class EmploymentDraft:
    """A person with an organisation from a day to a day (the end day excluded)."""

    person: Person
    organisation: Organisation
    started_on: date
    ended_on: date | None = None
    kind: EmploymentKind = EmploymentKind.EMPLOYEE
    title: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """An organisation's role as budget unit; ``superior_code`` names another unit, also one of the same list."""

    organisation: Organisation
    code: str
    superior_code: str = ""
    section: Section | None = None
    is_bureau_itself: bool = False


@transaction.atomic
def register_organisations(
    *, bureau: Bureau, drafts: Sequence[OrganisationDraft], by: User, on: date
) -> list[Organisation]:
    """Write the bodies and return them in the order of ``drafts``; known ones are brought up to date.

    Raise ``PartyRefused`` for a wrong USCC, and where one USCC comes with two names.
    """
    for draft in drafts:
        if refusal := uscc_refusal(draft.uscc, draft.uscc_absent_reason):
            raise _refused(refusal, name=draft.name)
    by_code, by_name = _known_organisations(bureau, drafts)
    made: list[Organisation] = []
    changed: list[Organisation] = []
    result: list[Organisation] = []
    for draft in drafts:
        key = same_name(draft.name)
        row = by_code.get(draft.uscc) if draft.uscc else by_name.get(key)
        if row is not None and draft.uscc and same_name(row.name) != key:
            message = _("The code %(uscc)s belongs to %(name)s already.") % {"uscc": draft.uscc, "name": row.name}
            raise PartyRefused(Refusal("uscc_taken", message, {"field": "uscc", "name": draft.name}))
        if row is None:
            row = Organisation(bureau=bureau, uscc=draft.uscc, name=draft.name, is_demo=bureau.is_demo)
            made.append(row)
        elif row.pk:
            changed.append(row)
        row.sort_key = sort_key_of(draft.name)
        row.kind, row.uscc_absent_reason = draft.kind, draft.uscc_absent_reason
        row.legal_person = draft.legal_person or row.legal_person
        row.address, row.phone = draft.address or row.address, draft.phone or row.phone
        row.founded_on = draft.founded_on or row.founded_on
        by_name[key] = row
        if draft.uscc:
            by_code[draft.uscc] = row
        result.append(row)
    Organisation.objects.bulk_create(made)
    fields = ["sort_key", "kind", "uscc_absent_reason", "legal_person", "address", "phone", "founded_on"]
    Organisation.objects.bulk_update(changed, fields, batch_size=500)
    facts = {"created": len(made), "updated": len(changed), "on": on}
    record(actor=by, action="parties.organisations_registered", subject=bureau, facts=facts)
    return result


def _known_organisations(
    bureau: Bureau, drafts: Sequence[OrganisationDraft]
) -> tuple[dict[str, Organisation], dict[str, Organisation]]:
    codes = {draft.uscc for draft in drafts if draft.uscc}
    rows = Organisation.objects.select_for_update().filter(bureau=bureau)
    by_code = {row.uscc: row for row in rows.filter(uscc__in=codes) if row.uscc}
    nameless = any(draft.uscc is None for draft in drafts)
    by_name = {same_name(row.name): row for row in rows.filter(uscc__isnull=True)} if nameless else {}
    return by_code, by_name


@transaction.atomic
def register_persons(*, bureau: Bureau, drafts: Sequence[PersonDraft], by: User, on: date) -> list[Person]:
    """Write the persons and return them in the order of ``drafts``; raise ``PartyRefused`` for a wrong ID number.

    Numbers and phones are sealed; equal ones are found by their blind indexes.
    """
    for draft in drafts:
        if refusal := id_refusal(draft.id_number):
            raise _refused(refusal, name=draft.name)
    keys = [blind_index(draft.id_number.upper(), use="id") or None for draft in drafts]
    phones = [blind_index(draft.phone, use="phone") for draft in drafts]
    rows = Person.objects.select_for_update().filter(bureau=bureau)
    by_id = {row.id_index: row for row in rows.filter(id_index__in=[key for key in keys if key])}
    called = {phone for phone in phones if phone}
    by_phone = {(row.name, row.phone_index): row for row in rows.filter(phone_index__in=called)}
    made, changed, result = [], [], []
    for draft, key, phone in zip(drafts, keys, phones, strict=True):
        row = (by_id.get(key) if key else None) or (by_phone.get((draft.name, phone)) if phone else None)
        if row is None:
            row = Person(bureau=bureau, name=draft.name, is_demo=bureau.is_demo)
            made.append(row)
        elif row.pk:
            changed.append(row)
        _fill_person(row, draft, key, phone)
        if key:
            by_id[key] = row
        if phone:
            by_phone[draft.name, phone] = row
        result.append(row)
    Person.objects.bulk_create(made)
    fields = ["name", "sort_key", "id_sealed", "id_index", "phone_sealed", "phone_index", "email", "born_on"]
    Person.objects.bulk_update(changed, fields, batch_size=500)
    facts = {"created": len(made), "updated": len(changed), "on": on}
    record(actor=by, action="parties.persons_registered", subject=bureau, facts=facts)
    return result


def _fill_person(row: Person, draft: PersonDraft, key: str | None, phone: str) -> None:
    row.name, row.sort_key = draft.name, sort_key_of(draft.name)[:120]
    if key and row.id_index != key:
        row.id_index, row.id_sealed = key, encrypt(draft.id_number.upper())
        facts = id_facts(draft.id_number)
        row.born_on = facts.born_on if facts else draft.born_on
    if phone and row.phone_index != phone:
        row.phone_index, row.phone_sealed = phone, encrypt(draft.phone)
    row.email = draft.email or row.email
    row.born_on = row.born_on or draft.born_on


@transaction.atomic
def record_employments(*, drafts: Sequence[EmploymentDraft], by: User, on: date) -> list[Employment]:
    """Write dated spells; a spell known by person, organisation, kind and first day gets its new end.

    Raise ``PartyRefused`` for a spell that ends before it begins.
    """
    for draft in drafts:
        if draft.ended_on and draft.ended_on < draft.started_on:
            message = _("The employment of %(name)s ends before it begins.") % {"name": draft.person.name}
            raise PartyRefused(Refusal("ends_before_start", message, {"field": "ended_on"}))
    persons = {draft.person.pk for draft in drafts}
    known = {
        (row.person_id, row.organisation_id, row.kind, row.started_on): row
        for row in Employment.objects.select_for_update().filter(person_id__in=persons)
    }
    made, changed, result = [], [], []
    for draft in drafts:
        key = (draft.person.pk, draft.organisation.pk, draft.kind.value, draft.started_on)
        row = known.get(key)
        if row is None:
            row = Employment(
                person=draft.person, organisation=draft.organisation, kind=draft.kind, started_on=draft.started_on
            )
            known[key] = row
            made.append(row)
        elif row.pk:
            changed.append(row)
        row.ended_on, row.title, row.source = draft.ended_on, draft.title or row.title, draft.source or row.source
        result.append(row)
    Employment.objects.bulk_create(made)
    Employment.objects.bulk_update(changed, ["ended_on", "title", "source"], batch_size=500)
    if drafts:
        facts = {"created": len(made), "updated": len(changed), "on": on}
        record(actor=by, action="parties.employments_recorded", subject=drafts[0].person.bureau, facts=facts)
    return result


@transaction.atomic
def register_units(*, bureau: Bureau, drafts: Sequence[UnitDraft], by: User, on: date) -> list[BudgetUnit]:
    """Write budget units by their codes; raise ``PartyRefused`` for an unknown superior."""
    known = {row.code: row for row in BudgetUnit.objects.select_for_update().filter(bureau=bureau)}
    made: list[BudgetUnit] = []
    for draft in drafts:
        row = known.get(draft.code)
        if row is None:
            row = BudgetUnit(bureau=bureau, code=draft.code, organisation=draft.organisation)
            known[draft.code] = row
            made.append(row)
        elif row.organisation_id != draft.organisation.pk:
            message = _("The unit code %(code)s belongs to another organisation.") % {"code": draft.code}
            raise PartyRefused(Refusal("unit_code_taken", message, {"field": "code"}))
        row.section = draft.section or row.section
        row.is_bureau_itself = draft.is_bureau_itself
    BudgetUnit.objects.bulk_create(made)
    result = []
    for draft in drafts:
        row = known[draft.code]
        if draft.superior_code:
            superior = known.get(draft.superior_code)
            if superior is None or superior.pk == row.pk:
                message = _("The superior unit %(code)s is unknown.") % {"code": draft.superior_code}
                raise PartyRefused(Refusal("superior_unknown", message, {"field": "superior_code"}))
            row.superior = superior
        result.append(row)
    BudgetUnit.objects.bulk_update(result, ["superior", "section", "is_bureau_itself"], batch_size=500)
    record(actor=by, action="parties.units_registered", subject=bureau, facts={"units": len(result), "on": on})
    return result


@transaction.atomic
def rename_organisation(*, organisation: Organisation, name: str, by: User, on: date) -> Organisation:
    """Give the body a new name from ``on``; papers of the past keep the old one (edge case 19)."""
    require(by, Capability.REGISTER)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not name.strip() or same_name(name) == same_name(organisation.name):
        raise PartyRefused(
            Refusal("name_unchanged", _("Give a name that differs from the old one."), {"field": "name"})
        )
    FormerName.objects.create(organisation=organisation, name=organisation.name, until_on=on)
    facts = {"before": organisation.name, "after": name.strip(), "on": on}
    organisation.name, organisation.sort_key = name.strip(), sort_key_of(name.strip())
    organisation.save(update_fields=["name", "sort_key"])
    record(actor=by, action="parties.organisation_renamed", subject=organisation, facts=facts)
    return organisation


@transaction.atomic
def record_relationship(
    *, subject: Organisation, kind: RelationshipKind, other: Organisation, by: User, on: date, note: str = "",
    ended_on: date | None = None, passes_scores: bool = False, passes_sanctions: bool = False,
) -> Relationship:  # fmt: skip
    """Write that ``subject`` stands in a relation to ``other`` from ``on``; raise ``PartyRefused`` for one end only.

    What passes to a successor is told with a merger, split or conversion.
    """
    require(by, Capability.REGISTER)
    if subject.pk == other.pk:
        raise PartyRefused(Refusal("same_party", _("A relation has two different ends."), {"field": "other"}))
    row = Relationship.objects.create(
        subject=subject, kind=kind, other=other, started_on=on, ended_on=ended_on, note=note,
        passes_scores=passes_scores, passes_sanctions=passes_sanctions,
    )  # fmt: skip
    facts = {"kind": kind, "other": other.pk, "on": on, "scores": passes_scores, "sanctions": passes_sanctions}
    record(actor=by, action="parties.related", subject=subject, facts=facts)
    return row


@transaction.atomic
def close_organisation(*, organisation: Organisation, by: User, on: date) -> None:
    """Write that the body is no more from ``on``; its rows stay."""
    require(by, Capability.REGISTER)
    organisation.closed_on = on
    organisation.save(update_fields=["closed_on"])
    record(actor=by, action="parties.organisation_closed", subject=organisation, facts={"on": on})


@transaction.atomic
def add_contact(*, organisation: Organisation, duty: str, name: str, phone: str, by: User, on: date) -> Contact:
    """Name who is to be called for ``duty``; the former contact of the duty ends."""
    organisation.contacts.filter(duty=duty, ended_on__isnull=True).update(ended_on=on)
    row = Contact.objects.create(
        organisation=organisation, duty=duty, name=name, phone_sealed=encrypt(phone), started_on=on
    )
    record(actor=by, action="parties.contact_added", subject=organisation, facts={"duty": duty, "on": on})
    return row


@transaction.atomic
def add_membership(
    *, user: User, by: User, on: date, organisation: Organisation | None = None, person: Person | None = None
) -> Membership:
    """Let ``user`` work for an organisation, or as a person; raise ``PartyRefused`` for neither or both."""
    if (organisation is None) == (person is None):
        raise PartyRefused(Refusal("bad_membership", _("Name either an organisation or a person.")))
    row, _made = Membership.objects.get_or_create(
        user=user, organisation=organisation, person=person, ended_on=None, defaults={"started_on": on}
    )
    facts = {"organisation": organisation.pk if organisation else None, "person": person.pk if person else None}
    record(actor=by, action="parties.membership_added", subject=user, facts=facts)
    return row


@transaction.atomic
def open_outside_account(
    *, bureau: Bureau, username: str, name: str, role: Role, party: Organisation | Person, by: User, on: date
) -> tuple[User, str]:
    """Open an account for somebody outside the bureau and return it with its temporary password, known only now.

    It is bound to ``party``: the firm's or unit's organisation, or the expert's own person. Raise ``PartyRefused``
    where the role does not fit it or an expert has an account already, and as
    ``foundation.accounts.services.open_account``.
    """
    wanted = Person if role == Role.EXPERT else Organisation
    if role not in OUTSIDE_ROLES or not isinstance(party, wanted) or party.bureau_id != bureau.pk:
        raise PartyRefused(
            Refusal("wrong_party", _("The role does not fit for whom the account is."), {"field": "role"})
        )
    if isinstance(party, Person) and Membership.objects.filter(person=party, ended_on__isnull=True).exists():
        words = _("%(name)s has an account already. Reset its password instead.") % {"name": party.name}
        raise PartyRefused(Refusal("account_exists", words, {"field": "whom"}))
    user, password = open_account(bureau=bureau, username=username, name=name, roles=[role], by=by, on=on)
    if isinstance(party, Person):
        add_membership(user=user, person=party, by=by, on=on)
    else:
        add_membership(user=user, organisation=party, by=by, on=on)
    return user, password


@transaction.atomic
def reveal(*, person: Person, what: Sealed, purpose: str, by: User, on: date) -> str:
    """Return a sealed number of a person in clear; who read it, when and what for stands in the journal.

    Raise ``NotAllowed`` for who does not keep the register of this bureau, ``PartyRefused`` without a purpose and
    where nothing is recorded.
    """
    require(by, Capability.REGISTER)
    if by.bureau_id != person.bureau_id:
        raise NotAllowed
    if not purpose.strip():
        raise PartyRefused(Refusal("purpose_missing", _("Say what you need it for."), {"field": "purpose"}))
    sealed = person.id_sealed if what == Sealed.ID_NUMBER else person.phone_sealed
    if not sealed:
        raise PartyRefused(Refusal("not_recorded", _("None is recorded."), {"field": "what"}))
    facts = {"what": what, "purpose": purpose.strip()[:200], "on": on}
    record(actor=by, action="parties.revealed", subject=person, facts=facts)
    return decrypt(sealed)


def _refused(refusal: Refusal, *, name: str) -> PartyRefused:
    facts = {**refusal.facts, "name": name}
    return PartyRefused(replace(refusal, message=f"{name}: {WORDS[refusal.code]}", facts=facts))
