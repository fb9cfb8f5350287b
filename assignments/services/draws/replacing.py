"""Replacements from the same permutation, and the widening of a list that is exhausted."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import DrawAction, DrawStatus
from assignments.models import Assignment, Draw
from assignments.rules.draws import SOURCE
from assignments.selectors.draws import base_of, live_draw_of
from assignments.selectors.seeding import parts_of
from assignments.services.draws.drawing import assign
from assignments.services.draws.facts import (
    DrawRefused,
    does_not_follow,
    infeasible,
    locked,
    move,
    require_operator,
    seats_of,
    step_facts,
    steps_of,
)
from assignments.services.draws.freezing import new_secret
from assignments.services.draws.listing import answers_for, candidates, late_of, split
from assignments.services.draws.records import keep_record
from assignments.transitions import GONE
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.services import submit
from foundation.audit.services import record, seal
from foundation.core.errors import Refusal


@transaction.atomic
def replace(*, draw: Draw, by: User, at: datetime) -> list[Assignment]:
    """Fill the seats of those who left, from the same permutation; nobody seated moves.

    A further tier is opened only where its widening is approved and the seats could not be filled without it. Raise
    ``DrawRefused`` where every seat is held, or the opened tiers are exhausted.
    """
    on = timezone.localdate(at)
    draw = locked(draw)
    require_operator(draw, by)
    move(draw, DrawAction.REPLACE)
    if draw.task is not None and live_draw_of(task=draw.task) != draw:
        message = _("The task was freed for a second firm; its route is chosen anew.")
        raise DrawRefused(Refusal("task_freed", message))
    steps = steps_of(draw)
    left = _left(draw)
    panel = [place.number for place in steps[-1].result.panel]
    withdrawn = [number for number in panel if number in left]
    if not withdrawn:
        raise DrawRefused(Refusal("nobody_left", _("Every seat is held; there is nobody to replace.")))
    late = late_of(draw, on, seated=set(panel) - set(withdrawn))
    step = next_walk(draw, steps, withdrawn, late)
    draw.steps, draw.opened_tiers = [*draw.steps, step_facts(step)], list(step.opened)
    draw.save(update_fields=["steps", "status", "opened_tiers"])
    made = assign(draw, step, by=by, on=on, replaces=left[withdrawn[0]])
    keep_record(draw)
    facts = {"withdrawn": withdrawn, "seated": list(step.result.seated), "opened": list(step.opened)}
    record(actor=by, action="draws.replaced", subject=draw, facts=facts)
    seal()
    return made


def next_walk(draw: Draw, steps: list[pure.Step], withdrawn: list[int], late: list[int]) -> pure.Step:
    """Return the walk that fills the seats of ``withdrawn``, with as few approved tiers as do; else refuse."""
    opened = steps[-1].opened
    while True:
        try:
            return pure.replace(draw.freeze_text, parts_of(draw), steps, withdrawn=withdrawn, late=late, opened=opened)
        except pure.InfeasibleError as error:
            if len(opened) > draw.approved_steps:
                raise infeasible(error.shortfall, has_step=len(opened) <= len(draw.widening)) from error
            opened = (*opened, len(opened))


def _left(draw: Draw) -> dict[int, Assignment]:
    """Return who left a seat of this draw, by number on the list; the rows stay locked."""
    numbers = {(row.firm_id, row.expert_id): row.number for row in draw.entries.all()}
    rows = Assignment.objects.select_for_update().filter(draw=draw).order_by("pk")
    last = {numbers[row.firm_id, row.expert_id]: row for row in rows}
    return {number: row for number, row in last.items() if row.status in GONE}


@transaction.atomic
def ask_widening(*, draw: Draw, reason: str, by: User, on: date) -> Approval:
    """Ask for the next widening step to be approved: only in the order fixed at the setting up, and only when needed.

    Raise ``DrawRefused`` where no step is left, where the seats can still be filled without it, or without a reason.
    """
    draw = locked(draw)
    require_operator(draw, by)
    if draw.status == DrawStatus.VOID:
        raise does_not_follow(draw, DrawAction.REPLACE)
    if draw.approved_steps >= len(draw.widening):
        message = _("No widening step is left; what may be widened was fixed when the draw was set up.")
        raise DrawRefused(Refusal("no_step_left", message, {}, SOURCE))
    if not reason.strip():
        raise DrawRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    shortfall = _shortfall(draw, on)
    if shortfall is None:
        message = _("The seats can be filled without it; a list is widened only when it is exhausted.")
        raise DrawRefused(Refusal("not_exhausted", message, {}, SOURCE))
    step = draw.widening[draw.approved_steps]
    facts = {
        "draw": draw.number, "step": step, "tier": draw.approved_steps + 1, "reason": reason.strip(),
        "needed": shortfall.needed, "possible": shortfall.possible,
    }  # fmt: skip
    title = _("%(number)s: widening step %(n)d, %(title)s") % {
        "number": draw.number, "n": draw.approved_steps + 1, "title": base_of(draw).title,
    }  # fmt: skip
    return submit(bureau=draw.bureau, kind="WIDENING", subject=draw, title=title[:200], facts=facts, by=by, on=on)


def _shortfall(draw: Draw, on: date) -> pure.Shortfall | None:
    """Return what is short with the tiers approved so far, or None."""
    if draw.status == DrawStatus.CONFIGURED:
        placed, _left_out = split(draw, answers_for(draw, on))
        open_now = [one for one in placed if one.tier <= draw.approved_steps]
        entries = pure.frozen_list(candidates(open_now), new_secret()).entries
        return pure.feasibility(seats_of(draw), draw.group_max, entries).shortfall
    if draw.status == DrawStatus.DRAWN:
        return _shortfall_of_replacement(draw, on)
    late = set(late_of(draw, on, locks=False))
    listed = pure.read_freeze(draw.freeze_text).entries
    entries = tuple(one for one in listed if one.tier <= draw.approved_steps and one.number not in late)
    return pure.feasibility(seats_of(draw), draw.group_max, entries).shortfall


def _shortfall_of_replacement(draw: Draw, on: date) -> pure.Shortfall | None:
    steps, left = steps_of(draw), _left(draw)
    panel = [place.number for place in steps[-1].result.panel]
    withdrawn = [number for number in panel if number in left]
    if not withdrawn:
        return None
    late = late_of(draw, on, seated=set(panel) - set(withdrawn), locks=False)
    opened = tuple(range(max(len(steps[-1].opened), draw.approved_steps + 1)))
    try:
        pure.replace(draw.freeze_text, parts_of(draw), steps, withdrawn=withdrawn, late=late, opened=opened)
    except pure.InfeasibleError as error:
        return error.shortfall
    return None


def widening_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Let the next walk open one more tier of the draw."""
    draw = locked(Draw.objects.get(pk=approval.subject_id))
    draw.approved_steps = min(draw.approved_steps + 1, len(draw.widening))
    draw.save(update_fields=["approved_steps"])
    facts = {"tier": draw.approved_steps, "approval": approval.pk, "on": on}
    record(actor=by, action="draws.widened", subject=draw, facts=facts)
