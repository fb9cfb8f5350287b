"""Ties of experts that stand outside their own employment: posts in the register, and what near relations do."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from assignments.selectors.eligibility.cases import Cases
from evaluators.models import Firm, LeadEvaluator, Practitioner
from foundation.rulesets.selectors import Rules
from parties.enums import EmploymentKind, KinKind
from parties.models import Employment
from parties.selectors import kin_of

HOLDS = frozenset({EmploymentKind.OWNER, EmploymentKind.LEGAL_PERSON, EmploymentKind.ADVISER})
Persons = Collection[int] | QuerySet[Any, int]


def posts_as_spells(
    persons: Persons,
    *,
    sides: Collection[int],
    firms: QuerySet[Firm],
    known: Collection[Employment],
    after: date,
    until: date,
) -> list[Employment]:
    """Return posts in ``firms`` or at a side as spells of employment, where no spell tells of them; two queries.

    The rows are not stored. A professor who leads for his university's laboratory and sits in the pool is such a one
    (edge case 33).
    """
    told = {(row.person_id, row.organisation_id) for row in known if row.ended_on is None}
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=after)
    bound = Q(firm__in=firms) | Q(firm__organisation_id__in=sides)
    posts: list[LeadEvaluator | Practitioner] = []
    for model in (LeadEvaluator, Practitioner):
        rows = model._default_manager.filter(running, bound, person_id__in=persons, started_on__lte=until)
        posts += rows.select_related("firm__organisation").order_by("started_on", "pk")
    return [
        Employment(
            person_id=row.person_id,
            organisation=row.firm.organisation,
            started_on=row.started_on,
            ended_on=row.ended_on,
        )
        for row in posts
        if (row.person_id, row.firm.organisation_id) not in told
    ]


def kin_conflicts(
    cases: Cases,
    experts: dict[int, int],
    persons: Persons,
    *,
    sides: Collection[int],
    firms: QuerySet[Firm],
    rules: Rules,
    on: date,
) -> None:
    """Refuse whose near relation works for a side, or owns, heads or advises a registered firm (edge case 49).

    ``experts`` leads from a person to his place in the pool, ``persons`` says whom to ask about.
    """
    kin = [row for row in kin_of(persons, on) if row[0] in experts]
    if not kin:
        return
    relations = {relation for _own, relation, _kind in kin}
    bound = Q(organisation_id__in=sides) | Q(organisation__in=firms.values("organisation"), kind__in=HOLDS)
    spells = list(
        Employment.objects.filter(bound, person__in=relations)
        .on(on)
        .select_related("organisation")
        .order_by("started_on", "pk")
    )
    spells += posts_as_spells(relations, sides=sides, firms=firms.none(), known=spells, after=on, until=on)
    by_person: dict[int, list[Employment]] = defaultdict(list)
    for spell in spells:
        by_person[spell.person_id].append(spell)
    for own, relation, kind in kin:
        for spell in by_person[relation]:
            words = _("Near relation (%(kind)s): %(what)s of %(name)s.") % {
                "kind": KinKind(kind).label,
                "what": spell.get_kind_display(),
                "name": spell.organisation.name,
            }
            facts = {"organisation": spell.organisation_id, "kind": spell.kind}
            case = cases[experts[own]]
            case.no("kin_tie", words, rules=rules, key="conflict_window_years", free_on=None, **facts)
