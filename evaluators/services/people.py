"""People of a firm: lead evaluators and staff; nobody practises in two firms at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.models import Firm, LeadEvaluator, Practitioner
from evaluators.rules import lead_refusal
from evaluators.services.firms import FirmRefused, refuse_first_day, refuse_last_day
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record, record_each
from foundation.core.errors import Refusal
from foundation.core.held import Held
from foundation.rulesets.selectors import rules_for
from parties.models import Person
from parties.services import PersonDraft, end_staff_spells, register_persons

Row = TypeVar("Row", LeadEvaluator, Practitioner)
Post = tuple[int, int, date]  # firm, person, first day
WORDS = {
    "lead_unqualified": gettext_lazy("A lead evaluator needs a middle or senior title or a practising certificate."),
    "lead_too_new": gettext_lazy("A lead evaluator needs five years of work."),
}


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """A lead evaluator (主评人); ``keeps_end``: from a sheet that tells no end, so that who left does not come back."""

    firm: Firm
    person: Person
    title: str
    works_since: date
    started_on: date
    certificate_number: str = ""
    certificate_valid_to: date | None = None
    keeps_end: bool = False


@dataclass(frozen=True, slots=True)
class PractitionerDraft:
    """Other staff (从业人员); ``keeps_end`` as of a lead evaluator."""

    firm: Firm
    person: Person
    started_on: date
    duty: str = ""
    keeps_end: bool = False


@transaction.atomic
def register_lead(
    *,
    firm: Firm,
    person: PersonDraft,
    title: str,
    works_since: date,
    certificate_number: str,
    by: User,
    on: date,
    certificate_valid_to: date | None = None,
    started_on: date | None = None,
) -> LeadEvaluator:
    """Write one lead evaluator with his person, who leads from ``started_on`` (``on`` unless told).

    Raise as ``add_lead_evaluators``, and ``FirmRefused`` for a first day after ``on``, before the firm was founded or
    before he began to work.
    """
    require(by, Capability.REGISTER)
    since = started_on or on
    refuse_first_day(firm, since, on=on)
    if since < works_since:
        message = _("The first day lies before the day on which work began.")
        raise FirmRefused(Refusal("before_work", message, {"field": "started_on"}))
    human = register_persons(bureau=firm.bureau, drafts=[person], by=by, on=on)[0]
    draft = LeadDraft(
        firm,
        human,
        title,
        works_since,
        started_on=since,
        certificate_number=certificate_number,
        certificate_valid_to=certificate_valid_to,
    )
    return add_lead_evaluators(drafts=[draft], by=by, on=on)[0]


@transaction.atomic
def register_practitioner(
    *, firm: Firm, person: PersonDraft, duty: str, by: User, on: date, started_on: date | None = None
) -> Practitioner:
    """Write one of the staff with his person, from ``started_on`` (``on`` unless told).

    Raise as ``add_practitioners``, and ``FirmRefused`` for a first day after ``on`` or before the firm was founded.
    """
    require(by, Capability.REGISTER)
    since = started_on or on
    refuse_first_day(firm, since, on=on)
    human = register_persons(bureau=firm.bureau, drafts=[person], by=by, on=on)[0]
    return add_practitioners(drafts=[PractitionerDraft(firm, human, started_on=since, duty=duty)], by=by, on=on)[0]


@transaction.atomic
def add_lead_evaluators(*, drafts: Sequence[LeadDraft], by: User, on: date) -> list[LeadEvaluator]:
    """Write lead evaluators; who leads the firm already gets his new title and certificate.

    Where the draft keeps ends, who led the firm from the same first day and left is returned as he is. Raise
    ``FirmRefused`` for an unqualified one or one who leads elsewhere (R-10, R-11).
    """
    frames = {draft.firm.bureau_id: draft.firm.bureau for draft in drafts}
    rules_of = {key: rules_for(bureau=bureau, on=on) for key, bureau in frames.items()}
    known, gone = _known(LeadEvaluator.objects.all(), drafts)
    for draft in drafts:
        if _post(draft) in gone:
            continue
        rules = rules_of[draft.firm.bureau_id]
        refusal = lead_refusal(
            title=draft.title,
            certificate_number=draft.certificate_number,
            works_since=draft.works_since,
            on=on,
            years=rules.value("lead_work_years"),
            source=rules.source("lead_work_years"),
        )
        if refusal:
            message = f"{draft.person.name}: {WORDS[refusal.code]}"
            raise FirmRefused(replace(refusal, message=message))
    _refuse_elsewhere([(draft.firm, draft.person) for draft in drafts if _post(draft) not in gone], on=on)
    _refuse_overlaps(LeadEvaluator, [draft for draft in drafts if _is_new(draft, known, gone)], on=on)
    made, result = [], []
    changed: Held[LeadEvaluator] = Held("title", "works_since", "certificate_number", "certificate_valid_to")
    for draft in drafts:
        row = gone.get(_post(draft)) or known.get(draft.person.pk)
        if row is None:
            row = LeadEvaluator(
                firm=draft.firm,
                person=draft.person,
                title=draft.title,
                certificate_number=draft.certificate_number,
                certificate_valid_to=draft.certificate_valid_to,
                works_since=draft.works_since,
                started_on=draft.started_on,
            )
            known[draft.person.pk] = row
            made.append(row)
        elif row.pk and row.ended_on is None:
            changed.look(row)
            row.title, row.works_since = draft.title or row.title, draft.works_since
            row.certificate_number = draft.certificate_number or row.certificate_number
            row.certificate_valid_to = draft.certificate_valid_to or row.certificate_valid_to
        result.append(row)
    LeadEvaluator.objects.bulk_create(made)
    changed.save()
    acts = [(row.firm, {"person": row.person_id, "on": on}) for row in made]
    record_each(actor=by, action="evaluators.lead_added", acts=acts)
    return result


@transaction.atomic
def add_practitioners(*, drafts: Sequence[PractitionerDraft], by: User, on: date) -> list[Practitioner]:
    """Write staff, or their new duty; raise ``FirmRefused`` for somebody who practises in another firm. Rule R-11.

    Where the draft keeps ends, who worked there from the same first day and left is returned as he is.
    """
    known, gone = _known(Practitioner.objects.all(), drafts)
    _refuse_elsewhere([(draft.firm, draft.person) for draft in drafts if _post(draft) not in gone], on=on)
    _refuse_overlaps(Practitioner, [draft for draft in drafts if _is_new(draft, known, gone)], on=on)
    made, result = [], []
    changed: Held[Practitioner] = Held("duty")
    for draft in drafts:
        row = gone.get(_post(draft)) or known.get(draft.person.pk)
        if row is None:
            row = Practitioner(firm=draft.firm, person=draft.person, duty=draft.duty, started_on=draft.started_on)
            known[draft.person.pk] = row
            made.append(row)
        elif row.pk and row.ended_on is None and draft.duty:
            changed.look(row)
            row.duty = draft.duty
        result.append(row)
    Practitioner.objects.bulk_create(made)
    changed.save()
    acts = [(row.firm, {"person": row.person_id, "on": on}) for row in made]
    record_each(actor=by, action="evaluators.practitioner_added", acts=acts)
    return result


def _post(draft: LeadDraft | PractitionerDraft) -> Post:
    return draft.firm.pk, draft.person.pk, draft.started_on


def _known(
    rows: QuerySet[Row], drafts: Sequence[LeadDraft] | Sequence[PractitionerDraft]
) -> tuple[dict[int, Row], dict[Post, Row]]:
    """Return the running posts by person, and the ended ones by firm, person and first day that a draft keeps ended.

    Who has a running post in the firm is there, whatever ended before.
    """
    known = _running(rows, [draft.person for draft in drafts])
    kept = [draft for draft in drafts if draft.keeps_end]
    if not kept:
        return known, {}
    persons = {draft.person.pk for draft in kept}
    ended = rows.filter(person__in=persons, ended_on__isnull=False).select_related("firm__organisation").order_by("pk")
    by_post: dict[Post, Row] = {(row.firm_id, row.person_id, row.started_on): row for row in ended}
    there = {(row.firm_id, pk) for pk, row in known.items()}
    wanted = {_post(draft) for draft in kept if (draft.firm.pk, draft.person.pk) not in there}
    return known, {post: row for post, row in by_post.items() if post in wanted}


def _is_new(draft: LeadDraft | PractitionerDraft, known: Mapping[int, Row], gone: Mapping[Post, Row]) -> bool:
    return draft.person.pk not in known and _post(draft) not in gone


def _refuse_overlaps(
    model: type[LeadEvaluator | Practitioner], drafts: Sequence[LeadDraft | PractitionerDraft], *, on: date
) -> None:
    """Raise ``FirmRefused`` where a post would begin before one that has ended had ended.

    That is the same post in the firm, or any post in another one: nobody practises in two firms at once. Rule R-11.
    """
    since = min((draft.started_on for draft in drafts), default=on)
    persons = [draft.person for draft in drafts]
    ended: dict[int, list[LeadEvaluator | Practitioner]] = defaultdict(list)
    for posts in (LeadEvaluator, Practitioner):
        rows = posts._default_manager.filter(person__in=persons, ended_on__gt=since).select_related(
            "firm__organisation"
        )
        for row in rows.order_by("ended_on", "pk"):
            ended[row.person_id].append(row)
    for draft in drafts:
        for row in ended[draft.person.pk]:
            is_same = row.firm_id == draft.firm.pk and isinstance(row, model)
            if (is_same or row.firm_id != draft.firm.pk) and row.ended_on and row.ended_on > draft.started_on:
                raise _still_there(draft, row, on=on)


def _still_there(draft: LeadDraft | PractitionerDraft, row: LeadEvaluator | Practitioner, *, on: date) -> FirmRefused:
    until = row.ended_on.isoformat() if row.ended_on else ""
    message = _("%(name)s was with %(firm)s until %(day)s: the first day is that day or a later one.") % {
        "name": draft.person.name,
        "firm": row.firm.organisation.name,
        "day": until,
    }
    facts = {"field": "started_on", "person": draft.person.pk, "firm": row.firm_id, "free_on": until}
    source = rules_for(bureau=draft.firm.bureau, on=on).source("one_firm_per_practitioner")
    return FirmRefused(Refusal("posts_overlap", message, facts, source))


def _running(rows: QuerySet[Row], persons: Sequence[Person]) -> dict[int, Row]:
    """Return who of ``persons`` has a running row; the rows are locked."""
    found = rows.select_for_update(of=("self",)).filter(person__in=persons, ended_on__isnull=True)
    return {row.person_id: row for row in found.select_related("firm__organisation")}


def _refuse_elsewhere(pairs: Sequence[tuple[Firm, Person]], *, on: date) -> None:
    """Raise ``FirmRefused`` where somebody leads or works in another firm than the one he is entered for. Rule R-11."""
    persons = [person for _firm, person in pairs]
    busy = (_running(LeadEvaluator.objects.all(), persons), _running(Practitioner.objects.all(), persons))
    chosen: dict[int, Firm] = {}
    for firm, person in pairs:
        first = chosen.setdefault(person.pk, firm)
        others = [row.firm for rows in busy if (row := rows.get(person.pk)) and row.firm_id != firm.pk]
        if first.pk != firm.pk:
            others.append(first)
        if others:
            raise _two_firms(
                person, others[0], rules_for(bureau=firm.bureau, on=on).source("one_firm_per_practitioner")
            )


def _two_firms(person: Person, firm: Firm, source: str) -> FirmRefused:
    message = _("%(name)s is with %(firm)s; nobody practises in two firms at once.") % {
        "name": person.name,
        "firm": firm.organisation.name,
    }
    return FirmRefused(Refusal("two_firms", message, {"person": person.pk, "firm": firm.pk}, source))


def end_post(*, post: Practitioner | LeadEvaluator, by: User, on: date, ended_on: date | None = None) -> None:
    """Write that somebody has a post no more from ``ended_on`` (``on`` unless told), as ``end_practitioner`` does.

    Raise ``FirmRefused`` for a day after ``on`` or before the post began, and where it has ended before.
    """
    refuse_last_day(post, ended_on or on, on=on)
    end_practitioner(row=post, day=ended_on, by=by, on=on)


@transaction.atomic
def end_practitioner(
    *,
    row: Practitioner | LeadEvaluator,
    by: User,
    on: date,
    day: date | None = None,
    ends_employment: bool = True,
) -> None:
    """End somebody's time with a firm on ``day`` (``on`` unless told); the row stays.

    Raise ``FirmRefused`` where it has ended before.

    With the last post there his employment by the firm ends, too, so that it binds him no longer than it lasted
    (edge case 36); ``ends_employment``: not so where he goes on under another record.
    """
    require(by, Capability.REGISTER)
    rows = type(row)._default_manager.select_for_update(of=("self",)).select_related("firm__organisation")
    row = rows.get(pk=row.pk)
    if row.ended_on is not None:
        raise FirmRefused(Refusal("ended_before", _("This ended before.")))
    row.ended_on = max(day or on, row.started_on)
    row.save(update_fields=["ended_on"])
    facts = {"person": row.person_id, "until": row.ended_on, "on": on}
    record(actor=by, action="evaluators.staff_ended", subject=row.firm, facts=facts)
    if ends_employment and not _has_post(row.firm, row.person_id):
        end_staff_spells(
            persons=[row.person_id], organisation=row.firm.organisation, ended_on=row.ended_on, by=by, on=on
        )


def _has_post(firm: Firm, person: int) -> bool:
    """Return whether a post of the person in the firm still runs."""
    return any(
        model._default_manager.filter(firm=firm, person=person, ended_on__isnull=True).exists()
        for model in (LeadEvaluator, Practitioner)
    )
