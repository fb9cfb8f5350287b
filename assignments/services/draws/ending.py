"""How an attempt ends without a result, and who was wrongly left off a list. Rules R-42, R-62."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import DrawAction, DrawProfile, DrawStatus, PartyRole, TaskAction, TaskStatus
from assignments.models import Draw, DrawFault
from assignments.rules.draws import SOURCE
from assignments.selectors.draws import base_of, live_draw_of
from assignments.selectors.seeding import GIVEN_UP, MISSING, ORDERED, REFUSED, is_overdue, missing_role
from assignments.selectors.tasks import rules_of_task
from assignments.services.assignments import void_by_draw
from assignments.services.draws.facts import (
    DrawRefused,
    began_to_work,
    does_not_follow,
    live_assignments,
    locked,
    move,
    require_operator,
)
from assignments.services.draws.protocol import DRAW
from assignments.services.draws.records import keep_record
from assignments.services.seeding import close_reveals, require_missing
from assignments.services.tasks import move_task
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal


@transaction.atomic
def void(*, draw: Draw, ground: str, role: PartyRole | None, by: User, at: datetime) -> Draw:
    """End an attempt for a missing commitment or a refused reveal; ``DrawRefused`` for any other ground.

    A commitment is missing only after its time; before the freeze the operator may give the attempt up, which is no
    ground of a void draw: there was no list. A nonce is
    refused only without an outside value, only once the party's minutes are over, and only by the role whose turn it
    is. Drawing again after a draw is ``order_again``.
    """
    draw = locked(draw)
    require_operator(draw, by)
    wanted = {
        GIVEN_UP: {DrawStatus.CONFIGURED},
        MISSING: {DrawStatus.FROZEN},
        REFUSED: {DrawStatus.COMMITTED} if draw.profile == DrawProfile.INSIDE else set(),
    }
    if draw.status not in wanted.get(ground, set()):
        message = _("A draw is void only for a missing commitment, a refused reveal, or an order to draw again.")
        raise DrawRefused(Refusal("no_ground", message, {"field": "ground"}, SOURCE))
    if draw.status != DrawStatus.CONFIGURED:
        require_missing(draw, role, at, rules_of_task(base_of(draw), timezone.localdate(at)), refused=DrawRefused)
    _end(draw, ground, missing_role(draw) if draw.commitment else "", by=by, on=timezone.localdate(at))
    return draw


def _end(draw: Draw, ground: str, role: str, *, by: User | str, on: date) -> None:
    move(draw, DrawAction.VOID)
    draw.void_ground, draw.void_role = ground, role
    draw.save(update_fields=["status", "void_ground", "void_role"])
    if draw.commitment:
        keep_record(draw)
    record(actor=by, action="draws.void", subject=draw, facts={"ground": ground, "role": role, "on": on})
    seal()


@transaction.atomic
def settle(*, draw: Draw, at: datetime) -> Draw:
    """Bring a draw in line with its times: a missing commitment ends it, a missing nonce enters as null.

    Asked for by the job and by whoever opens the draw; changes nothing before the time, nor twice.
    """
    draw = locked(draw)
    if not is_overdue(draw, at):
        return draw
    if draw.status == DrawStatus.FROZEN:
        _end(draw, MISSING, missing_role(draw), by="system", on=timezone.localdate(at))
    else:
        close_reveals(DRAW, draw, by="system")
    return draw


def settle_due(*, at: datetime) -> int:
    """Settle every draw whose time has passed by ``at``; return how many. Run every minute."""
    frozen = Draw.objects.filter(status=DrawStatus.FROZEN, commit_until__lt=at)
    revealing = Draw.objects.filter(status=DrawStatus.COMMITTED, profile=DrawProfile.OUTSIDE, reveal_until__lt=at)
    due = list((frozen | revealing).order_by("pk"))
    for draw in due:
        settle(draw=draw, at=at)
    return len(due)


@transaction.atomic
def note_fault(*, draw: Draw, party: Firm | Expert, words: str, by: User, at: datetime) -> DrawFault:
    """Write that somebody was wrongly left off the list. The draw holds all the same.

    Raise ``DrawRefused`` for who stands on the list or is not in the bureau's pool, and without words.
    """
    draw = locked(draw)
    may_note = any(may(by, one) for one in (Capability.DRAW, Capability.WITNESS, Capability.CONFIRM))
    if by.bureau_id != draw.bureau_id or not may_note:
        raise NotAllowed
    if draw.status != DrawStatus.DRAWN:
        raise does_not_follow(draw, DrawAction.VOID)
    key = {"firm": party} if isinstance(party, Firm) else {"expert": party}
    is_kind = isinstance(party, Firm) == (draw.task_id is not None)
    if not is_kind or party.bureau_id != draw.bureau_id or draw.entries.filter(**key).exists():
        message = _("Name somebody of the pool who does not stand on the list; who stands there wrongly is replaced.")
        raise DrawRefused(Refusal("not_left_out", message, {"field": "party"}, SOURCE))
    if not words.strip():
        raise DrawRefused(Refusal("words_missing", _("Say why."), {"field": "words"}))
    if draw.faults.filter(**key).exists():
        raise DrawRefused(Refusal("fault_noted", _("This is noted already."), {"field": "party"}))
    row = DrawFault.objects.create(draw=draw, words=words.strip()[:300], noted_by=by, noted_at=at, **key)
    private = {"party": party.pk, "words": row.words}
    record(actor=by, action="draws.fault_noted", subject=draw, facts={"fault": row.pk}, private=private)
    return row


@transaction.atomic
def order_again(*, fault: DrawFault, by: User, at: datetime) -> DrawFault:
    """Order attempt n+1 for somebody who was wrongly left off: section head and witness together, in either order.

    With both the draw is void, its seats are taken back, and the record says so. Raise ``NotAllowed`` for others,
    ``DrawRefused`` once somebody has begun to work. The same order again changes nothing.
    """
    draw = locked(fault.draw)
    row = DrawFault.objects.select_for_update(of=("self",)).get(pk=fault.pk)
    is_witness = draw.parties.filter(user=by, role=PartyRole.WITNESS).exists() and may(by, Capability.WITNESS)
    is_head = not is_witness and by.bureau_id == draw.bureau_id and may(by, Capability.CONFIRM)
    if not (is_witness or is_head):
        raise NotAllowed(_("Only the section head and the witness of this draw order a new attempt."))
    if by.pk in {row.head_id, row.witness_id}:
        return row
    if draw.status != DrawStatus.DRAWN or (draw.task and live_draw_of(task=draw.task) != draw):
        raise does_not_follow(draw, DrawAction.VOID)
    if began_to_work(draw):
        message = _("Who was drawn has begun to work; the fault stays on record, and the draw holds.")
        raise DrawRefused(Refusal("work_begun", message, {}, SOURCE))
    if is_witness:
        row.witness, row.witness_at = by, at
    else:
        row.head, row.head_at = by, at
    row.save(update_fields=["head", "head_at", "witness", "witness_at"])
    record(actor=by, action="draws.ordered_again", subject=draw, facts={"fault": row.pk, "is_witness": is_witness})
    if row.head_id and row.witness_id:
        _draw_anew(draw, by=by, on=timezone.localdate(at))
    return row


def _draw_anew(draw: Draw, *, by: User, on: date) -> None:
    for seat in live_assignments(draw).select_for_update().order_by("pk"):
        void_by_draw(seat, words=_("A new attempt of the draw was ordered."), by=by)
    if draw.task is not None and draw.task.status in {TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED}:
        move_task(task=draw.task, action=TaskAction.RECOMMISSION, by=by, on=on, words=draw.number)
    _end(draw, ORDERED, "", by=by, on=on)
