"""A firm's first page: its tasks, what is due in each and one click to do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Value, When
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import TemplateView

from assignments.models import Assignment
from assignments.selectors import tasks
from assignments.transitions import GONE
from delivery.models import ClockStop, ReportVersion, UnitComment
from delivery.rules import due_after_stops
from delivery.selectors import WORK_ENDS, visible_to
from evaluators.selectors import firm_of
from faces.pages.firm.steps import Next, next_step, task_address
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.workdays.rules import workdays_between
from foundation.workdays.selectors import overrides

if TYPE_CHECKING:
    from assignments.models import EvaluationTask
    from evaluators.models import Firm
    from foundation.accounts.models import User

FAR = date(9999, 12, 31)
CLOSED_SHOWN = 20
MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A task with what the firm does next in it."""

    task: EvaluationTask
    step: Next
    url: str
    due_on: date | None
    left: int | None
    is_over: bool
    is_running: bool

    @property
    def when(self) -> str:
        """The day of the due date, for the docket."""
        return str(self.step.due_on.day) if self.step.due_on else "—"

    @property
    def under(self) -> str:
        """The month of the due date."""
        return formats.month(self.step.due_on) if self.step.due_on else ""


def rows_of(user: User, firm: Firm | None, on: date) -> list[Row]:
    """Return the tasks of the person's firm with their next steps: what is overdue first, then by due day.

    Seven queries, however many tasks there are.
    """
    read = Case(When(tasks.read_by_experts(), then=Value(value=True)), default=Value(value=False))
    seen = tasks.visible_to(user).select_related("unit__organisation").annotate(is_read=read)
    found = list(seen.order_by("-work_year", "-pk")[:MOST])
    ids = [task.pk for task in found]
    commissions = {row.task_id: row for row in visible_to(user).filter(task_id__in=ids, ended_on__isnull=True)}
    seats = {
        row.task_id: row
        for row in Assignment.objects.filter(task_id__in=ids, firm=firm).exclude(status__in=GONE).order_by("pk")
    }
    stops: dict[int, list[tuple[date, date]]] = {}
    for stop in ClockStop.objects.filter(task_id__in=ids, status="GRANTED"):
        stops.setdefault(stop.task_id, []).append((stop.started_on, stop.ended_on))
    waiting = dict(
        UnitComment.objects.filter(version__task_id__in=ids, is_adopted__isnull=True)
        .values_list("version__task_id")
        .annotate(n=Count("pk"))
    )
    newest = {
        row.task_id: row
        for row in ReportVersion.objects.filter(task_id__in=ids).select_related("sign_off").order_by("number")
    }
    table = overrides(date(on.year - 1, 1, 1), date(on.year + 2, 12, 31))
    may_sign = may(user, Capability.FIRM_SIGN)
    rows = []
    for task in found:
        own_stops = stops.get(task.pk, [])
        due = due_after_stops(due_on=task.due_on, stops=own_stops, overrides=table) if task.due_on else None
        step = next_step(
            task,
            assignment=seats.get(task.pk),
            commission=commissions.get(task.pk),
            due_on=due,
            latest=newest.get(task.pk),
            may_sign=may_sign,
            unanswered=waiting.get(task.pk, 0),
            is_read=task.is_read,
        )
        is_over = bool(step.url and step.due_on and step.due_on < on)
        left = workdays_between(on, step.due_on, table) if step.due_on and not is_over else None
        is_running = task.pk in commissions and task.status not in WORK_ENDS
        rows.append(Row(task, step, task_address(task.number), due, left, is_over, is_running))
    return sorted(rows, key=lambda row: (not row.is_over, row.step.due_on or FAR, row.task.pk))


class FirmHome(AudiencePage, TemplateView):
    """What waits for the firm."""

    audience, needs = "firm", Capability.FIRM_DESK
    template_name = "firm/home.html"
    title = _("Our tasks")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the tasks: what is to do, what waits for others, what is closed."""
        firm = firm_of(self.user)
        rows = rows_of(self.user, firm, self.today)
        open_rows = [row for row in rows if row.task.status not in WORK_ENDS or row.step.url]
        found = {
            "title": self.title,
            "firm": firm,
            "today": self.today,
            "to_do": [row for row in open_rows if row.step.url],
            "waiting": [row for row in open_rows if not row.step.url],
            "closed": [row for row in rows if row.task.status in WORK_ENDS and not row.step.url][:CLOSED_SHOWN],
            "over": sum(row.is_over for row in rows),
            "running": sum(row.is_running for row in rows),
        }
        return super().get_context_data(**(found | kwargs))


urls = [path("", FirmHome.as_view(), name="firm-home")]
