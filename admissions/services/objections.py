"""Objections against an admission, while its public notice runs: written down, and decided."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationStatus, ObjectionOutcome
from admissions.models import Application, Objection
from admissions.permissions import may_decide
from admissions.services.moving import ApplicationRefused, locked
from admissions.services.owners import tell
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal


@transaction.atomic
def record_objection(
    *, application: Application, words: str, raised_by: str, raised_on: date, by: User, on: date
) -> Objection:
    """Write down what was said against an admission; the applicant reads the words and never who said them.

    Raise ``ApplicationRefused`` outside the public notice: before its first day, after its last, or without words.
    """
    if not may_decide(by, application):
        raise NotAllowed
    row = locked(application)
    if row.status != ApplicationStatus.NOTICE or row.announced_on is None or row.notice_until is None:
        message = _("Objections belong to a public notice. The application is in the state “%(state)s”.") % {
            "state": row.get_status_display()
        }
        raise ApplicationRefused(Refusal("no_notice", message))
    if not row.announced_on <= raised_on <= min(row.notice_until, on):
        message = _("The notice runs from %(first)s to %(last)s. Give the day on which the objection came.") % {
            "first": row.announced_on.isoformat(),
            "last": row.notice_until.isoformat(),
        }
        raise ApplicationRefused(Refusal("outside_notice", message, {"field": "raised_on"}))
    if not words.strip():
        raise ApplicationRefused(Refusal("words_missing", _("Write what was objected."), {"field": "words"}))
    made = Objection.objects.create(
        application=row, raised_on=raised_on, raised_by=raised_by.strip()[:100], words=words.strip()[:500],
        recorded_by=by,
    )  # fmt: skip
    record(actor=by, action="admissions.objection_recorded", subject=row, facts={"objection": made.pk, "on": on})
    tell(row, code="objection_recorded")
    return made


@transaction.atomic
def decide_objection(*, objection: Objection, outcome: ObjectionOutcome, answer: str, by: User, on: date) -> Objection:
    """Uphold or dismiss an objection, with words; an upheld one keeps the admission back until it is announced anew.

    Raise ``ApplicationRefused`` for one that is decided already, and without words.
    """
    if not may_decide(by, objection.application):
        raise NotAllowed
    application = locked(objection.application)
    row = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if row.outcome != ObjectionOutcome.OPEN:
        message = _("This objection was decided on %(day)s already.") % {"day": row.decided_on}
        raise ApplicationRefused(Refusal("decided_already", message))
    if outcome == ObjectionOutcome.OPEN:
        raise ApplicationRefused(Refusal("outcome_missing", _("Uphold or dismiss it."), {"field": "outcome"}))
    if not answer.strip():
        raise ApplicationRefused(Refusal("reason_missing", _("Say why."), {"field": "answer"}))
    row.outcome, row.answer, row.decided_on = outcome, answer.strip()[:300], on
    row.save(update_fields=["outcome", "answer", "decided_on"])
    facts = {"objection": row.pk, "outcome": outcome, "on": on}
    record(actor=by, action="admissions.objection_decided", subject=application, facts=facts)
    tell(application, code="objection_decided")
    return row
