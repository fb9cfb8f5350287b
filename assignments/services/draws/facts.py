"""What every step of a draw reads and keeps."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import (
    DrawAction,
    DrawStatus,
    TaskStatus,
)
from assignments.models import Assignment, Draw, DrawParty
from assignments.selectors.seeding import parts_of
from assignments.transitions import DRAW, GONE, WORKING
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused


class DrawRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The draw cannot take this step."""


def locked(draw: Draw) -> Draw:
    """Return the draw locked, with what its steps read."""
    rows = Draw.objects.select_for_update(of=("self",))
    return rows.select_related(
        "bureau", "task__bureau", "task__unit", "re_review__bureau", "re_review__evaluation__unit"
    ).get(pk=draw.pk)


def require_operator(draw: Draw, by: User) -> None:
    """Raise ``NotAllowed`` for who does not run draws of this bureau."""
    if by.bureau_id != draw.bureau_id or not may(by, Capability.DRAW):
        raise NotAllowed


def party_of(draw: Draw, user: User) -> DrawParty:
    """Return the party that ``user`` is in the draw; raise ``NotAllowed`` for others."""
    row = draw.parties.select_for_update().filter(user=user).first()
    if row is None:
        raise NotAllowed(_("You are no party of this draw."))
    return row


def seats_of(draw: Draw) -> tuple[pure.Seat, ...]:
    """Return the seats as the pure part takes them."""
    return tuple(pure.Seat(item["stratum"], item["name"], item["count"]) for item in draw.seats)


def live_assignments(draw: Draw) -> QuerySet[Assignment]:
    """Return the seats that the draw gave and that are still held."""
    return Assignment.objects.filter(draw=draw).exclude(status__in=GONE)


def began_to_work(draw: Draw) -> bool:
    """Return whether somebody whom the draw chose has begun, so that nothing is drawn anew any more."""
    if draw.task is not None:
        return draw.task.status not in {TaskStatus.PLANNED, TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED}
    return Assignment.objects.filter(draw=draw, status__in=WORKING).exists()


def steps_of(draw: Draw) -> list[pure.Step]:
    """Return the walks of a draw, recomputed from their facts."""
    parts = parts_of(draw)
    steps: list[pure.Step] = []
    for facts in draw.steps:
        late, opened = tuple(facts["late"]), tuple(facts["opened"])
        if steps:
            withdrawn = tuple(facts["withdrawn"])
            step = pure.replace(draw.freeze_text, parts, steps, withdrawn=withdrawn, late=late, opened=opened)
        else:
            step = pure.draw(draw.freeze_text, parts, late=late, opened=opened)
        steps.append(step)
    return steps


def step_facts(step: pure.Step) -> dict[str, Any]:
    """Return what must be kept of a walk to repeat it."""
    return {"late": list(step.late), "opened": list(step.opened), "withdrawn": list(step.withdrawn)}


def infeasible(shortfall: pure.Shortfall, *, has_step: bool = False) -> DrawRefused:
    """Return the refusal for seats that cannot be filled; ``has_step``: a widening is left that could be asked for."""
    words = (
        _("%(names)s: %(needed)d seats, but at most %(possible)d can be filled: too many of one employer.")
        if shortfall.rule == "group"
        else _("%(names)s: %(needed)d seats, but at most %(possible)d can be filled.")
    )
    facts = {"needed": shortfall.needed, "possible": shortfall.possible, "strata": list(shortfall.strata)}
    message = words % {
        "names": ", ".join(shortfall.names),
        "needed": shortfall.needed,
        "possible": shortfall.possible,
    }
    if has_step:
        message = f"{message} {_('Ask for the next widening step to be approved.')}"
    return DrawRefused(Refusal("infeasible", message, {**facts, "rule": shortfall.rule}))


def move(draw: Draw, action: DrawAction) -> None:
    """Set the status after ``action``; raise ``TransitionRefused``."""
    after = DRAW.get((DrawStatus(draw.status), action))
    if after is None:
        raise does_not_follow(draw, action)
    draw.status = after


def does_not_follow(draw: Draw, action: DrawAction) -> TransitionRefused:
    """Return the refusal of a step that does not follow."""
    message = _("The draw is in the state “%(state)s”; this step does not follow.") % {
        "state": draw.get_status_display()
    }
    return TransitionRefused(noun="draw", status=draw.status, action=action, message=message)
