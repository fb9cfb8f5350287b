"""A conflict that others find: reported with its evidence, the party heard, decided by the section head. R-66, E28."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import ConflictOutcome, ConflictSource, ConflictStatus, RunningTasks
from appraisals.models import ConflictReply, ConflictReport
from appraisals.permissions import may_decide_conflict
from appraisals.selectors.conflicts import flow_of, reportable_by, source_of, users_of_seat
from appraisals.services.sanctions import take_away
from assignments.models import Assignment
from assignments.services.assignments import left_for_conflict
from credit.enums import CreditCode, ReplyOutcome
from credit.services import record_violation
from credit.services.events import EVIDENCE, Evidence
from credit.services.replies import settle_reply, take_reply
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.services import store
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from foundation.workdays.selectors import add_workdays

FIRM_WAYS = {
    ConflictOutcome.HANDED_OVER: RunningTasks.HAND_OVER,
    ConflictOutcome.TASK_STOPPED: RunningTasks.STOP,
}


class ConflictRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The conflict cannot be reported or decided."""


@transaction.atomic
def report_conflict(
    *, assignment: Assignment, words: str, by: User, on: date, letter: str = "", file: Evidence | None = None
) -> ConflictReport:
    """Report a conflict of a firm on a task or an expert on a panel; its party is told and has the days of R-66.

    ``letter`` says whose letter it is that a clerk enters for an outsider, with its scan. Raise ``NotAllowed`` for who
    may not report it, ``ConflictRefused`` without words or scan, or while another about the same seat is heard.
    """
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("bureau", "firm", "expert")
    seat = rows.get(pk=assignment.pk)
    if not reportable_by(by).filter(pk=seat.pk).exists():
        raise NotAllowed
    if not words.strip():
        raise ConflictRefused(Refusal("words_missing", _("Say which conflict."), {"field": "words"}))
    source = source_of(by, seat, letter=letter.strip())
    if source == ConflictSource.OUTSIDE and file is None:
        message = _("Add the scan of the letter.")
        raise ConflictRefused(Refusal("scan_missing", message, {"field": "file"}))
    if ConflictReport.objects.filter(assignment=seat, status=ConflictStatus.HEARING).exists():
        raise ConflictRefused(Refusal("heard_already", _("A conflict about this seat or task is being heard already.")))
    days = int(rules_for(bureau=seat.bureau, on=on).value("conflict_reply_workdays"))
    row = ConflictReport.objects.create(
        bureau=seat.bureau,
        assignment=seat,
        source=source,
        letter=letter.strip()[:200] if source == ConflictSource.OUTSIDE else "",
        words=words.strip(),
        reported_by=by,
        reported_on=on,
        reply_until=add_workdays(on, days),
    )
    if file is not None:
        row.file = store(bureau=seat.bureau, name=file[0], content=file[1], owner=row, by=by, accept=EVIDENCE)
        row.save(update_fields=["file"])
    facts = {"assignment": seat.pk, "source": source, "until": row.reply_until, "on": on}
    record(actor=by, action="appraisals.conflict_reported", subject=row, facts=facts, private={"words": row.words})
    if source != ConflictSource.OWN:
        notify(users=users_of_seat(seat), code="conflict_reported", path=_path(row))
    return row


def _path(row: ConflictReport) -> str:
    return "/firm/conflicts/" if row.assignment.firm_id else "/expert/conflicts/"


@transaction.atomic
def reply_to_conflict(
    *, report: ConflictReport, words: str, by: User, on: date, file: Evidence | None = None
) -> ConflictReply:
    """Keep the party's reply, once and within the term; raise as ``take_reply``."""
    row = _locked(report)
    _refuse_decided(row, "REPLY")
    if ConflictReply.objects.filter(report=row).exists():
        raise ConflictRefused(Refusal("replied_already", _("There is a reply already.")))
    seat = row.assignment
    reply = ConflictReply(report=row)
    take_reply(
        reply,
        bureau=row.bureau,
        organisation_id=seat.firm.organisation_id if seat.firm else None,
        person_id=seat.expert.person_id if seat.expert else None,
        until=row.reply_until,
        words=words,
        file=file,
        by=by,
        on=on,
    )
    record(actor=by, action="appraisals.conflict_replied", subject=row, facts={"reply": reply.pk, "on": on})
    return reply


@transaction.atomic
def reject_conflict(*, report: ConflictReport, reason: str, by: User, on: date) -> ConflictReport:
    """Find that there is no conflict; everything stays, and the reason is kept. Raise as ``uphold_conflict``."""
    row = _decidable(report, reason, by, on)
    _decide(row, ConflictStatus.REJECTED, "", reason, by=by, on=on)
    return row


