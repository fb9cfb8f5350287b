"""Commitments, reveals, and the draw itself. Rules R-42, R-62."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import DrawAction, DrawProfile, DrawStatus, Origin, PartyRole
from assignments.models import Assignment, Draw
from assignments.selectors.draws import base_of
from assignments.selectors.tasks import rules_of_task
from assignments.services.draws.facts import (
    DrawRefused,
    does_not_follow,
    infeasible,
    live_assignments,
    locked,
    move,
    parts_of,
    party_of,
    roles_in_order,
    step_facts,
)
from assignments.services.draws.listing import late_of
from assignments.services.draws.records import keep_record
from assignments.services.re_reviews import fill, seat
from assignments.services.routes import choose_firm
from assignments.services.seeding import Slip, open_slip, read_commitment, require_fit, require_in_time, require_turn
from foundation.accounts.models import User
from foundation.audit.services import record, seal
from foundation.core.errors import Refusal


@transaction.atomic
def commit(*, draw: Draw, commitment: str, by: User, at: datetime) -> Draw:
    """Take the commitment of ``by``: 64 hex digits over a nonce that stays on his device.

    The last one closes the commitments and seals the journal. A second commitment of a party is refused, and one after
    the time; the same one again changes nothing.
    """
    draw = locked(draw)
    party = party_of(draw, by)
    value = commitment.strip().lower()
    if party.commitment == value and value:
        return draw
    if draw.status != DrawStatus.FROZEN or party.commitment:
        raise does_not_follow(draw, DrawAction.COMMIT)
    rules = rules_of_task(base_of(draw), timezone.localdate(draw.commit_until or at))
    require_in_time(draw, at, rules, refused=DrawRefused)
    value = read_commitment(commitment, refused=DrawRefused)
    party.commitment, party.committed_at = value, at
    party.save(update_fields=["commitment", "committed_at"])
    record(actor=by, action="draws.committed", subject=draw, facts={"role": party.role, "commitment": value})
    if not draw.parties.filter(commitment="").exists():
        move(draw, DrawAction.COMMIT)
        draw.save(update_fields=["status"])
        record(actor=by, action="draws.commitments_closed", subject=draw, facts={"h": draw.commitment})
        seal()
    return draw


def _too_late(draw: Draw, until: datetime) -> DrawRefused:
    moment = timezone.localtime(until).strftime("%Y-%m-%d %H:%M")
    message = _("Nonces were due by %(at)s. The draw goes on without this one; type the public value when it is known.")
    source = rules_of_task(base_of(draw), timezone.localdate(until)).source("draw_commit_hours")
    return DrawRefused(Refusal("reveal_too_late", message % {"at": moment}, {"until": until.isoformat()}, source))


@transaction.atomic
def reveal(*, draw: Draw, nonce: str, by: User, at: datetime) -> Draw:
    """Take the nonce of ``by`` once all are committed; without an outside value the last one draws, in the same act.

    Without an outside value the order is operator, third, witness; with one, everybody before its time. Raise
    ``DrawRefused`` for a nonce that does not fit its commitment, out of turn or too late. The same again changes
    nothing.
    """
    draw = locked(draw)
    party = party_of(draw, by)
    value = nonce.strip().lower()
    if party.nonce and party.nonce == value:
        return draw
    if draw.status != DrawStatus.COMMITTED or party.nonce:
        raise does_not_follow(draw, DrawAction.DRAW)
    is_outside = draw.profile == DrawProfile.OUTSIDE
    if is_outside and draw.reveal_until is not None and at > draw.reveal_until:
        raise _too_late(draw, draw.reveal_until)
    if not is_outside:
        require_turn(draw, party, refused=DrawRefused)
    require_fit(draw, party, value, refused=DrawRefused)
    party.nonce, party.revealed_at = value, at
    party.save(update_fields=["nonce", "revealed_at"])
    record(actor=by, action="draws.revealed", subject=draw, facts={"role": party.role})
    _go_on(draw, by=by, at=at)
    return draw


@transaction.atomic
def open_from_slip(*, draw: Draw, role: PartyRole, nonce: str, by: User, at: datetime) -> Draw:
    """Show a nonce whose device is lost from its slip: one at the table types it, another types it again.

    Turn and time are those of ``reveal``. The record says which nonces came from slips. Raise as ``open_slip``.
    """
    draw = locked(draw)
    if draw.profile == DrawProfile.OUTSIDE and draw.reveal_until is not None and at > draw.reveal_until:
        raise _too_late(draw, draw.reveal_until)
    if draw.profile != DrawProfile.OUTSIDE and (waiting := draw.parties.filter(role=role, nonce="").first()):
        require_turn(draw, waiting, refused=DrawRefused)
    became = open_slip(draw, role, nonce, by=by, at=at, refused=DrawRefused)
    if became is not Slip.KNOWN:
        record(actor=by, action=f"draws.{became.value}", subject=draw, facts={"role": role})
    if became is Slip.CONFIRMED:
        _go_on(draw, by=by, at=at)
    return draw


def _go_on(draw: Draw, *, by: User, at: datetime) -> None:
    """Draw, or wait for the outside value, once every nonce is shown."""
    if draw.parties.filter(nonce="").exists():
        return
    if draw.profile == DrawProfile.OUTSIDE:
        close_reveals(draw, by=by)
    else:
        draw_now(draw, by=by, at=at)


def close_reveals(draw: Draw, *, by: User | str) -> None:
    """Take no nonce any more: those missing enter as null, and the outside value decides."""
    silent = [str(role) for role in roles_in_order({row.role: row for row in draw.parties.filter(nonce="")})]
    move(draw, DrawAction.CLOSE_REVEALS)
    draw.save(update_fields=["status"])
    record(actor=by, action="draws.reveals_closed", subject=draw, facts={"silent": silent})
    seal()


def draw_now(draw: Draw, *, by: User, at: datetime) -> None:
    """Walk the order that the seed gives and seat who comes out, in the caller's transaction.

    An approved widening is opened where the seats could not be filled without it.
    """
    on = timezone.localdate(at)
    parts = parts_of(draw)
    step = first_walk(draw, late_of(draw, on))
    move(draw, DrawAction.DRAW)
    draw.seed = pure.seed_text(draw.algorithm, pure.draw_key(draw.algorithm, draw.commitment, parts))
    draw.order = pure.positions(draw.freeze_text, parts)
    draw.steps, draw.opened_tiers = [step_facts(step)], list(step.opened)
    draw.drawn_at = at
    draw.save()
    assign(draw, step, by=by, on=on)
    keep_record(draw)
    record(actor=by, action="draws.drawn", subject=draw, facts={"h": draw.commitment, "seed": draw.seed})
    seal()


def first_walk(draw: Draw, late: list[int]) -> pure.Step:
    """Return the walk of the draw, with as few tiers as fill the seats; raise ``DrawRefused`` where none do."""
    parts = parts_of(draw)
    opened = pure.read_freeze(draw.freeze_text).opened
    while True:
        try:
            return pure.draw(draw.freeze_text, parts, late=late, opened=opened)
        except pure.InfeasibleError as error:
            if len(opened) > draw.approved_steps:
                raise infeasible(error.shortfall, has_step=len(opened) <= len(draw.widening)) from error
            opened = (*opened, len(opened))


def assign(draw: Draw, step: pure.Step, *, by: User, on: date, replaces: Assignment | None = None) -> list[Assignment]:
    """Give the seats to those who came in by ``step``; who holds a seat of this draw already is not seated again."""
    held = set(live_assignments(draw).values_list("firm_id", "expert_id"))
    entries = {row.number: row for row in draw.entries.select_related("firm", "expert")}
    names = {seat_["stratum"]: seat_["name"] for seat_ in draw.seats}
    strata = {place.number: place.stratum for place in step.result.panel}
    origin = Origin.REPLACEMENT if replaces else Origin.DRAW
    made = []
    for number in step.result.seated:
        entry = entries[number]
        if (entry.firm_id, entry.expert_id) in held:
            continue
        if draw.task is not None and entry.firm is not None:
            row = choose_firm(task=draw.task, firm=entry.firm, origin=origin, reason=draw.number, by=by, on=on)
            row.draw, row.position, row.replaces = draw, draw.order.index(number) + 1, replaces
            row.save(update_fields=["draw", "position", "replaces"])
            made.append(row)
        elif draw.re_review is not None and entry.expert is not None:
            made.append(
                seat(
                    re_review=draw.re_review,
                    expert=entry.expert,
                    origin=origin,
                    by=by,
                    on=on,
                    reason=draw.number,
                    draw=draw,
                    stratum=names[strata[number]],
                    position=draw.order.index(number) + 1,
                    replaces=replaces,
                )
            )
    if draw.re_review is not None:
        fill(re_review=draw.re_review, by=by, on=on)
    return made


@transaction.atomic
def note_receipt(*, draw: Draw, words: str, by: User, at: datetime) -> Draw:
    """Write that H left the machine: who took the slip, when. Without it the record prints UNWITNESSED."""
    draw = locked(draw)
    party_of(draw, by)
    if draw.status not in {DrawStatus.FROZEN, DrawStatus.COMMITTED}:
        raise does_not_follow(draw, DrawAction.COMMIT)
    draw.outside_receipt = words.strip()[:200]
    draw.save(update_fields=["outside_receipt"])
    record(actor=by, action="draws.receipt", subject=draw, facts={"words": draw.outside_receipt, "at": at})
    return draw
