"""Opening accounts and giving roles, from a day to a day."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import require
from foundation.accounts.selectors import OUTSIDE
from foundation.audit.services import record
from foundation.bureaus.models import Bureau, Section
from foundation.core.errors import DomainError, NotAllowed, Refusal


class AccountRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The account cannot be opened, or the role not given."""


@dataclass(frozen=True, slots=True)
class UserDraft:
    """An account with its roles; without ``password`` it cannot be signed in to until one is set."""

    username: str
    name: str
    roles: Sequence[Role] = ()
    section: Section | None = None
    password: str = ""
    email: str = ""


@transaction.atomic
def add_users(*, bureau: Bureau, drafts: Sequence[UserDraft], by: User | str, on: date) -> list[User]:
    """Open accounts of ``bureau`` and return them in the order of ``drafts``; each gets its roles from ``on``.

    Raise ``AccountRefused`` where a sign-in name is taken, ``NotAllowed`` for a person who does not manage accounts.
    Equal passwords of one call are hashed once.
    """
    _require_manager(by, bureau)
    names = [draft.username for draft in drafts]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    if len(set(names)) < len(names) or taken:
        words = _("The sign-in name %(name)s is taken.") % {
            "name": min(taken) if taken else max(names, key=names.count)
        }
        raise AccountRefused(Refusal("username_taken", words, {"field": "username"}))
    hashes = {password: make_password(password or None) for password in {draft.password for draft in drafts}}
    users = User.objects.bulk_create(
        User(
            username=draft.username,
            name=draft.name,
            email=draft.email,
            bureau=bureau,
            password=hashes[draft.password],
            is_demo=bureau.is_demo,
        )
        for draft in drafts
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, bureau=bureau, section=draft.section, role=role, started_on=on)
        for user, draft in zip(users, drafts, strict=True)
        for role in draft.roles
    )
    for user, draft in zip(users, drafts, strict=True):
        facts = {"username": user.username, "roles": list(draft.roles), "on": on}
        record(actor=by, action="accounts.opened", subject=user, facts=facts)
    return users


@transaction.atomic
def grant_role(*, user: User, role: Role, by: User | str, on: date, section: Section | None = None) -> RoleGrant:
    """Give ``user`` a role at his bureau from ``on``.

    Raise ``AccountRefused`` where he has it, has no bureau, or is the giver; ``NotAllowed`` as ``add_users``.
    """
    if user.bureau is None:
        raise AccountRefused(Refusal("no_bureau", _("The account belongs to no bureau.")))
    _require_manager(by, user.bureau)
    if isinstance(by, User) and by.pk == user.pk:
        raise AccountRefused(Refusal("own_grant", _("Nobody gives a role to himself. Ask another administrator.")))
    if RoleGrant.objects.filter(user=user, bureau=user.bureau, role=role, ended_on__isnull=True).exists():
        raise AccountRefused(Refusal("role_held", _("This person has this role already."), {"field": "role"}))
    row = RoleGrant.objects.create(user=user, bureau=user.bureau, section=section, role=role, started_on=on)
    record(actor=by, action="accounts.role_granted", subject=user, facts={"role": role, "on": on})
    return row


@transaction.atomic
def end_grant(*, grant: RoleGrant, by: User | str, on: date) -> RoleGrant:
    """End a role on ``on``, the day excluded.

    Raise ``AccountRefused`` where it has ended or begins later, or where nobody would manage accounts any more.
    """
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("user", "bureau").get(pk=grant.pk)
    _require_manager(by, grant.bureau)
    if grant.ended_on is not None or on < grant.started_on:
        raise AccountRefused(Refusal("grant_ended", _("This role has ended already, or begins later.")))
    _refuse_last_manager(grant, on=on)
    grant.ended_on = on
    grant.save(update_fields=["ended_on"])
    record(actor=by, action="accounts.role_ended", subject=grant.user, facts={"role": grant.role, "on": on})
    return grant


@transaction.atomic
def open_account(
    *,
    bureau: Bureau,
    username: str,
    name: str,
    roles: Sequence[Role],
    by: User,
    on: date,
    section: Section | None = None,
) -> tuple[User, str]:
    """Open one account and return it with its temporary password: the only time that password is known.

    The person is asked for an own password at the first sign-in. Raise as ``add_users``.
    """
    password = temporary_password()
    draft = UserDraft(username=username, name=name, roles=roles, section=section, password=password)
    user = add_users(bureau=bureau, drafts=[draft], by=by, on=on)[0]
    user.has_temporary_password = True
    user.save(update_fields=["has_temporary_password"])
    return user, password


@transaction.atomic
def reset_password(*, user: User, by: User | str) -> str:
    """Give the account a new temporary password and return it; nobody resets his own here, the server may any."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_manager(by, user.bureau)
    if isinstance(by, User) and by.pk == user.pk:
        raise AccountRefused(Refusal("own_password", _("Change your own password on your account page.")))
    password = temporary_password()
    user.set_password(password)
    user.has_temporary_password = True
    user.save(update_fields=["password", "has_temporary_password"])
    record(actor=by, action="accounts.password_reset", subject=user)
    return password


@transaction.atomic
def close_account(*, user: User, by: User, on: date) -> User:
    """End the open roles of an account and its sign-in; what it did stays. Raise as ``end_grant``."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_manager(by, user.bureau)
    if by.pk == user.pk:
        raise AccountRefused(Refusal("own_account", _("Nobody closes his own account. Ask another administrator.")))
    for grant in user.grants.filter(ended_on__isnull=True, started_on__lte=on).order_by("pk"):
        end_grant(grant=grant, by=by, on=on)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(actor=by, action="accounts.closed", subject=user, facts={"on": on})
    return user


@transaction.atomic
def close_left_account(*, user: User, on: date) -> User:
    """End the sign-in of somebody who works for nobody here any more: a fact of the register asks for it, nobody does.

    Open roles outside the bureau end with it; an account with a role inside the bureau stays open.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    inside = [role for role in Role if role not in OUTSIDE and role != Role.APPLICANT]
    if user.grants.filter(ended_on__isnull=True, role__in=inside).exists():
        return user
    for grant in user.grants.filter(ended_on__isnull=True, started_on__lte=on).order_by("pk"):
        end_grant(grant=grant, by="system", on=on)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(actor="system", action="accounts.closed", subject=user, facts={"on": on})
    return user


@transaction.atomic
def reopen_account(*, user: User, by: User, on: date) -> User:
    """Let a closed account sign in again; its roles are given anew."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_manager(by, user.bureau)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(actor=by, action="accounts.reopened", subject=user, facts={"on": on})
    return user


def temporary_password() -> str:
    """Return a password that is easy to read aloud: four groups of four, without look-alikes."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _place in range(4)) for _group in range(4))


def _require_manager(by: User | str, bureau: Bureau | None) -> None:
    """Let the system and the bureau's own administrator pass; raise ``NotAllowed`` for everybody else."""
    if isinstance(by, User):
        require(by, Capability.MANAGE_ACCOUNTS)
        if bureau is None or by.bureau_id != bureau.pk:
            raise NotAllowed


def _refuse_last_manager(grant: RoleGrant, *, on: date) -> None:
    if grant.role != Role.ADMINISTRATOR:
        return
    others = RoleGrant.objects.on(on).filter(bureau=grant.bureau, role=Role.ADMINISTRATOR, user__is_active=True)
    if not others.exclude(pk=grant.pk).exists():
        words = _("This is the last administrator of accounts. Give somebody else the role first.")
        raise AccountRefused(Refusal("last_administrator", words))