@transaction.atomic
def uphold_conflict(
    *,
    report: ConflictReport,
    reason: str,
    by: User,
    on: date,
    way: ConflictOutcome | str = "",
    is_undeclared: bool = False,
) -> ConflictReport:
    """Find that there is a conflict: the draw holds, its party leaves by the way that fits the moment.

    An expert leaves by one of the four ways of a recusal; of a running task ``way`` says whether another firm takes it
    or it stops. ``is_undeclared`` costs credit: the conflict was known and kept back. Raise ``ConflictRefused`` before
    the party was heard (R-66), without a reason or a way, ``NotAllowed`` for who reported it himself.
    """
    row = _decidable(report, reason, by, on)
    seat = row.assignment
    outcome = flow_of(seat)
    if outcome is None and way not in FIRM_WAYS:
        message = _("Choose whether another firm takes the task or the task stops.")
        raise ConflictRefused(Refusal("way_missing", message, {"field": "way"}))
    if is_undeclared and row.source == ConflictSource.OWN:
        message = _("The party reported it itself; it kept nothing back.")
        raise ConflictRefused(Refusal("declared_itself", message, {"field": "is_undeclared"}))
    found = outcome or ConflictOutcome(way)
    words = _("Conflict of interest found on %(day)s.") % {"day": row.reported_on.isoformat()}
    if found != ConflictOutcome.RECORDED:
        choice = FIRM_WAYS.get(found, RunningTasks.HAND_OVER)
        take_away(seat, choice, reason=f"{words} {reason.strip()}"[:300], by=by, on=on)
        left_for_conflict(assignment=seat)
    if is_undeclared:
        row.credit_event = record_violation(
            bureau=row.bureau,
            code=CreditCode.CONFLICT_HIDDEN,
            words=f"{words} {reason.strip()}",
            by=by,
            on=on,
            organisation=seat.firm.organisation if seat.firm else None,
            person=seat.expert.person if seat.expert else None,
        )
    row.is_undeclared = is_undeclared
    _decide(row, ConflictStatus.UPHELD, found, reason, by=by, on=on)
    return row


def _decidable(report: ConflictReport, reason: str, by: User, on: date) -> ConflictReport:
    row = _locked(report)
    if not may_decide_conflict(by, row.bureau):
        raise NotAllowed
    if row.reported_by_id == by.pk:
        raise NotAllowed(_("Who reported a conflict does not decide it."), code="own_report")
    _refuse_decided(row, "DECIDE")
    if not reason.strip():
        raise ConflictRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    heard = row.source == ConflictSource.OWN or ConflictReply.objects.filter(report=row).exists()
    if not heard and on <= row.reply_until:
        message = _("The party may reply until %(day)s. Decide after its reply, or after that day.") % {
            "day": row.reply_until.isoformat()
        }
        source = rules_for(bureau=row.bureau, on=on).source("conflict_reply_workdays")
        raise ConflictRefused(Refusal("reply_awaited", message, {"until": row.reply_until.isoformat()}, source))
    return row


def _decide(
    row: ConflictReport, status: ConflictStatus, outcome: ConflictOutcome | str, reason: str, *, by: User, on: date
) -> None:
    row.status, row.outcome, row.reason = status, outcome, reason.strip()
    row.decided_by, row.decided_on = by, on
    row.save()
    reply = ConflictReply.objects.select_for_update(of=("self",)).filter(report=row).first()
    if reply is not None:
        upheld = status == ConflictStatus.UPHELD
        settle_reply(
            reply, outcome=ReplyOutcome.UPHELD if upheld else ReplyOutcome.ACCEPTED, words=row.reason, by=by, on=on
        )
    facts = {"status": status, "outcome": outcome, "undeclared": row.is_undeclared, "on": on}
    record(actor=by, action="appraisals.conflict_decided", subject=row, facts=facts, private={"reason": row.reason})
    notify(users=users_of_seat(row.assignment), code="conflict_decided", path=_path(row))
    if row.source == ConflictSource.UNIT:
        notify(users=[row.reported_by], code="conflict_decided", path=f"/unit/tasks/{_number(row)}/")


def _number(row: ConflictReport) -> str:
    return row.assignment.task.number if row.assignment.task else ""


def _refuse_decided(row: ConflictReport, action: str) -> None:
    if row.status != ConflictStatus.HEARING:
        message = _("This report is decided already.")
        raise TransitionRefused(noun="conflict_report", status=row.status, action=action, message=message)


def _locked(report: ConflictReport) -> ConflictReport:
    rows = ConflictReport.objects.select_for_update(of=("self",))
    joins = (
        "bureau", "reported_by", "assignment__task__bureau", "assignment__re_review", "assignment__firm__organisation",
        "assignment__expert__person",
    )  # fmt: skip
    return rows.select_related(*joins).get(pk=report.pk)
