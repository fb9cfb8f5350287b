"""What every step of a draw reads and keeps."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import (
    DrawAction,
    DrawStatus,
    PartyRole,
)
from assignments.models import Draw, DrawEntry, DrawParty, EvaluationTask
from assignments.selectors.draws import REVEAL_ORDER, is_over
from assignments.selectors.eligibility import Eligibility
from assignments.transitions import DRAW
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record, seal
from foundation.core.crypto import decrypt
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import descendants


class DrawRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The draw cannot take this step."""


def locked(draw: Draw) -> Draw:
    """Return the draw locked, with what its steps read."""
    rows = Draw.objects.select_for_update(of=("self",))
    return rows.select_related(
        "bureau", "task__bureau", "task__unit", "re_review__bureau", "re_review__evaluation__unit"
    ).get(pk=draw.pk)


def lock_listed(entries: Iterable[DrawEntry]) -> None:
    """Lock the firms and experts of ``entries`` in the order of their keys until the transaction ends."""
    rows = list(entries)
    for noun, keys in ((Firm, [row.firm_id for row in rows]), (Expert, [row.expert_id for row in rows])):
        if wanted := [key for key in keys if key is not None]:
            list(
                noun.objects.select_for_update(no_key=True)
                .filter(pk__in=wanted)
                .order_by("pk")
                .values_list("pk", flat=True)
            )


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


def base_of(draw: Draw) -> EvaluationTask:
    """Return the task that the draw serves."""
    if draw.task is not None:
        return draw.task
    if draw.re_review is not None:
        return draw.re_review.evaluation
    raise NotAllowed


def seats_of(draw: Draw) -> tuple[pure.Seat, ...]:
    """Return the seats as the pure part takes them."""
    return tuple(pure.Seat(item["stratum"], item["name"], item["count"]) for item in draw.seats)


def strata_of(draw: Draw) -> dict[int, set[int] | None]:
    """Return the nodes that serve each stratum; None: everybody serves."""
    found: dict[int, set[int] | None] = {}
    for item in draw.seats:
        nodes = Node.objects.filter(pk__in=item["nodes"])
        found[item["stratum"]] = set(descendants(nodes).values_list("pk", flat=True)) if item["nodes"] else None
    return found


def strata_served(answer: Eligibility, strata: Mapping[int, set[int] | None]) -> tuple[int, ...]:
    """Return the strata that somebody may serve in."""
    return tuple(number for number, nodes in strata.items() if nodes is None or nodes & answer.nodes)


def ref_of(answer: Eligibility) -> str:
    """Return the permanent number by which the leaf names somebody."""
    return str(answer.party.number)


def roles_in_order(parties: Mapping[str, DrawParty]) -> list[PartyRole]:
    """Return the roles in the order of their reveals."""
    return [role for role in REVEAL_ORDER if role in parties]


def parts_of(draw: Draw) -> list[dict[str, Any]]:
    """Return the seed's parts in the freeze's order."""
    nonces = {row.role.lower(): row.nonce for row in draw.parties.all()}
    return [pure.nonce_part(party, nonces[party]) for party in pure.read_freeze(draw.freeze_text).parties]


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


