"""Experts are written: as applicants, with their specialties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from experts.enums import ExpertSource, TitleLevel
from experts.models import (
    Expert,
    ExpertSpecialty,
    ExpertStanding,
    FormerTitle,
)
from experts.rules import entry_refusal
from experts.services.declaring import declare_employment
from experts.services.facts import WORDS, ExpertRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal
from foundation.core.held import Held
from foundation.papers.services import next_number
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import retired_refusal
from parties.models import Person
from parties.services import (
    PersonDraft,
    register_persons,
)


@dataclass(frozen=True, slots=True)
class ExpertDraft:
    """A person's role as expert; ``number`` empty: the next one is given. The first node is the main specialty."""

    person: Person
    title: str
    title_level: TitleLevel
    nodes: Sequence[Node] = field(default_factory=tuple)
    works_since: date | None = None
    source: ExpertSource = ExpertSource.OWN
    is_civil_servant: bool = False
    number: str = ""
    guest_for: str = ""


def next_expert_number(*, bureau: Bureau, on: date) -> str:
    """Return the next number of the pool that no expert bears; called in the transaction that uses it."""
    while True:
        number = f"专家{next_number(bureau=bureau, kind='EXPERT', year=on.year):04d}"
        if not Expert.objects.filter(bureau=bureau, number=number).exists():
            return number


@transaction.atomic
def register_experts(*, bureau: Bureau, drafts: Sequence[ExpertDraft], by: User, on: date) -> list[Expert]:
    """Write experts as applicants, in the order of ``drafts``; a known one gets his new title and specialties.

    A title that changes holds until ``on``. A draft without ``works_since`` leaves the day that is known, and one that
    does not name a specialty leaves it; the main one changes hands.

    Raise ``ExpertRefused`` for who may not enter (R-14), and for a specialty that has ended and was not his before;
    guests are asked for one task and enter without the rule.
    """
    require(by, Capability.REGISTER)
    rules = rules_for(bureau=bureau, on=on)
    for draft in drafts:
        refusal = entry_refusal(
            level=draft.title_level,
            works_since=draft.works_since,
            born_on=draft.person.born_on,
            on=on,
            years=rules.value("expert_work_years"),
            age=rules.value("expert_age_limit"),
            source=rules.source("expert_work_years"),
        )
        if refusal and draft.source != ExpertSource.GUEST:
            raise ExpertRefused(replace(refusal, message=f"{draft.person.name}: {WORDS[refusal.code]}"))
    rows = Expert.objects.select_for_update().filter(person_id__in=[draft.person.pk for draft in drafts])
    known = {row.person_id: row for row in rows}
    _refuse_ended_nodes(drafts, known)
    made, former, result = [], [], []
    changed: Held[Expert] = Held("title", "title_level", "works_since", "is_civil_servant", "guest_for")
    for draft in drafts:
        row = known.get(draft.person.pk)
        if row is None:
            number = draft.number or next_expert_number(bureau=bureau, on=on)
            row = Expert(bureau=bureau, person=draft.person, number=number, status_since=on, source=draft.source)
            known[draft.person.pk] = row
            made.append(row)
        elif row.pk:
            changed.look(row)
            if (row.title, row.title_level) != (draft.title, draft.title_level):
                former.append(FormerTitle(expert=row, title=row.title, title_level=row.title_level, until_on=on))
        row.title, row.title_level = draft.title, draft.title_level
        row.works_since = draft.works_since or row.works_since
        row.is_civil_servant, row.guest_for = draft.is_civil_servant, draft.guest_for
        result.append(row)
    Expert.objects.bulk_create(made)
    changed.save()
    ExpertStanding.objects.bulk_create([ExpertStanding(expert=r, status=r.status, started_on=on) for r in made])
    FormerTitle.objects.bulk_create(former)
    specialties = _write_specialties(drafts, result, on=on)
    facts = {"created": len(made), "updated": len(changed), "titles_ended": len(former), "on": on} | specialties
    record(actor=by, action="experts.registered", subject=bureau, facts=facts)
    return result


