"""Who is who, and who was where."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Final, Literal

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.core.crypto import decrypt
from foundation.core.identifiers import masked_account, masked_id, masked_phone, plain_phone
from parties.enums import INTERESTS, SUCCESSIONS, EmploymentKind, FormerFactKind, RelationshipKind
from parties.models import (
    BudgetUnit,
    Contact,
    Employment,
    EmploymentQuerySet,
    FormerFact,
    FormerName,
    FormerPersonName,
    Membership,
    Organisation,
    Person,
    PersonTie,
    Relationship,
    Reveal,
    SuspectedPair,
)
from parties.rules import ancestors

DIRECTORY_MOST: Final = 5_000


def organisations_visible_to(user: User) -> models.QuerySet[Organisation]:
    """Return the organisations of the reader's bureau; an outsider sees his own."""
    rows = Organisation.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_DESK):
        return rows
    return rows.filter(pk__in=memberships_of(user).values("organisation_id"))


def persons_visible_to(user: User) -> models.QuerySet[Person]:
    """Return the persons of the reader's bureau; an outsider sees himself."""
    rows = Person.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(pk__in=memberships_of(user).values("person_id"))


def spells_visible_to(user: User) -> EmploymentQuerySet:
    """Return where the visible persons work and worked, and what they own, advise or head; an outsider sees his own."""
    return Employment.objects.filter(person__in=persons_visible_to(user)).select_related("person", "organisation")


def units_visible_to(user: User) -> models.QuerySet[BudgetUnit]:
    """Return the budget units of the reader's bureau; a unit sees itself and what it is superior of."""
    rows = BudgetUnit.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_DESK):
        return rows
    mine = memberships_of(user).values("organisation_id")
    return rows.filter(Q(organisation_id__in=mine) | Q(superior__organisation_id__in=mine))


def units_named(bureau: Bureau, words: str) -> models.QuerySet[BudgetUnit]:
    """Return the budget units of ``bureau`` whose name or code is exactly ``words``."""
    rows = BudgetUnit.objects.filter(bureau=bureau).select_related("organisation")
    return rows.filter(Q(organisation__name=words) | Q(code=words)).order_by("pk")


def memberships_of(user: User, on: date | None = None) -> models.QuerySet[Membership]:
    """Return for whom ``user`` works, on ``on`` or without an end."""
    rows = Membership.objects.filter(user=user)
    if on is None:
        return rows.filter(ended_on__isnull=True)
    return rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on)


def unit_of(user: User) -> BudgetUnit | None:
    """Return the budget unit that ``user`` works for."""
    mine = memberships_of(user).values("organisation_id")
    return BudgetUnit.objects.filter(organisation_id__in=mine).select_related("organisation").order_by("pk").first()


def users_of_organisation(organisation_id: int) -> models.QuerySet[User]:
    """Return the active users who work for an organisation."""
    rows = Membership.objects.filter(organisation_id=organisation_id, ended_on__isnull=True)
    return User.objects.filter(pk__in=rows.values("user_id"), is_active=True)


def members_of(organisation_id: int) -> models.QuerySet[Membership]:
    """Return who works for an organisation without an end, with the accounts at hand, open ones and closed ones."""
    rows = Membership.objects.filter(organisation_id=organisation_id, ended_on__isnull=True)
    return rows.select_related("user").order_by("user__name", "pk")


def users_of_person(person_id: int) -> models.QuerySet[User]:
    """Return the active users of a person."""
    rows = Membership.objects.filter(person_id=person_id, ended_on__isnull=True)
    return User.objects.filter(pk__in=rows.values("user_id"), is_active=True)


def _person_behind(user: User) -> Person | None:
    """Return the person whom a sign-in belongs to, where one is known and may be written to."""
    own = Membership.objects.filter(user=user, ended_on__isnull=True, person__isnull=False)
    rows = Person.objects.filter(pk__in=own.values("person_id"), contact_masked_on__isnull=True)
    return rows.order_by("pk").first()


