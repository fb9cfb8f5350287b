"""Which firms may take a task, and which rule says no to whom. A constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeAlias

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from assignments.enums import Executor, Route, TaskKind, TaskStatus
from assignments.models import Assignment, EvaluationTask
from assignments.rules import eligibility as rule
from assignments.selectors.eligibility.cases import Case, Cases, Eligibility, closed, note_declines, served, who_left
from assignments.selectors.eligibility.succession import Lineage, lineage_of, note_carried, note_families
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import GONE
from credit.selectors import running_events
from evaluators import selectors as register
from evaluators.enums import FirmStatus
from evaluators.models import Firm, LeadEvaluator
from foundation.rulesets.selectors import Rules
from parties.enums import INTERESTS
from parties.models import Relationship
from parties.selectors import organisation_family

Who: TypeAlias = "Collection[int] | models.QuerySet[Firm, int]"

HUNDRED = 100
BELOW_LIMIT = (Route.DRAW, Route.COMPARISON, Route.DIRECT)


def firm_eligibility(task: EvaluationTask, on: date, firms: Sequence[Firm] | None = None) -> list[Eligibility]:
    """Return the answer for every firm of the bureau (or for ``firms``) on ``on``, in the order of their numbers."""
    rules = rules_of_task(task, on)
    whole = Firm.objects.filter(bureau_id=task.bureau_id)
    rows = list(firms if firms is not None else whole.select_related("organisation").order_by("number", "pk"))
    ids = [row.pk for row in rows]
    who: Who = ids if firms is not None else whole.values_list("pk", flat=True)
    cases: Cases = defaultdict(Case)
    lineage = lineage_of(rows, on)
    _firm_standing(cases, rows, who, rules, on)
    note_carried(cases, ids, rules, on)
    _firm_undertaking(cases, rows, who, rules, on)
    _firm_same_unit(cases, who, task, rules, lineage)
    _firm_share(cases, who, task, rules, on)
    _firm_prior_work(cases, who, task, rules, on, lineage)
    _firm_leads(cases, rows, who, rules, on)
    note_declines(cases, who, "firm", rules, on)
    _firm_declined(cases, who, task, rules)
    _firm_assessed(cases, ids, task, rules, on)
    _firm_watched(cases, rows, who, rules, on)
    note_families(cases, rows, rules, on)
    found = []
    for row in rows:
        refusals, free_on = closed(cases.get(row.pk))
        links = frozenset({f"organisation-{row.organisation_id}"})
        found.append(Eligibility(row, row.organisation.name, refusals, free_on, links))
    return found


def _organisations(who: Who) -> models.QuerySet[Firm, int]:
    return Firm.objects.filter(pk__in=who).values_list("organisation_id", flat=True)


def _firm_standing(cases: Cases, rows: Sequence[Firm], who: Who, rules: Rules, on: date) -> None:
    standings = register.standings_on(who, on)
    ends = register.suspension_ends([pk for pk, known in standings.items() if known == FirmStatus.SUSPENDED], on)
    for row in rows:
        standing, back = standings.get(row.pk), ends.get(row.pk)
        is_back = back is not None and back <= on
        if standing != FirmStatus.ACTIVE and not is_back:
            state = standing.label if standing else _("not in the register")
            words = _("Standing in the register: %(state)s.") % {"state": state}
            key = "suspension_months_most" if standing == FirmStatus.SUSPENDED else "register_term_years"
            cases[row.pk].no("not_in_register", words, rules=rules, key=key, free_on=back)
        elif row.term_ends_on and row.term_ends_on <= on:
            words = _("The term in the register ended on %(day)s.") % {"day": row.term_ends_on.isoformat()}
            cases[row.pk].no("term_ended", words, rules=rules, key="register_term_years", free_on=None)


def _firm_undertaking(cases: Cases, rows: Sequence[Firm], who: Who, rules: Rules, on: date) -> None:
    if not rules.value("undertaking_yearly"):
        return
    done = register.undertaken(who, on.year)
    words = _("The undertaking of %(year)s has not been accepted.") % {"year": on.year}
    for row in rows:
        if row.pk not in done:
            cases[row.pk].no("no_undertaking", words, rules=rules, key="undertaking_yearly", free_on=None)


def _firm_same_unit(cases: Cases, who: Who, task: EvaluationTask, rules: Rules, lineage: Lineage) -> None:
    limit = rules.value("same_unit_years")
    rows = served(task.bureau_id).filter(
        Q(firm_id__in=who) | Q(firm_id__in=lineage.earlier_firms),
        task__unit_id=task.unit_id,
        task__work_year__lt=task.work_year,
    )
    years: dict[int, set[int]] = defaultdict(set)
    for firm_id, year in rows.values_list("firm_id", "task__work_year"):
        for pk in lineage.of(firm_id):
            if year is not None:
                years[pk].add(year)
    for pk, known in years.items():
        count = rule.runs_of_years(known, task.work_year)
        if count >= limit:
            words = _("It evaluated this unit %(count)d years running; %(limit)d is the most.") % {
                "count": count,
                "limit": limit,
            }
            free_on = date(task.work_year + 1, 1, 1)
            cases[pk].no("same_unit", words, rules=rules, key="same_unit_years", free_on=free_on, years=count)


def _firm_share(cases: Cases, who: Who, task: EvaluationTask, rules: Rules, on: date) -> None:
    percent = rules.value("firm_share_percent")
    year = EvaluationTask.objects.filter(
        bureau_id=task.bureau_id, work_year=task.work_year, executor=Executor.FIRM, route__in=BELOW_LIMIT
    ).exclude(status=TaskStatus.STOPPED)
    total = year.count()
    rows = served(task.bureau_id).filter(task__in=year, firm_id__in=who).exclude(task=task)
    for pk, own in rows.order_by().values_list("firm_id").annotate(Count("task", distinct=True)):
        if pk is not None and rule.over_share(own=own, total=total, percent=percent):
            words = _("It has %(own)d of this year's %(total)d tasks; %(percent)d %% is the most.") % {
                "own": own,
                "total": total,
                "percent": percent,
            }
            free_on = date(task.work_year + 1, 1, 1) if task.work_year >= on.year else None
            cases[pk].no("over_share", words, rules=rules, key="firm_share_percent", free_on=free_on, own=own)


def _firm_prior_work(cases: Cases, who: Who, task: EvaluationTask, rules: Rules, on: date, lineage: Lineage) -> None:
    years = rules.value("prior_work_window_years")
    begins = rule.window_begins(on, years=years)
    relations = Relationship.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=begins),
        Q(subject_id__in=_organisations(who)) | Q(subject_id__in=lineage.earlier_bodies),
        other_id__in=organisation_family(task.unit),
        kind__in=INTERESTS,
        started_on__lte=on,
    )
    for row in relations.select_related("other").order_by("pk"):
        free_on = rule.conflict_free_from(row.ended_on, years=years) if row.ended_on else None
        words = _("It is or was “%(kind)s” for %(name)s.") % {
            "kind": row.get_kind_display(),
            "name": row.other.name,
        }
        for pk in lineage.of_body(row.subject_id):
            cases[pk].no(
                "prior_work",
                words,
                rules=rules,
                key="prior_work_window_years",
                free_on=free_on,
                since=row.started_on.isoformat(),
            )
    if task.project_id:
        _firm_ex_ante(cases, who, task, rules, lineage)


def _firm_ex_ante(cases: Cases, who: Who, task: EvaluationTask, rules: Rules, lineage: Lineage) -> None:
    rows = served(task.bureau_id).filter(task__project=task.project, task__kind=TaskKind.EX_ANTE)
    rows = rows.filter(Q(firm_id__in=who) | Q(firm_id__in=lineage.earlier_firms))
    done_by = {pk for firm_id in rows.values_list("firm_id", flat=True).distinct() for pk in lineage.of(firm_id)}
    for pk in sorted(done_by):
        words = _("It did the ex-ante evaluation of this project.")
        cases[pk].no("did_ex_ante", words, rules=rules, key="prior_work_window_years", free_on=None)


def _firm_leads(cases: Cases, rows: Sequence[Firm], who: Who, rules: Rules, on: date) -> None:
    """Ask for a lead evaluator who still has room; a firm's running tasks are spread over its leads."""
    most = rules.value("lead_running_tasks")
    leads: dict[int, int] = defaultdict(int)
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    valid = Q(certificate_valid_to__isnull=True) | Q(certificate_valid_to__gte=on)
    known = LeadEvaluator.objects.filter(running, valid, firm_id__in=who, started_on__lte=on)
    leads.update(dict(known.order_by().values_list("firm_id").annotate(Count("pk"))))
    busy = Assignment.objects.filter(firm_id__in=who, task__isnull=False).exclude(status__in=GONE)
    busy = busy.exclude(task__status__in=[TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED])
    load = {pk: count for pk, count in busy.order_by().values_list("firm_id").annotate(Count("pk")) if pk}
    none = _("It has no lead evaluator with a valid certificate.")
    for pk in (row.pk for row in rows):
        if not leads[pk]:
            cases[pk].no("no_lead", none, rules=rules, key="lead_running_tasks", free_on=None)
        elif load.get(pk, 0) >= leads[pk] * most:
            words = _("Its lead evaluators run %(count)d tasks; %(most)d each is the most.") % {
                "count": load[pk],
                "most": most,
            }
            cases[pk].no("leads_full", words, rules=rules, key="lead_running_tasks", free_on=None, running=load[pk])


