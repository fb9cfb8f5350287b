"""Who may close a year."""

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau


def may_close_year(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` closes and reopens the years of ``bureau``: the section head or the leader."""
    return user.bureau_id == bureau.pk and (may(user, Capability.CONFIRM) or may(user, Capability.APPROVE))
