"""Where persons work, and what they own, advise or head: dated spells, declared, recorded and ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.accounts.selectors import users_who_may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.held import Held
from foundation.notices.services import notify
from parties.enums import EmploymentKind
from parties.models import Employment, Organisation, Person
from parties.permissions import may_keep_person
from parties.selectors import memberships_of, users_of_person
from parties.services.bodies import PartyRefused, body_by_name
from parties.services.persons import refuse_joined

BY_HIMSELF: Final = "本人申报"
BY_THE_BUREAU: Final = "经办登记"


@dataclass(frozen=True, slots=True)
class EmploymentDraft:
    """A person with an organisation from a day to a day (the end day excluded).

    ``keeps_end``: from a sheet that tells no end, which is no word that an ended spell goes on.
    """

    person: Person
    organisation: Organisation
    started_on: date
    ended_on: date | None = None
    kind: EmploymentKind = EmploymentKind.EMPLOYEE
    title: str = ""
    source: str = ""
    keeps_end: bool = False


@transaction.atomic
def declare_spell(
    *,
    person: Person,
    employer: str,
    kind: EmploymentKind,
    title: str,
    started_on: date,
    by: User,
    on: date,
    ended_on: date | None = None,
) -> Employment:
    """Write where a person works or worked, or what he owns, advises or heads (edge case 49); the row says who said so.

    He himself or who keeps the register may say it; a body that nobody knows is written without a code. What he says
    himself counts at once where it adds a tie or lengthens one; an earlier end of a known one is asked for
    (``ask_end``), since it would let him review more. Raise ``PartyRefused`` for a spell that begins after ``on`` or
    ends before it begins, and without the body's name.
    """
    if not may_keep_person(by, person):
        raise NotAllowed
    refuse_joined(person)
    if not employer.strip():
        raise PartyRefused(Refusal("employer_missing", _("Name the employer."), {"field": "employer"}))
    if started_on > on:
        message = _("The first day lies in the future.")
        raise PartyRefused(Refusal("begins_later", message, {"field": "started_on"}))
    is_own = memberships_of(by).filter(person_id=person.pk).exists()
    body = body_by_name(bureau=person.bureau, name=employer, by=by, on=on)
    if is_own and ended_on is not None:
        key = {"person": person, "organisation": body, "kind": kind, "started_on": started_on}
        longer = Employment.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=ended_on), **key).first()
        if longer is not None:
            return ask_end(spell=longer, ended_on=ended_on, by=by, on=on)
    source = BY_HIMSELF if is_own else BY_THE_BUREAU
    draft = EmploymentDraft(person, body, started_on, ended_on, kind=kind, title=title.strip()[:60], source=source)
    row = record_employments(drafts=[draft], by=by, on=on)[0]
    facts = {"organisation": body.pk, "kind": kind, "from": started_on, "until": ended_on, "on": on}
    record(actor=by, action="parties.spell_declared", subject=person, facts=facts)
    return row


@transaction.atomic
def record_employments(*, drafts: Sequence[EmploymentDraft], by: User, on: date) -> list[Employment]:
    """Write dated spells; a spell known by person, organisation, kind and first day gets its new end.

    Where the draft keeps ends and tells none, an end that is known stays.
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
    made, result = [], []
    changed: Held[Employment] = Held("ended_on", "title", "source")
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
            changed.look(row)
        row.ended_on = draft.ended_on or (row.ended_on if draft.keeps_end else None)
        row.title, row.source = draft.title or row.title, draft.source or row.source
        result.append(row)
    Employment.objects.bulk_create(made)
    changed.save()
    if drafts:
        facts = {"created": len(made), "updated": len(changed), "on": on}
        record(actor=by, action="parties.employments_recorded", subject=drafts[0].person.bureau, facts=facts)
    return result


@transaction.atomic
def end_spell(*, spell: Employment, ended_on: date, by: User, on: date) -> Employment:
    """Write the first day on which a spell no longer holds, or another one; only who keeps the register may.

    What the person asked about its end is answered with it, and he is told. Raise ``PartyRefused`` for a day before
    the spell began, for the one that is known, and for a spell of one's own.
    """
    row = _kept_spell(spell, by)
    _refuse_end(row, ended_on)
    facts = {"spell": row.pk, "organisation": row.organisation_id, "before": row.ended_on, "until": ended_on, "on": on}
    was_asked = row.asked_end_on is not None
    row.ended_on, row.asked_end_on, row.asked_on = ended_on, None, None
    row.save(update_fields=["ended_on", "asked_end_on", "asked_on"])
    record(actor=by, action="parties.spell_ended", subject=row.person, facts=facts)
    if was_asked:
        notify(users=users_of_person(row.person_id), code="end_answered", path="/expert/record/")
    return row


