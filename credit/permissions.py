"""Who writes events, who replies to them, and who answers."""

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from parties.selectors import memberships_of


def may_decide(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` writes and voids events of the bureau, and answers replies."""
    return user.bureau_id == bureau.pk and may(user, Capability.CONFIRM)


def may_enter_reply(user: User, bureau: Bureau) -> bool:
    """Return whether ``user`` may enter a reply that came on paper (代录)."""
    return user.bureau_id == bureau.pk and may(user, Capability.REGISTER)


def speaks_for(user: User, *, organisation_id: int | None, person_id: int | None) -> bool:
    """Return whether ``user`` answers for the firm behind the organisation, or is the expert himself."""
    mine = memberships_of(user)
    if organisation_id is not None:
        return may(user, Capability.FIRM_SIGN) and mine.filter(organisation_id=organisation_id).exists()
    return may(user, Capability.EXPERT_DESK) and mine.filter(person_id=person_id or 0).exists()
