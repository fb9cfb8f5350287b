"""Setting aside what a firm shares with a removed one. Rule R-50."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from evaluators.models import Firm, LikenessSetAside
from evaluators.selectors import likenesses, marks_of
from evaluators.services.firms import FirmRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal


@transaction.atomic
def set_likeness_aside(*, firm: Firm, removed: Firm, reason: str, by: User, on: date) -> LikenessSetAside:
    """Write why it means nothing that ``firm`` resembles ``removed``: it is shown no more until they share more.

    Raise ``FirmRefused`` without a reason, and where nothing is left to set aside.
    """
    require(by, Capability.REGISTER)
    firm = Firm.objects.select_for_update(of=("self",)).select_related("bureau", "organisation").get(pk=firm.pk)
    if firm.bureau_id != by.bureau_id:
        raise NotAllowed
    if not reason.strip():
        raise FirmRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    found = likenesses(firm.bureau, marks_of([firm]), on).get(firm.pk, [])
    shared = next((one.marks for one in found if one.removed.pk == removed.pk), None)
    if shared is None:
        raise FirmRefused(Refusal("no_likeness", _("They share nothing that is not set aside already.")))
    row = LikenessSetAside.objects.create(
        firm=firm, removed=removed, marks=list(shared), reason=reason.strip()[:300], decided_by=by, decided_on=on
    )
    facts = {"removed": removed.pk, "marks": list(shared), "reason": row.reason, "on": on}
    record(actor=by, action="evaluators.likeness_set_aside", subject=firm, facts=facts)
    return row