def mail_of(user: User) -> str:
    """Return where mail for a user goes: the sign-in's own address, else the person's; empty where none is known."""
    person = None if user.email else _person_behind(user)
    return user.email or (person.email if person else "")


def phone_of(user: User) -> str:
    """Return the telephone number of the person behind a sign-in; empty where none is known."""
    person = _person_behind(user)
    return plain_phone(decrypt(person.phone_sealed)) if person and person.phone_sealed else ""


def employments_touching(
    *, person_ids: Iterable[int], organisation_ids: Iterable[int], after: date, until: date
) -> models.QuerySet[Employment]:
    """Return the spells of these persons with these organisations that ran between two days."""
    rows = Employment.objects.filter(person_id__in=person_ids, organisation_id__in=organisation_ids)
    return rows.touching(after=after, until=until)


def employments_on(user: User, on: date) -> models.QuerySet[Any]:
    """Return where visible persons worked and what they owned, advised or headed on ``on``.

    With ``name_then`` and ``body_then``: the names of person and body on that day.
    """
    rows = Employment.objects.on(on).filter(person__in=persons_visible_to(user))
    names = {"name_then": person_name_then("person", on), "body_then": name_then("organisation", on)}
    return rows.annotate(**names).select_related("person")


def organisation_family(unit: BudgetUnit) -> set[int]:
    """Return the organisations of a unit, of its superior and of its subordinates, in two queries."""
    rows = BudgetUnit.objects.filter(Q(superior_id=unit.pk) | Q(pk=unit.superior_id or 0))
    return {unit.organisation_id, *rows.values_list("organisation_id", flat=True)}


def subordinates_of(unit: BudgetUnit) -> models.QuerySet[BudgetUnit]:
    """Return the units directly below ``unit``."""
    return BudgetUnit.objects.filter(superior=unit)


def related(
    *, organisation_ids: Iterable[int], kinds: Iterable[RelationshipKind], on: date
) -> models.QuerySet[Relationship]:
    """Return the relations of ``kinds`` that begin at one of the organisations and run on ``on``."""
    rows = Relationship.objects.filter(subject_id__in=organisation_ids, kind__in=list(kinds))
    return rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on)


def relations_visible_to(user: User) -> models.QuerySet[Relationship]:
    """Return how bodies of the bureau are related, mergers, splits and conversions too; an outsider sees interests.

    Those are whom his own body advised, audited or supplies.
    """
    rows = Relationship.objects.filter(subject__bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user).filter(organisation__isnull=False).values("organisation_id")
    return rows.filter(subject__in=mine, kind__in=INTERESTS)


def name_on(organisation: Organisation, day: date) -> str:
    """Return the name that the organisation bore on ``day``."""
    former = organisation.former_names.filter(until_on__gt=day).order_by("until_on").first()
    return former.name if former else organisation.name


def name_then(path: str, day: date | OuterRef) -> Coalesce:
    """Return an expression for the name that the organisation at ``path`` bore on ``day`` (or a column of days).

    ``path`` empty: the rows are organisations themselves.
    """
    former = FormerName.objects.filter(organisation=OuterRef(path or "pk"), until_on__gt=day)
    now = F(f"{path}__name" if path else "name")
    return Coalesce(Subquery(former.order_by("until_on", "pk").values("name")[:1]), now)


def fact_then(path: str, kind: FormerFactKind, day: date | OuterRef) -> Coalesce:
    """Return an expression for the fact of that kind that held on ``day`` for the organisation at ``path``.

    ``path`` empty: the rows are organisations themselves.
    """
    former = FormerFact.objects.filter(organisation=OuterRef(path or "pk"), kind=kind, until_on__gt=day)
    now = "__".join(filter(None, (path, kind.value.lower())))
    return Coalesce(Subquery(former.order_by("until_on", "pk").values("value")[:1]), F(now))


