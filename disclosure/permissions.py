"""Who may publish and withdraw."""

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau


def may_publish(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` publishes for ``bureau``."""
    return user.bureau_id == bureau.pk and may(user, Capability.PUBLISH)
