"""Which experts may sit on a panel, and which rule says no to whom. A constant number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from assignments.models import Assignment, ReReviewTask
from assignments.rules import eligibility as rule
from assignments.selectors.eligibility.cases import Case, Eligibility, note_declines, served
from assignments.selectors.eligibility.ties import kin_conflicts, posts_as_spells
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import GONE
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from experts import selectors as pool
from experts.enums import ExpertSource, ExpertStatus
from experts.models import Expert
from experts.rules import age_refusal
from foundation.rulesets.selectors import Rules
from parties.enums import EmploymentKind
from parties.models import Employment
from parties.selectors import organisation_family
from training.selectors import hours_of


def expert_eligibility(re_review: ReReviewTask, on: date, experts: Sequence[Expert] | None = None) -> list[Eligibility]:
    """Return the answer for every expert of the bureau (or for ``experts``) on ``on``, in the order of their numbers.

    Guests of other tasks are left out. The meeting's day counts for absence and age, ``on`` for everything else.
    """
    task = re_review.evaluation
    rules = rules_of_task(task, on)
    listed = Q(source__in=[ExpertSource.OWN, ExpertSource.SHARED]) | Q(guest_for=re_review.number)
    rows = list(
        experts
        if experts is not None
        else Expert.objects.filter(listed, bureau_id=re_review.bureau_id)
        .select_related("person")
        .order_by("number", "pk")
    )
    cases = {row.pk: Case() for row in rows}
    persons = {row.person_id: row.pk for row in rows}
    _expert_standing(cases, rows, rules, on, meets_on=re_review.meets_on)
    spells = _spells_of(persons, rules, on)
    _expert_conflicts(cases, persons, spells, re_review, rules, on)
    _expert_recusals(cases, re_review, rules, on)
    _expert_load(cases, re_review, rules, on)
    note_declines(cases, "expert", rules, on)
    _expert_training(cases, rows, rules, on)
    meeting = re_review.meets_on or on
    for pk, until in pool.unavailable_on(cases, meeting).items():
        words = _("Not free on %(day)s.") % {"day": meeting.isoformat()}
        cases[pk].no("not_free", words, rules=rules, key="", free_on=date.fromordinal(until.toordinal() + 1))
    nodes = pool.specialties_of(cases)
    employers: dict[int, set[str]] = defaultdict(set)
    for spell in spells:
        if spell.ended_on is None or spell.ended_on > on:
            employers[persons[spell.person_id]].add(f"organisation-{spell.organisation_id}")
    return [
        Eligibility(
            party=row,
            name=row.person.name,
            refusals=tuple(cases[row.pk].refusals),
            free_on=cases[row.pk].free_on(),
            links=frozenset(employers[row.pk]),
            nodes=frozenset(nodes.get(row.pk, set())),
        )
        for row in rows
    ]


def _expert_standing(
    cases: dict[int, Case], rows: Sequence[Expert], rules: Rules, on: date, *, meets_on: date | None
) -> None:
    """Ask standing and age; who reaches the age limit between the draw and the meeting is too old (edge case 37)."""
    standings, ends = pool.standings_on(cases, on), pool.standing_ends(cases, on)
    undertaken = pool.undertaken(cases, on.year)
    age, source = rules.value("expert_age_limit"), rules.source("expert_age_limit")
    for row in rows:
        case = cases[row.pk]
        if row.person.died_on:
            case.no("died", _("Has died."), rules=rules, key="", free_on=None)
        if row.source != ExpertSource.GUEST:
            standing = standings.get(row.pk)
            if standing != ExpertStatus.ACTIVE:
                state = standing.label if standing else _("not in the pool")
                words = _("Standing in the pool: %(state)s.") % {"state": state}
                back = ends.get(row.pk) if standing == ExpertStatus.SUSPENDED else None
                key = "expert_suspension_months" if standing == ExpertStatus.SUSPENDED else "register_term_years"
                case.no("not_in_pool", words, rules=rules, key=key, free_on=back)
            elif row.term_ends_on and row.term_ends_on <= on:
                words = _("The term in the pool ended on %(day)s.") % {"day": row.term_ends_on.isoformat()}
                case.no("term_ended", words, rules=rules, key="register_term_years", free_on=None)
            if rules.value("undertaking_yearly") and row.pk not in undertaken:
                words = _("The undertaking of %(year)s has not been accepted.") % {"year": on.year}
                case.no("no_undertaking", words, rules=rules, key="undertaking_yearly", free_on=None)
        if age_refusal(born_on=row.person.born_on, on=max(on, meets_on or on), age=age, source=source):
            words = _("The age limit of %(age)d years is reached.") % {"age": age}
            case.no("too_old", words, rules=rules, key="expert_age_limit", free_on=None)


def _spells_of(persons: dict[int, int], rules: Rules, on: date) -> list[Employment]:
    begins = rule.window_begins(on, years=rules.value("conflict_window_years"))
    rows = Employment.objects.filter(person_id__in=persons).touching(after=begins, until=on)
    spells = list(rows.select_related("organisation").order_by("started_on", "pk"))
    return spells + posts_as_spells(persons, known=spells, after=begins, until=on)


def _expert_conflicts(
    cases: dict[int, Case],
    persons: dict[int, int],
    spells: Sequence[Employment],
    re_review: ReReviewTask,
    rules: Rules,
    on: date,
) -> None:
    """Rule R-07: the evaluated unit with its superior and subordinates, the evaluating firm; and staff of any firm."""
    task = re_review.evaluation
    years = rules.value("conflict_window_years")
    unit_side = organisation_family(task.unit)
    chosen = served(re_review.bureau_id).filter(task=task).values_list("firm__organisation_id", flat=True)
    firm_side = {pk for pk in chosen if pk is not None}
    firms = set(
        Firm.objects.filter(bureau_id=re_review.bureau_id)
        .exclude(status__in=[FirmStatus.LEFT, FirmStatus.REMOVED])
        .values_list("organisation_id", flat=True)
    )
    kin_conflicts(cases, persons, sides=unit_side | firm_side, firms=firms, rules=rules, on=on)
    for spell in spells:
        case = cases[persons[spell.person_id]]
        organisation = spell.organisation
        free_on = rule.conflict_free_from(spell.ended_on, years=years) if spell.ended_on else None
        facts = {"organisation": organisation.pk, "kind": spell.kind}
        named = {"name": organisation.name}
        if spell.organisation_id in unit_side:
            words = _("Works or worked for the evaluated side: %(name)s.") % named
            case.no("unit_employer", words, rules=rules, key="conflict_window_years", free_on=free_on, **facts)
        elif spell.organisation_id in firm_side:
            words = _("Works or worked for the evaluating firm: %(name)s.") % named
            case.no("firm_employer", words, rules=rules, key="conflict_window_years", free_on=free_on, **facts)
        elif spell.organisation_id in firms and (spell.ended_on is None or spell.ended_on > on):
            is_staff = spell.kind == EmploymentKind.EMPLOYEE
            words = (
                _("Is on the staff of a registered firm: %(name)s.")
                if is_staff
                else _("Is owner or adviser of a registered firm: %(name)s.")
            )
            case.no("firm_tie", words % named, rules=rules, key="conflict_window_years", free_on=None, **facts)


def _expert_recusals(cases: dict[int, Case], re_review: ReReviewTask, rules: Rules, on: date) -> None:
    task = re_review.evaluation
    sides = organisation_family(task.unit)
    chosen = served(re_review.bureau_id).filter(task=task).values_list("firm__organisation_id", flat=True)
    sides |= {pk for pk in chosen if pk is not None}
    rows = pool.recusals_on(cases, on).filter(organisation_id__in=sides).select_related("organisation")
    for row in rows.order_by("pk"):
        words = _("Always steps back from %(name)s.") % {"name": row.organisation.name}
        cases[row.expert_id].no("standing_recusal", words, rules=rules, key="", free_on=row.ended_on)
    seats = Assignment.objects.filter(re_review__evaluation=task, expert_id__in=cases)
    for seat in seats.exclude(re_review=re_review).exclude(status__in=GONE).order_by("pk"):
        if seat.expert_id is not None:
            words = _("Sat on another panel of the same task.")
            cases[seat.expert_id].no("same_task", words, rules=rules, key="", free_on=None)
    left = Assignment.objects.filter(re_review=re_review, expert_id__in=cases, status__in=GONE)
    for pk in left.values_list("expert_id", flat=True).distinct():
        if pk is not None:
            words = _("Was called for this panel before and left it.")
            cases[pk].no("left_this_panel", words, rules=rules, key="", free_on=None)


def _expert_load(cases: dict[int, Case], re_review: ReReviewTask, rules: Rules, on: date) -> None:
    days, cap = rules.value("cool_down_days"), rules.value("expert_yearly_cap")
    served = Assignment.objects.filter(expert_id__in=cases, re_review__isnull=False).exclude(status__in=GONE)
    served = served.exclude(re_review=re_review)
    met = served.filter(
        re_review__evaluation__unit_id=re_review.evaluation.unit_id,
        assigned_on__gt=date.fromordinal(on.toordinal() - days),
        assigned_on__lte=on,
    )
    for pk, last in met.order_by().values_list("expert_id").annotate(models.Max("assigned_on")):
        if pk is not None:
            free_on = rule.cooled_down_on(last, days=days)
            words = _("Met this unit on %(day)s; %(days)d days must lie between.") % {
                "day": last.isoformat(),
                "days": days,
            }
            cases[pk].no("cool_down", words, rules=rules, key="cool_down_days", free_on=free_on)
    year = served.filter(assigned_on__year=on.year)
    for pk, count in year.order_by().values_list("expert_id").annotate(Count("pk")):
        if pk is not None and count >= cap:
            words = _("Has %(count)d assignments this year; %(cap)d is the most.") % {"count": count, "cap": cap}
            free_on = rule.next_year_begins(on)
            cases[pk].no("yearly_cap", words, rules=rules, key="expert_yearly_cap", free_on=free_on, count=count)


def _expert_training(cases: dict[int, Case], rows: Sequence[Expert], rules: Rules, on: date) -> None:
    hours = rules.value("training_hours")
    tenths = hours_of([row.person_id for row in rows], on.year - 1)
    for row in rows:
        if row.source == ExpertSource.GUEST:
            continue
        own = tenths.get(row.person_id, 0)
        if not rule.trained_enough(tenths=own, hours=hours, entered_on=row.admitted_on, on=on):
            words = _("Had %(own)s hours of training in %(year)d; %(hours)d are needed.") % {
                "own": f"{own / 10:g}",
                "year": on.year - 1,
                "hours": hours,
            }
            free_on = rule.next_year_begins(on)
            cases[row.pk].no("untrained", words, rules=rules, key="training_hours", free_on=free_on, tenths=own)
