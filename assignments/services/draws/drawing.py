"""Commitments, reveals, the draw itself, replacements, void attempts."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import (
    DrawAction,
    DrawStatus,
    Origin,
    PartyRole,
)
from assignments.models import Assignment, Draw
from assignments.selectors.draws import live_draw_of
from assignments.selectors.eligibility import Eligibility, expert_eligibility, firm_eligibility
from assignments.services.draws.facts import (
    DrawRefused,
    does_not_follow,
    infeasible,
    keep_record,
    lock_listed,
    locked,
    move,
    parts_of,
    party_of,
    require_operator,
    roles_in_order,
    step_facts,
    steps_of,
)
from assignments.services.re_reviews import fill, seat
from assignments.services.routes import choose_firm
from assignments.transitions import GONE
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.approvals.selectors import agreed
from foundation.audit.services import record, seal
from foundation.core.errors import Refusal


@transaction.atomic
def commit(*, draw: Draw, commitment: str, by: User, at: datetime) -> Draw:
    """Take the commitment of ``by``: 64 hex digits over a nonce that stays on his device.

    The last one closes the commitments and seals the journal. A second commitment of a party is refused, the same one
    again changes nothing.
    """
    draw = locked(draw)
    party = party_of(draw, by)
    value = commitment.strip().lower()
    if party.commitment == value and value:
        return draw
    if draw.status != DrawStatus.FROZEN or party.commitment:
        raise does_not_follow(draw, DrawAction.COMMIT)
    if len(value) != 64 or any(char not in "0123456789abcdef" for char in value):  # noqa: PLR2004 - SHA-256 in hex
        message = _("A commitment has 64 hexadecimal digits.")
        raise DrawRefused(Refusal("bad_commitment", message, {"field": "commitment"}))
    party.commitment, party.committed_at = value, at
    party.save(update_fields=["commitment", "committed_at"])
    record(actor=by, action="draws.committed", subject=draw, facts={"role": party.role, "commitment": value})
    if not draw.parties.filter(commitment="").exists():
        move(draw, DrawAction.COMMIT)
        draw.save(update_fields=["status"])
        record(actor=by, action="draws.commitments_closed", subject=draw, facts={"h": draw.commitment})
        seal()
    return draw


@transaction.atomic
def reveal(*, draw: Draw, nonce: str, by: User, at: datetime) -> Draw:
    """Take the nonce of ``by`` once all are committed; the last reveal draws, in the same transaction.

    Order: operator, third, witness. Raise ``DrawRefused`` for a nonce that does not fit its commitment, or out of
    turn. The same reveal again changes nothing.
    """
    draw = locked(draw)
    party = party_of(draw, by)
    value = nonce.strip().lower()
    if party.nonce and party.nonce == value:
        return draw
    if draw.status != DrawStatus.COMMITTED or party.nonce:
        raise does_not_follow(draw, DrawAction.DRAW)
    waiting = roles_in_order({row.role: row for row in draw.parties.filter(nonce="")})
    if waiting and waiting[0] != party.role:
        message = _("First comes: %(role)s.") % {"role": PartyRole(waiting[0]).label}
        raise DrawRefused(Refusal("not_your_turn", message, {"role": waiting[0]}))
    try:
        fits = pure.commitment(draw.commitment, party.role.lower(), value) == party.commitment
    except ValueError:
        fits = False
    if not fits:
        message = _("This nonce does not fit the commitment.")
        raise DrawRefused(Refusal("wrong_nonce", message, {"field": "nonce"}))
    party.nonce, party.revealed_at = value, at
    party.save(update_fields=["nonce", "revealed_at"])
    record(actor=by, action="draws.revealed", subject=draw, facts={"role": party.role})
    if not draw.parties.filter(nonce="").exists():
        _draw_now(draw, by=by, at=at)
    return draw


def _draw_now(draw: Draw, *, by: User, at: datetime) -> None:
    parts = parts_of(draw)
    try:
        step = pure.draw(draw.freeze_text, parts, late=_late(draw, timezone.localdate(at)))
    except pure.InfeasibleError as error:
        raise infeasible(error.shortfall) from error
    move(draw, DrawAction.DRAW)
    draw.seed = pure.seed_text(draw.algorithm, pure.draw_key(draw.algorithm, draw.commitment, parts))
    draw.order = pure.positions(draw.freeze_text, parts)
    draw.steps = [step_facts(step)]
    draw.drawn_at = at
    draw.save()
    _assign(draw, step, by=by, on=timezone.localdate(at))
    keep_record(draw)
    record(actor=by, action="draws.drawn", subject=draw, facts={"h": draw.commitment, "seed": draw.seed})
    seal()


def _assign(draw: Draw, step: pure.Step, *, by: User, on: date, replaces: Assignment | None = None) -> list[Assignment]:
    entries = {row.number: row for row in draw.entries.select_related("firm", "expert")}
    names = {seat_["stratum"]: seat_["name"] for seat_ in draw.seats}
    strata = {place.number: place.stratum for place in step.result.panel}
    made = []
    for number in step.result.seated:
        entry = entries[number]
        if draw.task is not None and entry.firm is not None:
            origin = Origin.REPLACEMENT if replaces else Origin.DRAW
            row = choose_firm(task=draw.task, firm=entry.firm, origin=origin, reason=draw.number, by=by, on=on)
            row.draw, row.position, row.replaces = draw, draw.order.index(number) + 1, replaces
            row.save(update_fields=["draw", "position", "replaces"])
            made.append(row)
        elif draw.re_review is not None and entry.expert is not None:
            made.append(
                seat(
                    re_review=draw.re_review,
                    expert=entry.expert,
                    origin=Origin.REPLACEMENT if replaces else Origin.DRAW,
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
def replace(*, draw: Draw, by: User, at: datetime) -> list[Assignment]:
    """Fill the seats of those who left, from the same permutation; nobody seated moves.

    Raise ``DrawRefused`` where every seat is held, or the opened tiers are exhausted.
    """
    on = timezone.localdate(at)
    draw = locked(draw)
    require_operator(draw, by)
    move(draw, DrawAction.REPLACE)
    if draw.task is not None and live_draw_of(task=draw.task) != draw:
        message = _("The task was freed for a second firm; its route is chosen anew.")
        raise DrawRefused(Refusal("task_freed", message))
    steps = steps_of(draw)
    numbers = {(row.firm_id, row.expert_id): row.number for row in draw.entries.all()}
    rows = list(Assignment.objects.select_for_update().filter(draw=draw).order_by("pk"))
    left = {numbers[row.firm_id, row.expert_id]: row for row in rows if row.status in GONE}
    panel = [place.number for place in steps[-1].result.panel]
    withdrawn = [number for number in panel if number in left]
    if not withdrawn:
        raise DrawRefused(Refusal("nobody_left", _("Every seat is held; there is nobody to replace.")))
    try:
        step = pure.replace(
            draw.freeze_text,
            parts_of(draw),
            steps,
            withdrawn=withdrawn,
            late=_late(draw, on, seated=set(panel) - set(withdrawn)),
        )
    except pure.InfeasibleError as error:
        raise infeasible(error.shortfall) from error
    draw.steps = [*draw.steps, step_facts(step)]
    draw.save(update_fields=["steps", "status"])
    made = _assign(draw, step, by=by, on=on, replaces=left[withdrawn[0]])
    keep_record(draw)
    facts = {"withdrawn": withdrawn, "seated": list(step.result.seated)}
    record(actor=by, action="draws.replaced", subject=draw, facts=facts)
    seal()
    return made


def _late(draw: Draw, on: date, seated: set[int] | None = None) -> list[int]:
    """Return the numbers on the list who became ineligible since the freeze; those who hold a seat are not asked.

    Everybody asked stays locked until the walk is stored, in the order of their keys, so that two draws at once see
    each other's seats.
    """
    entries = list(draw.entries.order_by("number"))
    kept = seated or set()
    asked = [row for row in entries if row.number not in kept]
    lock_listed(asked)
    if draw.task is not None:
        firms = list(Firm.objects.filter(pk__in=[row.firm_id for row in asked]).select_related("organisation"))
        refused = {a.party.pk for a in firm_eligibility(draw.task, on, firms) if _is_late(a)}
        return [row.number for row in asked if row.firm_id in refused]
    if draw.re_review is None:
        return []
    experts = list(Expert.objects.filter(pk__in=[row.expert_id for row in asked]).select_related("person"))
    refused = {a.party.pk for a in expert_eligibility(draw.re_review, on, experts) if _is_late(a)}
    return [row.number for row in asked if row.expert_id in refused]


def _is_late(answer: Eligibility) -> bool:
    """Leaving this very task or panel is a withdrawal, not lateness."""
    return any(refusal.code not in {"left_this_task", "left_this_panel"} for refusal in answer.refusals)


@transaction.atomic
def void(*, draw: Draw, ground: str, role: PartyRole | None, by: User, on: date) -> Draw:
    """End an attempt without a draw: a missing commitment or a refused reveal; ``DrawRefused`` for another ground.

    Drawing again after a draw needs the agreed approval of kind WIDENING (``ordered_again``).
    """
    draw = locked(draw)
    require_operator(draw, by)
    wanted = {
        "missing_commitment": {DrawStatus.CONFIGURED, DrawStatus.FROZEN},
        "refused_reveal": {DrawStatus.COMMITTED},
        "ordered_again": {DrawStatus.DRAWN},
    }
    if draw.status not in wanted.get(ground, set()):
        message = _("A draw is void only for a missing commitment, a refused reveal, or an order to draw again.")
        raise DrawRefused(Refusal("no_ground", message, {"field": "ground"}))
    if ground == "ordered_again" and agreed("WIDENING", draw) is None:
        raise DrawRefused(Refusal("not_ordered", _("Section head and witness have not ordered a new draw.")))
    move(draw, DrawAction.VOID)
    draw.void_ground, draw.void_role = ground, role or ""
    draw.save(update_fields=["status", "void_ground", "void_role"])
    if draw.commitment:
        keep_record(draw)
    record(actor=by, action="draws.void", subject=draw, facts={"ground": ground, "role": role, "on": on})
    seal()
    return draw


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
