"""Branches of a firm (分支机构), from a day to a day: without legal personality a part, with it a firm of its own."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from evaluators.enums import FirmStatus
from evaluators.models import Branch, Firm
from evaluators.services.firms import FirmRefused, refuse_first_day, refuse_last_day
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.identifiers import is_uscc
from foundation.rulesets.selectors import rules_for


@transaction.atomic
def add_branch(
    *,
    firm: Firm,
    name: str,
    address: str,
    has_legal_personality: bool,
    by: User,
    on: date,
    own_firm: Firm | None = None,
    uscc: str = "",
    started_on: date | None = None,
) -> Branch:
    """Write a branch from ``started_on`` (``on`` unless told); with legal personality it registers itself.

    Raise ``FirmRefused`` for one without that stands in the register itself, whose code is wrong, which begins after
    ``on`` or before the firm was founded, or which is a branch on such a day already.
    """
    require(by, Capability.REGISTER)
    since = started_on or on
    if uscc and not is_uscc(uscc):
        message = _("The unified social credit code is wrong: a character does not fit its check.")
        raise FirmRefused(Refusal("uscc_wrong", message, {"field": "uscc"}, "GB 32100—2015"))
    _refuse_standing_alone(firm, name, uscc, own_firm, has_legal_personality=has_legal_personality, on=on)
    refuse_first_day(firm, since, on=on)
    _refuse_standing(firm, name, own_firm, since)
    row = Branch.objects.create(
        firm=firm,
        name=name,
        address=address,
        uscc=uscc,
        has_legal_personality=has_legal_personality,
        own_firm=own_firm,
        started_on=since,
    )
    record(actor=by, action="evaluators.branch_added", subject=firm, facts={"name": name, "from": since, "on": on})
    return row


@transaction.atomic
def change_branch(*, branch: Branch, has_legal_personality: bool, own_firm: Firm | None, by: User, on: date) -> Branch:
    """Write whether a running branch has legal personality, and as which firm it stands in the register itself.

    What is the same is not written anew. Raise ``FirmRefused`` as ``add_branch``, for one that has ended, and for a
    firm of its own where it has no legal personality.
    """
    require(by, Capability.REGISTER)
    row = Branch.objects.select_for_update(of=("self",)).select_related("firm__organisation").get(pk=branch.pk)
    if by.bureau_id != row.firm.bureau_id:
        raise NotAllowed
    before = (row.has_legal_personality, row.own_firm_id)
    after = (has_legal_personality, own_firm.pk if own_firm else None)
    if before == after:
        return row
    if row.ended_on is not None:
        raise FirmRefused(Refusal("ended_before", _("This ended before.")))
    if own_firm is not None and not has_legal_personality:
        message = _("Only a branch with legal personality has its own number; for this one its head office acts.")
        raise FirmRefused(Refusal("not_legal", message, {"field": "own_firm"}))
    _refuse_standing_alone(row.firm, row.name, row.uscc, own_firm, has_legal_personality=has_legal_personality, on=on)
    _refuse_standing(row.firm, row.name, own_firm, row.started_on, but=row)
    row.has_legal_personality, row.own_firm = has_legal_personality, own_firm
    row.save(update_fields=["has_legal_personality", "own_firm"])
    facts = {"branch": row.pk, "name": row.name, "before": list(before), "after": list(after), "on": on}
    record(actor=by, action="evaluators.branch_changed", subject=row.firm, facts=facts)
    return row


@transaction.atomic
def end_branch(*, branch: Branch, ended_on: date, by: User, on: date) -> Branch:
    """Write the first day on which a body is no branch of its firm any more; the row stays.

    Raise ``FirmRefused`` where it has ended, and for a day after ``on`` or before it began.
    """
    require(by, Capability.REGISTER)
    row = Branch.objects.select_for_update(of=("self",)).select_related("firm").get(pk=branch.pk)
    if by.bureau_id != row.firm.bureau_id:
        raise NotAllowed
    refuse_last_day(row, ended_on, on=on)
    row.ended_on = ended_on
    row.save(update_fields=["ended_on"])
    facts = {"branch": row.pk, "name": row.name, "until": ended_on, "on": on}
    record(actor=by, action="evaluators.branch_ended", subject=row.firm, facts=facts)
    return row


def _refuse_standing_alone(
    firm: Firm, name: str, uscc: str, own_firm: Firm | None, *, has_legal_personality: bool, on: date
) -> None:
    """Raise ``FirmRefused`` for a branch of itself, one without that stands alone, and one with that does not. R-49."""
    if own_firm is not None and own_firm.pk == firm.pk:
        message = _("A firm is no branch of itself.")
        raise FirmRefused(Refusal("own_branch", message, {"field": "own_firm"}))
    if not has_legal_personality:
        _refuse_registered(firm, name, uscc, on=on)
    if has_legal_personality and own_firm is None:
        message = _("A branch with legal personality registers itself as a firm first.")
        raise FirmRefused(Refusal("branch_registers_itself", message, {"field": "own_firm"}))


def _refuse_standing(firm: Firm, name: str, own_firm: Firm | None, since: date, *, but: Branch | None = None) -> None:
    """Raise ``FirmRefused`` where this branch runs on ``since`` or begins later: it is entered already."""
    same = Q(firm=firm, name=name) | (Q(own_firm=own_firm) if own_firm else Q(pk__in=[]))
    overlaps = Q(ended_on__isnull=True) | Q(ended_on__gt=since)
    known = Branch.objects.filter(same, overlaps, firm__bureau_id=firm.bureau_id).select_related("firm__organisation")
    if row := known.exclude(pk__in=[but.pk] if but else []).order_by("started_on", "pk").first():
        message = _("%(name)s is a branch of %(head)s since %(day)s.") % {
            "name": row.name,
            "head": row.firm.organisation.name,
            "day": row.started_on.isoformat(),
        }
        raise FirmRefused(Refusal("branch_stands", message, {"field": "name", "branch": row.pk}))


def _refuse_registered(firm: Firm, name: str, uscc: str, *, on: date) -> None:
    """Raise ``FirmRefused`` where a branch without legal personality stands in the register alone. Rule R-49."""
    alike = Q(organisation__name=name) | (Q(organisation__uscc=uscc) if uscc else Q(pk__in=[]))
    rows = Firm.objects.filter(alike, bureau_id=firm.bureau_id).exclude(status=FirmStatus.CLOSED)
    if known := rows.order_by("pk").first():
        message = _("%(name)s stands in the register itself, number %(number)s: enter that number.") % {
            "name": name,
            "number": known.number,
        }
        source = rules_for(bureau=firm.bureau, on=on).source("one_of_a_family")
        raise FirmRefused(Refusal("branch_registered", message, {"field": "name", "firm": known.pk}, source))
