"""The life of an assignment: notify, answer, declare, serve, sign, recuse; every telephone call is logged."""

from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from assignments.enums import AssignmentAction, AssignmentStatus, DeclineReason, TaskAction, TaskStatus
from assignments.models import Assignment, CallAttempt, Declaration, EvaluationTask, ReReviewTask
from assignments.rules.draws import no_answer_from
from assignments.selectors.tasks import rules_of_task
from assignments.services.tasks import move_task
from assignments.transitions import ASSIGNMENT, GONE
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.services import DOCUMENTS, SCANS, store
from foundation.notices.services import notify as tell
from parties.selectors import memberships_of, users_of_organisation, users_of_person

Scan = tuple[str, bytes]  # name and content of a file
UNANSWERED = frozenset({AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED})
FREE_REASONS = frozenset({DeclineReason.CONFLICT, DeclineReason.ILLNESS})


class AssignmentRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The assignment cannot be changed this way."""


@transaction.atomic
def notify(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Tell the firm or the expert of the assignment; raise ``TransitionRefused`` where it was told already.

    The notice names neither firm nor unit.
    """
    assignment = _locked(assignment)
    _require_clerk(assignment, by)
    _move(assignment, AssignmentAction.NOTIFY)
    assignment.notified_at = at
    assignment.save(update_fields=["status", "notified_at"])
    _tell(assignment, "assignment_waits")
    _record(assignment, by, "notified", at=at)
    return assignment


@transaction.atomic
def notify_panel(*, re_review: ReReviewTask, by: User, at: datetime) -> list[Assignment]:
    """Tell everybody on the panel who was not told yet; raise ``AssignmentRefused`` where nobody waits to be told."""
    rows = Assignment.objects.filter(re_review=re_review, status=AssignmentStatus.DRAWN).order_by("pk")
    told = [notify(assignment=row, by=by, at=at) for row in rows]
    if not told:
        raise AssignmentRefused(Refusal("nobody_waits", _("Everybody on this panel has been told already.")))
    return told


@transaction.atomic
def log_call(
    *,
    assignment: Assignment,
    outcome: str,
    words: str,
    by: User,
    at: datetime,
    reason: DeclineReason | None = None,
    gives_up: bool = False,
    act: Scan | None = None,
) -> CallAttempt:
    """Write one telephone call; ACCEPTED and DECLINED answer for the called person (代录), with who entered it.

    ``outcome`` is ACCEPTED, DECLINED, NO_ANSWER or CALL_BACK; with ``gives_up`` an unanswered call is the last one,
    or the whole is refused as in ``note_no_answer``.
    """
    assignment = _locked(assignment)
    _require_clerk(assignment, by)
    if outcome not in {"ACCEPTED", "DECLINED", "NO_ANSWER", "CALL_BACK"}:
        raise AssignmentRefused(Refusal("outcome_unknown", _("That is no outcome of a call."), {"field": "outcome"}))
    if assignment.status == AssignmentStatus.DRAWN:
        assignment = notify(assignment=assignment, by=by, at=at)
    row = CallAttempt.objects.create(assignment=assignment, called_at=at, outcome=outcome, words=words, entered_by=by)
    _record(assignment, by, "called", at=at, outcome=outcome)
    if outcome == "ACCEPTED":
        accept(assignment=assignment, by=by, at=at)
    elif outcome == "DECLINED":
        decline(assignment=assignment, reason=reason or DeclineReason.OTHER, words=words, by=by, at=at, act=act)
    elif outcome == "NO_ANSWER" and gives_up:
        note_no_answer(assignment=assignment, by=by, at=at)
    return row


