"""Claiming an entry that stands already: the bureau invites, its owner opens an account with the invitation. R-60."""

import secrets
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationAction, ApplicationStatus
from admissions.models import Application, Invitation
from admissions.permissions import may_keep
from admissions.rules import claimable_until
from admissions.selectors import FREE_AGAIN, digest_of, of_entry, usable_invitation
from admissions.services.entering import hand_over
from admissions.services.moving import locked, move
from admissions.services.owners import locked_entry
from admissions.transitions import TRANSITIONS
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.accounts.services import UserDraft, add_users
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets.selectors import rules_for
from parties.selectors import users_of_person
from parties.services import add_membership


class InvitationRefused(DomainError):  # noqa: N818 - reads as a sentence
    """Nobody can be invited, or the invitation cannot be used, like this."""


@transaction.atomic
def invite(*, entry: Firm | Expert, by: User, on: date) -> tuple[Invitation, str]:
    """Return a new invitation and its secret, known only now; an earlier unused one of the entry ends.

    Raise ``InvitationRefused`` for who stands in the register no more and for an expert with an account.
    """
    if not may_keep(by, entry):
        raise NotAllowed
    row = locked_entry(entry)
    if row.status in FREE_AGAIN:
        message = _("Who was removed or left claims no entry, but applies again.")
        raise InvitationRefused(Refusal("not_in_register", message))
    _refuse_second_account(row)
    Invitation.objects.filter(**of_entry(row), used_on__isnull=True, ended_on__isnull=True).update(ended_on=on)
    secret = secrets.token_urlsafe(24)
    days = rules_for(bureau=row.bureau, on=on).value("claim_days")
    made = Invitation.objects.create(
        bureau=row.bureau, digest=digest_of(secret), made_by=by, made_on=on, valid_to=claimable_until(on, days=days),
        **of_entry(row),
    )  # fmt: skip
    facts = {"invitation": made.pk, "valid_to": made.valid_to, "on": on}
    record(actor=by, action="admissions.invited", subject=row, facts=facts)
    return made, secret


@transaction.atomic
def claim_with_new_account(*, secret: str, username: str, password: str, name: str, on: date) -> User:
    """Open an account for the entry that the invitation names; raise ``InvitationRefused`` for one that opens nothing.

    Raise as ``foundation.accounts.services.add_users`` for a taken name.
    """
    row, entry = _usable(secret, on=on)
    role = Role.FIRM_ADMIN if isinstance(entry, Firm) else Role.EXPERT
    draft = UserDraft(username=username, name=name, roles=[role], password=password)
    user = add_users(bureau=row.bureau, drafts=[draft], by="system", on=on)[0]
    return _claimed(row, entry, user, on=on)


@transaction.atomic
def claim_with_own_account(*, secret: str, by: User, on: date) -> User:
    """Let an account that applies work for the entry instead; its application is withdrawn where it still runs.

    Raise ``InvitationRefused`` for an account that does not apply to this bureau, and while its own notice runs.
    """
    row, entry = _usable(secret, on=on)
    if not may(by, Capability.APPLY) or by.bureau_id != row.bureau_id:
        message = _("Sign out first: this account works for somebody else already.")
        raise InvitationRefused(Refusal("other_account", message))
    application = Application.objects.filter(applicant=by).first()
    if application is not None:
        own = locked(application)
        if own.status == ApplicationStatus.NOTICE:
            message = _("The public notice of your application runs. Ask the bureau to return it first.")
            raise InvitationRefused(Refusal("notice_runs", message))
        if (ApplicationStatus(own.status), ApplicationAction.WITHDRAW) in TRANSITIONS:
            move(own, ApplicationAction.WITHDRAW, by=by, on=on, reason=_("The entry was claimed instead."))
    hand_over(by, Role.FIRM_ADMIN if isinstance(entry, Firm) else Role.EXPERT, on=on)
    return _claimed(row, entry, by, on=on)


def _usable(secret: str, *, on: date) -> tuple[Invitation, Firm | Expert]:
    known = usable_invitation(secret, on)
    if known is None:
        message = _("This invitation opens nothing: it was used, ended or has run out. Ask the bureau for a new one.")
        raise InvitationRefused(Refusal("invitation_unusable", message))
    entry = locked_entry(known.entry)
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=known.pk)
    if row.used_on is not None or row.ended_on is not None:
        raise InvitationRefused(Refusal("invitation_unusable", _("This invitation was used a moment ago.")))
    _refuse_second_account(entry)
    return row, entry


def _refuse_second_account(entry: Firm | Expert) -> None:
    if isinstance(entry, Expert) and users_of_person(entry.person_id).exists():
        message = _("%(name)s has an account already. Reset its password instead.") % {"name": entry.person.name}
        raise InvitationRefused(Refusal("account_exists", message))


def _claimed(row: Invitation, entry: Firm | Expert, user: User, *, on: date) -> User:
    if isinstance(entry, Firm):
        add_membership(user=user, organisation=entry.organisation, by=user, on=on)
    else:
        add_membership(user=user, person=entry.person, by=user, on=on)
    row.used_by, row.used_on = user, on
    row.save(update_fields=["used_by", "used_on"])
    record(actor=user, action="admissions.claimed", subject=entry, facts={"invitation": row.pk, "on": on})
    return user
