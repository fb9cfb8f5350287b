"""Who keeps the trees of a bureau."""

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau


def may_keep(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` keeps the trees of ``bureau``: who keeps its registers."""
    return user.bureau_id == bureau.pk and may(user, Capability.REGISTER)
