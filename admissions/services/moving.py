"""Moving an application along its table; what the applicant himself decides."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationAction, ApplicationKind, ApplicationStatus
from admissions.models import Application, ApplicationMove
from admissions.permissions import is_own
from admissions.selectors import FREE_AGAIN, free_from, gaps, known_firm
from admissions.transitions import TRANSITIONS
from evaluators.models import Firm
from evaluators.selectors import branch_refusal
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.rulesets.selectors import rules_for


class ApplicationRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The application cannot be changed like this."""


def locked(application: Application) -> Application:
    """Return the application, locked until the transaction ends."""
    rows = Application.objects.select_for_update(of=("self",)).select_related("bureau", "applicant")
    return rows.get(pk=application.pk)


def state_after(row: Application, action: ApplicationAction) -> ApplicationStatus:
    """Return the state that the step leads to; raise ``TransitionRefused`` where it does not follow."""
    after = TRANSITIONS.get((ApplicationStatus(row.status), action))
    if after is None:
        message = _("The application is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="application", status=row.status, action=action, message=message)
    return after


def move(row: Application, action: ApplicationAction, *, by: User, on: date, reason: str = "") -> Application:
    """Change the state of a locked application and write the step; raise as ``state_after``."""
    after = state_after(row, action)
    row.status, row.status_since = after, on
    row.save()
    ApplicationMove.objects.create(application=row, status=after, moved_on=on, reason=reason[:300])
    facts = {"action": action, "status": after, "reason": reason, "on": on}
    record(actor=by, action="admissions.moved", subject=row, facts=facts)
    return row


@transaction.atomic
def submit(*, application: Application, by: User, on: date) -> Application:
    """Hand the application in.

    Raise ``ApplicationRefused`` while something is missing, for a firm that stands in the register already, and for
    one that was removed too recently (R-26). Whether a person is in the pool already is told to the bureau only.
    """
    row = own(application, by)
    if missing := gaps(row, on):
        message = _("%(count)d things are missing. They stand on the page of the application.") % {
            "count": len(missing)
        }
        facts = {"gaps": [[gap.part, gap.what, gap.why] for gap in missing]}
        raise ApplicationRefused(Refusal("incomplete", message, facts))
    if row.kind == ApplicationKind.FIRM:
        name, uscc = row.profile.get("name", ""), row.profile.get("uscc") or ""
        if refusal := branch_refusal(row.bureau, name=name, uscc=uscc, on=on):
            raise ApplicationRefused(refusal)
    firm = known_firm(row) if row.kind == ApplicationKind.FIRM else None
    if firm is not None:
        _refuse_known(firm, on=on)
    row.submitted_on = on
    return move(row, ApplicationAction.SUBMIT, by=by, on=on)


def _refuse_known(firm: Firm, *, on: date) -> None:
    if firm.status not in FREE_AGAIN:
        message = _("A firm with this code stands in the register already. Ask the bureau for an account instead.")
        raise ApplicationRefused(Refusal("firm_known", message, {"field": "uscc"}, "GB 32100—2015"))
    if day := free_from(firm, on):
        message = _("A removed firm may apply again from %(day)s.") % {"day": day.isoformat()}
        source = rules_for(bureau=firm.bureau, on=on).source("removal_years")
        raise ApplicationRefused(Refusal("removed_too_recently", message, {"free_on": day.isoformat()}, source))


@transaction.atomic
def withdraw(*, application: Application, by: User, on: date) -> Application:
    """Take the application back; everything filled in stays for another time."""
    return move(own(application, by), ApplicationAction.WITHDRAW, by=by, on=on)


@transaction.atomic
def reapply(*, application: Application, by: User, on: date) -> Application:
    """Begin again after a refusal or a withdrawal, from what was filled in; answers of the bureau are cleared."""
    row = own(application, by)
    row.undertaking_version, row.undertaken_on, row.undertaken_at = "", None, None
    row.announced_on, row.notice_until, row.notice = None, None, {}
    move(row, ApplicationAction.REAPPLY, by=by, on=on)
    row.items.update(is_met=None, remark="")
    return row


def own(application: Application, by: User) -> Application:
    """Return the locked application of its applicant; raise ``NotAllowed`` for anybody else."""
    if not is_own(by, application):
        raise NotAllowed
    return locked(application)
