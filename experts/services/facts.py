"""What every service of the pool asks: who may speak for an expert, and how a refusal is said."""

from django.utils.translation import gettext_lazy

from experts.models import (
    Expert,
)
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError, NotAllowed
from parties.selectors import memberships_of

WORDS = {
    "expert_too_new": gettext_lazy("An intermediate title needs eight years of work."),
    "expert_too_old": gettext_lazy("The age limit of the pool is reached."),
}


class ExpertRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The expert cannot be written or moved."""


def own_or_clerk(expert: Expert, by: User) -> bool:
    """Return whether ``by`` is the expert himself; raise ``NotAllowed`` for who is neither he nor keeps the pool."""
    is_own = memberships_of(by).filter(person_id=expert.person_id).exists()
    if not is_own and not (by.bureau_id == expert.bureau_id and may(by, Capability.REGISTER)):
        raise NotAllowed
    return is_own
