"""Comments of the evaluated unit on the draft, and what became of them (征求意见)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import TaskStatus
from delivery.enums import VersionStatus
from delivery.models import ReportVersion, UnitComment
from delivery.permissions import may_answer_comment, may_comment
from delivery.selectors import SHOWN_TO_UNIT, commission_of, people_of
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.notices.services import notify


class CommentRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The comment or its answer is not taken."""


@transaction.atomic
def comment(*, version: ReportVersion, words: str, by: User, on: date) -> UnitComment:
    """Write the unit's comment on a draft that is out for comments.

    Raise ``CommentRefused`` without words, ``TransitionRefused`` when comments are not asked or no longer.
    """
    row = ReportVersion.objects.select_related("task__bureau", "task__unit__organisation").get(pk=version.pk)
    if not may_comment(by, row.task, on):
        raise NotAllowed
    is_out = row.kind in SHOWN_TO_UNIT and row.status == VersionStatus.RECEIVED
    if row.task.status != TaskStatus.COMMENTS or not is_out:
        message = _("Comments on this version are not asked now.")
        raise TransitionRefused(noun="task", status=row.task.status, action="COMMENT", message=message)
    if not words.strip():
        raise CommentRefused(Refusal("words_missing", _("Write the comment."), {"field": "words"}))
    made = UnitComment.objects.create(version=row, words=words.strip(), entered_by=by)
    commission = commission_of(row.task)
    if commission:
        users = people_of(commission.firm.organisation)
        notify(users=users, code="comment_entered", facts={"number": row.task.number})
    record(actor=by, action="delivery.comment.entered", subject=made, facts={"version": row.number, "on": on})
    return made


@transaction.atomic
def answer_comment(*, comment: UnitComment, is_adopted: bool, reply: str, by: User, on: date) -> UnitComment:
    """Say whether the comment is adopted; what is not adopted needs a reply. Raise ``CommentRefused``."""
    row = UnitComment.objects.select_for_update(of=("self",)).select_related("version__task__bureau").get(pk=comment.pk)
    if not may_answer_comment(by, row, commission_of(row.version.task), on):
        raise NotAllowed
    if row.version.task.status not in {TaskStatus.COMMENTS, TaskStatus.REVISION}:
        message = _("The report has gone on; the answer cannot be changed now.")
        raise TransitionRefused(noun="task", status=row.version.task.status, action="ANSWER", message=message)
    if not is_adopted and not reply.strip():
        message = _("Say why the comment is not adopted.")
        raise CommentRefused(Refusal("reply_missing", message, {"field": "reply"}))
    row.is_adopted, row.reply, row.answered_by = is_adopted, reply.strip(), by
    row.save(update_fields=["is_adopted", "reply", "answered_by"])
    record(actor=by, action="delivery.comment.answered", subject=row, facts={"is_adopted": is_adopted})
    return row
