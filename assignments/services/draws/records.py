"""The record as it stands, and the names that are opened in it."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import DrawStatus
from assignments.models import Draw
from assignments.selectors.draws import base_of, is_over, left_of, lineage_of
from assignments.selectors.leaves import entries_opened, exclusions_opened
from assignments.selectors.seeding import findings_of, parts_of, reveals_of, slips_of
from assignments.services.draws.facts import DrawRefused, locked, steps_of
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record, seal
from foundation.core.errors import NotAllowed, Refusal


def keep_record(draw: Draw, *, is_named: bool = False) -> None:
    """Write the record as it stands now; once it names those who were seated it goes on naming them."""
    parties = list(draw.parties.all())
    voids = [
        pure.Void(row.attempt, row.void_ground, row.void_role.lower(), row.commitment)
        for row in lineage_of(task=draw.task, re_review=draw.re_review)
        .filter(status=DrawStatus.VOID, pk__lt=draw.pk)
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
        reveals=reveals_of(draw, is_drawn=is_drawn),
        parts=parts_of(draw) if is_drawn else (),
        steps=steps,
        openings=entries_opened(draw, draw.entries.filter(number__in=seated_ever(steps))) if is_named else (),
        voids=voids,
        void=own,
        outside=findings_of(draw) if is_drawn else (),
        witness=witness,
        about={"number": draw.number, "title": base_of(draw).title} | slips_of(parties) | left_of(draw),
    )
    draw.save(update_fields=["record"])


@transaction.atomic
def note_departures(*, draw: Draw) -> Draw:
    """Write into the record of a draw who has left for a conflict since it was kept; the same again changes nothing."""
    draw = locked(draw)
    told = ((draw.record or {}).get("about") or {}).get("left", [])
    now = left_of(draw).get("left", [])
    if draw.record and draw.steps and told != now:
        keep_record(draw)
        record(actor="system", action="draws.departure_noted", subject=draw, facts={"left": now})
    return draw


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


@transaction.atomic
def open_leaves(*, draw: Draw, by: User) -> list[pure.Opening]:
    """Return every leaf, opened, for who witnesses draws of this bureau; each look is journaled.

    First those of the list, then the sealed part: who was kept off it, by which rule. Raise ``DrawRefused`` before the
    draw is over.
    """
    draw = locked(draw)
    if by.bureau_id != draw.bureau_id or not may(by, Capability.WITNESS):
        raise NotAllowed
    if draw.status not in {DrawStatus.DRAWN, DrawStatus.VOID} or not draw.secret_sealed:
        raise DrawRefused(Refusal("not_drawn", _("The leaves are opened only when the draw is over.")))
    found = [*entries_opened(draw, draw.entries.all()), *exclusions_opened(draw)]
    record(actor=by, action="draws.leaves_opened", subject=draw, facts={"leaves": len(found)})
    return found
