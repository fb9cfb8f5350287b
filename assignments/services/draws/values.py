"""The outside value: typed by one, confirmed by another; not to be had; corrected. Rule R-63."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import AssignmentStatus, DrawAction, DrawProfile, DrawStatus, PartyRole, TaskAction, TaskStatus
from assignments.models import Assignment, Draw, DrawValue
from assignments.rules.draws import SOURCE
from assignments.selectors.draws import awaited_source, sources_of, waiting_value
from assignments.selectors.seeding import is_at_table
from assignments.services.draws.drawing import assign, draw_now, first_walk
from assignments.services.draws.facts import (
    DrawRefused,
    began_to_work,
    confirmed_values,
    does_not_follow,
    live_assignments,
    locked,
    move,
    parts_of,
    step_facts,
)
from assignments.services.draws.listing import late_of
from assignments.services.draws.records import keep_record
from assignments.services.draws.replacing import next_walk
from assignments.services.tasks import move_task
from assignments.transitions import GONE
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody read at the outside source, and where: ``numbers``, or round and bytes of a beacon.

    ``is_unavailable``: there is no such value, and ``words`` say how that is known.
    """

    words: str
    numbers: Sequence[str] = ()
    beacon_round: int | None = None
    beacon_value: str = ""
    is_unavailable: bool = False


@transaction.atomic
def type_value(*, draw: Draw, reading: Reading, by: User, at: datetime) -> DrawValue:
    """Write what ``by`` read at the source that is asked for; another confirms it. What was typed before gives way.

    After the draw this begins a correction. Raise ``DrawRefused`` before the value's time, for what is no value,
    without citation, or for the last fall-back as unavailable.
    """
    draw, source = _asked(draw, by)
    part = _part(source, reading)
    due = datetime.fromisoformat(source["at"])
    if at < due:
        message = _("This value is known from %(at)s on; type it then.") % {"at": _clock(due)}
        raise DrawRefused(Refusal("value_not_yet", message, {"at": source["at"]}, SOURCE))
    if part is None and (draw.status == DrawStatus.DRAWN or source["id"] == sources_of(draw)[-1]["id"]):
        message = _("Nothing stands in for this value; wait until it is known, then type it.")
        raise DrawRefused(Refusal("no_fallback", message, {"field": "is_unavailable"}, SOURCE))
    if draw.status == DrawStatus.DRAWN:
        _check_correction(draw, part)
    draw.values.filter(confirmed_at__isnull=True, dropped_at__isnull=True).update(dropped_at=at)
    row = DrawValue.objects.create(
        draw=draw, source=source["id"], part=part, words=reading.words.strip()[:300], typed_by=by, typed_at=at
    )
    record(actor=by, action="draws.value_typed", subject=draw, facts={"source": row.source, "part": part})
    return row


@transaction.atomic
def confirm_value(*, draw: Draw, reading: Reading, by: User, at: datetime) -> Draw:
    """Confirm what another typed by reading it anew; the value then draws, a fall-back follows, or all is recomputed.

    Raise ``NotAllowed`` for who typed it, ``DrawRefused`` where both readings differ or neither reader stands outside
    the operator's part. The same confirmation again changes nothing.
    """
    draw, source = _asked(draw, by)
    row = waiting_value(draw)
    part = _part(source, reading)
    if row is None:
        if confirmed_values(draw).filter(confirmed_by=by, source=source["id"], part=part).exists():
            return draw
        raise DrawRefused(Refusal("nothing_typed", _("Nobody has typed the value yet; type it first.")))
    if row.typed_by_id == by.pk:
        raise NotAllowed(_("Nobody confirms the value that he typed himself."), code="own_entry")
    if row.part != part:
        message = _("This differs from what %(name)s typed. Read it again, both of you; who was wrong types it anew.")
        field = {"field": "is_unavailable" if None in (part, row.part) else "numbers"}
        raise DrawRefused(Refusal("value_differs", message % {"name": row.typed_by.name}, field, SOURCE))
    if not any(_is_independent(draw, user) for user in (by, row.typed_by)):
        message = _("One of the two who read the value is the witness, the third party, or of supervision.")
        raise DrawRefused(Refusal("no_independent_reader", message, {}, SOURCE))
    row.confirmed_by, row.confirmed_at, row.confirmed_words = by, at, reading.words.strip()[:300]
    if draw.status == DrawStatus.DRAWN:
        _check_correction(draw, part)
        confirmed_values(draw).filter(source=row.source, is_wrong=False).update(is_wrong=True)
    row.save(update_fields=["confirmed_by", "confirmed_at", "confirmed_words"])
    facts = {"source": row.source, "part": row.part}
    record(actor=by, action="draws.value_confirmed", subject=draw, facts=facts)
    if draw.status == DrawStatus.DRAWN:
        _draw_again(draw, by=by, at=at)
    elif part is not None:
        draw_now(draw, by=by, at=at)
    return draw


