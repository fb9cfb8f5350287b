"""What the bureau does: check item by item, return, announce, refuse, admit into the register or the pool."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from admissions.enums import ApplicationAction, ApplicationKind, ObjectionOutcome
from admissions.models import Application, ApplicationItem
from admissions.permissions import may_decide
from admissions.selectors import FREE_AGAIN, free_from, items_of, known_entry, objections_that_count
from admissions.services.entering import enter_expert, enter_firm
from admissions.services.moving import ApplicationRefused, locked, move, state_after
from admissions.services.owners import entry_of, tell
from admissions.services.standing import move_standing, refuse_unchecked
from evaluators.enums import FirmAction
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.rulesets.selectors import rules_for
from foundation.workdays.selectors import add_workdays
from parties.permissions import standing_refusal


@transaction.atomic
def review_items(
    *, application: Application, answers: Mapping[str, tuple[bool | None, str]], by: User, on: date
) -> Application:
    """Write for each item whether it is met (None: not checked yet) and the remark that the applicant reads."""
    row = _decided(application, by)
    known = {item.code: item for item in row.items.all()}
    for code in items_of(row, on):
        if code not in answers:
            continue
        item = known.get(code) or ApplicationItem(application=row, code=code)
        item.is_met, item.remark = answers[code][0], answers[code][1][:300]
        item.save()
    met = {code: answer for code, (answer, _remark) in answers.items()}
    record(actor=by, action="admissions.items_reviewed", subject=row, facts={"met": met, "on": on})
    return row


@transaction.atomic
def return_application(*, application: Application, reason: str, by: User, on: date) -> Application:
    """Give it back for correction (补正), with words; remarks on items stand beside them."""
    row = _decided(application, by)
    _require_words(reason)
    move(row, ApplicationAction.RETURN, by=by, on=on, reason=reason)
    if row.applicant_id is None:
        move_standing(entry_of(row), FirmAction.RETURN, by=by, on=on, reason=reason)
    return _told(row)


@transaction.atomic
def refuse(*, application: Application, reason: str, by: User, on: date) -> Application:
    """Refuse it, with words; the applicant may begin again. What a clerk entered leaves the register or the pool."""
    row = _decided(application, by)
    _require_words(reason)
    move(row, ApplicationAction.REFUSE, by=by, on=on, reason=reason)
    if row.applicant_id is None:
        move_standing(entry_of(row), FirmAction.RETURN, by=by, on=on, reason=reason)
        move_standing(entry_of(row), FirmAction.LEAVE, by=by, on=on, reason=reason)
    return _told(row)


@transaction.atomic
def announce(*, application: Application, by: User, on: date) -> Application:
    """Accept it and open the public notice (公示) for the working days of R-47, from a copy frozen now.

    Raise ``ApplicationRefused`` while an item is not met (R-12), and for who is in the register or pool already.
    """
    row = _decided(application, by)
    _refuse_unmet(row, on=on)
    _refuse_doubled(row, on=on)
    return open_notice(row, by=by, on=on)


def open_notice(row: Application, *, by: User, on: date) -> Application:
    """Freeze what the public notice of a locked application says, and let it run for the working days of R-47."""
    days = rules_for(bureau=row.bureau, on=on).value("admission_notice_workdays")
    row.announced_on, row.notice_until = on, add_workdays(on, days)
    row.notice = notice_of(row)
    return _told(move(row, ApplicationAction.ANNOUNCE, by=by, on=on))


def notice_of(row: Application) -> dict[str, Any]:
    """Return what the public notice says: a firm's name and code; an expert's name, employer and title, no number."""
    names = ("name", "uscc") if row.kind == ApplicationKind.FIRM else ("employer", "title")
    return {"who": row.title, **{name: row.profile.get(name, "") for name in names}}


@transaction.atomic
def admit(*, application: Application, by: User, on: date) -> Application:
    """Enter the applicant into the register or the pool for a term, after the notice has run.

    What a clerk entered stands there already and is admitted. Raise ``ApplicationRefused`` before that, and as
    ``announce``; the entry's own rules are asked again.
    """
    row = _decided(application, by)
    state_after(row, ApplicationAction.ADMIT)
    if row.notice_until is not None and on <= row.notice_until:
        message = _("The public notice runs until %(day)s, that day included.") % {"day": row.notice_until.isoformat()}
        raise ApplicationRefused(Refusal("notice_runs", message, {"until": row.notice_until.isoformat()}))
    _refuse_objected(row)
    if row.applicant_id is None:
        refuse_unchecked(entry_of(row), on=on)
        move_standing(entry_of(row), FirmAction.ADMIT, by=by, on=on)
        return _told(move(row, ApplicationAction.ADMIT, by=by, on=on))
    _refuse_unmet(row, on=on)
    _refuse_doubled(row, on=on)
    if row.kind == ApplicationKind.FIRM:
        row.firm = enter_firm(row, by=by, on=on)
    else:
        row.expert = enter_expert(row, by=by, on=on)
    return _told(move(row, ApplicationAction.ADMIT, by=by, on=on))


def _refuse_unmet(row: Application, *, on: date) -> None:
    """Raise ``ApplicationRefused`` for an item that is not met, or whose proof no longer holds on ``on``."""
    proofs = row.items.filter(is_met=True, proof__isnull=False)
    holds = set(proofs.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).values_list("code", flat=True))
    if missing := [code for code in items_of(row, on) if code not in holds]:
        words = {"name": row.title, "count": len(missing)}
        message = _("%(name)s: %(count)d items of the admission checklist are not met, or their proof has ended.")
        raise ApplicationRefused(Refusal("not_checked", message % words, {"items": missing}))


def _refuse_objected(row: Application) -> None:
    """Raise ``ApplicationRefused`` while an objection against the running notice is open or upheld."""
    outcomes = set(objections_that_count(row).values_list("outcome", flat=True))
    if ObjectionOutcome.OPEN in outcomes:
        message = _("An objection is open. Decide it first: an admission waits until every objection is dismissed.")
        raise ApplicationRefused(Refusal("objection_open", message))
    if outcomes:
        message = _("An objection was upheld. Return the application for correction, or refuse it.")
        raise ApplicationRefused(Refusal("objection_upheld", message))


def _refuse_doubled(row: Application, *, on: date) -> None:
    known = known_entry(row)
    if known is not None and (day := free_from(known, on)):
        message = _("%(number)s was removed and may apply again from %(day)s.") % {
            "number": known.number,
            "day": day.isoformat(),
        }
        source = rules_for(bureau=row.bureau, on=on).source("removal_years")
        raise ApplicationRefused(Refusal("removed_too_recently", message, {"free_on": day.isoformat()}, source))
    party = "firm" if row.kind == ApplicationKind.FIRM else "expert"
    if known is not None and (refusal := standing_refusal(party, known.pk, "REAPPLY", on)):
        raise ApplicationRefused(refusal)
    if known is None or known.status in FREE_AGAIN:
        return
    message = _("This would be a second entry: number %(number)s, %(state)s since %(day)s.") % {
        "number": known.number,
        "state": known.get_status_display(),
        "day": known.status_since.isoformat(),
    }
    raise ApplicationRefused(Refusal("known", message, {"number": known.number}))


def _require_words(reason: str) -> None:
    if not reason.strip():
        raise ApplicationRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))


def _decided(application: Application, by: User) -> Application:
    if not may_decide(by, application):
        raise NotAllowed
    return locked(application)


def _told(row: Application) -> Application:
    tell(row, code="application_moved", facts={"status": row.status})
    return row
