"""Who computes and confirms a firm's year, and who proposes a sanction."""

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau


def may_compute(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` computes the year of the bureau's firms."""
    return user.bureau_id == bureau.pk and may(user, Capability.REGISTER)


def may_confirm(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` confirms a firm's year."""
    return user.bureau_id == bureau.pk and may(user, Capability.CONFIRM)


def may_sanction(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` proposes a sanction; its approval decides."""
    return user.bureau_id == bureau.pk and may(user, Capability.REGISTER)


def may_decide_conflict(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` decides about conflicts that others found."""
    return user.bureau_id == bureau.pk and may(user, Capability.CONFIRM)


def may_give_feedback(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` answers for the commissioner."""
    return user.bureau_id == bureau.pk and may(user, Capability.COMMISSION)
