"""The year-line of a task as the page draws it: days, people, clock-stops, and the fork after acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.enums import TaskStatus
from assignments.transitions import GONE
from faces.pages.shared import formats
from faces.pages.shared.steps import Step, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment, EvaluationTask
    from assignments.selectors.tasks import LineStep, TaskLine
    from delivery.models import ClockStop, Commission

STATES: Final[dict[str, Literal["", "done", "now"]]] = {"done": "done", "now": "now"}


def steps_of(
    task: EvaluationTask, line: TaskLine, stops: Sequence[ClockStop], commission: Commission | None
) -> list[Step]:
    """Return the steps up to acceptance; a step during which the clock stood still says for how long."""
    steps = []
    for index, place in enumerate(line.steps):
        lines = _lines(place)
        if place.status == TaskStatus.SELECTED and task.route and place.reached_on:
            lines.append(task.get_route_display())
        if place.status == TaskStatus.COMMISSIONED and commission and place.reached_on:
            lines.append(formats.wan_with_unit(commission.fee_cents))
        if place.is_returned:
            lines.append(_("returned"))
        if place.status == TaskStatus.FINAL and not place.reached_on and task.due_on:
            lines.append(_("due %(day)s") % {"day": formats.day(task.due_on)})
        days = _stopped_days(line.steps, index, stops)
        if days:
            lines.append(ngettext("clock stopped %(n)s day", "clock stopped %(n)s days", days) % {"n": days})
        stopped = bool(days) or (line.is_stopped and place.state == "now")
        steps.append(Step(place.label, tuple(lines), STATES.get(place.state, ""), stopped=stopped))
    return steps


def _lines(place: LineStep) -> list[StrOrPromise]:
    lines: list[StrOrPromise] = [formats.day(place.reached_on)] if place.reached_on else []
    if place.by:
        lines.append(place.by)
    return lines


def _stopped_days(places: Sequence[LineStep], index: int, stops: Sequence[ClockStop]) -> int:
    """Return on how many calendar days the clock stood still between this step and the next one reached."""
    begun = places[index].reached_on
    if begun is None:
        return 0
    later = next((place.reached_on for place in places[index + 1 :] if place.reached_on), None)
    here = (stop for stop in stops if stop.started_on >= begun and (later is None or stop.started_on < later))
    return sum((stop.ended_on - stop.started_on).days + 1 for stop in here)


def fork_of(line: TaskLine) -> list[Track]:
    """Return the two tracks after acceptance; a task without a firm has one."""
    tracks = []
    if line.report:
        tracks.append(Track(_("The report"), tuple(_track(line.report))))
    if line.firm:
        tracks.append(Track(_("The firm (the archive waits for both)"), tuple(_track(line.firm))))
    return tracks


def _track(places: Sequence[LineStep]) -> list[Step]:
    return [Step(place.label, tuple(_lines(place)), STATES.get(place.state, "")) for place in places]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who was chosen: for the task or for one of its reviews."""

    part: str
    name: str
    url: str
    assignment: Assignment
    is_gone: bool


def people_of(seats: Sequence[Assignment]) -> list[Seat]:
    """Return firms and experts in the order in which they came; those who left stay on the list."""
    found = []
    for seat in seats:
        if seat.firm:
            part, name, url = _("Firm"), seat.firm.organisation.name, _url("firm", seat.firm.number)
        else:
            number = seat.re_review.number if seat.re_review else ""
            part = _("Expert, %(review)s") % {"review": number}
            name, url = (seat.expert.person.name, _url("expert", seat.expert.number)) if seat.expert else ("", "")
        found.append(Seat(part, name, url, seat, is_gone=seat.status in GONE))
    return found


def _url(page: str, argument: object) -> str:
    try:
        return reverse(f"pages:{page}", args=[argument])
    except NoReverseMatch:
        return ""
