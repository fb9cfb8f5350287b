"""Who was entered by a clerk: a public notice as for who applied, unless an earlier register is taken over."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationAction, ApplicationStatus
from admissions.models import Application, ApplicationMove
from admissions.permissions import may_keep
from admissions.selectors import checklist_items, checks_on, kind_of, notice_of_entry, of_entry, returned_notice_of
from admissions.services.checking import CheckDraft, record_checks
from admissions.services.deciding import admit, open_notice, return_application
from admissions.services.moving import ApplicationRefused, locked, move
from admissions.services.owners import locked_entry
from admissions.services.standing import move_standing, name_of, refuse_unchecked
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import Firm
from experts.enums import ExpertAction
from experts.models import Expert
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from parties.enums import EmploymentKind
from parties.models import Employment


@transaction.atomic
def move_entry(
    *, entry: Firm | Expert, action: FirmAction | ExpertAction, by: User, on: date, reason: str = ""
) -> Firm | Expert:
    """Change an entry's standing: its notice is opened, waited for and ended as that of who applied. Rule R-47.

    Raise as ``announce_entry``, ``admit`` and ``return_application``, and as the services of register and pool.
    """
    if not may_keep(by, entry):
        raise NotAllowed
    row = locked_entry(entry)
    if action == FirmAction.ANNOUNCE:
        announce_entry(entry=row, by=by, on=on)
        return locked_entry(row)
    if row.status == FirmStatus.NOTICE and action in {FirmAction.ADMIT, FirmAction.RETURN}:
        notice = notice_of_entry(row)
        if notice is None and action == FirmAction.ADMIT:
            message = _("No public notice of this entry is known. Return it for correction and open one.")
            raise ApplicationRefused(Refusal("no_notice", message, {"field": "action"}))
        if notice is not None and action == FirmAction.ADMIT:
            admit(application=notice, by=by, on=on)
            return locked_entry(row)
        if notice is not None:
            return_application(application=notice, reason=reason, by=by, on=on)
            return locked_entry(row)
    after = move_standing(row, action, by=by, on=on, reason=reason)
    if action == FirmAction.LEAVE:
        drop_notice(entry=after, reason=reason, by=by, on=on)
    return after


@transaction.atomic
def announce_entry(*, entry: Firm | Expert, by: User, on: date) -> Application:
    """Open the public notice (公示) of an applicant that a clerk entered, for the working days of R-47.

    It stands as an application without an applicant: shown, objected to and decided like every other. Raise
    ``ApplicationRefused`` while an item of the checklist is not met, ``TransitionRefused`` for who is no applicant.
    """
    if not may_keep(by, entry):
        raise NotAllowed
    row = locked_entry(entry)
    refuse_unchecked(row, on=on)
    notice = returned_notice_of(row)
    if notice is None:
        notice = Application(bureau=row.bureau, entered_by=by, kind=kind_of(row), **of_entry(row))
        notice.status, notice.status_since = ApplicationStatus.SUBMITTED, row.status_since
        notice.submitted_on = row.status_since
        _describe(notice, row, on=on)
        notice.save()
        moved = {"application": notice, "status": notice.status, "moved_on": row.status_since}
        ApplicationMove.objects.create(**moved)
    else:
        _describe(notice, row, on=on)
        move(notice, ApplicationAction.SUBMIT, by=by, on=on)
    move_standing(row, FirmAction.ANNOUNCE, by=by, on=on)
    return open_notice(notice, by=by, on=on)


def _describe(notice: Application, row: Firm | Expert, *, on: date) -> None:
    """Write the title and the facts of today, from which the notice is frozen."""
    notice.title, notice.profile = name_of(row), _facts(row, on=on)


def _facts(row: Firm | Expert, *, on: date) -> dict[str, Any]:
    if isinstance(row, Firm):
        body = row.organisation
        return {
            "name": body.name,
            "uscc": body.uscc or "",
            "kind": row.kind,
            "form": body.kind,
            "legal_person": body.legal_person,
            "address": body.address,
            "phone": body.phone,
            "staff_count": row.staff_count,
        }
    job = Employment.objects.filter(person=row.person, kind=EmploymentKind.EMPLOYEE).on(on)
    last = job.select_related("organisation").order_by("-started_on", "-pk").first()
    return {
        "title": row.title,
        "level": row.title_level,
        "works_since": row.works_since.isoformat() if row.works_since else "",
        "employer": last.organisation.name if last else "",
    }


@transaction.atomic
def take_over_entry(*, entry: Firm | Expert, words: str, admitted_on: date, by: User, on: date) -> Firm | Expert:
    """Admit an applicant who stood in the register or pool before it was kept here: without a notice, from that day.

    ``words`` say by which document, ``admitted_on`` since when it stood there: its standing and term begin then, as
    by a roster. Items of the checklist that nobody looked at count as met. A notice that was returned ends. Raise
    ``ApplicationRefused`` without words, for a day that is not past, for who stood here before, and for an item that
    was found not met.
    """
    if not may_keep(by, entry):
        raise NotAllowed
    row = locked_entry(entry)
    if not words.strip():
        message = _("Say by which document it stood in the register or pool before.")
        raise ApplicationRefused(Refusal("words_missing", message, {"field": "words"}))
    if admitted_on >= on:
        message = _("Give the day, before today, since when it stood in the earlier register or pool.")
        raise ApplicationRefused(Refusal("not_earlier", message, {"field": "admitted_on"}))
    if row.admitted_on is not None:
        message = _("It stood here since %(day)s: who comes back goes through the public notice.")
        day = row.admitted_on.isoformat()
        raise ApplicationRefused(Refusal("stood_here", message % {"day": day}, {"admitted_on": day}))
    said, known = words.strip()[:300], checks_on(row, on)
    unseen = [code for code in checklist_items(row.bureau, kind_of(row), on) if code not in known]
    record_checks(entry=row, answers=dict.fromkeys(unseen, CheckDraft(is_met=True, remark=said)), by=by, on=on)
    refuse_unchecked(row, on=on)
    move_standing(row, FirmAction.ANNOUNCE, by=by, on=admitted_on, reason=said)
    after = move_standing(row, FirmAction.ADMIT, by=by, on=admitted_on, reason=said)
    drop_notice(entry=after, reason=said, by=by, on=on)
    facts = {"words": said, "admitted_on": admitted_on, "on": on}
    record(actor=by, action="admissions.taken_over", subject=after, facts=facts)
    return after


@transaction.atomic
def drop_notice(*, entry: Firm | Expert, reason: str, by: User, on: date) -> Application | None:
    """End the notice of an entry that runs, or was returned and nobody will correct, with its reason.

    Return it, or nothing where there is none. What lets the entry go calls this: it asks who may.
    """
    notice = notice_of_entry(entry) or returned_notice_of(entry)
    if notice is None:
        return None
    return move(locked(notice), ApplicationAction.WITHDRAW, by=by, on=on, reason=reason)
