"""Today: what is due, overdue and waiting; the year as a pipeline; grades; whether there are experts enough."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.urls import path
from django.utils.translation import gettext as _
from django.views.generic.base import TemplateView

from assignments.models import EvaluationPlan
from delivery.enums import ClockStatus
from delivery.models import ClockStop
from delivery.rules import closing_warned_from
from desk.selectors import Today, pipeline, supply, today, year_grades, year_summary
from faces.pages.bureau.today_words import dated, waiting
from faces.pages.shared import charts
from faces.pages.shared.access import AudiencePage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core.money import from_wan
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from foundation.bureaus.models import Bureau

SHOWN: Final = 6
SUPPLY_SHOWN: Final = 8


class TodayPage(AudiencePage, TemplateView):
    """The first page of everybody at the bureau."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/today.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the person's day and, for who reads all, the bureau's year."""
        day = today(self.user, self.today)
        found = {"title": title_of(day), "day": self.today, "has_plan": day.has_plan, **self._docket(day)}
        found["may_draw"] = may(self.user, Capability.DRAW)
        found["may_import"] = may(self.user, Capability.IMPORT)
        found["may_plan"] = may(self.user, Capability.PLAN)
        if self.user.bureau and day.has_plan and may(self.user, Capability.READ_ALL):
            found |= self._year(self.user.bureau)
        return super().get_context_data(**(found | kwargs))

    def _docket(self, day: Today) -> dict[str, Any]:
        year = self.work_year
        ahead, waits = [*day.due, *day.soon], waiting(day.waiting, year=year)
        return {
            "overdue": [dated(line, self.today, year=year) for line in day.overdue[:SHOWN]],
            "overdue_more": [dated(line, self.today, year=year) for line in day.overdue[SHOWN:]],
            "overdue_count": len(day.overdue),
            "due": [dated(line, self.today, year=year) for line in ahead[:SHOWN]],
            "due_more": [dated(line, self.today, year=year) for line in ahead[SHOWN:]],
            "due_count": len(day.due),
            "soon_count": len(day.soon),
            "waiting": waits[:SHOWN],
            "waiting_count": day.waiting_count,
            "waiting_more": waits[SHOWN:],
        }

    def _year(self, bureau: Bureau) -> dict[str, Any]:
        year = self.work_year
        stops = ClockStop.objects.filter(
            status=ClockStatus.GRANTED, started_on__lte=self.today, ended_on__gte=self.today, task__bureau=bureau
        )
        stages = pipeline(
            bureau, year, on=self.today, stopped_task_ids=frozenset(stops.values_list("task_id", flat=True))
        )
        rows = supply(bureau, year, on=self.today)[:SUPPLY_SHOWN]
        summary = year_summary(bureau, year)
        rules = rules_for(bureau=bureau, on=self.today)
        return {
            "stages": stages,
            "total": sum(stage.count for stage in stages),
            "by_firms": sum(box != "own" for stage in stages for box in stage.boxes),
            "own": sum(stage.own for stage in stages),
            "ruler": ruler(
                year,
                self.today,
                issued_on=_issued_on(bureau, year),
                closing_on=closing_warned_from(year, warning_from=rules.value("closing_warning_from")),
            ),
            "summary": summary,
            "figures": {
                name: from_wan(summary[name]["amount_wan"])
                for name in ("key_evaluations", "ex_ante", "self_evaluations")
            },
            "grades": year_grades(bureau, year),
            "supply": rows,
            "supply_most": max((max(row.have, row.need) for row in rows), default=1),
        }


def _issued_on(bureau: Bureau, year: int) -> date | None:
    rows = EvaluationPlan.objects.filter(bureau=bureau, work_year=year)
    return rows.values_list("issued_on", flat=True).first()


def title_of(day: Today) -> str:
    """Return the title: the thing and its state in one sentence."""
    if not day.has_plan:
        return _("Nothing is planned yet: begin with the plan")
    facts = {"overdue": len(day.overdue), "due": len(day.due), "waiting": day.waiting_count}
    if facts["overdue"] and not facts["due"]:
        return _("Today: %(overdue)s overdue, %(waiting)s waiting for you") % facts
    if facts["overdue"]:
        return _("Today: %(overdue)s overdue, %(due)s due, %(waiting)s waiting for you") % facts
    if facts["due"]:
        return _("Today: %(due)s due, %(waiting)s waiting for you") % facts
    if facts["waiting"]:
        return _("Today: nothing is due, %(waiting)s waiting for you") % facts
    return _("Today: nothing is due and nothing waits for you")


def ruler(year: int, on: date, *, issued_on: date | None, closing_on: date) -> dict[str, Any]:
    """Return the months of a year as places on a line, with today where it lies in that year."""
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days

    def place(day: date) -> str:
        return charts.per_cent((day - first).days, end=length)

    months = [
        {"number": month, "x": place(date(year, month, 1)), "middle": place(date(year, month, 15))}
        for month in range(1, 13)
    ]
    marks = [{"x": place(closing_on), "label": _("accounts close soon"), "end": False}]
    if issued_on and issued_on.year == year:
        marks.insert(0, {"x": place(issued_on), "label": _("plan issued"), "end": False})
    here = place(on) if on.year == year else None
    passed = here or ("100%" if on.year > year else "0%")
    return {"months": months, "marks": marks, "here": here, "passed": passed, "late": bool(here) and on.month > 6}  # noqa: PLR2004 - the second half


urls = [path("", TodayPage.as_view(), name="bureau-home")]
