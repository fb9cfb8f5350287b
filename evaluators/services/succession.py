"""Who takes a firm's place in the register: mergers, splits, conversions. Rule R-49."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import Branch, CarriedBar, Firm, LeadEvaluator, Practitioner
from evaluators.rules import may_reapply_from
from evaluators.selectors import carried_bars, suspension_ends
from evaluators.services.firms import FirmRefused, move_firms
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.core.dates import months_after
from foundation.core.errors import NotAllowed, Refusal
from foundation.rulesets.selectors import Rules, rules_for
from parties.enums import RelationshipKind
from parties.models import Relationship
from parties.permissions import standing_refusal
from parties.selectors import members_of
from parties.services import (
    close_organisation,
    end_membership,
    end_staff_spells,
    move_membership,
    record_relationship,
)

Row = TypeVar("Row", LeadEvaluator, Practitioner, Branch)


@dataclass(frozen=True, slots=True)
class Heir:
    """A firm that takes another's place, and what passes to it."""

    firm: Firm
    takes_scores: bool = True
    takes_sanctions: bool = True


@transaction.atomic
def record_succession(
    *,
    kind: RelationshipKind,
    predecessor: Firm,
    heirs: Sequence[Heir],
    by: User,
    on: date,
    closes: bool = True,
    note: str = "",
    accounts: Mapping[int, Firm] | None = None,
) -> list[Relationship]:
    """Write that ``heirs`` take the place of ``predecessor`` from ``on``, and what passes to each.

    In a merger and a conversion the record closes, scores and sanctions pass, people and branches go along; in a split
    each is chosen. A suspension or removal that runs holds for who takes the sanctions. ``accounts`` names by user
    which sign-in goes on for which heir; every other one closes with the record (edge case 34). Raise ``FirmRefused``
    where the heirs do not fit the kind, where nobody would inherit, where the record is closed already, or where a
    sign-in would go to no heir.
    """
    require(by, Capability.REGISTER)
    keys = [predecessor.pk, *(heir.firm.pk for heir in heirs)]
    rows = Firm.objects.select_for_update(of=("self",)).select_related("bureau", "organisation")
    locked = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
    old = locked[predecessor.pk]
    if any(row.bureau_id != by.bureau_id for row in locked.values()):
        raise NotAllowed
    taking = [Heir(locked[one.firm.pk], one.takes_scores, one.takes_sanctions) for one in heirs]
    rules = rules_for(bureau=old.bureau, on=on)
    if refusal := _refusal(kind, old, taking, closes=closes, on=on, source=rules.source("successors_inherit")):
        raise FirmRefused(refusal)
    moves = accounts or {}
    if refusal := _accounts_refusal(old, taking, moves):
        raise FirmRefused(refusal)
    made = []
    for heir in taking:
        ends = (old, heir.firm) if kind == RelationshipKind.MERGED_INTO else (heir.firm, old)
        made.append(
            record_relationship(
                subject=ends[0].organisation,
                kind=kind,
                other=ends[1].organisation,
                by=by,
                on=on,
                note=note,
                passes_scores=heir.takes_scores,
                passes_sanctions=heir.takes_sanctions,
            )
        )
    _pass_accounts(old, {user: locked[firm.pk] for user, firm in moves.items()}, closes=closes, by=by, on=on)
    _carry_bars(old, [heir.firm for heir in taking if heir.takes_sanctions], rules, on=on)
    if closes:
        _close(old, taking[0].firm if kind != RelationshipKind.SPLIT_FROM else None, str(kind.label), by=by, on=on)
    facts = {
        "kind": kind,
        "heirs": [heir.firm.pk for heir in taking],
        "scores": [heir.firm.pk for heir in taking if heir.takes_scores],
        "sanctions": [heir.firm.pk for heir in taking if heir.takes_sanctions],
        "closes": closes,
        "accounts": {str(user): firm.pk for user, firm in moves.items()},
        "on": on,
    }
    record(actor=by, action="evaluators.succeeded", subject=old, facts=facts)
    return made


def _refusal(
    kind: RelationshipKind, old: Firm, heirs: Sequence[Heir], *, closes: bool, on: date, source: str
) -> Refusal | None:
    keys = {heir.firm.pk for heir in heirs}
    if not heirs or len(keys) != len(heirs) or old.pk in keys:
        return Refusal("heirs_wrong", _("Name the firms that take its place, each once."), {"field": "heir_1"})
    return _past_refusal(kind, old, [heir.firm for heir in heirs], on=on) or _share_refusal(
        kind, old, heirs, closes=closes, source=source
    )


def _past_refusal(kind: RelationshipKind, old: Firm, heirs: Sequence[Firm], *, on: date) -> Refusal | None:
    """Return why nothing can follow: a record is closed, or this is entered already."""
    for row in (old, *heirs):
        if row.status == FirmStatus.CLOSED:
            message = _("The record of %(name)s is closed; nothing can follow it.") % {"name": row.organisation.name}
            return Refusal("record_closed", message, {"firm": row.pk})
    if refusal := standing_refusal("firm", old.pk, FirmAction.CLOSE, on):
        return refusal
    bodies = [row.organisation_id for row in heirs]
    same = Q(subject=old.organisation_id, other__in=bodies) | Q(subject__in=bodies, other=old.organisation_id)
    if Relationship.objects.filter(same, kind=kind, started_on=on).exists():
        return Refusal("entered_before", _("This is entered already, for today."), {"field": "heir_1"})
    return None


