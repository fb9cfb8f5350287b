"""Evaluation tasks: the list with its facets and sums, and the page of one with its year-line."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Subquery, Sum
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.models import SanctionTask
from appraisals.selectors import choices_about, party_name
from assignments.enums import Executor, Route, TaskKind, TaskStatus
from assignments.models import Assignment, EvaluationTask
from assignments.permissions import may_dispose, may_plan
from assignments.selectors import tasks
from assignments.selectors.archive import terms_of
from assignments.selectors.draws import live_draw_of
from assignments.selectors.routes import splitting_of
from assignments.transitions import GONE
from delivery.enums import ClockStatus
from delivery.models import ClockStop, Commission, ReportVersion
from faces.pages.bureau import task_steps
from faces.pages.bureau.task_line import fork_of, people_of, steps_of
from faces.pages.bureau.task_words import history_of
from faces.pages.shared import formats
from faces.pages.shared.access import open_url
from faces.pages.shared.columns import Column
from faces.pages.shared.credit_words import sanction_word
from faces.pages.shared.facets import Asked, Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage, Tab
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.selectors import running
from foundation.core import clock
from foundation.papers.models import Paper
from foundation.papers.selectors import visible_to as visible_papers
from parties.selectors import name_then

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from assignments.models import Draw


EARLIEST = 2018
serve_shapes(warn=("PLAN_RETURNED", "REVISION"), wait=("NONE",), done=("RECTIFIED", "TAIL_PAID"))


def years(_rows: QuerySet[Any]) -> list[tuple[int, str]]:
    """Return the work years that a list can be narrowed to, newest first; asks nothing."""
    return [(year, str(year)) for year in range(clock.today().year + 1, EARLIEST, -1)]


class TaskList(ListPage):
    """All evaluation tasks this person may see; the work year of the strip is ticked unless others are."""

    audience = "bureau"
    needs = Capability.READ_DESK
    template_name = "bureau/tasks.html"
    columns = (
        Column(gettext_lazy("Number"), "number", key=True, link=lambda row: reverse("pages:task", args=[row.number])),
        Column(gettext_lazy("Task title"), "title"),
        Column(gettext_lazy("Unit"), "unit.organisation.name"),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Carried out by"), lambda row: row.firm_name or row.get_executor_display()),
        Column(gettext_lazy("Route"), "route", cut=True),
        Column(gettext_lazy("Budget year"), "budget_year", num=True, cut=True),
        Column(gettext_lazy("Work year"), "work_year", num=True, cut=True),
        Column(gettext_lazy("Assessment year"), "assessment_year", num=True, cut=True),
        Column(
            gettext_lazy("Amount"),
            lambda row: formats.wan_with_unit(row.amount_cents),
            num=True,
            plain=lambda row: formats.wan(row.amount_cents).replace(",", ""),
        ),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("kind", gettext_lazy("Kind"), TaskKind.choices),
        Facet("executor", gettext_lazy("Carried out by"), Executor.choices),
        Facet("status", gettext_lazy("State"), TaskStatus.choices),
        Facet("route", gettext_lazy("Route"), Route.choices),
        Facet("year", gettext_lazy("Work year"), years, lookup="work_year"),
        Facet("unit", gettext_lazy("Unit"), (), lookup="unit_id"),
    )
    search_fields = ("number", "title", "unit__organisation__name", "project__code")
    search_hint = gettext_lazy("Number, title, unit, project code")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("old", gettext_lazy("Oldest first"), ("pk",)),
        Sort("amount", gettext_lazy("Largest amount first"), ("-amount_cents",)),
        Sort("due", gettext_lazy("Due first"), ("due_on",)),
    )
    export_name = "tasks"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the tasks with their units and the firm that has each now."""
        firm = Assignment.objects.filter(task=OuterRef("pk")).exclude(status__in=GONE)
        name = firm.order_by("-pk").values("firm__organisation__name")[:1]
        rows = tasks.visible_to(self.user).select_related("unit__organisation")
        return rows.annotate(firm_name=Subquery(name))

    def wanted(self, facet: Facet) -> list[str]:
        """Tick the work year of the strip where the address names none."""
        if facet.name == "year" and "year" not in self.request.GET:
            return [str(self.work_year)]
        return super().wanted(facet)

    @cached_property
    def by_unit(self) -> list[tuple[int, str, int, int]]:
        """(unit, name, tasks, sum in 分) of everything but the unit facet: its choices and the sums in one query."""
        unit = next(facet for facet in self.facets if facet.name == "unit")
        rows = self.narrowed(but=unit).order_by().values_list("unit_id", "unit__organisation__name")
        return list(rows.annotate(n=Count("pk"), cents=Sum("amount_cents")).order_by("unit__organisation__name"))

    def asked(self) -> list[Asked]:
        """Return the facets; the units are those that the other conditions leave, the busiest first."""
        busiest = sorted(self.by_unit, key=lambda row: -row[2])
        names = [(pk, name) for pk, name, _n, _cents in busiest]
        return [
            Asked(
                replace(facet, choices=names) if facet.name == "unit" else facet,
                self.narrowed(but=facet),
                self.wanted(facet),
            )
            for facet in self.facets
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the list and what it sums to."""
        ticked = set(self.request.GET.getlist("unit"))
        groups = [row for row in self.by_unit if not ticked or str(row[0]) in ticked]
        found = {
            "title": _("Evaluation tasks"),
            "count": sum(n for _pk, _name, n, _cents in groups),
            "sum_cents": sum(cents for _pk, _name, _n, cents in groups),
            "may_add": may(self.user, Capability.PLAN),
            "empty_title": _("There is no task yet"),
            "empty_text": _("Open the plan of the year and add its first task."),
        }
        return super().get_context_data(**(found | kwargs))


class TaskPage(ObjectPage):
    """One task: its year-line with days and people, the next step, people, papers, history."""

    audience = "bureau"
    needs = Capability.READ_DESK
    template_name = "bureau/task.html"
    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks with what the head shows."""
        return tasks.visible_to(self.user).select_related(
            "unit__organisation", "unit__superior__organisation", "project", "clerk", "plan", "section", "rule_set",
            "bureau", "commissioner__organisation",
        )  # fmt: skip

    @cached_property
    def seats(self) -> list[Assignment]:
        """Everybody who was ever chosen for the task or its reviews, in order."""
        task: EvaluationTask = self.object
        rows = Assignment.objects.filter(task=task) | Assignment.objects.filter(re_review__evaluation=task)
        rows = rows.select_related("firm__organisation", "expert__person", "re_review", "draw")
        return list(rows.annotate(name_then=name_then("firm__organisation", OuterRef("assigned_on"))).order_by("pk"))

    @cached_property
    def versions(self) -> list[ReportVersion]:
        """The delivered versions, newest first."""
        return list(ReportVersion.objects.filter(task=self.object).select_related("file").order_by("-number"))

    @cached_property
    def commission(self) -> Commission | None:
        """The commission that runs, or the last one."""
        rows = Commission.objects.filter(task=self.object).select_related("lead_evaluator__person", "letter")
        return rows.order_by("-pk").first()

    @cached_property
    def papers(self) -> list[Paper]:
        """The papers about the task, newest first."""
        own = visible_papers(self.user).filter(subject_kind=EvaluationTask._meta.label_lower, subject_id=self.object.pk)
        if self.commission and self.commission.letter_id:
            own = own | visible_papers(self.user).filter(pk=self.commission.letter_id)
        return list(own.order_by("-pk"))

    def tabs(self) -> Sequence[Tab]:
        """Return the four parts of the page."""
        return (
            Tab("overview", _("Overview"), "bureau/task/overview.html"),
            Tab("people", _("People"), "bureau/task/people.html", len(self.seats)),
            Tab("papers", _("Papers and versions"), "bureau/task/papers.html", len(self.papers) + len(self.versions)),
            Tab("history", _("History"), "bureau/task/history.html"),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the line, the tracks, the next step and what stands beside."""
        task: EvaluationTask = self.object
        line = tasks.line_of(task)
        stops = list(ClockStop.objects.filter(task=task, status=ClockStatus.GRANTED).order_by("started_on"))
        draw = task.draws.exclude(status="VOID").order_by("-pk").first()
        re_review = task.re_reviews.exclude(status="STOPPED").order_by("-pk").first()
        approval = running("APPOINTMENT", task) if task.status == TaskStatus.PLANNED else None
        seat = next((seat for seat in reversed(self.seats) if seat.firm and seat.status not in GONE), None)
        around = task_steps.Around(seat=seat, draw=live_draw_of(task=task), approval=approval, re_review=re_review)
        steps = task_steps.steps_for(task, self.user, around)
        firm = seat.firm if seat else None
        rules = tasks.rules_of_task(task, self.today)
        found = {
            "title": task.title,
            "steps": steps_of(task, line, stops, self.commission),
            "tracks": fork_of(line),
            "line_stopped": line.is_stopped,
            "firm": firm,
            "draw": draw,
            "re_review": re_review,
            "commission": self.commission,
            "stops": stops,
            "people": people_of(self.seats, self.user),
            "draw_url": self._draw_url(draw),
            "versions": self.versions,
            "papers": self.papers,
            "archive_terms": terms_of(task) if task.status == TaskStatus.ARCHIVED else [],
            "may_dispose": may_dispose(self.user, task),
            "today": self.today,
            "next_steps": steps,
            "primary": steps[0] if steps else None,
            "waits": task_steps.wait_words(task, around),
            "more": self._more(task),
            "rule_set": rules.rule_set,
            "split": splitting_of(task, route=task.route, fee_cents=task.fee_limit_cents, on=self.today),
            "decided": [
                (
                    party_name(one.sanction),
                    sanction_word(one.sanction),
                    one,
                    open_url(self.user, "sanction", one.sanction_id),
                )
                for one in choices_about(task)
            ],
            "log": history_of(task) if self.request.GET.get("tab") == "history" else [],
        }
        return super().get_context_data(**(found | kwargs))

    def _decided(self, one: SanctionTask) -> tuple[str, str, SanctionTask, str]:
        """Return the party, the sanction in words, what was chosen for the task, and where it stands."""
        row = one.sanction
        return party_name(row), sanction_word(row), one, open_url(self.user, "sanction", row.pk)

    def _draw_url(self, draw: Draw | None) -> str:
        if draw is None or not may(self.user, Capability.READ_ALL):
            return ""
        return open_url(self.user, "draw", draw.number)

    def _more(self, task: EvaluationTask) -> list[tuple[str, str]]:
        if not may_plan(self.user, task):
            return []
        possible = {action.value for action in tasks.actions_of(task)}
        words = [
            ("AMEND", _("Change the task"), "task-edit"),
            ("RECOMMISSION", _("Commission again"), "task-recommission"),
            ("STOP", _("Stop the task"), "task-stop"),
        ]
        if task.status == TaskStatus.PLANNED:
            possible.add("AMEND")
        return [(word, task_steps.address(page, [task.number])) for code, word, page in words if code in possible]


def task_url(task: EvaluationTask) -> str:
    """Return the page of a task."""
    return reverse("pages:task", args=[task.number])


urls = [
    path("tasks/", TaskList.as_view(), name="tasks"),
]
page_urls = [
    path("tasks/<str:number>/", TaskPage.as_view(), name="task"),
]
