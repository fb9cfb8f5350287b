"""An expert's standing in the pool and its term: moved, renewed, back when a suspension ends."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from evaluators.rules import may_reapply_from, renewable_from, renewed_until
from experts.enums import ExpertAction, ExpertStatus
from experts.models import (
    Expert,
    ExpertStanding,
    ExpertTerm,
)
from experts.rules import age_refusal
from experts.services.facts import WORDS, ExpertRefused, own_or_clerk
from experts.transitions import TRANSITIONS
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record, record_each
from foundation.core.dates import years_after
from foundation.core.errors import Refusal, TransitionRefused
from foundation.rulesets.selectors import rules_for
from parties.permissions import standing_refusals
from parties.services import lift_mask


@transaction.atomic
def move_experts(
    *, experts: Sequence[Expert], action: ExpertAction, by: User, on: date, reason: str = "", is_fact: bool = False
) -> list[Expert]:
    """Change the standing of experts from ``on``; raise ``TransitionRefused`` for the first that cannot.

    Who keeps the pool; an expert himself may only leave it. A removed expert may apply again after his years (R-26).
    Who had left and asked to be reached no more is reached like everybody once he is in the pool again.
    Raise ``ExpertRefused`` where a sanction stands in the way, unless it ``is_fact``: a death, a record joined.
    """
    _require_mover(experts, action, by)
    if action in {ExpertAction.SUSPEND, ExpertAction.REMOVE, ExpertAction.RETURN} and not reason.strip():
        raise ExpertRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    rows = list(
        Expert.objects.select_for_update(of=("self",))
        .select_related("bureau", "person")
        .filter(pk__in=[expert.pk for expert in experts])
        .order_by("pk")
    )
    years: dict[int, int] = {}
    in_the_way = {} if is_fact else standing_refusals("expert", [row.pk for row in rows], action, on)
    for row in rows:
        after = TRANSITIONS.get((ExpertStatus(row.status), action))
        if after is None:
            message = _("%(name)s is in the state “%(state)s”; this step does not follow.") % {
                "name": row.person.name,
                "state": row.get_status_display(),
            }
            raise TransitionRefused(noun="expert", status=row.status, action=action, message=message)
        _refuse_in_the_way(row, action, on, in_the_way.get(row.pk))
        if action == ExpertAction.ADMIT:
            if row.bureau_id not in years:
                years[row.bureau_id] = rules_for(bureau=row.bureau, on=on).value("register_term_years")
            row.admitted_on, row.term_ends_on = on, years_after(on, years[row.bureau_id])
        row.status, row.status_since = after, on
    fields = ["status", "status_since", "admitted_on", "term_ends_on"]
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in rows:  # many move together: one statement for all who stand alike, where a CASE for each would cost
        alike[tuple(getattr(row, name) for name in fields)].append(row.pk)
    for values, keys in alike.items():
        Expert.objects.filter(pk__in=keys).update(**dict(zip(fields, values, strict=True)))
    spells = ExpertStanding.objects.filter(expert__in=rows)
    spells.filter(started_on__gt=on).update(ended_on=F("started_on"))  # a return that was foreseen does not come now
    spells.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on).update(ended_on=on)
    ExpertStanding.objects.bulk_create(
        [ExpertStanding(expert=row, status=row.status, started_on=on, reason=reason[:300]) for row in rows]
    )
    if action == ExpertAction.ADMIT:
        _give_terms(rows, on=on)
        lift_mask(persons=[row.person for row in rows], by=by, on=on)
    facts = [(row, {"action": action, "status": row.status, "reason": reason, "on": on}) for row in rows]
    record_each(actor=by, action="experts.moved", acts=facts)
    return rows


def _give_terms(rows: Sequence[Expert], *, on: date) -> None:
    """Keep each expert's term as it is from ``on``: past days answer with the term that held then."""
    ExpertTerm.objects.bulk_create(
        [ExpertTerm(expert=row, decided_on=on, ends_on=row.term_ends_on) for row in rows if row.term_ends_on]
    )


def _refuse_in_the_way(row: Expert, action: ExpertAction, on: date, refusal: Refusal | None) -> None:
    """Raise ``ExpertRefused`` for a sanction in the way, and for who was removed and is too early."""
    if refusal is not None:
        raise ExpertRefused(refusal)
    if action == ExpertAction.REAPPLY and row.status == ExpertStatus.REMOVED:
        _refuse_too_early(row, on)


