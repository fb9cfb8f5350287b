"""The draw itself: the walk of the order that the seed gives, and the seats. Rules R-01, R-38."""

from datetime import date, datetime

from django.utils import timezone

from assignments import draw as pure
from assignments.enums import DrawAction, Origin
from assignments.models import Assignment, Draw
from assignments.selectors.seeding import parts_of
from assignments.services.draws.facts import infeasible, live_assignments, move, step_facts
from assignments.services.draws.listing import late_of
from assignments.services.draws.records import keep_record
from assignments.services.re_reviews import fill, seat
from assignments.services.routes import choose_firm
from foundation.accounts.models import User
from foundation.audit.services import record, seal


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