def _share_refusal(
    kind: RelationshipKind, old: Firm, heirs: Sequence[Heir], *, closes: bool, source: str
) -> Refusal | None:
    """Return why what passes does not fit the kind."""
    if kind == RelationshipKind.SPLIT_FROM:
        nobody = not any(heir.takes_scores for heir in heirs) or not any(heir.takes_sanctions for heir in heirs)
        if closes and nobody:
            message = _("The record closes: say who takes its scores and who its sanctions.")
            return Refusal("nobody_inherits", message, {"field": "takes_sanctions_1"}, source)
        return None
    if len(heirs) > 1 or not closes or not (heirs[0].takes_scores and heirs[0].takes_sanctions):
        message = _("In a merger or a conversion one firm takes its place, with scores and sanctions.")
        return Refusal("one_heir_takes_all", message, {"field": "heir_1"}, source)
    same_code = heirs[0].firm.organisation.uscc == old.organisation.uscc
    if kind == RelationshipKind.CONVERTED_FROM and same_code:
        message = _("A conversion gives a new code. Where the code stays, enter a new name instead.")
        return Refusal("code_unchanged", message, {"field": "heir_1"}, "GB 32100—2015")
    return None


def _accounts_refusal(old: Firm, heirs: Sequence[Heir], moves: Mapping[int, Firm]) -> Refusal | None:
    """Return why a sign-in cannot go where it is sent: to somebody who is no heir, or nobody of this firm."""
    keys = {heir.firm.pk for heir in heirs}
    own = set(members_of(old.organisation_id).values_list("user_id", flat=True))
    for user, firm in moves.items():
        if user not in own or firm.pk not in keys:
            message = _("A sign-in of this firm goes to one of the successors, or closes.")
            return Refusal("account_astray", message, {"field": f"account_{user}", "user": user})
    return None


def _pass_accounts(old: Firm, moves: Mapping[int, Firm], *, closes: bool, by: User, on: date) -> None:
    """Let the chosen sign-ins go on for an heir; the others end with the record, or stay where it stays."""
    for row in members_of(old.organisation_id):
        if heir := moves.get(row.user_id):
            move_membership(membership=row, organisation=heir.organisation, by=by, on=on)
        elif closes:
            end_membership(membership=row, by=by, on=on)


def _carry_bars(old: Firm, heirs: Sequence[Firm], rules: Rules, *, on: date) -> None:
    """Let the suspension or removal that runs at ``old``, and what it carries itself, hold for ``heirs``."""
    running = [(bar.status, bar.predecessor, bar.ends_on) for bar in carried_bars([old.pk], on)]
    ends_on = suspension_ends([old.pk], on).get(old.pk)
    if old.status == FirmStatus.SUSPENDED:
        longest = months_after(old.status_since, int(rules.value("suspension_months_most")))
        running.append((FirmStatus.SUSPENDED, old, ends_on or longest))
    elif old.status == FirmStatus.LEFT and ends_on is not None:  # it left under a suspension
        running.append((FirmStatus.SUSPENDED, old, ends_on))
    elif old.status == FirmStatus.REMOVED:
        again_on = may_reapply_from(old.status_since, years=int(rules.value("removal_years")))
        running.append((FirmStatus.REMOVED, old, again_on))
    CarriedBar.objects.bulk_create(
        [
            CarriedBar(firm=heir, predecessor=before, status=status, started_on=on, ends_on=ends_on)
            for heir in heirs
            for status, before, ends_on in running
            if ends_on > on
        ]
    )


@transaction.atomic
def lift_carried_bars(*, predecessor: Firm, status: FirmStatus, by: User, on: date) -> int:
    """End what successors carry of a revoked suspension or removal of ``predecessor``; return how many. Rule R-49."""
    require(by, Capability.REGISTER)
    bars = CarriedBar.objects.select_for_update(of=("self",)).filter(
        predecessor=predecessor, status=status, ends_on__gt=on
    )
    found = list(bars.select_related("firm__bureau").order_by("pk"))
    for bar in found:
        bar.ends_on = max(on, bar.started_on)
        bar.save(update_fields=["ends_on"])
        facts = {"status": status, "predecessor": predecessor.pk, "on": on}
        record(actor=by, action="evaluators.bar_lifted", subject=bar.firm, facts=facts)
    return len(found)


def _close(old: Firm, heir: Firm | None, words: str, *, by: User, on: date) -> None:
    """Close the record: people and branches end with it, or go along with the only ``heir``."""
    move_firms(firms=[old], action=FirmAction.CLOSE, by=by, on=on, reason=words)
    close_organisation(organisation=old.organisation, by=by, on=on)
    Branch.objects.filter(own_firm=old, ended_on__isnull=True).update(ended_on=on)
    staff = {*_persons(LeadEvaluator.objects.filter(firm=old)), *_persons(Practitioner.objects.filter(firm=old))}
    _end(LeadEvaluator.objects.filter(firm=old), heir, on=on)
    _end(Practitioner.objects.filter(firm=old), heir, on=on)
    body = heir.organisation if heir else None
    end_staff_spells(persons=staff, organisation=old.organisation, ended_on=on, heir=body, by=by, on=on)
    _end(Branch.objects.filter(firm=old), heir, on=on)


def _persons(of_firm: QuerySet[Any]) -> list[int]:
    """Return who has a running row."""
    return list(of_firm.filter(ended_on__isnull=True).values_list("person_id", flat=True))


def _end(of_firm: QuerySet[Row], heir: Firm | None, *, on: date) -> None:
    """End the running rows; with an heir each begins anew there."""
    rows = list(of_firm.select_for_update().filter(ended_on__isnull=True).order_by("pk"))
    for row in rows:
        row.ended_on = max(on, row.started_on)
    of_firm.model._default_manager.bulk_update(rows, ["ended_on"], batch_size=500)
    if heir is None:
        return
    for row in rows:
        row.pk, row.firm, row.started_on, row.ended_on = None, heir, row.ended_on or on, None
        row._state.adding = True
    of_firm.model._default_manager.bulk_create(rows)
