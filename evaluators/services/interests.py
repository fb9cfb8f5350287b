"""What a firm declares of its own interests, whatever the task: whom it advised, audited or supplies. Rule R-20."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from evaluators.models import Firm
from evaluators.services.firms import FirmRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from parties.enums import INTERESTS, RelationshipKind
from parties.models import BudgetUnit, Relationship
from parties.selectors import memberships_of
from parties.services.bodies import write_relationship


@transaction.atomic
def declare_interest(
    *,
    firm: Firm,
    unit: str,
    kind: RelationshipKind | str,
    started_on: date,
    by: User,
    on: date,
    ended_on: date | None = None,
    words: str = "",
) -> Relationship:
    """Write that the firm advised, audits or supplies a budget unit, named as the bureau names it; it conflicts (R-20).

    Its own signer or who keeps the register may say so; only the bureau takes it back. Raise ``NotAllowed`` for others,
    ``FirmRefused`` for another kind, an unknown unit, days in the wrong order, or what is declared already.
    """
    firm = Firm.objects.select_for_update(of=("self",)).select_related("organisation", "bureau").get(pk=firm.pk)
    mine = memberships_of(by).filter(organisation_id=firm.organisation_id).exists()
    keeps = by.bureau_id == firm.bureau_id and may(by, Capability.REGISTER)
    if not keeps and not (mine and may(by, Capability.FIRM_SIGN)):
        raise NotAllowed
    if kind not in INTERESTS:
        raise FirmRefused(Refusal("kind_unknown", _("Choose what the firm is to the unit."), {"field": "kind"}))
    units = BudgetUnit.objects.filter(bureau=firm.bureau, organisation__name=unit.strip())
    known = units.select_related("organisation").order_by("pk").first()
    if known is None:
        message = _("The bureau knows no budget unit of this name. Write its full name.")
        raise FirmRefused(Refusal("unit_unknown", message, {"field": "unit"}))
    if started_on > on or (ended_on is not None and ended_on < started_on):
        message = _("The first day lies in the past, and the last one after it.")
        raise FirmRefused(Refusal("days_disordered", message, {"field": "started_on"}))
    same = Relationship.objects.filter(subject=firm.organisation, other=known.organisation, kind=kind)
    if same.filter(started_on=started_on).exists():
        raise FirmRefused(Refusal("declared_already", _("This is declared already."), {"field": "unit"}))
    row = write_relationship(
        subject=firm.organisation, kind=RelationshipKind(kind), other=known.organisation, by=by, on=started_on,
        ended_on=ended_on, note=words.strip()[:200],
    )  # fmt: skip
    facts = {"kind": kind, "unit": known.code, "declared_on": on, "own": not keeps}
    record(actor=by, action="evaluators.interest_declared", subject=firm, facts=facts)
    return row