def keep_record(draw: Draw, *, is_named: bool = False) -> None:
    """Write the record as it stands now; once it names those who were seated it goes on naming them."""
    parties = list(draw.parties.all())
    voids = [
        pure.Void(row.attempt, row.void_ground, row.void_role.lower(), row.commitment)
        for row in Draw.objects.filter(task=draw.task, re_review=draw.re_review, status=DrawStatus.VOID)
        .exclude(pk=draw.pk)
        .exclude(commitment="")
        .order_by("attempt")
    ]
    own = None
    if draw.status == DrawStatus.VOID:
        own = pure.Void(draw.attempt, draw.void_ground, draw.void_role.lower(), draw.commitment)
    is_drawn = bool(draw.steps)
    witness = {"how": "slip", "words": draw.outside_receipt} if draw.outside_receipt else None
    steps = steps_of(draw) if is_drawn else []
    is_named = is_named or bool((draw.record or {}).get("openings"))
    draw.record = pure.record(
        freeze_text=draw.freeze_text,
        commitments={row.role.lower(): row.commitment for row in parties if row.commitment},
        reveals={row.role.lower(): row.nonce for row in parties if row.nonce},
        parts=parts_of(draw) if is_drawn else (),
        steps=steps,
        openings=_openings(draw, draw.entries.filter(number__in=seated_ever(steps))) if is_named else (),
        voids=voids,
        void=own,
        witness=witness,
        about={"number": draw.number, "title": base_of(draw).title},
    )
    draw.save(update_fields=["record"])


def seated_ever(steps: Iterable[pure.Step]) -> set[int]:
    """Return the numbers that the draw seated and the alternates that were called after it."""
    return {number for step in steps for number in step.result.seated}


@transaction.atomic
def open_names(*, draw: Draw, by: User, on: date) -> Draw:
    """Open in the record the leaves of those seated and of the alternates called; of nobody else. Rule R-45.

    Raise ``DrawRefused`` before the review, or the firm's work, is over. Opening again changes nothing.
    """
    draw = locked(draw)
    if by.bureau_id != draw.bureau_id or not may(by, Capability.PUBLISH):
        raise NotAllowed
    if not is_over(draw):
        message = _("Names are opened only after the review, or the firm's work, is over.")
        raise DrawRefused(Refusal("names_too_early", message, {"status": draw.status}))
    if (draw.record or {}).get("openings"):
        return draw
    keep_record(draw, is_named=True)
    numbers = sorted(seated_ever(steps_of(draw)))
    record(actor=by, action="draws.names_opened", subject=draw, facts={"numbers": numbers, "on": on})
    seal()
    return draw


def opening_of(draw: Draw, number: int) -> pure.Opening:
    """Return the opened leaf of a number: for the supervisor, and for each person his own after the review."""
    return next(iter(_openings(draw, draw.entries.filter(number=number))))


@transaction.atomic
def open_leaves(*, draw: Draw, by: User) -> list[pure.Opening]:
    """Return every leaf of the frozen list, opened, for who witnesses draws of this bureau; each look is journaled.

    Raise ``DrawRefused`` before the draw is over.
    """
    draw = locked(draw)
    if by.bureau_id != draw.bureau_id or not may(by, Capability.WITNESS):
        raise NotAllowed
    if draw.status not in {DrawStatus.DRAWN, DrawStatus.VOID} or not draw.secret_sealed:
        raise DrawRefused(Refusal("not_drawn", _("The leaves are opened only when the draw is over.")))
    record(actor=by, action="draws.leaves_opened", subject=draw, facts={"leaves": draw.entries.count()})
    return _openings(draw, draw.entries.all())


def _openings(draw: Draw, rows: QuerySet[DrawEntry]) -> list[pure.Opening]:
    """Open leaves under the names they were closed with: a firm may have been renamed since (edge case 19)."""
    secret = bytes.fromhex(decrypt(draw.secret_sealed))
    found = []
    rows = rows.select_related("firm__organisation", "expert__person")
    for row in rows.prefetch_related("firm__organisation__former_names").order_by("number"):
        party: Any = row.firm or row.expert
        salt = pure.salt(secret, party.number)
        names = [row.firm.organisation.name] if row.firm else [row.expert.person.name] if row.expert else [""]
        names += [old.name for old in row.firm.organisation.former_names.all()] if row.firm else []
        held = (name for name in names if pure.leaf(name, party.number, None, salt) == row.leaf)
        found.append(pure.Opening(row.number, next(held, names[0]), party.number, salt))
    return found


def infeasible(shortfall: pure.Shortfall) -> DrawRefused:
    """Return the refusal for seats that cannot be filled."""
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