def _refuse_too_early(row: Expert, on: date) -> None:
    """Raise ``ExpertRefused`` before the first day on which a removed expert may apply again. Rule R-26."""
    rules = rules_for(bureau=row.bureau, on=on)
    free_on = may_reapply_from(row.status_since, years=rules.value("removal_years"))
    if on < free_on:
        message = _("A removed expert may apply again from %(day)s.") % {"day": free_on.isoformat()}
        facts = {"free_on": free_on.isoformat()}
        raise ExpertRefused(Refusal("removed_too_recently", message, facts, rules.source("removal_years")))


@transaction.atomic
def renew_expert(*, expert: Expert, by: User, on: date) -> Expert:
    """Renew the term of an expert of the pool. Rule R-13.

    Raise ``ExpertRefused`` outside the window before its end, at the age limit (R-14), and for who has not accepted
    this year's undertaking: that is the yearly confirmation (R-41).
    """
    require(by, Capability.REGISTER)
    row = Expert.objects.select_for_update(of=("self",)).select_related("bureau", "person").get(pk=expert.pk)
    rules = rules_for(bureau=row.bureau, on=on)
    if row.status != ExpertStatus.ACTIVE or row.term_ends_on is None:
        raise ExpertRefused(Refusal("not_in_register", _("Only who stands in the register can be renewed.")))
    opens_on = renewable_from(row.term_ends_on, days=rules.value("renewal_window_days"))
    if on < opens_on:
        message = _("The term can be renewed from %(day)s.") % {"day": opens_on.isoformat()}
        raise ExpertRefused(Refusal("renewal_too_early", message, {"free_on": opens_on.isoformat()}))
    age, source = rules.value("expert_age_limit"), rules.source("expert_age_limit")
    if refusal := age_refusal(born_on=row.person.born_on, on=on, age=age, source=source):
        raise ExpertRefused(replace(refusal, message=str(WORDS[refusal.code])))
    if not row.undertakings.filter(year=on.year).exists():
        message = _("The undertaking of %(year)s is not accepted yet.") % {"year": on.year}
        raise ExpertRefused(Refusal("not_confirmed", message, {"year": on.year}))
    before = row.term_ends_on
    row.term_ends_on = renewed_until(before, on=on, years=rules.value("register_term_years"))
    row.save(update_fields=["term_ends_on"])
    _give_terms([row], on=on)
    facts = {"before": before, "after": row.term_ends_on, "on": on}
    record(actor=by, action="experts.renewed", subject=row, facts=facts)
    return row


@transaction.atomic
def foresee_return(*, expert: Expert, day: date | None, by: User, on: date) -> None:
    """Write on which day a suspended expert stands in the pool again; None takes a foreseen return back."""
    require(by, Capability.REGISTER)
    spells = ExpertStanding.objects.select_for_update(of=("self",)).filter(expert=expert)
    spells.filter(started_on__gt=on).update(ended_on=F("started_on"))
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    spells.filter(running, status=ExpertStatus.SUSPENDED, started_on__lte=on).update(ended_on=day)
    if day is not None:
        reason = _("The suspension ended by itself.")
        ExpertStanding.objects.create(expert=expert, status=ExpertStatus.ACTIVE, started_on=day, reason=reason)
    record(actor=by, action="experts.return_foreseen", subject=expert, facts={"day": day, "on": on})


@transaction.atomic
def end_due_suspensions(*, on: date) -> int:
    """Bring today's state of experts in line with suspensions that ended by ``on``; return how many. Run daily."""
    count = 0
    back = ExpertStanding.objects.on(on).filter(status=ExpertStatus.ACTIVE, expert__status=ExpertStatus.SUSPENDED)
    for spell in back.select_related("expert__bureau").order_by("pk"):
        row = spell.expert
        row.status, row.status_since = ExpertStatus.ACTIVE, spell.started_on
        row.save(update_fields=["status", "status_since"])
        record(actor="system", action="experts.suspension_ended", subject=row, facts={"on": on})
        count += 1
    return count


def _require_mover(experts: Sequence[Expert], action: ExpertAction, by: User) -> None:
    if action != ExpertAction.LEAVE:
        require(by, Capability.REGISTER)
        return
    for expert in experts:
        own_or_clerk(expert, by)
