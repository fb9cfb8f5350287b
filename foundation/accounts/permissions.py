"""Who may do what, from the dated grants and the one table."""

from datetime import date

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.rules import capabilities_of
from foundation.core import clock
from foundation.core.errors import NotAllowed


def roles_of(user: User, *, on: date | None = None) -> frozenset[Role]:
    """Return the roles that ``user`` holds on ``on`` (default: today), read once per user object and day."""
    day = on or clock.today()
    known: dict[date, frozenset[Role]] = user.__dict__.setdefault("_roles_by_day", {})
    if day not in known:
        known[day] = frozenset(Role(role) for role in user.grants.on(day).values_list("role", flat=True))
    return known[day]


def may(user: User, capability: Capability) -> bool:
    """Return whether the signed-in ``user`` has ``capability`` today."""
    return user.is_active and capability in capabilities_of(roles_of(user))


def require(user: User, capability: Capability) -> None:
    """Raise ``NotAllowed`` where ``user`` lacks ``capability``."""
    if not may(user, capability):
        raise NotAllowed
