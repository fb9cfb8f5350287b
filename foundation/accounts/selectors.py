"""Who has an account here, and the accounts of the demonstration."""

from datetime import date
from typing import TypedDict

from django.conf import settings
from django.db import models

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may
from foundation.accounts.rules import capabilities_of
from foundation.bureaus.models import Bureau


class DemoAccount(TypedDict):
    """An account that the sign-in page offers while demonstration data is loaded."""

    username: str
    password: str
    role: str


def visible_to(user: User) -> models.QuerySet[User]:
    """Return the accounts of the reader's bureau to who manages them; to everybody else only the own one."""
    if may(user, Capability.MANAGE_ACCOUNTS) and user.bureau_id:
        return User.objects.filter(bureau_id=user.bureau_id)
    return User.objects.filter(pk=user.pk)


def colleagues_of(user: User, *, on: date) -> models.QuerySet[User]:
    """Return the active people who work at the reader's bureau on ``on``, himself excluded: whom he may name."""
    desks = {role for role in Role if role not in OUTSIDE}
    holders = RoleGrant.objects.on(on).filter(bureau_id=user.bureau_id or 0, role__in=desks).values("user")
    return User.objects.filter(pk__in=holders, is_active=True).exclude(pk=user.pk).order_by("name", "pk")


def colleagues_who_may(user: User, capability: Capability, *, on: date) -> models.QuerySet[User]:
    """Return the colleagues of the reader who have ``capability`` on ``on``."""
    able = [role for role in Role if capability in capabilities_of(frozenset({role}))]
    holders = RoleGrant.objects.on(on).filter(bureau_id=user.bureau_id or 0, role__in=able).values("user")
    return colleagues_of(user, on=on).filter(pk__in=holders)


def users_who_may(bureau: Bureau, capability: Capability, *, on: date) -> models.QuerySet[User]:
    """Return the active people of ``bureau`` who have ``capability`` on ``on``."""
    able = [role for role in Role if capability in capabilities_of(frozenset({role}))]
    holders = RoleGrant.objects.on(on).filter(bureau=bureau, role__in=able).values("user")
    return User.objects.filter(pk__in=holders, is_active=True).order_by("pk")


OUTSIDE = frozenset({Role.FIRM_ADMIN, Role.FIRM_MEMBER, Role.EXPERT, Role.UNIT})


def section_name(user: User) -> str:
    """Return the section in which ``user`` works, empty where he has none; reads the grants that are prefetched."""
    names = [grant.section.name for grant in user.grants.all() if grant.section and grant.ended_on is None]
    return names[0] if names else ""


def demo_accounts(on: date) -> list[DemoAccount]:
    """Return one account per role, in the order of roles, while demonstration data is loaded; otherwise none.

    Accounts whose password was reset are left out.
    """
    grants = RoleGrant.objects.on(on).filter(user__is_demo=True, user__is_active=True, user__bureau__is_demo=True)
    first = dict(grants.order_by("role").values_list("role").annotate(models.Min("user_id")))
    users = User.objects.filter(has_temporary_password=False).in_bulk(list(first.values()))
    return [
        DemoAccount(
            username=users[first[role]].username,
            password=settings.GONGPING_DEMO_PASSWORD,
            role=f"{role.label} · {users[first[role]].name}",
        )
        for role in Role
        if first.get(role) in users
    ]
