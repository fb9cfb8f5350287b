"""Who may write in an application, and who decides about it."""

from admissions.models import Application
from admissions.transitions import EDITED
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may


def may_edit(user: User, application: Application) -> bool:
    """Return whether the applicant himself may still change it."""
    return is_own(user, application) and application.status in EDITED


def is_own(user: User, application: Application) -> bool:
    """Return whether ``user`` applies here."""
    return user.is_active and application.applicant_id == user.pk


def may_decide(user: User, application: Application) -> bool:
    """Return whether ``user`` keeps the register of this bureau."""
    return may(user, Capability.REGISTER) and user.bureau_id == application.bureau_id
