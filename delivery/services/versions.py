"""Handing in versions, checked and stored; returning them; keeping earlier years' reports for comparison."""

import hashlib
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import Executor, TaskAction, TaskStatus
from assignments.models import EvaluationTask
from assignments.permissions import may_commission
from assignments.services.tasks import move_task
from delivery.enums import CheckCode, CommissionStatus, VersionAction, VersionKind, VersionStatus
from delivery.models import Commission, EarlierReport, ExtractedText, ReportVersion, SignOff, UnitComment
from delivery.outline import Finding
from delivery.permissions import may_deliver
from delivery.selectors import commission_of, latest_version, people_of
from delivery.services.texts import findings_of, pages_of, same_files, score_text
from delivery.transitions import STEP_OF, VERSION
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.services import checked, give_owner, store
from foundation.notices.services import notify
from parties.models import BudgetUnit

RETURN_STEP: Final = {
    (VersionKind.WORK_PLAN, TaskStatus.PLAN_REVIEW): TaskAction.RETURN_PLAN,
    (VersionKind.SUBMITTED, TaskStatus.SUBMITTED): TaskAction.RETURN,
    (VersionKind.SUBMITTED, TaskStatus.EXPERT_REVIEW): TaskAction.RETURN,
}
RETURN_STATES: Final = {
    VersionKind.WORK_PLAN: {TaskStatus.PLAN_REVIEW},
    VersionKind.DRAFT: {TaskStatus.DRAFT},
    VersionKind.SUBMITTED: {TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW},
    VersionKind.FINAL: {TaskStatus.FINAL},
}


class VersionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The version is not taken or cannot be returned; nothing was stored."""


def check_version(
    *, task: EvaluationTask, kind: VersionKind, name: str, content: bytes, by: User, on: date
) -> list[Finding]:
    """Return what the checks would find in a file, keeping nothing; raise ``NotAllowed``, ``FileRefused``."""
    running = commission_of(task)
    if not may_deliver(by, task, running, on):
        raise NotAllowed
    checked(name=name, content=content)
    found = findings_of(task=task, commission=running, kind=kind, pages=pages_of(name=name, content=content))
    return [*same_files(task=task, sha256=hashlib.sha256(content).hexdigest()), *found]


@transaction.atomic
def submit_version(
    *,
    task: EvaluationTask,
    kind: VersionKind,
    name: str,
    content: bytes,
    by: User,
    at: datetime,
    internally_reviewed_by: str = "",
    words: str = "",
) -> ReportVersion:
    """Check, store and number a version and take the task's step that belongs to it.

    What the checks find is kept with the version and refuses nothing. A version of the same kind that came before is
    superseded, and every signature under an earlier version is void. Raise ``FileRefused`` for a file that may not
    be taken, ``VersionRefused`` without the internal review or with unanswered comments, ``TransitionRefused`` where
    the task does not wait for this kind.
    """
    on = timezone.localdate(at)
    locked = EvaluationTask.objects.select_for_update(of=("self",))
    task = locked.select_related("bureau", "clerk", "unit__organisation", "project", "rule_set").get(pk=task.pk)
    running = commission_of(task)
    if not may_deliver(by, task, running, on) or (kind == VersionKind.COMMENTS and not may_commission(by, task)):
        raise NotAllowed  # only the bureau puts a version before the unit
    _check_ready(task, running, kind, internally_reviewed_by=internally_reviewed_by)
    file = store(bureau=task.bureau, name=name, content=content, owner=None, by=by)
    pages = pages_of(name=name, content=content)
    found = [
        *same_files(task=task, sha256=file.sha256),
        *findings_of(task=task, commission=running, kind=kind, pages=pages),
    ]
    move_task(task=task, action=STEP_OF[kind], by=by, on=on, words=words[:300])
    number = (ReportVersion.objects.filter(task=task).aggregate(last=Max("number"))["last"] or 0) + 1
    _supersede(task, kind)
    row = ReportVersion.objects.create(
        task=task,
        commission=running,
        kind=kind,
        number=number,
        file=file,
        sha256=file.sha256,
        checks=[finding.plain() for finding in found],
        project_score_text=score_text(pages) if kind != VersionKind.WORK_PLAN else "",
        internally_reviewed_by=internally_reviewed_by.strip(),
        submitted_by=by,
        submitted_at=at,
        words=words.strip(),
    )
    give_owner(file=file, owner=row)
    ExtractedText.objects.create(file=file, pages=pages)
    notify(users=[task.clerk], code="version_received", facts={"number": task.number, "version": number, "kind": kind})
    facts = {
        "task": task.number,
        "kind": kind,
        "number": number,
        "sha256": file.sha256,
        "checks": sorted(finding.code for finding in found),
        "internally_reviewed_by": row.internally_reviewed_by,
    }
    record(actor=by, action="delivery.version.submitted", subject=row, facts=facts)
    return row


@transaction.atomic
def return_version(*, version: ReportVersion, words: str, by: User, on: date) -> ReportVersion:
    """Return a version with words; the task waits for the next one. Raise ``VersionRefused`` without words."""
    row = _locked(version)
    if not may_commission(by, row.task):
        raise NotAllowed
    if not words.strip():
        raise VersionRefused(Refusal("words_missing", _("Say what has to change."), {"field": "words"}))
    kind, status = VersionKind(row.kind), TaskStatus(row.task.status)
    if status not in RETURN_STATES.get(kind, ()):
        raise _not_now(row.task, VersionAction.RETURN)
    _move(row, VersionAction.RETURN)
    row.return_words = words.strip()
    row.save(update_fields=["status", "return_words"])
    SignOff.objects.filter(version=row).update(is_void=True)
    if step := RETURN_STEP.get((kind, status)):
        move_task(task=row.task, action=step, by=by, on=on, words=words.strip()[:300])
    if row.commission:
        users = people_of(row.commission.firm.organisation)
        notify(users=users, code="version_returned", facts={"number": row.task.number, "version": row.number})
    facts = {"kind": kind, "number": row.number, "words": row.return_words}
    record(actor=by, action="delivery.version.returned", subject=row, facts=facts)
    return row


@transaction.atomic
def notify_unit(*, task: EvaluationTask, by: User, on: date, words: str = "") -> EvaluationTask:
    """Agree to the work plan and tell the unit that the evaluation comes (进点通知)."""
    if not may_commission(by, task):
        raise NotAllowed
    plan = latest_version(task, VersionKind.WORK_PLAN)
    if plan is not None and plan.status == VersionStatus.RECEIVED:
        _move(plan, VersionAction.ACCEPT)
        plan.save(update_fields=["status"])
        record(actor=by, action="delivery.version.accepted", subject=plan, facts={"number": plan.number})
    moved = move_task(task=task, action=TaskAction.NOTIFY_UNIT, by=by, on=on, words=words)
    notify(users=people_of(task.unit.organisation), code="unit_notified", facts={"number": task.number})
    return moved


@transaction.atomic
def start_fieldwork(*, task: EvaluationTask, by: User, on: date) -> EvaluationTask:
    """Begin the fieldwork, as the firm or for it."""
    if not may_deliver(by, task, commission_of(task), on):
        raise NotAllowed
    return move_task(task=task, action=TaskAction.START, by=by, on=on)


@transaction.atomic
def ask_comments(*, task: EvaluationTask, by: User, on: date, words: str = "") -> EvaluationTask:
    """Put the draft before the evaluated unit (征求意见)."""
    if not may_commission(by, task):
        raise NotAllowed
    if latest_version(task, VersionKind.DRAFT, VersionKind.COMMENTS) is None:
        raise VersionRefused(Refusal("no_draft", _("The draft was returned; wait for the corrected one.")))
    moved = move_task(task=task, action=TaskAction.ASK_COMMENTS, by=by, on=on, words=words)
    notify(users=people_of(task.unit.organisation), code="comments_asked", facts={"number": task.number})
    return moved


@transaction.atomic
def keep_earlier_report(
    *,
    bureau: Bureau,
    unit: BudgetUnit | None,
    title: str,
    budget_year: int,
    name: str,
    content: bytes,
    by: User,
) -> EarlierReport:
    """Keep a report of a year before this system, so that later ones are compared with it; raise ``FileRefused``."""
    file = store(bureau=bureau, name=name, content=content, owner=None, by=by)
    row = EarlierReport.objects.create(bureau=bureau, unit=unit, title=title, budget_year=budget_year, file=file)
    give_owner(file=file, owner=row)
    ExtractedText.objects.create(file=file, pages=pages_of(name=name, content=content))
    record(actor=by, action="delivery.earlier_report.kept", subject=row, facts={"title": title, "year": budget_year})
    return row


def warnings_of(version: ReportVersion) -> list[tuple[CheckCode, dict[str, str | int]]]:
    """Return what the checks found, each with its code as a choice that has a name in words."""
    return [(CheckCode(check["code"]), check) for check in version.checks]


def _check_ready(
    task: EvaluationTask, running: Commission | None, kind: VersionKind, *, internally_reviewed_by: str
) -> None:
    if task.executor == Executor.FIRM and (running is None or running.status != CommissionStatus.ACCEPTED):
        raise VersionRefused(Refusal("not_accepted", _("First the firm accepts the commission.")))
    if kind == VersionKind.DRAFT and task.executor == Executor.FIRM and not internally_reviewed_by.strip():
        message = _("Name who reviewed the draft inside the firm.")
        raise VersionRefused(Refusal("internal_review_missing", message, {"field": "internally_reviewed_by"}))
    if kind == VersionKind.SUBMITTED:
        waiting = UnitComment.objects.filter(version__task=task, is_adopted__isnull=True).count()
        if waiting:
            message = _("%(count)d comments of the unit wait for an answer: adopted or not, with a reply.")
            raise VersionRefused(Refusal("comments_unanswered", message % {"count": waiting}, {"count": waiting}))


def _supersede(task: EvaluationTask, kind: VersionKind) -> None:
    rows = ReportVersion.objects.select_for_update().filter(task=task, kind=kind, status=VersionStatus.RECEIVED)
    for earlier in rows.order_by("pk"):
        _move(earlier, VersionAction.SUPERSEDE)
        earlier.save(update_fields=["status"])
    SignOff.objects.filter(version__task=task, is_void=False).update(is_void=True)


def _locked(version: ReportVersion) -> ReportVersion:
    rows = ReportVersion.objects.select_for_update(of=("self",))
    return rows.select_related("task__bureau", "commission__firm__organisation").get(pk=version.pk)


def _move(row: ReportVersion, action: VersionAction) -> None:
    after = VERSION.get((VersionStatus(row.status), action))
    if after is None:
        message = _("This version is %(state)s; nothing more can be done with it.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="version", status=row.status, action=action, message=message)
    row.status = after


def _not_now(task: EvaluationTask, action: str) -> TransitionRefused:
    message = _("The task is in the state “%(state)s”; this version cannot be returned now.") % {
        "state": task.get_status_display()
    }
    return TransitionRefused(noun="task", status=task.status, action=action, message=message)