def _firm_declined(cases: Cases, who: Who, task: EvaluationTask, rules: Rules) -> None:
    rows = who_left(Assignment.objects.filter(task=task, firm_id__in=who))
    for pk in rows.values_list("firm_id", flat=True).distinct():
        if pk is not None:
            words = _("It was chosen for this task before and left it.")
            cases[pk].no("left_this_task", words, rules=rules, key="", free_on=None)


def _firm_assessed(cases: Cases, ids: Sequence[int], task: EvaluationTask, rules: Rules, on: date) -> None:
    """Let last year's confirmed assessment decide this work year. Rule R-46."""
    bar, year = rules.value("assessment_bar_points"), task.work_year - 1
    for pk, points in register.assessed_with_predecessors(ids, year, on).items():
        if points < bar * HUNDRED:
            words = _("Its assessment of %(year)d has %(points)s points; %(bar)d are needed.") % {
                "year": year,
                "points": f"{points / HUNDRED:.2f}",
                "bar": bar,
            }
            free_on = date(task.work_year + 1, 1, 1)
            cases[pk].no("assessed_low", words, rules=rules, key="assessment_bar_points", free_on=free_on)


def _firm_watched(cases: Cases, rows: Sequence[Firm], who: Who, rules: Rules, on: date) -> None:
    """Bar a firm under close watch (重点关注) while its deductions run. Rule R-46."""
    if not rules.value("close_watch_bars"):
        return
    cut = rules.value("label_points")[-1]
    running = running_events(_organisations(who), on)
    for row in rows:
        events = running.get(row.organisation_id, [])
        if free_on := rule.points_fall_below(cut, events):
            points = -sum(own for own, _day in events)
            words = _("Under close watch: %(points)d points of deductions run; %(cut)d is the bar.") % {
                "points": points,
                "cut": cut,
            }
            cases[row.pk].no("close_watch", words, rules=rules, key="close_watch_bars", free_on=free_on, points=points)
