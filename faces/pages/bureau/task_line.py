"""The year-line of a task as the page draws it: days, people, clock-stops, and the fork after acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.enums import TaskStatus
from assignments.transitions import GONE
from faces.pages.shared import formats
from faces.pages.shared.access import open_url
from faces.pages.shared.steps import Step, Track
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment, EvaluationTask
    from assignments.selectors.tasks import LineStep, TaskLine
    from delivery.models import ClockStop, Commission
    from foundation.accounts.models import User

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
        steps.append(Step(place.label, tuple(lines), _state(line.steps, index), stopped=stopped))
    return steps


def _state(places: Sequence[LineStep], index: int) -> Literal["", "done", "now"]:
    """Return how the step is drawn; nothing comes after the last one, so that it is done once it is reached."""
    is_end = index == len(places) - 1 and places[index].state == "now"
    return "done" if is_end else STATES.get(places[index].state, "")


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
    return [Step(place.label, tuple(_lines(place)), _state(places, index)) for index, place in enumerate(places)]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who was chosen: for the task or for one of its reviews."""

    part: str
    name: str
    url: str
    assignment: Assignment
    is_gone: bool
    draw_url: str
    conflict_url: str = ""

    @property
    def then_url(self) -> str:
        """Return the page of who was chosen, as of the day on which he was."""
        return f"{self.url}?on={self.assignment.assigned_on.isoformat()}" if self.url else ""


def people_of(seats: Sequence[Assignment], user: User) -> list[Seat]:
    """Return firms and experts in the order in which they came; those who left stay on the list.

    Only pages that let ``user`` in have an address.
    """
    found = []
    for seat in seats:
        if seat.firm:
            name = getattr(seat, "name_then", "") or seat.firm.organisation.name
            part, url = _("Firm"), open_url(user, "firm", seat.firm.number)
        else:
            number = seat.re_review.number if seat.re_review else ""
            part = _("Expert, %(review)s") % {"review": number}
            name, url = ("", "")
            if seat.expert:
                name, url = seat.expert.person.name, open_url(user, "expert", seat.expert.number)
        is_gone = seat.status in GONE
        report = "" if is_gone else open_url(user, "seat-conflict", seat.pk)
        found.append(Seat(part, name, url, seat, is_gone=is_gone, draw_url=_draw_url(seat, user), conflict_url=report))
    return found


def _draw_url(seat: Assignment, user: User) -> str:
    if seat.draw is None or not may(user, Capability.READ_ALL):
        return ""
    return open_url(user, "draw", seat.draw.number)
