"""A public value was misread: seed, order and seats of a draw are computed anew. Rule R-63."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import AssignmentStatus, DrawAction, TaskAction, TaskStatus
from assignments.models import Assignment, Draw
from assignments.selectors.seeding import parts_of
from assignments.services.assignments import void_by_draw
from assignments.services.draws.drawing import assign, first_walk
from assignments.services.draws.facts import live_assignments, move, step_facts
from assignments.services.draws.listing import late_of
from assignments.services.draws.records import keep_record
from assignments.services.draws.replacing import next_walk
from assignments.services.tasks import move_task
from assignments.transitions import GONE
from foundation.accounts.models import User
from foundation.audit.services import record, seal


def draw_again(draw: Draw, *, by: User, at: datetime) -> None:
    """Compute seed, order and walk anew after a correction: who is seated by both keeps the seat, others leave it.

    Who has left by himself stays out: the walk is repeated for him as a replacement.
    """
    on = timezone.localdate(at)
    parts = parts_of(draw)
    numbers = {(row.firm_id, row.expert_id): row.number for row in draw.entries.all()}
    held = {numbers[row.firm_id, row.expert_id]: row for row in live_assignments(draw).select_for_update()}
    own = Assignment.objects.filter(draw=draw, status__in=GONE).exclude(status=AssignmentStatus.VOID, decline_reason="")
    left = {numbers[key] for key in own.values_list("firm_id", "expert_id")} - set(held)
    steps = [first_walk(draw, late_of(draw, on, seated=set(held)))]
    while gone := sorted(left & {place.number for place in steps[-1].result.panel}):
        panel = {place.number for place in steps[-1].result.panel}
        late = late_of(draw, on, seated=(panel - set(gone)) | set(held))
        steps.append(next_walk(draw, steps, gone, late))
    move(draw, DrawAction.CORRECT)
    draw.seed = pure.seed_text(draw.algorithm, pure.draw_key(draw.algorithm, draw.commitment, parts))
    draw.order = pure.positions(draw.freeze_text, parts)
    draw.steps, draw.opened_tiers = [step_facts(step) for step in steps], list(steps[-1].opened)
    draw.save()
    panel_now = {place.number: place.stratum for place in steps[-1].result.panel}
    _keep_or_void(draw, held, panel_now, by=by, on=on)
    for step in steps:
        came_in = tuple(number for number in step.result.seated if number in panel_now)
        assign(draw, pure.only_seating(step, came_in), by=by, on=on)
    keep_record(draw)
    facts = {"seed": draw.seed, "panel": sorted(panel_now), "before": sorted(held)}
    record(actor=by, action="draws.corrected", subject=draw, facts=facts)
    seal()


def _keep_or_void(
    draw: Draw,
    held: dict[int, Assignment],
    panel: dict[int, int],
    *,
    by: User,
    on: date,
) -> None:
    names = {seat["stratum"]: seat["name"] for seat in draw.seats}
    for number, row in sorted(held.items()):
        if number in panel:
            row.position = draw.order.index(number) + 1
            row.stratum = names[panel[number]] if draw.re_review_id else row.stratum
            row.save(update_fields=["position", "stratum"])
        else:
            void_by_draw(row, words=_("The public value was corrected, and the draw computed anew."), by=by)
    task = draw.task
    if task is not None and task.status == TaskStatus.RECUSAL_CONFIRMED and not set(held) & set(panel):
        move_task(task=task, action=TaskAction.RECOMMISSION, by=by, on=on, words=draw.number)
