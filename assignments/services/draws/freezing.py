"""Previewing and freezing a draw. Rules R-16, R-38, R-62, R-63."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import DrawAction, DrawStatus
from assignments.models import Draw
from assignments.rules import draws as rule
from assignments.selectors.draws import base_of, lineage_of, list_to_repeat, recent_edits
from assignments.selectors.eligibility import Eligibility
from assignments.selectors.seeding import REVEAL_ORDER
from assignments.selectors.tasks import rules_of_task
from assignments.services.draws.facts import (
    DrawRefused,
    does_not_follow,
    infeasible,
    locked,
    move,
    require_operator,
    seats_of,
)
from assignments.services.draws.listing import (
    Placed,
    answers_for,
    candidates,
    copy_entries,
    ref_of,
    split,
    strata_of,
    strata_served,
    write_entries,
)
from assignments.services.seeding import deadlines, tell_frozen, times_of
from foundation.accounts.models import User
from foundation.audit.selectors import head
from foundation.audit.services import record, seal
from foundation.core.crypto import decrypt, encrypt
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import Rules


@dataclass(frozen=True, slots=True)
class Preview:
    """What a freeze would hold now: counts per rule, how amply each seat is covered, and what is short.

    ``eligible`` stand in the open tiers, ``waiting`` in those that only an approved widening opens. ``blockers`` are
    the codes of the rules of which one alone, were it not, would let every seat be filled.
    """

    eligible: list[Eligibility]
    excluded: list[Eligibility]
    feasibility: pure.Feasibility
    blockers: tuple[str, ...] = ()
    waiting: int = 0


def new_secret() -> bytes:
    """Return 32 random bytes: the secret under which the leaves of one draw are salted."""
    return secrets.token_bytes(32)


@transaction.atomic
def preview(*, draw: Draw, by: User, on: date) -> Preview:
    """Return what a freeze would hold now. Each look is journaled as counts and numbered in the freeze.

    Raise ``TransitionRefused`` after the freeze.
    """
    draw = locked(draw)
    require_operator(draw, by)
    if draw.status != DrawStatus.CONFIGURED:
        raise does_not_follow(draw, DrawAction.FREEZE)
    placed, left_out = split(draw, answers_for(draw, on))
    chosen = [one.answer for one in placed if one.tier <= draw.approved_steps]
    waiting = [one.answer for one in placed if one.tier > draw.approved_steps]
    answer = _feasible(draw, [one for one in placed if one.tier <= draw.approved_steps])
    draw.previews += 1
    draw.save(update_fields=["previews"])
    facts = {"eligible": len(chosen), "excluded": len(left_out) + len(waiting), "on": on}
    record(actor=by, action="draws.previewed", subject=draw, facts=facts)
    blockers = _blockers(draw, placed, [*left_out, *waiting]) if answer.shortfall else ()
    return Preview(chosen, [*left_out, *waiting], answer, blockers, len(waiting))


def _feasible(draw: Draw, placed: Sequence[Placed]) -> pure.Feasibility:
    entries = pure.frozen_list(candidates(placed), new_secret()).entries
    return pure.feasibility(seats_of(draw), draw.group_max, entries)


def _blockers(draw: Draw, placed: Sequence[Placed], left_out: Sequence[Eligibility]) -> tuple[str, ...]:
    strata, found = strata_of(draw), []
    chosen = [one for one in placed if one.tier <= draw.approved_steps]
    for code in sorted({refusal.code for answer in left_out for refusal in answer.refusals}):
        freed = [answer for answer in left_out if {refusal.code for refusal in answer.refusals} == {code}]
        more = [Placed(one, 0, strata_served(one, strata)) for one in freed if strata_served(one, strata)]
        if _feasible(draw, [*chosen, *more]).is_feasible:
            found.append(code)
    return tuple(found)


@transaction.atomic
def freeze(*, draw: Draw, by: User, at: datetime, ratio_confirmed: bool = False) -> Draw:
    """Freeze the list and fix the commitment H; the journal is sealed before this returns.

    Raise ``DrawRefused`` where the seats cannot be filled (with the strata that are short), where a seat has fewer
    than three candidates and nobody confirmed that (R-16), or where the outside value comes too soon (R-63). After a
    refused nonce the list of that attempt is frozen again as it stands.
    """
    draw = locked(draw)
    require_operator(draw, by)
    move(draw, DrawAction.FREEZE)
    rules = rules_of_task(base_of(draw), timezone.localdate(at))
    times = times_of(draw, rules, at, refused=DrawRefused)
    former = list_to_repeat(task=draw.task, re_review=draw.re_review)
    seal()
    terms = _terms(draw, rules, times, at=at)
    if former is not None:
        draw.opened_tiers, draw.ratio_confirmed = list(former.opened_tiers), former.ratio_confirmed
        result = pure.freeze_again(former.freeze_text, terms)
        secret = bytes.fromhex(decrypt(former.secret_sealed))
        copy_entries(draw, former)
    else:
        secret = new_secret()
        result = _freeze_anew(draw, rules, terms, secret, on=timezone.localdate(at), ratio_confirmed=ratio_confirmed)
    draw.freeze_text, draw.commitment, draw.frozen_at = result.text, result.hash, at
    draw.commit_until, draw.reveal_until = times.commit_until, times.reveal_until
    draw.secret_sealed = encrypt(secret.hex())
    draw.save()
    facts = {"h": result.hash, "eligible": draw.entries.count(), "excluded": draw.exclusions.count()}
    record(actor=by, action="draws.frozen", subject=draw, facts=facts)
    tell_frozen(at)
    seal()
    return draw


def _freeze_anew(
    draw: Draw, rules: Rules, terms: pure.Terms, secret: bytes, *, on: date, ratio_confirmed: bool
) -> pure.Freeze:
    placed, left_out = split(draw, answers_for(draw, on))
    frozen = pure.frozen_list(candidates(placed), secret)
    opened, answer = _opened(draw, frozen)
    if answer.shortfall:
        raise infeasible(answer.shortfall, has_step=draw.approved_steps < len(draw.widening))
    thin = [ratio.name for ratio in answer.ratios if ratio.is_thin]
    if thin and not ratio_confirmed:
        message = _("Fewer than three candidates for a seat: %(names)s. Confirm to go on.") % {"names": ", ".join(thin)}
        source = rules.source("candidate_ratio")
        raise DrawRefused(Refusal("ratio_thin", message, {"field": "ratio_confirmed"}, source))
    draw.opened_tiers, draw.ratio_confirmed = list(opened), bool(thin)
    excluded = [pure.Excluded(ref_of(a), a.name, a.refusals[0].code) for a in left_out]
    write_entries(draw, placed, left_out, frozen, secret)
    return pure.freeze(pure.with_opened(terms, opened), frozen.entries, excluded, secret)


def _opened(draw: Draw, frozen: pure.FrozenList) -> tuple[tuple[int, ...], pure.Feasibility]:
    """Return the tiers that must be open from the start, of those approved, and whether they fill the seats."""
    opened: tuple[int, ...] = (0,)
    while True:
        entries = [entry for entry in frozen.entries if entry.tier in opened]
        answer = pure.feasibility(seats_of(draw), draw.group_max, entries)
        if not answer.shortfall or len(opened) > draw.approved_steps:
            return opened, answer
        opened = (*opened, len(opened))


def _terms(draw: Draw, rules: Rules, times: rule.Times, *, at: datetime) -> pure.Terms:
    base = base_of(draw)
    earlier = lineage_of(task=draw.task, re_review=draw.re_review).filter(pk__lt=draw.pk).order_by("pk")
    lineage = {
        "attempt": draw.attempt,
        "earlier": [{"ground": row.void_ground, "h": row.commitment, "role": row.void_role} for row in earlier],
        "kind": "firm" if draw.task_id else "panel",
        "project": base.title,
        "work_year": base.work_year,
    }
    held = {row.role for row in draw.parties.all()}
    position, head_hash = head()
    return pure.Terms(
        seats=seats_of(draw),
        group_max=draw.group_max,
        algorithm=draw.algorithm,
        profile=draw.profile,
        parties=tuple(pure.Party(role.lower(), str(role)) for role in REVEAL_ORDER if role in held),
        lineage=lineage,
        rule_set=rules.rule_set.name if rules.rule_set else "",
        deadlines=deadlines(rules, times, len(held)),
        journal_position=position,
        journal_head=head_hash,
        sources=tuple(pure.Source.of(source) for source in ([draw.outside_source] if draw.outside_source else [])),
        tiers=("", *draw.widening),
        previews=draw.previews,
        edits=recent_edits(draw, at),
    )
