"""What happened about the lead evaluator of a task after its award, in words. Edge case 23."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from delivery.enums import LeadEventKind
from delivery.selectors import lead_events_of
from faces.pages.shared.formats import full_day
from faces.pages.shared.sections import Cell, Grid, Section

if TYPE_CHECKING:
    from assignments.models import EvaluationTask
    from delivery.models import LeadEvent


@dataclass(frozen=True, slots=True)
class LeadLine:
    """One event with its words."""

    event: LeadEvent
    text: str


def lead_event_text(event: LeadEvent) -> str:
    """Return who took over from whom, or who did not come."""
    before = event.before.person.name
    if event.kind == LeadEventKind.ABSENCE or event.after is None:
        return _("%(name)s did not come on %(day)s") % {"name": before, "day": full_day(event.happened_on)}
    return _("%(after)s in place of %(before)s") % {"after": event.after.person.name, "before": before}


def lead_lines(task: EvaluationTask) -> list[LeadLine]:
    """Return what happened about the lead evaluators of a task, in order."""
    return [LeadLine(event, lead_event_text(event)) for event in lead_events_of(task)]


def lead_sections(task: EvaluationTask) -> tuple[Section, ...]:
    """Return the section that a rating shows where something happened; else none."""
    lines = [
        (line.text, Cell(line.event.reason, said=True), full_day(line.event.entered_on), Cell("", status=line.event))
        for line in lead_lines(task)
    ]
    if not lines:
        return ()
    headings = (_("What happened"), _("Why"), _("Entered on"), _("State"))
    note = _("The letter named one lead evaluator; every change needs a reason and an approval.")
    return (Section(_("Lead evaluator after the award"), grid=Grid(headings, lines), count=len(lines), note=note),)
