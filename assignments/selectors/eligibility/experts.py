"""Which experts may sit on a panel, and which rule says no to whom. A constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from assignments.enums import ReReviewKind
from assignments.models import Assignment, ReReviewTask
from assignments.rules import eligibility as rule
from assignments.selectors.eligibility.cases import Case, Cases, Eligibility, closed, note_declines, served, who_left
from assignments.selectors.eligibility.ties import kin_conflicts, posts_as_spells
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import GONE
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from experts import selectors as pool
from experts.enums import ExpertSource, ExpertStatus
from experts.models import Expert
from experts.rules import too_old_born_by
from foundation.rulesets.selectors import Rules
from parties.enums import EmploymentKind
from parties.models import Employment
from parties.selectors import organisation_family
from training.selectors import hours_of


class PoolMember(NamedTuple):
    """Who an expert is, without his rows: a pool of 200,000 is read in seconds."""

    pk: int
    number: str
    person_id: int
    name: str


MEMBER: Final = ("pk", "number", "person_id", "person__name")


def expert_eligibility(re_review: ReReviewTask, on: date, experts: Sequence[Expert] | None = None) -> list[Eligibility]:
    """Return the answer for every expert of the bureau (or for ``experts``) on ``on``, in the order of their numbers.

    Guests of other tasks are left out. The meeting's day counts for absence and age, ``on`` for everything else.
    """
    rows = list(experts if experts is not None else pool_of(re_review).select_related("person").order_by(*ORDER))
    members = members_of(rows)
    who = Asked.all_of(pool_of(re_review)) if experts is None else Asked.of(members)
    return _answers(re_review, on, members, rows, who)


def members_of(rows: Sequence[Expert]) -> list[PoolMember]:
    """Return who each expert is; ``rows`` have their persons."""
    return [PoolMember(row.pk, row.number, row.person_id, row.person.name) for row in rows]


def pool_answers(re_review: ReReviewTask, on: date) -> list[Eligibility]:
    """Return what ``expert_eligibility`` returns for everybody, parties as ``PoolMember``: to look at, not to seat."""
    members = [PoolMember(*row) for row in pool_of(re_review).order_by(*ORDER).values_list(*MEMBER)]
    return _answers(re_review, on, members, members, Asked.all_of(pool_of(re_review)))


ORDER: Final = ("number", "pk")


def pool_of(re_review: ReReviewTask) -> models.QuerySet[Expert]:
    """Return the experts who are asked about: the bureau's own, shared ones, and the guests of this re-review."""
    listed = Q(source__in=[ExpertSource.OWN, ExpertSource.SHARED]) | Q(guest_for=re_review.number)
    return Expert.objects.filter(listed, bureau_id=re_review.bureau_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom the queries ask about: keys that were given, or the whole pool, which the database finds by itself."""

    rows: models.QuerySet[Expert]
    experts: Collection[int] | models.QuerySet[Any, int]
    persons: Collection[int] | models.QuerySet[Any, int]

    @classmethod
    def all_of(cls, rows: models.QuerySet[Expert]) -> Self:
        """Ask about a whole pool."""
        return cls(rows, rows.values_list("pk", flat=True), rows.values_list("person_id", flat=True))

    @classmethod
    def of(cls, members: Sequence[PoolMember]) -> Self:
        """Ask about some."""
        keys = [row.pk for row in members]
        return cls(Expert.objects.filter(pk__in=keys), keys, [row.person_id for row in members])


def _answers(
    re_review: ReReviewTask, on: date, members: Sequence[PoolMember], parties: Sequence[Any], who: Asked
) -> list[Eligibility]:
    rules = rules_of_task(re_review.evaluation, on)
    cases: Cases = defaultdict(Case)
    persons = {row.person_id: row.pk for row in members}
    sides = _sides(re_review)
    judge_standing(cases, who, rules, on, meets_on=re_review.meets_on)
    _expert_conflicts(cases, persons, who, sides, re_review, rules, on)
    _expert_recusals(cases, who, sides, re_review, rules, on)
    _expert_load(cases, who, re_review, rules, on)
    note_declines(cases, who.experts, "expert", rules, on)
    judge_training(cases, who, rules, on)
    meeting = re_review.meets_on or on
    for pk, until in pool.unavailable_on(who.experts, meeting).items():
        words = _("Not free on %(day)s.") % {"day": meeting.isoformat()}
        cases[pk].no("not_free", words, rules=rules, key="", free_on=date.fromordinal(until.toordinal() + 1))
    nodes, links = pool.specialties_of(who.experts, on), _links(who, on)
    found = []
    for row, party in zip(members, parties, strict=True):
        refusals, free_on = closed(cases.get(row.pk))
        own = nodes.get(row.pk, NO_NODES)
        found.append(Eligibility(party, row.name, refusals, free_on, links.get(row.person_id, NO_LINKS), own))
    return found


NO_LINKS: Final[frozenset[str]] = frozenset()
NO_NODES: Final[frozenset[int]] = frozenset()


def _links(who: Asked, on: date) -> dict[int, frozenset[str]]:
    """Return the groups of each person: whoever employs him on ``on``."""
    running = Employment.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on)
    found: dict[int, frozenset[str]] = {}
    alone: dict[int, frozenset[str]] = {}
    for person_id, pk in running.filter(person_id__in=who.persons).values_list("person_id", "organisation_id"):
        if pk not in alone:
            alone[pk] = frozenset({f"organisation-{pk}"})
        found[person_id] = found[person_id] | alone[pk] if person_id in found else alone[pk]
    return found


@dataclass(frozen=True, slots=True)
class _Sides:
    """Organisations from which a member must be free: the evaluated side, and the evaluating firm."""

    unit: frozenset[int]
    firm: frozenset[int]


def _sides(re_review: ReReviewTask) -> _Sides:
    task = re_review.evaluation
    chosen = served(re_review.bureau_id).filter(task=task).values_list("firm__organisation_id", flat=True)
    return _Sides(frozenset(organisation_family(task.unit)), frozenset(pk for pk in chosen if pk is not None))


def judge_standing(cases: Cases, who: Asked, rules: Rules, on: date, *, meets_on: date | None = None) -> None:
    """Refuse who is not in the pool, whose term has ended, who has not undertaken, who is too old. R-13, R-14, R-41.

    Who reaches the age limit between the draw and the meeting is too old (edge case 37). The database finds whom each
    rule refuses: nobody else is looked at.
    """
    died = _("Has died.")
    for pk in who.rows.filter(person__died_on__isnull=False).values_list("pk", flat=True):
        cases[pk].no("died", died, rules=rules, key="", free_on=None)
    members = who.rows.exclude(source=ExpertSource.GUEST)
    _judge_membership(cases, members, rules, on)
    if rules.value("undertaking_yearly"):
        words, key = _("The undertaking of %(year)s has not been accepted.") % {"year": on.year}, "undertaking_yearly"
        for pk in pool.without_undertaking(members, on.year).values_list("pk", flat=True):
            cases[pk].no("no_undertaking", words, rules=rules, key=key, free_on=None)
    age = rules.value("expert_age_limit")
    words, last = _("The age limit of %(age)d years is reached.") % {"age": age}, max(on, meets_on or on)
    old = who.rows.filter(person__born_on__lte=too_old_born_by(last, age=age))
    for pk in old.values_list("pk", flat=True):
        cases[pk].no("too_old", words, rules=rules, key="expert_age_limit", free_on=None)


def _judge_membership(cases: Cases, members: models.QuerySet[Expert], rules: Rules, on: date) -> None:
    outside, standing_words = pool.not_active_on(members, on), _("Standing in the pool: %(state)s.")
    words = {
        status: standing_words % {"state": status.label if status else _("not in the pool")}
        for status in {one.status for one in outside.values()}
    }
    for pk, (status, ends_on) in outside.items():
        is_suspended = status == ExpertStatus.SUSPENDED
        key, back = ("expert_suspension_months", ends_on) if is_suspended else ("register_term_years", None)
        cases[pk].no("not_in_pool", words[status], rules=rules, key=key, free_on=back)
    ended_words = _("The term in the pool ended on %(day)s.")
    for pk, ended_on in members.filter(term_ends_on__lte=on).values_list("pk", "term_ends_on"):
        if ended_on is not None and pk not in outside:
            ended = ended_words % {"day": ended_on.isoformat()}
            cases[pk].no("term_ended", ended, rules=rules, key="register_term_years", free_on=None)


def _expert_conflicts(
    cases: Cases,
    persons: dict[int, int],
    who: Asked,
    sides: _Sides,
    re_review: ReReviewTask,
    rules: Rules,
    on: date,
) -> None:
    """Rule R-07: the evaluated unit with its superior and subordinates, the evaluating firm; and staff of any firm."""
    years = rules.value("conflict_window_years")
    firms = Firm.objects.filter(bureau_id=re_review.bureau_id).exclude(status__in=[FirmStatus.LEFT, FirmStatus.REMOVED])
    bound = Q(organisation_id__in=sides.unit | sides.firm) | Q(organisation_id__in=firms.values("organisation_id"))
    begins = rule.window_begins(on, years=years)
    rows = Employment.objects.filter(bound, person_id__in=who.persons).touching(after=begins, until=on)
    spells = list(rows.select_related("organisation").order_by("started_on", "pk"))
    both = sides.unit | sides.firm
    spells += posts_as_spells(who.persons, sides=both, firms=firms, known=spells, after=begins, until=on)
    kin_conflicts(cases, persons, who.persons, sides=both, firms=firms, rules=rules, on=on)
    for spell in spells:
        if spell.person_id not in persons:  # came into the pool while this was asked
            continue
        case = cases[persons[spell.person_id]]
        organisation = spell.organisation
        free_on = rule.conflict_free_from(spell.ended_on, years=years) if spell.ended_on else None
        facts = {"organisation": organisation.pk, "kind": spell.kind}
        named = {"name": organisation.name}
        if spell.organisation_id in sides.unit:
            words = _("Works or worked for the evaluated side: %(name)s.") % named
            case.no("unit_employer", words, rules=rules, key="conflict_window_years", free_on=free_on, **facts)
        elif spell.organisation_id in sides.firm:
            words = _("Works or worked for the evaluating firm: %(name)s.") % named
            case.no("firm_employer", words, rules=rules, key="conflict_window_years", free_on=free_on, **facts)
        elif spell.ended_on is None or spell.ended_on > on:
            is_staff = spell.kind == EmploymentKind.EMPLOYEE
            words = (
                _("Is on the staff of a registered firm: %(name)s.")
                if is_staff
                else _("Is owner or adviser of a registered firm: %(name)s.")
            )
            case.no("firm_tie", words % named, rules=rules, key="conflict_window_years", free_on=None, **facts)


def _expert_recusals(cases: Cases, who: Asked, sides: _Sides, re_review: ReReviewTask, rules: Rules, on: date) -> None:
    task = re_review.evaluation
    both = sides.unit | sides.firm
    rows = pool.recusals_on(who.experts, on).filter(organisation_id__in=both).select_related("organisation")
    for row in rows.order_by("pk"):
        words = _("Always steps back from %(name)s.") % {"name": row.organisation.name}
        cases[row.expert_id].no("standing_recusal", words, rules=rules, key="", free_on=row.ended_on)
    _expert_same_task(cases, who, re_review, rules)
    if not task.is_assistance:
        _expert_coached(cases, who, re_review, rules, on)
    left = who_left(Assignment.objects.filter(re_review=re_review, expert_id__in=who.experts))
    for pk in left.values_list("expert_id", flat=True).distinct():
        if pk is not None:
            words = _("Was called for this panel before and left it.")
            cases[pk].no("left_this_panel", words, rules=rules, key="", free_on=None)


def _expert_same_task(cases: Cases, who: Asked, re_review: ReReviewTask, rules: Rules) -> None:
    """Refuse who sat on another panel of the task; who reviewed the plan may rate the report where R-65 lets him."""
    seats = Assignment.objects.filter(re_review__evaluation_id=re_review.evaluation_id, expert_id__in=who.experts)
    seats = seats.exclude(re_review=re_review).exclude(status__in=GONE)
    lets_in = rules.value("plan_reviewer_rates") and re_review.kind == ReReviewKind.REPORT
    for expert_id, kind in seats.order_by("pk").values_list("expert_id", "re_review__kind"):
        if expert_id is None:
            continue
        if kind != ReReviewKind.WORK_PLAN or re_review.kind != ReReviewKind.REPORT:
            words = _("Sat on another panel of the same task.")
            cases[expert_id].no("same_task", words, rules=rules, key="", free_on=None)
        elif not lets_in:
            words = _("Reviewed the work plan of this task; the bureau keeps plan and report apart.")
            cases[expert_id].no("reviewed_plan", words, rules=rules, key="plan_reviewer_rates", free_on=None)


def _expert_coached(cases: Cases, who: Asked, re_review: ReReviewTask, rules: Rules, on: date) -> None:
    """Refuse who coached the unit, or helped it with targets or its own evaluation, within the years of R-65."""
    years = rules.value("coaching_window_years")
    helped = Assignment.objects.filter(
        expert_id__in=who.experts,
        re_review__evaluation__is_assistance=True,
        re_review__evaluation__unit_id=re_review.evaluation.unit_id,
        assigned_on__gt=rule.window_begins(on, years=years),
        assigned_on__lte=on,
    ).exclude(status__in=GONE)
    for expert_id, last in helped.order_by().values_list("expert_id").annotate(models.Max("assigned_on")):
        if expert_id is not None:
            words = _("Coached this unit or helped it; the last time on %(day)s.") % {"day": last.isoformat()}
            free_on = rule.conflict_free_from(last, years=years)
            cases[expert_id].no("coached_unit", words, rules=rules, key="coaching_window_years", free_on=free_on)


def _expert_load(cases: Cases, who: Asked, re_review: ReReviewTask, rules: Rules, on: date) -> None:
    """Rule R-17; the plan of this very task is no other meeting where R-65 lets its reviewer go on to the report."""
    days = rules.value("cool_down_days")
    served = Assignment.objects.filter(expert_id__in=who.experts, re_review__isnull=False).exclude(status__in=GONE)
    served = served.exclude(re_review=re_review)
    met = served.filter(
        re_review__evaluation__unit_id=re_review.evaluation.unit_id,
        assigned_on__gt=date.fromordinal(on.toordinal() - days),
        assigned_on__lte=on,
    )
    if rules.value("plan_reviewer_rates") and re_review.kind == ReReviewKind.REPORT:
        met = met.exclude(re_review__evaluation_id=re_review.evaluation_id, re_review__kind=ReReviewKind.WORK_PLAN)
    for pk, last in met.order_by().values_list("expert_id").annotate(models.Max("assigned_on")):
        if pk is not None:
            free_on = rule.cooled_down_on(last, days=days)
            words = _("Met this unit on %(day)s; %(days)d days must lie between.") % {
                "day": last.isoformat(),
                "days": days,
            }
            cases[pk].no("cool_down", words, rules=rules, key="cool_down_days", free_on=free_on)
    judge_yearly_cap(cases, served, rules, on)


def judge_yearly_cap(cases: Cases, served: models.QuerySet[Assignment], rules: Rules, on: date) -> None:
    """Refuse who has the most assignments of a year among ``served``. Rule R-17."""
    cap = rules.value("expert_yearly_cap")
    year = served.filter(assigned_on__year=on.year)
    for pk, count in year.order_by().values_list("expert_id").annotate(Count("pk")):
        if pk is not None and count >= cap:
            words = _("Has %(count)d assignments this year; %(cap)d is the most.") % {"count": count, "cap": cap}
            free_on = rule.next_year_begins(on)
            cases[pk].no("yearly_cap", words, rules=rules, key="expert_yearly_cap", free_on=free_on, count=count)


def judge_training(cases: Cases, who: Asked, rules: Rules, on: date) -> None:
    """Refuse who had too few hours in the previous full year. Rule R-33."""
    hours = rules.value("training_hours")
    tenths = hours_of(who.persons, on.year - 1)
    words = _("Had %(own)s hours of training in %(year)d; %(hours)d are needed.")
    free_on = rule.next_year_begins(on)
    entered_before = Q(admitted_on__isnull=True) | Q(admitted_on__lt=rule.newcomers_since(on))
    rows = who.rows.filter(entered_before).exclude(source=ExpertSource.GUEST)
    for pk, person_id in rows.values_list("pk", "person_id"):
        own = tenths.get(person_id, 0)
        if not rule.trained_enough(tenths=own, hours=hours, entered_on=None, on=on):
            said = words % {"own": f"{own / 10:g}", "year": on.year - 1, "hours": hours}
            cases[pk].no("untrained", said, rules=rules, key="training_hours", free_on=free_on, tenths=own)
