"""Ties of experts that stand outside their own employment: posts in the register, and what near relations do."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from assignments.selectors.eligibility.cases import Case
from evaluators.models import LeadEvaluator, Practitioner
from foundation.rulesets.selectors import Rules
from parties.enums import EmploymentKind, KinKind
from parties.models import Employment
from parties.selectors import kin_of

HOLDS = frozenset({EmploymentKind.OWNER, EmploymentKind.LEGAL_PERSON, EmploymentKind.ADVISER})


def posts_as_spells(
    person_ids: Iterable[int], *, known: Collection[Employment], after: date, until: date
) -> list[Employment]:
    """Return posts as lead evaluator or staff of a firm as spells of employment, where no spell tells of them.

    The rows are not stored. A professor who leads for his university's laboratory and sits in the pool is such a one
    (edge case 33).
    """
    told = {(row.person_id, row.organisation_id) for row in known if row.ended_on is None}
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=after)
    posts: list[LeadEvaluator | Practitioner] = []
    for model in (LeadEvaluator, Practitioner):
        rows = model._default_manager.filter(running, person_id__in=person_ids, started_on__lte=until)
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
    cases: dict[int, Case],
    persons: dict[int, int],
    *,
    sides: Collection[int],
    firms: Collection[int],
    rules: Rules,
    on: date,
) -> None:
    """Refuse whose near relation works for a side, or owns, heads or advises a registered firm (edge case 49)."""
    kin = kin_of(persons, on)
    if not kin:
        return
    relations = {relation for _own, relation, _kind in kin}
    spells = list(
        Employment.objects.filter(person__in=relations).on(on).select_related("organisation").order_by("started_on")
    )
    spells += posts_as_spells(relations, known=spells, after=on, until=on)
    by_person: dict[int, list[Employment]] = defaultdict(list)
    for spell in spells:
        by_person[spell.person_id].append(spell)
    for own, relation, kind in kin:
        for spell in by_person[relation]:
            place = spell.organisation_id
            if place in sides or (place in firms and spell.kind in HOLDS):
                words = _("Near relation (%(kind)s): %(what)s of %(name)s.") % {
                    "kind": KinKind(kind).label,
                    "what": spell.get_kind_display(),
                    "name": spell.organisation.name,
                }
                facts = {"organisation": place, "kind": spell.kind}
                case = cases[persons[own]]
                case.no("kin_tie", words, rules=rules, key="conflict_window_years", free_on=None, **facts)
