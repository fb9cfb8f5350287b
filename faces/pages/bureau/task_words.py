"""The journal of a task in sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import FirmTrack, FirmTrackAction, ReportTrack, ReportTrackAction, Route, TaskAction, TaskStatus
from faces.pages.shared import formats
from faces.pages.shared.steps import LogLine
from foundation.accounts.models import User
from foundation.audit.selectors import history

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask
    from foundation.audit.models import Entry

SHOWN: Final = 100
WORDS: Final[Mapping[str, StrOrPromise]] = {
    "tasks.added": gettext_lazy("Added the task."),
    "tasks.amended": gettext_lazy("Changed the task."),
    "tasks.route_chosen": gettext_lazy("Chose the route: %(route)s."),
    "tasks.compared": gettext_lazy("Recorded the comparison of %(n)s offers."),
    "tasks.award_recorded": gettext_lazy("Recorded the award %(notice)s, %(amount)s."),
    "tasks.moved": gettext_lazy("%(action)s: now %(state)s."),
    "tasks.track_moved": gettext_lazy("%(action)s: now %(state)s."),
}


def history_of(task: EvaluationTask) -> list[LogLine]:
    """Return the journal of the task, newest first, in two queries."""
    entries = list(history(task)[:SHOWN])
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [_line(entry, names) for entry in entries]


def _line(entry: Entry, names: Mapping[int, str]) -> LogLine:
    facts: dict[str, Any] = json.loads(entry.text)["facts"]
    said = facts.get("words") or facts.get("reason") or ""
    who = names.get(entry.actor_id or 0) or _("the system")
    return LogLine(entry.recorded_at, who, _sentence(entry.action, facts), str(said))


def _sentence(action: str, facts: Mapping[str, Any]) -> str:
    words = WORDS.get(action)
    if words is None:
        return _("Made the entry %(code)s.") % {"code": action}
    return str(words) % _values(facts)


def _values(facts: Mapping[str, Any]) -> dict[str, object]:
    track = facts.get("track", "")
    actions = {"report": ReportTrackAction, "firm": FirmTrackAction}.get(track, TaskAction)
    states = {"report": ReportTrack, "firm": FirmTrack}.get(track, TaskStatus)
    return {
        "action": dict(actions.choices).get(str(facts.get("action")), ""),
        "state": dict(states.choices).get(str(facts.get("status")), ""),
        "route": dict(Route.choices).get(str(facts.get("route")), ""),
        "n": len(facts.get("quotes", ())),
        "notice": facts.get("notice", ""),
        "amount": formats.wan_with_unit(int(facts.get("amount_cents") or 0)),
    }