def _asked(draw: Draw, by: User) -> tuple[Draw, dict[str, Any]]:
    """Return the draw, locked, and the source whose value is asked for."""
    draw = locked(draw)
    if not is_at_table(by, draw):
        raise NotAllowed
    source = awaited_source(draw)
    if source is None or draw.status not in {DrawStatus.REVEALED, DrawStatus.DRAWN}:
        raise does_not_follow(draw, DrawAction.CORRECT)
    return draw, source


def _part(source: dict[str, Any], reading: Reading) -> pure.Part | None:
    if not reading.words.strip():
        message = _("Cite where it was read: address, paper or screen, and when.")
        raise DrawRefused(Refusal("citation_missing", message, {"field": "words"}, SOURCE))
    if reading.is_unavailable:
        return None
    try:
        if source["kind"] == "beacon":
            value = reading.beacon_value.strip().lower()
            return pure.beacon_part(
                source["id"], reading.beacon_round if reading.beacon_round is not None else -1, value
            )
        return pure.numbers_part(source["id"], reading.numbers, as_drawn=source["as_drawn"])
    except ValueError as error:
        is_beacon = source["kind"] == "beacon"
        message = (
            _("A beacon has a round and 16 to 128 bytes in hexadecimal digits.")
            if is_beacon
            else _("Type the numbers as printed, with a blank between them, such as 2 5 8 or 3315.42.")
        )
        facts = {"field": "beacon_value" if is_beacon else "numbers"}
        raise DrawRefused(Refusal("bad_value", message, facts, SOURCE)) from error


def _is_independent(draw: Draw, user: User) -> bool:
    if may(user, Capability.WITNESS):
        return True
    return draw.parties.filter(user=user).exclude(role=PartyRole.OPERATOR).exists()


def _check_correction(draw: Draw, part: pure.Part | None) -> None:
    used = confirmed_values(draw).filter(part__isnull=False, is_wrong=False).order_by("-pk").first()
    if draw.profile != DrawProfile.OUTSIDE or used is None:
        raise does_not_follow(draw, DrawAction.CORRECT)
    if used.part == part:
        message = _("This is the value that the draw was made of; there is nothing to correct.")
        raise DrawRefused(Refusal("same_value", message, {"field": "numbers"}))
    if began_to_work(draw):
        message = _("Who was drawn has begun to work. Section head and witness may order a new attempt.")
        raise DrawRefused(Refusal("work_begun", message, {}, SOURCE))


def _draw_again(draw: Draw, *, by: User, at: datetime) -> None:
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
            void_seat(row, words=_("The public value was corrected, and the draw computed anew."), by=by)
    task = draw.task
    if task is not None and task.status == TaskStatus.RECUSAL_CONFIRMED and not set(held) & set(panel):
        move_task(task=task, action=TaskAction.RECOMMISSION, by=by, on=on, words=draw.number)


def void_seat(row: Assignment, *, words: str, by: User) -> None:
    """Take back a seat that the draw should not have given; the row stays."""
    row.status, row.void_words, row.is_leader = AssignmentStatus.VOID, words[:300], False
    row.save(update_fields=["status", "void_words", "is_leader"])
    record(actor=by, action="assignments.voided_by_draw", subject=row, facts={"words": row.void_words})


def _clock(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
