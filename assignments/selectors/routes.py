"""Which routes are lawful for a task, what speaks against them, and how often firms were appointed directly."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import Executor, Origin, Route, TaskStatus
from assignments.models import Assignment, EvaluationTask
from assignments.rules.routes import BELOW_LIMIT, is_split, register_binds, route_refusal
from assignments.selectors.eligibility import firm_eligibility
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import GONE
from evaluators.models import Firm
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal

WORDS: Final = {
    "route_unknown": gettext_lazy("This is no lawful route for choosing a firm."),
    "fee_limit_missing": gettext_lazy("Enter the fee limit first: the route depends on it."),
    "route_needs_procurement": gettext_lazy(
        "The fee limit reaches the procurement limit: a procurement award is recorded, nothing is drawn or picked here."
    ),
    "route_not_below": gettext_lazy("Below the procurement limit this route is not open."),
    "framework_way_missing": gettext_lazy(
        "Inside a framework agreement choose directly, by a second round of prices or by rotation."
    ),
    "framework_way_elsewhere": gettext_lazy("Only a framework agreement has these ways."),
}


@dataclass(frozen=True, slots=True)
class RouteOption:
    """A route and why it is closed for the task, None where it is open."""

    route: Route
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Splitting:
    """The year's fees of one item that together reach the limit, each of them below it."""

    others_cents: int
    limit_cents: int
    tasks: int
    source: str

    @property
    def message(self) -> str:
        """The warning as a sentence."""
        return _("Together with this year's %(n)s other tasks of the item the fees reach the procurement limit.") % {
            "n": self.tasks
        }


def worded(refusal: Refusal | None) -> Refusal | None:
    """Return the refusal of a pure rule with its sentence."""
    return replace(refusal, message=str(WORDS[refusal.code])) if refusal else None


def refusal_of(task: EvaluationTask, route: str, fee_cents: int | None, on: date) -> Refusal | None:
    """Return why ``route`` is closed to the task with this fee limit by the rules in force on ``on``. Rule R-01."""
    rules = rules_of_task(task, on)
    return worded(
        route_refusal(
            route,
            fee_cents=fee_cents,
            limit_cents=rules.value("procurement_limit_cents"),
            below=rules.value("routes_below_limit"),
            above=rules.value("routes_above_limit"),
            source=rules.source("routes_above_limit"),
        )
    )


def route_options(task: EvaluationTask, on: date) -> list[RouteOption]:
    """Return every route with why it is closed."""
    rules = rules_of_task(task, on)
    limit, source = rules.value("procurement_limit_cents"), rules.source("routes_above_limit")
    below, above = rules.value("routes_below_limit"), rules.value("routes_above_limit")
    fee = task.fee_limit_cents
    found = (
        (route, route_refusal(route, fee_cents=fee, limit_cents=limit, below=below, above=above, source=source))
        for route in Route
    )
    return [RouteOption(route, worded(refusal)) for route, refusal in found]


def splitting_of(task: EvaluationTask, *, route: str, fee_cents: int | None, on: date) -> Splitting | None:
    """Return the warning that fees of one item were split (化整为零), or None. Rule R-02: a flag, never a bar."""
    rules = rules_of_task(task, on)
    if not rules.value("splitting_flag") or fee_cents is None or route not in BELOW_LIMIT:
        return None
    others = EvaluationTask.objects.filter(
        bureau_id=task.bureau_id, work_year=task.work_year, executor=Executor.FIRM, route__in=BELOW_LIMIT,
        procurement_item=task.procurement_item,
    )  # fmt: skip
    others = others.exclude(pk=task.pk).exclude(status=TaskStatus.STOPPED)
    sums = others.aggregate(cents=Sum("fee_limit_cents"), tasks=Count("pk"))
    limit, cents = rules.value("procurement_limit_cents"), sums["cents"] or 0
    if not is_split(fee_cents=fee_cents, others_cents=cents, limit_cents=limit):
        return None
    return Splitting(cents, limit, sums["tasks"], rules.source("splitting_flag"))


def draw_refusal(task: EvaluationTask, on: date) -> Refusal | None:
    """Return why no firm may be drawn for the task now; None where a draw may be configured. Rule R-01."""
    if task.executor != Executor.FIRM:
        return Refusal("no_firm", _("No firm carries this task out; it needs no route."))
    if not task.route:
        return Refusal("no_route", _("Choose the route first."))
    if task.route != Route.DRAW:
        source = rules_of_task(task, on).source("routes_above_limit")
        words = _("The route of this task is “%(route)s”: a draw is refused.") % {"route": task.get_route_display()}
        return Refusal("route_forbids_draw", words, {"route": task.route}, source)
    if task.status not in {TaskStatus.PLANNED, TaskStatus.SELECTED}:
        words = _("The task is in the state “%(state)s”; this step does not follow.")
        return Refusal("wrong_state", words % {"state": task.get_status_display()})
    return refusal_of(task, task.route, task.fee_limit_cents, on)


def firm_refusal(task: EvaluationTask, firm: Firm, on: date) -> Refusal | None:
    """Return the first rule that bars the firm on this task's route; above the limit rules only inform. Rule R-03.

    A comparison or an appointment asks the same questions as a draw: nobody comes in by the side door.
    """
    rules = rules_of_task(task, on)
    if not register_binds(task.route, above_too=rules.value("register_binds_above_limit")):
        return None
    answer = firm_eligibility(task, on, [firm])[0]
    if answer.is_eligible:
        return None
    first = answer.refusals[0]
    facts = {**first.facts, "field": "firm", "firm": firm.pk}
    words = _("%(firm)s: %(why)s") % {"firm": answer.name, "why": first.message}
    return Refusal(first.code, words, facts, first.source)


def direct_ratio(bureau: Bureau, work_year: int) -> tuple[int, int]:
    """Return (direct appointments, all firm tasks with a firm) of a work year."""
    rows = Assignment.objects.filter(bureau=bureau, task__work_year=work_year).exclude(status__in=GONE)
    sums = rows.aggregate(direct=Count("pk", filter=Q(origin=Origin.DIRECT)), every=Count("pk"))
    return sums["direct"], sums["every"]