@transaction.atomic
def ask_end(*, spell: Employment, ended_on: date, by: User, on: date) -> Employment:
    """Declare, as the person himself, the first day on which a spell no longer holds; who keeps the register is told.

    It counts for nothing before it is accepted: a conflict of interest does not end by one's own word. Raise
    ``PartyRefused`` for a day before the spell began, for the one that is known, and where another one waits.
    """
    if not memberships_of(by).filter(person_id=spell.person_id).exists():
        raise NotAllowed
    row = _locked_spell(spell)
    refuse_joined(row.person)
    if row.asked_end_on is not None:
        message = _("You asked for an end of this on %(day)s already; the bureau answers it first.")
        day = row.asked_on.isoformat() if row.asked_on else ""
        raise PartyRefused(Refusal("end_asked", message % {"day": day}, {"field": "ended_on"}))
    _refuse_end(row, ended_on)
    row.asked_end_on, row.asked_on, row.end_answer = ended_on, on, ""
    row.save(update_fields=["asked_end_on", "asked_on", "end_answer"])
    facts = {"spell": row.pk, "organisation": row.organisation_id, "known": row.ended_on, "asked": ended_on, "on": on}
    record(actor=by, action="parties.end_asked", subject=row.person, facts=facts)
    keepers = users_who_may(row.person.bureau, Capability.REGISTER, on=on)
    notify(users=keepers, code="end_asked", path="/bureau/persons/spells/asked/")
    return row


@transaction.atomic
def accept_end(*, spell: Employment, by: User, on: date) -> Employment:
    """End a spell on the day that the person asked for; raise as ``end_spell``, and where nothing is asked."""
    return end_spell(spell=spell, ended_on=_asked_end(_kept_spell(spell, by)), by=by, on=on)


@transaction.atomic
def decline_end(*, spell: Employment, words: str, by: User, on: date) -> Employment:
    """Leave a spell as it is, with words that the person reads; he may ask again."""
    row = _kept_spell(spell, by)
    asked = _asked_end(row)
    if not words.strip():
        raise PartyRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    row.asked_end_on, row.asked_on, row.end_answer = None, None, words.strip()[:200]
    row.save(update_fields=["asked_end_on", "asked_on", "end_answer"])
    facts = {"spell": row.pk, "organisation": row.organisation_id, "asked": asked, "words": row.end_answer, "on": on}
    record(actor=by, action="parties.end_declined", subject=row.person, facts=facts)
    notify(users=users_of_person(row.person_id), code="end_answered", path="/expert/record/")
    return row


def _locked_spell(spell: Employment) -> Employment:
    rows = Employment.objects.select_for_update(of=("self",)).select_related("person__bureau", "organisation")
    return rows.get(pk=spell.pk)


def _kept_spell(spell: Employment, by: User) -> Employment:
    """Return the spell, locked, for who keeps the register of its bureau and is not this person."""
    require(by, Capability.REGISTER)
    row = _locked_spell(spell)
    if by.bureau_id != row.person.bureau_id:
        raise NotAllowed
    refuse_joined(row.person)
    if memberships_of(by).filter(person_id=row.person_id).exists():
        message = _("This is your own. Somebody else of the register writes its end.")
        raise PartyRefused(Refusal("own_spell", message, {"field": "ended_on"}))
    return row


def _asked_end(row: Employment) -> date:
    if row.asked_end_on is None:
        raise PartyRefused(Refusal("no_end_asked", _("No end of this is asked for.")))
    return row.asked_end_on


def _refuse_end(row: Employment, ended_on: date) -> None:
    if ended_on < row.started_on:
        message = _("The employment of %(name)s ends before it begins.") % {"name": row.person.name}
        raise PartyRefused(Refusal("ends_before_start", message, {"field": "ended_on"}))
    if ended_on == row.ended_on:
        message = _("It ended on this day already.")
        raise PartyRefused(Refusal("ended_before", message, {"field": "ended_on"}))


@transaction.atomic
def end_staff_spells(
    *,
    persons: Collection[int],
    organisation: Organisation,
    ended_on: date,
    by: User,
    on: date,
    heir: Organisation | None = None,
) -> int:
    """End the running employment of ``persons`` with a body, and return how many; with an ``heir`` it goes on there.

    What they own, advise or head is no employment and stays.
    """
    running = Employment.objects.select_for_update(of=("self",)).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=ended_on),
        person__in=persons,
        organisation=organisation,
        kind=EmploymentKind.EMPLOYEE,
    )
    rows = list(running.order_by("pk"))
    for row in rows:
        row.ended_on, row.asked_end_on, row.asked_on = max(ended_on, row.started_on), None, None
    Employment.objects.bulk_update(rows, ["ended_on", "asked_end_on", "asked_on"], batch_size=500)
    if heir is not None:
        there = Employment.objects.on(ended_on).filter(organisation=heir, kind=EmploymentKind.EMPLOYEE)
        busy = set(there.filter(person__in=persons).values_list("person_id", flat=True))
        anew = {row.person_id: row for row in rows if row.person_id not in busy}
        Employment.objects.bulk_create(
            [
                Employment(person_id=pk, organisation=heir, title=row.title, started_on=ended_on, source=row.source)
                for pk, row in anew.items()
            ],
            batch_size=500,
        )
    if rows:
        facts = {"ended": len(rows), "until": ended_on, "heir": heir.pk if heir else None, "on": on}
        record(actor=by, action="parties.staff_spells_ended", subject=organisation, facts=facts)
    return len(rows)