def bodies_as_of(rows: models.QuerySet[Organisation], day: date) -> models.QuerySet[Organisation]:
    """Add to each organisation ``name_then``, ``legal_person_then`` and ``address_then`` of ``day``."""
    return rows.annotate(
        name_then=name_then("", day),
        legal_person_then=fact_then("", FormerFactKind.LEGAL_PERSON, day),
        address_then=fact_then("", FormerFactKind.ADDRESS, day),
    )


def facts_on(organisation: Organisation, day: date) -> dict[str, str]:
    """Return ``legal_person`` and ``address`` of the organisation as they held on ``day``, in one query."""
    found = {kind.value.lower(): str(getattr(organisation, kind.value.lower())) for kind in FormerFactKind}
    for row in organisation.former_facts.filter(until_on__gt=day).order_by("-until_on", "-pk"):
        found[row.kind.lower()] = row.value
    return found


def former_facts(organisation_ids: Iterable[int]) -> dict[int, dict[str, set[str]]]:
    """Return every former value of each organisation by kind (in small letters), in one query; without: left out."""
    found: dict[int, dict[str, set[str]]] = {}
    rows = FormerFact.objects.filter(organisation_id__in=organisation_ids)
    for organisation_id, kind, value in rows.values_list("organisation_id", "kind", "value"):
        found.setdefault(organisation_id, {}).setdefault(kind.lower(), set()).add(value)
    return found


def person_name_on(person: Person, day: date) -> str:
    """Return the name that the person bore on ``day``."""
    former = person.former_names.filter(until_on__gt=day).order_by("until_on", "pk").first()
    return former.name if former else person.name


def person_name_then(path: str, day: date | OuterRef) -> Coalesce:
    """Return an expression for the name that the person at ``path`` bore on ``day``; empty: the rows are persons."""
    former = FormerPersonName.objects.filter(person=OuterRef(path or "pk"), until_on__gt=day)
    now = F(f"{path}__name" if path else "name")
    return Coalesce(Subquery(former.order_by("until_on", "pk").values("name")[:1]), now)


def employer_then(path: str, day: date) -> Subquery:
    """Return an expression for the employer of the person at ``path`` on ``day``, by its name then; the latest of some.

    ``path`` empty: the rows are persons.
    """
    jobs = Employment.objects.filter(person=OuterRef(f"{path}_id" if path else "pk"), kind=EmploymentKind.EMPLOYEE)
    return Subquery(jobs.on(day).order_by("-started_on", "-pk").values_list(name_then("organisation", day))[:1])


def persons_as_of(rows: models.QuerySet[Person], day: date) -> models.QuerySet[Person]:
    """Add to each person ``name_then`` and ``employer_then`` of ``day``; a person counts as always known."""
    return rows.annotate(name_then=person_name_then("", day), employer_then=employer_then("", day))


def predecessors(
    organisation_ids: Iterable[int] | None, on: date, *, passing: Literal["", "scores", "sanctions"] = ""
) -> dict[int, set[int]]:
    """Return whom each organisation followed by ``on``, directly or through others, in one query.

    With ``passing`` only those whose scores or sanctions went over to it. Without a predecessor: left out; None for
    the ids: everybody who has one.
    """
    rows = Relationship.objects.filter(kind__in=SUCCESSIONS, started_on__lte=on)
    if passing:
        rows = rows.filter(**{f"passes_{passing}": True})
    links = [
        (subject, other) if kind == RelationshipKind.MERGED_INTO else (other, subject)
        for kind, subject, other in rows.values_list("kind", "subject_id", "other_id")
    ]
    return ancestors(
        links, {successor for _before, successor in links} if organisation_ids is None else organisation_ids
    )


def masked(person: Person) -> tuple[str, str]:
    """Return the national ID number and the telephone of a person with their middles hidden; empty where unknown.

    Of somebody who left and asked for it the telephone is not shown at all.
    """
    phone = "" if person.contact_masked_on else masked_phone(decrypt(person.phone_sealed))
    return masked_id(decrypt(person.id_sealed)), phone