@transaction.atomic
def register_expert(
    *,
    bureau: Bureau,
    person: PersonDraft,
    title: str,
    level: TitleLevel,
    works_since: date | None,
    nodes: Sequence[Node],
    employer: str,
    employed_since: date | None,
    by: User,
    on: date,
) -> Expert:
    """Write one applicant with his person and his present employer.

    Raise ``ExpertRefused`` as ``register_experts``, and with the known row's facts for a person who is an expert.
    """
    require(by, Capability.REGISTER)
    human = register_persons(bureau=bureau, drafts=[person], by=by, on=on)[0]
    known = Expert.objects.filter(person=human).first()
    if known is not None:
        message = _("%(name)s is in the pool already: number %(number)s, %(state)s since %(day)s.") % {
            "name": human.name,
            "number": known.number,
            "state": known.get_status_display(),
            "day": known.status_since.isoformat(),
        }
        facts = {"field": "id_number", "expert": known.pk, "number": known.number}
        raise ExpertRefused(Refusal("expert_known", message, facts))
    draft = ExpertDraft(person=human, title=title, title_level=level, works_since=works_since, nodes=tuple(nodes))
    row = register_experts(bureau=bureau, drafts=[draft], by=by, on=on)[0]
    if employer.strip():
        declare_employment(expert=row, employer=employer, title=title, started_on=employed_since or on, by=by, on=on)
    return row


def _refuse_ended_nodes(drafts: Sequence[ExpertDraft], known: Mapping[int, Expert]) -> None:
    """Raise ``ExpertRefused`` for an ended specialty that is chosen anew; whoever has it keeps it (edge case 55)."""
    chosen = [(known.get(draft.person.pk), node) for draft in drafts for node in draft.nodes if node.retired_on]
    if not chosen:
        return
    rows = ExpertSpecialty.objects.filter(expert__in=[row.pk for row, _node in chosen if row]).running()
    held = set(rows.values_list("expert_id", "node_id"))
    anew = [node for row, node in chosen if row is None or (row.pk, node.pk) not in held]
    if refusal := retired_refusal(anew):
        raise ExpertRefused(refusal)


def _write_specialties(drafts: Sequence[ExpertDraft], rows: Sequence[Expert], *, on: date) -> dict[str, int]:
    """Begin the specialties that are new on ``on``; return how many began and ended, by word.

    Where the main one changes hands, the row of each ends and another begins; on the day it began it is changed itself.
    """
    held: dict[int, dict[int, ExpertSpecialty]] = {}
    for known in ExpertSpecialty.objects.select_for_update().filter(expert__in=rows).running():
        held.setdefault(known.expert_id, {})[known.node_id] = known
    begun: list[ExpertSpecialty] = []
    ended: list[ExpertSpecialty] = []
    corrected: list[ExpertSpecialty] = []
    for draft, row in zip(drafts, rows, strict=True):
        if not draft.nodes:
            continue
        own = held.setdefault(row.pk, {})
        main = draft.nodes[0].pk
        for node in draft.nodes:
            if node.pk not in own:
                own[node.pk] = ExpertSpecialty(expert=row, node=node, is_main=node.pk == main, started_on=on)
                begun.append(own[node.pk])
        for one in list(own.values()):
            if one.is_main == (one.node_id == main):
                continue
            if one.started_on is not None and one.started_on >= on:
                one.is_main = not one.is_main
                corrected += [one] if one.pk else []
                continue
            one.ended_on = on
            ended.append(one)
            own[one.node_id] = ExpertSpecialty(
                expert=row, node_id=one.node_id, is_main=not one.is_main, started_on=on, proof_id=one.proof_id
            )
            begun.append(own[one.node_id])
    ExpertSpecialty.objects.bulk_update(ended, ["ended_on"], batch_size=500)
    ExpertSpecialty.objects.bulk_update(corrected, ["is_main"], batch_size=500)
    ExpertSpecialty.objects.bulk_create(begun)
    return {"specialties_begun": len(begun), "specialties_ended": len(ended)}
