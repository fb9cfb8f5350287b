"""Lead evaluators of a bureau: what each runs, and what does not fit together. A constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from assignments.enums import TaskStatus
from assignments.models import TaskMove
from delivery.enums import LeadEventKind, LeadEventStatus
from delivery.models import Commission, LeadEvent
from delivery.rules import shared_days
from delivery.selectors import WORK_ENDS
from desk.enums import LeadFindingCode
from evaluators.models import LeadEvaluator, Practitioner
from evaluators.selectors import visible_to as firms_visible_to
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import rules_for
from parties.models import Employment

Days = tuple[date, date]
KEY = models.BigIntegerField()


@dataclass(frozen=True, slots=True)
class LeadFinding:
    """One thing that does not fit: about which lead evaluator, of which firm, which tasks, since or on which days."""

    code: LeadFindingCode
    lead: LeadEvaluator
    tasks: tuple[str, ...] = ()
    other: str = ""
    days: int = 0
    since: date | None = None
    until: date | None = None


def running_commissions() -> models.QuerySet[Commission]:
    """Return the commissions whose work goes on; rule R-10 counts them for their lead evaluator."""
    rows = Commission.objects.filter(ended_on__isnull=True, lead_evaluator__isnull=False)
    return rows.exclude(task__status__in=WORK_ENDS)


def commissions_on(day: date) -> models.QuerySet[Any]:
    """Return the commissions whose work went on on a past ``day``, with who led them then: ``led_by``, ``lead_then``.

    The one is the person, the other the row of the firm. What is not sent yet counts from the choice of its firm.
    """
    moves = TaskMove.objects.filter(task=OuterRef("task"), track="")
    then = moves.filter(moved_on__lte=day).order_by("-moved_on", "-pk").values("status")[:1]
    is_over = Q(then__in=WORK_ENDS) | Q(~Exists(moves.filter(moved_on__gt=day)), task__status__in=WORK_ENDS)
    changes = LeadEvent.objects.filter(
        commission=OuterRef("pk"), kind=LeadEventKind.CHANGE, status=LeadEventStatus.AGREED, decided_on__gt=day
    )
    first = changes.order_by("decided_on", "pk")
    begun, running = Q(sent_on__isnull=True) | Q(sent_on__lte=day), Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    rows = Commission.objects.filter(begun, running, lead_evaluator__isnull=False, assignment__assigned_on__lte=day)
    rows = rows.alias(then=Subquery(then)).exclude(is_over)
    return rows.annotate(
        led_by=Coalesce(Subquery(first.values("before__person")[:1]), F("lead_evaluator__person"), output_field=KEY),
        lead_then=Coalesce(Subquery(first.values("before")[:1]), F("lead_evaluator"), output_field=KEY),
    )


def leads_with_load(user: User, on: date, *, is_past: bool = False) -> models.QuerySet[Any]:
    """Return who leads for a visible firm on ``on``, each with ``load``: the person's running tasks, any firm's.

    ``is_past`` counts the tasks that ran on that day, by who led them then; else those of today are counted.
    """
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = LeadEvaluator.objects.filter(running, firm__in=firms_visible_to(user), started_on__lte=on)
    tasks: models.QuerySet[Any] = commissions_on(on) if is_past else running_commissions()
    leader = "led_by" if is_past else "lead_evaluator__person"
    counted = tasks.filter(**{leader: OuterRef("person")}).order_by().values(leader).annotate(n=Count("pk")).values("n")
    return rows.annotate(load=Coalesce(Subquery(counted), 0)).select_related("person", "firm__organisation")


def lead_findings(bureau: Bureau, on: date, *, is_past: bool = False) -> list[LeadFinding]:
    """Return what does not fit together about the lead evaluators of ``bureau`` on ``on``, by firm and name.

    Two tasks on site on the same days, more tasks than R-10 allows, tasks of two firms, somebody who died, left or
    whose certificate ran out in the middle of a task, and who works elsewhere, too. Edge case 22. ``is_past`` asks
    about the tasks that ran on that day, by who led them then.
    """
    rules = rules_for(bureau=bureau, on=on)
    rows: models.QuerySet[Any] = commissions_on(on) if is_past else running_commissions()
    joins = "task", "lead_evaluator__person", "lead_evaluator__firm__organisation"
    commissions = list(rows.filter(task__bureau=bureau).select_related(*joins).order_by("task__number", "pk"))
    if is_past:
        leads = LeadEvaluator.objects.select_related("person", "firm__organisation")
        then = leads.in_bulk([row.lead_then for row in commissions])
        for row in commissions:
            row.lead_evaluator = then[row.lead_then]
    by_person: dict[int, list[Commission]] = defaultdict(list)
    for row in commissions:
        if row.lead_evaluator is not None:
            by_person[row.lead_evaluator.person_id].append(row)
    sites = _on_site([row.task_id for row in commissions], on)
    found: list[LeadFinding] = []
    for own in by_person.values():
        found += _of_tasks(own, sites, on, most=rules.value("lead_running_tasks"), free=rules.value("lead_shared_days"))
    found += _elsewhere(bureau, on)
    order = list(LeadFindingCode)
    return sorted(found, key=lambda one: (one.lead.firm.number, one.lead.person.name, order.index(one.code), one.tasks))


def _of_tasks(
    rows: Sequence[Commission], sites: Mapping[int, Days], on: date, *, most: int, free: int
) -> list[LeadFinding]:
    """Return what does not fit about the running tasks of one person."""
    found: list[LeadFinding] = []
    numbers = tuple(row.task.number for row in rows)
    leads = [row.lead_evaluator for row in rows if row.lead_evaluator is not None]
    if len(rows) > most:
        found.append(LeadFinding(LeadFindingCode.OVERLOADED, leads[0], numbers))
    if len({lead.firm_id for lead in leads}) > 1:
        names = "、".join(sorted({lead.firm.organisation.name for lead in leads}))
        found.append(LeadFinding(LeadFindingCode.TWO_FIRMS, leads[0], numbers, other=names))
    for one, other in combinations(rows, 2):
        days = shared_days(sites.get(one.task_id), sites.get(other.task_id))
        if days > free and one.lead_evaluator is not None:
            stays = (sites[one.task_id], sites[other.task_id])
            pair = (one.task.number, other.task.number)
            since, until = max(first for first, _end in stays), min(end for _first, end in stays) - timedelta(days=1)
            found.append(
                LeadFinding(LeadFindingCode.SAME_DAYS, one.lead_evaluator, pair, days=days, since=since, until=until)
            )
    for row in rows:
        if row.lead_evaluator is not None:
            found += [
                LeadFinding(code, row.lead_evaluator, (row.task.number,), since=since)
                for code, since in _unfit(row.lead_evaluator, on)
            ]
    return found


def _unfit(lead: LeadEvaluator, on: date) -> Iterable[tuple[LeadFindingCode, date]]:
    if lead.person.died_on is not None and lead.person.died_on <= on:
        yield LeadFindingCode.DIED, lead.person.died_on
    if lead.ended_on is not None and lead.ended_on <= on:
        yield LeadFindingCode.LEFT, lead.ended_on
    if lead.certificate_valid_to is not None and lead.certificate_valid_to < on:
        yield LeadFindingCode.EXPIRED, lead.certificate_valid_to


def _on_site(task_ids: Sequence[int], on: date) -> dict[int, Days]:
    """Return the days on site of each task: from the fieldwork until the next step (excluded), else with ``on``."""
    moves = TaskMove.objects.filter(task_id__in=task_ids, track="", moved_on__lte=on).order_by("moved_on", "pk")
    found: dict[int, Days] = {}
    begun: dict[int, date] = {}
    for task_id, status, day in moves.values_list("task_id", "status", "moved_on"):
        if status == TaskStatus.FIELDWORK:
            begun.setdefault(task_id, day)
        elif task_id in begun and task_id not in found:
            found[task_id] = (begun[task_id], day)
    return {task_id: found.get(task_id, (day, on + timedelta(days=1))) for task_id, day in begun.items()}


def _elsewhere(bureau: Bureau, on: date) -> list[LeadFinding]:
    """Return who leads for a firm and leads, works or is employed elsewhere on the same day. Rule R-11."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    leads = list(
        LeadEvaluator.objects.filter(running, firm__bureau=bureau, started_on__lte=on)
        .select_related("person", "firm__organisation")
        .order_by("pk")
    )
    persons = [lead.person_id for lead in leads]
    places: dict[int, dict[int, tuple[str, date]]] = defaultdict(dict)
    for model in (LeadEvaluator, Practitioner):
        rows = model._default_manager.filter(running, person_id__in=persons, started_on__lte=on).values_list(
            "person_id", "firm__organisation_id", "firm__organisation__name", "started_on"
        )
        for person, body, name, since in rows:
            places[person].setdefault(body, (name, since))
    jobs = Employment.objects.filter(running, person_id__in=persons, started_on__lte=on)
    for person, body, name, since in jobs.values_list(
        "person_id", "organisation_id", "organisation__name", "started_on"
    ):
        places[person].setdefault(body, (name, since))
    return [
        LeadFinding(LeadFindingCode.ELSEWHERE, lead, other=name, since=since)
        for lead in leads
        for body, (name, since) in sorted(places[lead.person_id].items())
        if body != lead.firm.organisation_id
    ]
