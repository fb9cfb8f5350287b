"""Who came to the meeting of a panel, who came late, left early, stayed away or sent somebody else. E40."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import AssignmentAction, AssignmentStatus, DeclineReason, PresenceState
from assignments.models import Assignment, Presence
from assignments.rules.draws import SOURCE
from assignments.services.assignments import AssignmentRefused, Scan
from assignments.transitions import ASSIGNMENT
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.files.services import DOCUMENTS, SCANS, store

AWAY = frozenset({PresenceState.ABSENT, PresenceState.SUBSTITUTE})
EXPECTED = frozenset({AssignmentStatus.ACCEPTED, AssignmentStatus.DECLARED, AssignmentStatus.SERVING})
CAME_AND_WORKED = EXPECTED | {AssignmentStatus.SIGNED}


@transaction.atomic
def note_presence(
    *,
    assignment: Assignment,
    state: PresenceState,
    words: str,
    by: User,
    at: datetime,
    is_excused: bool = False,
    sheet: Scan | None = None,
) -> Presence:
    """Note how a member came; whoever stayed away or sent somebody else leaves the seat free for the next of the list.

    That needs the scan of the signed sheet (R-68: no clerk's word alone empties a seat) and counts as a decline unless
    it is excused (R-18). Nobody sits for another. Raise ``AssignmentRefused`` before the day of the meeting, without
    words or sheet, and for who has signed his work.
    """
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("re_review", "bureau")
    seat = rows.get(pk=assignment.pk)
    if by.bureau_id != seat.bureau_id or not may(by, Capability.COMMISSION):
        raise NotAllowed
    _check(seat, state, words, at)
    row, _made = Presence.objects.update_or_create(
        assignment=seat, defaults={"state": state, "words": words.strip()[:300], "noted_by": by, "noted_at": at}
    )
    facts = {"state": state, "at": at}
    if state in AWAY:
        if sheet is None:
            message = _("Add the scan of the signed sheet: it shows who came.")
            raise AssignmentRefused(Refusal("sheet_missing", message, {"field": "sheet"}, SOURCE))
        name, content = sheet
        kinds = DOCUMENTS | SCANS
        file = store(bureau=seat.bureau, name=name, content=content, owner=seat, by=by, accept=kinds)
        facts |= {"sha256": file.sha256, "is_excused": is_excused}
        _free(seat, state, words, is_excused=is_excused, at=at)
    record(actor=by, action="assignments.presence_noted", subject=seat, facts=facts)
    return row


def _check(seat: Assignment, state: PresenceState, words: str, at: datetime) -> None:
    meets_on = seat.re_review.meets_on if seat.re_review else None
    if meets_on is None or timezone.localdate(at) < meets_on:
        message = _("Who came is noted on the day of the meeting or after it.")
        raise AssignmentRefused(Refusal("no_meeting_yet", message))
    if AssignmentStatus(seat.status) not in (EXPECTED if state in AWAY else CAME_AND_WORKED):
        message = _("The assignment is in the state “%(state)s”; this step does not follow.")
        words_of = {"state": seat.get_status_display()}
        raise AssignmentRefused(Refusal("wrong_state", message % words_of, {"field": "state"}))
    if state != PresenceState.CAME and not words.strip():
        raise AssignmentRefused(Refusal("words_missing", _("Say what happened."), {"field": "words"}))


def _free(seat: Assignment, state: PresenceState, words: str, *, is_excused: bool, at: datetime) -> None:
    seat.status = ASSIGNMENT[AssignmentStatus(seat.status), AssignmentAction.VOID]
    seat.void_words = f"{state.label}：{words.strip()}"[:300]
    seat.decline_reason = DeclineReason.ILLNESS if is_excused else DeclineReason.OTHER
    seat.decline_counts, seat.answered_at = not is_excused, at
    seat.save(update_fields=["status", "void_words", "decline_reason", "decline_counts", "answered_at"])
