"""Writing bodies: organisations, budget units, names, relations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau, Section
from foundation.core.errors import DomainError, NotAllowed, Refusal
from parties.enums import FormerFactKind, OrganisationKind, RelationshipKind
from parties.models import BudgetUnit, FormerFact, FormerName, Organisation, Relationship
from parties.rules import same_name, sort_key_of, uscc_refusal

WORDS = {
    "uscc_missing": gettext_lazy("Give the unified social credit code, or say why there is none."),
    "uscc_wrong": gettext_lazy("The unified social credit code is wrong: a character does not fit its check."),
    "id_wrong": gettext_lazy("The national ID number is wrong: a digit does not fit its check."),
}


class PartyRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The party cannot be written."""


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """A body; found again by its USCC, without one by its name.

    ``is_another``: somebody said that it is not the body without a code that bears this name already. ``source``: from
    what its legal representative and address are known, kept with those that they replace. ``known``: the key of the
    body without a code that somebody said it is; it gets the code.
    """

    name: str
    kind: OrganisationKind
    uscc: str | None = None
    uscc_absent_reason: str = ""
    legal_person: str = ""
    address: str = ""
    phone: str = ""
    founded_on: date | None = None
    is_another: bool = False
    source: str = ""
    known: int | None = None


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

    A legal representative or an address that changes holds until ``on`` and stays known for the days before.
    Raise ``PartyRefused`` for a wrong USCC, and where one USCC comes with two names.
    """
    for draft in drafts:
        if refusal := uscc_refusal(draft.uscc, draft.uscc_absent_reason):
            raise refused_for(refusal, name=draft.name)
    by_code, by_name = _known_organisations(bureau, drafts)
    uncoded = Organisation.objects.select_for_update().filter(bureau=bureau, uscc__isnull=True)
    said = uncoded.in_bulk({draft.known for draft in drafts if draft.known})
    made: list[Organisation] = []
    changed: list[Organisation] = []
    result: list[Organisation] = []
    former: list[FormerFact] = []
    for draft in drafts:
        key = same_name(draft.name)
        row = by_code.get(draft.uscc) if draft.uscc else None if draft.is_another else by_name.get(key)
        row = row or said.get(draft.known or 0)
        if row is not None and draft.uscc and same_name(row.name) != key:
            message = _("The code %(uscc)s belongs to %(name)s already.") % {"uscc": draft.uscc, "name": row.name}
            raise PartyRefused(Refusal("uscc_taken", message, {"field": "uscc", "name": draft.name}))
        if row is None:
            row = Organisation(bureau=bureau, uscc=draft.uscc, name=draft.name, is_demo=bureau.is_demo)
            made.append(row)
        elif row.pk:
            changed.append(row)
        row.uscc = row.uscc or draft.uscc
        row.sort_key = sort_key_of(draft.name)
        row.kind, row.uscc_absent_reason = draft.kind, draft.uscc_absent_reason
        given = {FormerFactKind.LEGAL_PERSON: draft.legal_person, FormerFactKind.ADDRESS: draft.address}
        former += _changed_facts(row, given, reason=draft.source, on=on)
        row.phone = draft.phone or row.phone
        row.founded_on = draft.founded_on or row.founded_on
        by_name[key] = row
        if draft.uscc:
            by_code[draft.uscc] = row
        result.append(row)
    Organisation.objects.bulk_create(made)
    fields = ["uscc", "sort_key", "kind", "uscc_absent_reason", "legal_person", "address", "phone", "founded_on"]
    Organisation.objects.bulk_update(changed, fields, batch_size=500)
    FormerFact.objects.bulk_create(former)
    facts = {"created": len(made), "updated": len(changed), "facts_ended": len(former), "on": on}
    record(actor=by, action="parties.organisations_registered", subject=bureau, facts=facts)
    return result


@transaction.atomic
def change_facts(
    *, organisation: Organisation, legal_person: str, address: str, reason: str, by: User, on: date, day: date
) -> Organisation:
    """Write a new legal representative or address that holds from ``day``; the old one stays known until then.

    An empty value changes nothing. Raise ``PartyRefused`` where nothing changes, without a reason, for a day after
    ``on`` and for one before the last change.
    """
    require(by, Capability.REGISTER)
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    if not reason.strip():
        raise PartyRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if day > on:
        raise PartyRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "day"}))
    given = {FormerFactKind.LEGAL_PERSON: legal_person.strip(), FormerFactKind.ADDRESS: address.strip()}
    before = {kind.lower(): getattr(row, kind.lower()) for kind in given}
    former = _changed_facts(row, given, reason=reason.strip(), on=day)
    after = {kind.lower(): getattr(row, kind.lower()) for kind in given}
    if before == after:
        message = _("Give a legal representative or an address that differs from the old one.")
        raise PartyRefused(Refusal("facts_unchanged", message, {"field": "legal_person"}))
    changed = [kind for kind in given if before[kind.lower()] != after[kind.lower()]]
    later = row.former_facts.filter(kind__in=changed, until_on__gt=day).order_by("-until_on").first()
    if later is not None:
        message = _("It was changed on %(day)s already; give that day or a later one.")
        raise PartyRefused(Refusal("changed_later", message % {"day": later.until_on.isoformat()}, {"field": "day"}))
    FormerFact.objects.bulk_create(former)
    row.save(update_fields=["legal_person", "address"])
    facts = {"before": before, "after": after, "day": day, "reason": reason.strip(), "on": on}
    record(actor=by, action="parties.facts_changed", subject=row, facts=facts)
    return row


def _changed_facts(
    row: Organisation, given: Mapping[FormerFactKind, str], *, reason: str, on: date
) -> list[FormerFact]:
    """Write what is given and differs into ``row``; return the facts that end with it."""
    ended = []
    for kind, value in given.items():
        name = kind.value.lower()
        before = getattr(row, name)
        if not value or value == before:
            continue
        if row.pk and before:
            ended.append(FormerFact(organisation=row, kind=kind, value=before, until_on=on, reason=reason[:200]))
        setattr(row, name, value)
    return ended


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
def recode_unit(*, unit: BudgetUnit, code: str, by: User, on: date) -> BudgetUnit:
    """Give a budget unit its new code of 预算管理一体化; raise ``PartyRefused`` for one that is taken."""
    require(by, Capability.REGISTER)
    row = BudgetUnit.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=unit.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    if BudgetUnit.objects.filter(bureau=row.bureau, code=code).exclude(pk=row.pk).exists():
        message = _("The unit code %(code)s belongs to another organisation.") % {"code": code}
        raise PartyRefused(Refusal("unit_code_taken", message, {"field": "code"}))
    before, row.code = row.code, code
    row.save(update_fields=["code"])
    record(actor=by, action="parties.unit_recoded", subject=row, facts={"before": before, "after": code, "on": on})
    return row


@transaction.atomic
def rename_organisation(
    *, organisation: Organisation, name: str, by: User, on: date, day: date | None = None
) -> Organisation:
    """Give the body a new name from ``day`` (``on`` unless told); papers of before keep the old one (edge case 19).

    Raise ``PartyRefused`` for no new name, and for a day that lies after ``on`` or before the last new name.
    """
    require(by, Capability.REGISTER)
    since = day or on
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not name.strip() or same_name(name) == same_name(organisation.name):
        raise PartyRefused(
            Refusal("name_unchanged", _("Give a name that differs from the old one."), {"field": "name"})
        )
    if since > on:
        raise PartyRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "started_on"}))
    later = organisation.former_names.filter(until_on__gt=since).order_by("-until_on").first()
    if later is not None:
        message = _("It was changed on %(day)s already; give that day or a later one.")
        facts = {"field": "started_on", "free_on": later.until_on.isoformat()}
        raise PartyRefused(Refusal("changed_later", message % {"day": facts["free_on"]}, facts))
    FormerName.objects.create(organisation=organisation, name=organisation.name, until_on=since)
    facts = {"before": organisation.name, "after": name.strip(), "from": since.isoformat(), "on": on.isoformat()}
    organisation.name, organisation.sort_key = name.strip(), sort_key_of(name.strip())
    organisation.save(update_fields=["name", "sort_key"])
    record(actor=by, action="parties.organisation_renamed", subject=organisation, facts=facts)
    return organisation


@transaction.atomic
def record_relationship(
    *, subject: Organisation, kind: RelationshipKind, other: Organisation, by: User, on: date, note: str = "",
    started_on: date | None = None, ended_on: date | None = None, passes_scores: bool = False,
    passes_sanctions: bool = False,
) -> Relationship:  # fmt: skip
    """Write that ``subject`` stands in a relation to ``other`` from ``started_on`` (``on`` unless told).

    What passes to a successor is told with a merger, split or conversion. Raise ``PartyRefused`` for one end only, and
    for a day after ``on``.
    """
    require(by, Capability.REGISTER)
    if started_on is not None and started_on > on:
        raise PartyRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "started_on"}))
    return write_relationship(
        subject=subject, kind=kind, other=other, by=by, on=on, note=note, started_on=started_on, ended_on=ended_on,
        passes_scores=passes_scores, passes_sanctions=passes_sanctions,
    )  # fmt: skip


def write_relationship(
    *, subject: Organisation, kind: RelationshipKind, other: Organisation, by: User, on: date, note: str = "",
    started_on: date | None = None, ended_on: date | None = None, passes_scores: bool = False,
    passes_sanctions: bool = False,
) -> Relationship:  # fmt: skip
    """Write a relation inside a transaction; who asks has asked whether ``by`` may."""
    if subject.pk == other.pk:
        raise PartyRefused(Refusal("same_party", _("A relation has two different ends."), {"field": "other"}))
    row = Relationship.objects.create(
        subject=subject, kind=kind, other=other, started_on=started_on or on, ended_on=ended_on, note=note,
        passes_scores=passes_scores, passes_sanctions=passes_sanctions,
    )  # fmt: skip
    facts = {
        "kind": kind, "other": other.pk, "from": row.started_on, "on": on, "scores": passes_scores,
        "sanctions": passes_sanctions,
    }  # fmt: skip
    record(actor=by, action="parties.related", subject=subject, facts=facts)
    return row


@transaction.atomic
def close_organisation(*, organisation: Organisation, by: User, on: date) -> None:
    """Write that the body is no more from ``on``; its rows stay."""
    require(by, Capability.REGISTER)
    organisation.closed_on = on
    organisation.save(update_fields=["closed_on"])
    record(actor=by, action="parties.organisation_closed", subject=organisation, facts={"on": on})


def body_by_name(*, bureau: Bureau, name: str, by: User, on: date) -> Organisation:
    """Return the organisation of that name; an unknown one is written without a code, and says why it has none."""
    wanted = name.strip()
    spellings = {wanted, same_name(wanted), wanted.replace("(", "（").replace(")", "）")}
    found = Organisation.objects.filter(bureau=bureau, name__in=spellings).order_by("uscc", "pk").first()
    if found is not None:
        return found
    draft = OrganisationDraft(wanted, OrganisationKind.OTHER, uscc_absent_reason="仅由人员申报，代码待补")
    return register_organisations(bureau=bureau, drafts=[draft], by=by, on=on)[0]


def refused_for(refusal: Refusal, *, name: str) -> PartyRefused:
    """Return the error of a refusal that a rule gave without words, naming whom it is about."""
    facts = {**refusal.facts, "name": name}
    return PartyRefused(replace(refusal, message=f"{name}: {WORDS[refusal.code]}", facts=facts))