def shown_account(person: Person) -> str:
    """Return the bank account of a person with all but its end hidden, and the bank; empty where unknown or hidden."""
    if not person.account_sealed or person.contact_masked_on:
        return ""
    return f"{masked_account(decrypt(person.account_sealed))} {person.bank_name}".strip()


def namesakes(bureau: Bureau, name: str, *, has_number: bool, born_on: date | None) -> models.QuerySet[Person]:
    """Return the persons of this name who may be meant: of two known ID numbers or birthdays equal ones are needed."""
    rows = Person.objects.filter(bureau=bureau, name=name, joined_into__isnull=True)
    if has_number:
        rows = rows.filter(id_index__isnull=True)
    if born_on is not None:
        rows = rows.filter(Q(born_on__isnull=True) | Q(born_on=born_on))
    return rows.order_by("pk")


def pairs_visible_to(user: User) -> models.QuerySet[SuspectedPair]:
    """Return the records of the reader's bureau that may be one person, as long as both stand for themselves."""
    rows = SuspectedPair.objects.filter(bureau_id=user.bureau_id or 0)
    if not may(user, Capability.READ_ALL):
        return rows.none()
    return rows.filter(first__joined_into__isnull=True, second__joined_into__isnull=True)


def reveals_visible_to(user: User) -> models.QuerySet[Reveal]:
    """Return who read sealed numbers in clear: all of the bureau to who reads the journal, else one's own readings."""
    rows = Reveal.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.AUDIT) else rows.filter(by=user)


def ties_of(person: Person, on: date | None = None) -> models.QuerySet[PersonTie]:
    """Return the near relations of a person, those that run on ``on`` or all."""
    rows = PersonTie.objects.filter(Q(first=person) | Q(second=person)).select_related("first", "second")
    if on is not None:
        rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on)
    return rows.order_by("ended_on", "pk")


def kin_of(persons: Collection[int] | models.QuerySet[Any, int], on: date) -> list[tuple[int, int, str]]:
    """Return (person, near relation, kind) of the relations of the persons that run on ``on``, in one query.

    Each stands there from both ends, whichever of them was asked about.
    """
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    mine = Q(first__in=persons) | Q(second__in=persons)
    rows = PersonTie.objects.filter(running, mine, started_on__lte=on).order_by("pk")
    pairs = rows.values_list("first_id", "second_id", "kind")
    return [(own, kin, kind) for a, b, kind in pairs for own, kin in ((a, b), (b, a))]


def contacts_visible_to(user: User) -> models.QuerySet[Contact]:
    """Return who is to be called at units, firms and sections of the bureau; an outsider sees his own side's."""
    rows = Contact.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_DESK):
        return rows
    return rows.filter(organisation_id__in=memberships_of(user).values("organisation_id"))


def contacts_on(rows: models.QuerySet[Contact], day: date) -> models.QuerySet[Contact]:
    """Keep the contacts that held on ``day`` (the end day excluded), each with its body's name then: ``body_then``."""
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)
    return rows.annotate(body_then=name_then("organisation", day))


def contact_body(contact: Contact) -> str:
    """Return the name of the unit, firm or section at which somebody is called; of a body then, where the row knows."""
    whose = contact.organisation or contact.section
    return getattr(contact, "body_then", None) or (whose.name if whose else "")


def shown_phone(contact: Contact) -> str:
    """Return the telephone of a contact with its middle hidden; empty where unknown."""
    return masked_phone(decrypt(contact.phone_sealed))


def directory(user: User, day: date, kinds: Collection[str]) -> models.QuerySet[Contact]:
    """Return whom the reader finds in the directory of ``day`` at bodies of these kinds, the first 5,000."""
    rows = contacts_on(contacts_visible_to(user).filter(of__in=kinds), day)
    return rows.select_related("organisation", "section", "bureau").order_by("of", "pk")[:DIRECTORY_MOST]