@transaction.atomic
def accept(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Accept the task; the assigned firm or expert himself, or a clerk who enters it for him (代录)."""
    assignment = _locked(assignment)
    _require_own_or_clerk(assignment, by)
    _move(assignment, AssignmentAction.ACCEPT)
    assignment.answered_at = at
    assignment.save(update_fields=["status", "answered_at"])
    _record(assignment, by, "accepted", at=at)
    return assignment


@transaction.atomic
def decline(
    *, assignment: Assignment, reason: DeclineReason, words: str, by: User, at: datetime, act: Scan | None = None
) -> Assignment:
    """Decline with a coded reason: conflict and illness cost nothing, everything else counts. Rule R-18.

    A task whose firm declined goes back to be chosen again. A clerk enters it for who has accepted only with the scan
    of his ``act``, or ``AssignmentRefused`` is raised (R-68).
    """
    assignment = _locked(assignment)
    _require_own_or_clerk(assignment, by)
    if reason == DeclineReason.OTHER and not words.strip():
        raise AssignmentRefused(Refusal("words_missing", _("Say why."), {"field": "words"}))
    had_answered = assignment.status not in UNANSWERED
    _move(assignment, AssignmentAction.DECLINE)
    if had_answered:
        _require_own_act(assignment, act, by=by, at=at)
    assignment.answered_at, assignment.decline_reason = at, reason
    assignment.decline_words, assignment.decline_counts = words[:300], reason not in FREE_REASONS
    assignment.save(update_fields=["status", "answered_at", "decline_reason", "decline_words", "decline_counts"])
    _record(assignment, by, "declined", at=at, reason=reason, counts=assignment.decline_counts)
    if reason == DeclineReason.CONFLICT:
        tell_draw(assignment)
    _free_task(assignment, by=by, on=timezone.localdate(at), words=str(reason.label))
    return assignment


@transaction.atomic
def note_no_answer(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Note that nobody answered: some hours after the notice, with logged calls that were not answered. Rule R-64."""
    assignment = _locked(assignment)
    _require_clerk(assignment, by)
    calls = _check_no_answer(assignment, at)
    _move(assignment, AssignmentAction.GIVE_UP)
    assignment.answered_at = at
    assignment.save(update_fields=["status", "answered_at"])
    _record(assignment, by, "no_answer", at=at, calls=calls)
    _free_task(assignment, by=by, on=timezone.localdate(at), words=str(AssignmentStatus.NO_ANSWER.label))
    return assignment


def _check_no_answer(assignment: Assignment, at: datetime) -> int:
    """Return how many calls were not answered."""
    rules = rules_of_task(_base_of(assignment), timezone.localdate(at))
    calls, wanted = assignment.calls.filter(outcome="NO_ANSWER").count(), rules.value("answer_calls")
    if calls < wanted:
        message = _("Log at least %(n)d calls that were not answered first.") % {"n": wanted}
        raise AssignmentRefused(Refusal("calls_missing", message, {"calls": calls}, rules.source("answer_calls")))
    told = assignment.notified_at or at
    earliest = no_answer_from(told, wait_hours=rules.value("answer_wait_hours"))
    if at < earliest:
        moment = timezone.localtime(earliest).strftime("%Y-%m-%d %H:%M")
        message = _("An answer is awaited until %(at)s; only after that there was none.")
        facts = {"until": earliest.isoformat()}
        source = rules.source("answer_wait_hours")
        raise AssignmentRefused(Refusal("answer_awaited", message % {"at": moment}, facts, source))
    return calls


def _base_of(assignment: Assignment) -> EvaluationTask:
    if assignment.task is not None:
        return assignment.task
    assert assignment.re_review is not None  # noqa: S101 - a constraint of the table
    return assignment.re_review.evaluation


@transaction.atomic
def declare(
    *, assignment: Assignment, has_conflict: bool, words: str, by: User, at: datetime, act: Scan | None = None
) -> Assignment:
    """Declare interests in the task; a conflict voids the assignment, so that the next one is called.

    The firm's declaration without a conflict confirms its recusal check and moves the task on. A conflict that a clerk
    enters needs the scan of the declaration, ``act`` (R-68).
    """
    assignment = _locked(assignment)
    _require_own_or_clerk(assignment, by)
    if has_conflict and not words.strip():
        raise AssignmentRefused(Refusal("words_missing", _("Say which conflict."), {"field": "words"}))
    if assignment.status != AssignmentStatus.ACCEPTED:
        raise _does_not_follow(assignment, AssignmentAction.DECLARE)
    Declaration.objects.create(
        assignment=assignment, has_conflict=has_conflict, words=words, declared_at=at, entered_by=by
    )
    _record(assignment, by, "declared", at=at, has_conflict=has_conflict)
    if has_conflict:
        return recuse(assignment=assignment, words=words, by=by, at=at, act=act)
    _move(assignment, AssignmentAction.DECLARE)
    assignment.save(update_fields=["status"])
    if assignment.task_id is not None and assignment.task is not None:
        move_task(task=assignment.task, action=TaskAction.CONFIRM_RECUSAL, by=by, on=timezone.localdate(at))
    return assignment


@transaction.atomic
def serve(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Begin to serve; raise ``TransitionRefused`` before the declaration."""
    assignment = _locked(assignment)
    _require_own_or_clerk(assignment, by)
    _move(assignment, AssignmentAction.SERVE)
    assignment.save(update_fields=["status"])
    _record(assignment, by, "serving", at=at)
    return assignment


@transaction.atomic
def sign(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Note that the work is signed; called where the signature is kept."""
    assignment = _locked(assignment)
    _require_own_or_clerk(assignment, by)
    _move(assignment, AssignmentAction.SIGN)
    assignment.save(update_fields=["status"])
    _record(assignment, by, "signed", at=at)
    return assignment


@transaction.atomic
def evaluate(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Note that the bureau has evaluated a signed service; called where its feedback is kept."""
    assignment = _locked(assignment)
    _require_clerk(assignment, by)
    _move(assignment, AssignmentAction.EVALUATE)
    assignment.save(update_fields=["status"])
    _record(assignment, by, "evaluated", at=at)
    return assignment


@transaction.atomic
def mark_paid(*, assignment: Assignment, by: User, at: datetime) -> Assignment:
    """Note that the fee was paid; called where the fee is kept."""
    assignment = _locked(assignment)
    _require_clerk(assignment, by)
    _move(assignment, AssignmentAction.PAY)
    assignment.save(update_fields=["status"])
    _record(assignment, by, "paid", at=at)
    return assignment


@transaction.atomic
def recuse(
    *,
    assignment: Assignment,
    words: str,
    by: User,
    at: datetime,
    act: Scan | None = None,
    is_decided: bool = False,
) -> Assignment:
    """Step back, or be taken off, for a conflict at any moment: the assignment is void and kept.

    The caller replaces the person by the same draw; what rooms above hold of the person is voided there. A clerk takes
    nobody off: he enters the scan of the person's own ``act``, or carries out what was decided (``is_decided``: a
    conflict that was heard, a sanction); else ``AssignmentRefused`` is raised (R-68).
    """
    assignment = _locked(assignment)
    _require_own_or_clerk(assignment, by)
    if not words.strip():
        raise AssignmentRefused(Refusal("words_missing", _("Say which conflict."), {"field": "words"}))
    before = assignment.status
    _move(assignment, AssignmentAction.VOID)
    if not is_decided:
        _require_own_act(assignment, act, by=by, at=at)
    assignment.void_words, assignment.decline_reason = words[:300], DeclineReason.CONFLICT
    assignment.save(update_fields=["status", "void_words", "decline_reason"])
    _record(assignment, by, "recused", at=at, before=before)
    tell_draw(assignment)
    _free_task(assignment, by=by, on=timezone.localdate(at), words=words)
    return assignment


@transaction.atomic
def left_for_conflict(*, assignment: Assignment) -> Assignment:
    """Give the seat of a party that was taken off for an upheld conflict its coded ground; its draw tells it, too."""
    row = _locked(assignment)
    if row.status in GONE and not row.decline_reason:
        row.decline_reason = DeclineReason.CONFLICT
        row.save(update_fields=["decline_reason"])
    tell_draw(row)
    return row


def tell_draw(assignment: Assignment) -> None:
    """Let the record of its draw say that somebody left for a conflict, once this is committed.

    Afterwards and by name: a draw locks itself before its seats, and draws import this module.
    """
    if assignment.draw_id is not None and assignment.firm_id is not None:
        note = import_string("assignments.services.draws.records.note_departures")
        transaction.on_commit(partial(note, draw=assignment.draw), robust=True)


def _free_task(assignment: Assignment, *, by: User, on: date, words: str) -> None:
    """Send a task whose chosen firm is gone back to the choice, unless it was commissioned already."""
    task = assignment.task
    if task is not None and task.status in {TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED}:
        move_task(task=task, action=TaskAction.RECOMMISSION, by=by, on=on, words=words[:300])


def _tell(assignment: Assignment, code: str) -> None:
    if assignment.firm is not None and assignment.task is not None:
        users = users_of_organisation(assignment.firm.organisation_id)
        tell(users=users, code=code, path=f"/firm/tasks/{assignment.task.number}/")
    elif assignment.expert is not None:
        tell(users=users_of_person(assignment.expert.person_id), code=code, path="/expert/")


def _locked(assignment: Assignment) -> Assignment:
    rows = Assignment.objects.select_for_update(of=("self",))
    return rows.select_related("task__bureau", "re_review__evaluation__bureau", "firm", "expert", "bureau").get(
        pk=assignment.pk
    )


def _require_clerk(assignment: Assignment, by: User) -> None:
    if by.bureau_id != assignment.bureau_id or not may(by, Capability.COMMISSION):
        raise NotAllowed


def _require_own_or_clerk(assignment: Assignment, by: User) -> None:
    if not _is_own(assignment, by):
        _require_clerk(assignment, by)


def _is_own(assignment: Assignment, by: User) -> bool:
    mine = memberships_of(by)
    if assignment.firm is not None and mine.filter(organisation_id=assignment.firm.organisation_id).exists():
        return True
    return assignment.expert is not None and mine.filter(person_id=assignment.expert.person_id).exists()


def _require_own_act(assignment: Assignment, act: Scan | None, *, by: User, at: datetime) -> None:
    """Keep the scan by which a clerk lets somebody leave; raise ``AssignmentRefused`` without one. Rule R-68."""
    if _is_own(assignment, by):
        return
    if act is None:
        message = _(
            "Add the scan of the letter in which they say so themselves. Where others found the conflict, report it: "
            "it is heard and decided."
        )
        rules = rules_of_task(_base_of(assignment), timezone.localdate(at))
        source = rules.source("own_act_to_leave")
        raise AssignmentRefused(Refusal("own_act_missing", message, {"field": "act"}, source))
    name, content = act
    file = store(
        bureau=assignment.bureau, name=name, content=content, owner=assignment, by=by, accept=DOCUMENTS | SCANS
    )
    _record(assignment, by, "own_act_entered", at=at, sha256=file.sha256)


def _move(assignment: Assignment, action: AssignmentAction) -> None:
    after = ASSIGNMENT.get((AssignmentStatus(assignment.status), action))
    if after is None:
        raise _does_not_follow(assignment, action)
    assignment.status = after


def _does_not_follow(assignment: Assignment, action: AssignmentAction) -> TransitionRefused:
    message = _("The assignment is in the state “%(state)s”; this step does not follow.") % {
        "state": assignment.get_status_display()
    }
    return TransitionRefused(noun="assignment", status=assignment.status, action=action, message=message)


def _record(assignment: Assignment, by: User, what: str, **facts: object) -> None:
    record(actor=by, action=f"assignments.{what}", subject=assignment, facts=facts)


def void_by_draw(row: Assignment, *, words: str, by: User) -> None:
    """Take back a seat that the draw should not have given; the row stays."""
    row.status, row.void_words, row.is_leader = AssignmentStatus.VOID, words[:300], False
    row.save(update_fields=["status", "void_words", "is_leader"])
    record(actor=by, action="assignments.voided_by_draw", subject=row, facts={"words": row.void_words})
