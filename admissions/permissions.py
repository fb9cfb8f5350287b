"""Who may write in an application, and who decides about it."""

from admissions.models import Application
from admissions.transitions import EDITED
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of


def may_edit(user: User, application: Application) -> bool:
    """Return whether the applicant himself may still change it."""
    return is_own(user, application) and application.status in EDITED


def is_own(user: User, application: Application) -> bool:
    """Return whether ``user`` applies here."""
    return user.is_active and application.applicant_id == user.pk


def may_decide(user: User, application: Application) -> bool:
    """Return whether ``user`` keeps the register of this bureau."""
    return may(user, Capability.REGISTER) and user.bureau_id == application.bureau_id


def may_keep(user: User, entry: Firm | Expert) -> bool:
    """Return whether ``user`` keeps the register in which ``entry`` stands."""
    return may(user, Capability.REGISTER) and user.bureau_id == entry.bureau_id


def speaks_for(user: User, entry: Firm | Expert) -> bool:
    """Return whether ``user`` signs for the firm, or is the expert."""
    mine = memberships_of(user)
    if isinstance(entry, Firm):
        return may(user, Capability.FIRM_SIGN) and mine.filter(organisation_id=entry.organisation_id).exists()
    return may(user, Capability.EXPERT_DESK) and mine.filter(person_id=entry.person_id).exists()
