"""The standing of an entry, whether it is a firm or an expert; and what its checklist still lacks."""

from datetime import date

from django.utils.translation import gettext as _

from admissions.selectors import unmet_items
from admissions.services.moving import ApplicationRefused
from evaluators.enums import FirmAction
from evaluators.models import Firm
from evaluators.services import move_firms
from experts.enums import ExpertAction
from experts.models import Expert
from experts.services import move_experts
from foundation.accounts.models import User
from foundation.core.errors import Refusal


def move_standing(
    entry: Firm | Expert, action: FirmAction | ExpertAction, *, by: User, on: date, reason: str = ""
) -> Firm | Expert:
    """Move the entry along its table; raise as ``move_firms`` and ``move_experts``."""
    if isinstance(entry, Firm):
        return move_firms(firms=[entry], action=FirmAction(action.value), by=by, on=on, reason=reason)[0]
    return move_experts(experts=[entry], action=ExpertAction(action.value), by=by, on=on, reason=reason)[0]


def name_of(entry: Firm | Expert) -> str:
    """Return how the entry is called."""
    return entry.organisation.name if isinstance(entry, Firm) else entry.person.name


def refuse_unchecked(entry: Firm | Expert, *, on: date) -> None:
    """Raise ``ApplicationRefused`` while an item of the checklist is not met or its proof has run out. R-12, R-14."""
    if missing := unmet_items(entry, on):
        words = {"name": name_of(entry), "count": len(missing)}
        message = _("%(name)s: %(count)d items of the admission checklist are not met, or their proof has ended.")
        raise ApplicationRefused(Refusal("not_checked", message % words, {"items": missing}))
