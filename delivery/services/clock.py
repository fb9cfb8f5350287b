"""Clock-stops: working days that do not count, asked with proof, granted or denied by another. Rule R-29."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import EvaluationTask
from delivery.enums import ClockAction, ClockStatus
from delivery.models import ClockStop
from delivery.permissions import may_decide_clock_stop, may_deliver
from delivery.selectors import WORK_ENDS, commission_of
from delivery.transitions import CLOCK
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.services import give_owner, store
from foundation.notices.services import notify

PROOFS = frozenset({"pdf", "docx", "png", "jpg"})


class ClockStopRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The clock-stop cannot be asked or decided."""


@transaction.atomic
def ask_clock_stop(
    *,
    task: EvaluationTask,
    started_on: date,
    ended_on: date,
    reason: str,
    proof_name: str,
    proof_content: bytes,
    by: User,
    on: date,
) -> ClockStop:
    """Ask that the days from ``started_on`` to ``ended_on``, both included, do not count, with a proof.

    Raise ``ClockStopRefused`` for days in the wrong order, without a reason, or when the work has ended, and
    ``FileRefused`` for the proof.
    """
    task = EvaluationTask.objects.select_related("bureau", "clerk").get(pk=task.pk)
    if not may_deliver(by, task, commission_of(task), on):
        raise NotAllowed
    if task.status in WORK_ENDS:
        raise ClockStopRefused(Refusal("work_ended", _("The work has ended; the clock no longer runs.")))
    if ended_on < started_on:
        message = _("The last day is not before the first.")
        raise ClockStopRefused(Refusal("days_in_wrong_order", message, {"field": "ended_on"}))
    if not reason.strip():
        raise ClockStopRefused(Refusal("reason_missing", _("Say why the work stood still."), {"field": "reason"}))
    proof = store(bureau=task.bureau, name=proof_name, content=proof_content, owner=None, by=by, accept=PROOFS)
    row = ClockStop.objects.create(
        task=task, started_on=started_on, ended_on=ended_on, reason=reason.strip(), proof=proof, asked_by=by
    )
    give_owner(file=proof, owner=row)
    notify(users=[task.clerk], code="clock_stop_asked", facts={"number": task.number})
    facts = {"from": started_on, "until": ended_on, "reason": row.reason}
    record(actor=by, action="delivery.clock_stop.asked", subject=row, facts=facts)
    return row


def grant_clock_stop(*, stop: ClockStop, by: User, on: date, words: str = "") -> ClockStop:
    """Grant it: its working days no longer count as lateness. Raise ``NotAllowed`` for who asked."""
    return _decide(stop, ClockAction.GRANT, by=by, on=on, words=words)


def deny_clock_stop(*, stop: ClockStop, by: User, on: date, words: str) -> ClockStop:
    """Deny it with words; raise ``ClockStopRefused`` without."""
    if not words.strip():
        raise ClockStopRefused(Refusal("words_missing", _("Say why it is denied."), {"field": "words"}))
    return _decide(stop, ClockAction.DENY, by=by, on=on, words=words)


@transaction.atomic
def _decide(stop: ClockStop, action: ClockAction, *, by: User, on: date, words: str) -> ClockStop:
    rows = ClockStop.objects.select_for_update(of=("self",)).select_related("task__bureau", "asked_by")
    row = rows.get(pk=stop.pk)
    if not may_decide_clock_stop(by, row):
        raise NotAllowed(_("Nobody decides his own request."), code="own_entry")
    after = CLOCK.get((ClockStatus(row.status), action))
    if after is None:
        message = _("This clock-stop is decided already.")
        raise TransitionRefused(noun="clock_stop", status=row.status, action=action, message=message)
    row.status, row.decided_by, row.words = after, by, words.strip()
    row.save(update_fields=["status", "decided_by", "words"])
    notify(users=[row.asked_by], code="clock_stop_decided", facts={"number": row.task.number, "status": after})
    record(actor=by, action=f"delivery.clock_stop.{action.lower()}", subject=row, facts={"words": row.words, "on": on})
    return row
