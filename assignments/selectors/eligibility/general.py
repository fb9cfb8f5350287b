"""Whom the rules leave in the pool before any task is known. A constant number of queries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from assignments.models import Assignment
from assignments.rules import eligibility as rule
from assignments.selectors.eligibility.cases import Case, Cases, Eligibility, closed, note_declines
from assignments.selectors.eligibility.experts import (
    MEMBER,
    NO_NODES,
    ORDER,
    Asked,
    PoolMember,
    judge_standing,
    judge_training,
    judge_yearly_cap,
)
from assignments.transitions import GONE
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from experts import selectors as pool
from experts.enums import ExpertSource, ExpertStatus
from experts.models import Expert, ExpertStanding
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import Rules, rules_for
from parties.models import Employment

OUT = frozenset({"not_in_pool", "term_ended", "died"})


@dataclass(frozen=True, slots=True)
class PoolAnswers:
    """The answers of a pool without a task, and which units each expert met too recently."""

    answers: list[Eligibility]
    cooling: Mapping[int, Mapping[int, date]]


def general_eligibility(bureau: Bureau, on: date) -> PoolAnswers:
    """Return the answer for everybody in the pool or suspended on ``on``, by the rules that need no task.

    Standing, term, undertaking, age (R-13, R-14, R-41), ties to a registered firm (R-07), yearly cap (R-17), declines
    (R-18), training (R-33). Who works for a unit or steps back from it is asked with the task; cool-down (R-17) is told
    apart, for it is about units.
    """
    rules = rules_for(bureau=bureau, on=on)
    standing = ExpertStanding.objects.on(on).filter(status__in=[ExpertStatus.ACTIVE, ExpertStatus.SUSPENDED])
    listed = Expert.objects.filter(bureau=bureau, pk__in=standing.values("expert_id"))
    listed = listed.exclude(source=ExpertSource.GUEST)
    members = [PoolMember(*row) for row in listed.order_by(*ORDER).values_list(*MEMBER)]
    who = Asked.all_of(listed)
    cases: Cases = defaultdict(Case)
    judge_standing(cases, who, rules, on)
    links = _employers(cases, {row.person_id: row.pk for row in members}, who, bureau, rules, on)
    served = Assignment.objects.filter(expert_id__in=who.experts, re_review__isnull=False).exclude(status__in=GONE)
    judge_yearly_cap(cases, served, rules, on)
    note_declines(cases, who.experts, "expert", rules, on)
    judge_training(cases, who, rules, on)
    nodes = pool.specialties_of(who.experts, on)
    answers = []
    for row in members:
        refusals, free_on = closed(cases.get(row.pk))
        own = nodes.get(row.pk, NO_NODES)
        answers.append(Eligibility(row, row.name, refusals, free_on, frozenset(links.get(row.pk, ())), own))
    return PoolAnswers(answers, _cooling(who, rules, on))


def _employers(
    cases: Cases, persons: Mapping[int, int], who: Asked, bureau: Bureau, rules: Rules, on: date
) -> dict[int, set[str]]:
    """Refuse who belongs to a registered firm now; return the present employers of everybody."""
    firms = Firm.objects.filter(bureau=bureau).exclude(status__in=[FirmStatus.LEFT, FirmStatus.REMOVED])
    firm_names = dict(firms.values_list("organisation_id", "organisation__name"))
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = Employment.objects.filter(running, person_id__in=who.persons, started_on__lte=on).order_by("pk")
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, organisation_id in rows.values_list("person_id", "organisation_id"):
        if (pk := persons.get(person_id)) is None:  # came into the pool while this was asked
            continue
        found[pk].add(f"organisation-{organisation_id}")
        if name := firm_names.get(organisation_id):
            words = _("Belongs to a registered firm: %(name)s.") % {"name": name}
            cases[pk].no("firm_tie", words, rules=rules, key="conflict_window_years", free_on=None)
    return found


def _cooling(who: Asked, rules: Rules, on: date) -> dict[int, dict[int, date]]:
    """Return the units that each expert met too recently, each with the first day on which he may meet it again."""
    days = rules.value("cool_down_days")
    met = Assignment.objects.filter(
        expert_id__in=who.experts, re_review__isnull=False, assigned_on__gt=date.fromordinal(on.toordinal() - days),
        assigned_on__lte=on,
    ).exclude(status__in=GONE)  # fmt: skip
    rows = met.order_by().values("expert_id", unit=F("re_review__evaluation__unit_id"))
    found: dict[int, dict[int, date]] = defaultdict(dict)
    for row in rows.annotate(last=Max("assigned_on")):
        found[row["expert_id"]][row["unit"]] = rule.cooled_down_on(row["last"], days=days)
    return found
