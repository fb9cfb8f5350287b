"""The published record: all that a stranger needs to walk the draw again. Its form is described in docs/draws.md."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assignments.draw.frozen import read_freeze
from assignments.draw.permutation import order
from assignments.draw.seeds import Part, draw_key, seed_text
from assignments.draw.walking import Place, WalkResult, walk
from foundation.core.canon import digest

RECORD_TYPE: Final = "gongping/record/1"
ORDERED_AGAIN: Final = "ordered_again"
VOID_GROUNDS: Final = ("missing_commitment", "refused_reveal", ORDERED_AGAIN)


@dataclass(frozen=True, slots=True)
class Step:
    """One walk as a fact: the tiers open then, the numbers late then, who withdrew before it, and what came out."""

    result: WalkResult
    opened: tuple[int, ...] = (0,)
    late: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A leaf opened after the review: whoever recomputes it knows that this person was on the list.

    Number 0 with the ``reason``, the code of a rule: that he was kept off it.
    """

    number: int
    name: str
    ref: str
    salt: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at an outside source, as confirmed: its seed part, or None where it was not to be had.

    ``words`` cite where it was read, or say why there is none. ``is_wrong``: it had been misread and gave way to the
    next finding at the same source.
    """

    source: str
    words: str
    part: Part | None = None
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Void:
    """An attempt that ended without a draw: ``ground`` is one of ``VOID_GROUNDS``, ``role`` the one who failed."""

    attempt: int
    ground: str
    role: str
    freeze: str


def draw(freeze_text: str, parts: Sequence[Part], *, late: Sequence[int] = (), opened: Sequence[int] = ()) -> Step:
    """Return the draw of a frozen list with the seed of ``parts``; ``opened`` widens the tiers open from the start."""
    view = read_freeze(freeze_text)
    tiers = tuple(opened) or view.opened
    result = walk(
        order=positions(freeze_text, parts),
        entries=view.entries,
        seats=view.seats,
        group_max=view.group_max,
        opened=tiers,
        late=late,
    )
    return Step(result, tiers, tuple(sorted(late)))


def replace(
    freeze_text: str,
    parts: Sequence[Part],
    steps: Sequence[Step],
    *,
    withdrawn: Sequence[int],
    late: Sequence[int] = (),
    opened: Sequence[int] = (),
) -> Step:
    """Return the walk that fills the seats of ``withdrawn`` after ``steps`` (the draw and all earlier replacements).

    Raise ``ValueError`` if one of them holds no seat, ``InfeasibleError`` if the opened tiers are exhausted.
    """
    view = read_freeze(freeze_text)
    panel = [place.number for place in steps[-1].result.panel]
    if not withdrawn or not set(withdrawn) <= set(panel):
        message = "only somebody who holds a seat can be replaced"
        raise ValueError(message)
    tiers = tuple(opened) or steps[-1].opened
    result = walk(
        order=positions(freeze_text, parts),
        entries=view.entries,
        seats=view.seats,
        group_max=view.group_max,
        opened=tiers,
        late=late,
        seated=[number for number in panel if number not in withdrawn],
        withdrawn=[*withdrawn, *(number for step in steps for number in step.withdrawn)],
    )
    return Step(result, tiers, tuple(sorted(late)), tuple(sorted(withdrawn)))


def only_seating(step: Step, came_in: Sequence[int]) -> Step:
    """Return the step with only those of its newcomers who are ``came_in``, for who keeps what a walk brought."""
    return dataclasses.replace(step, result=dataclasses.replace(step.result, seated=tuple(came_in)))


def positions(freeze_text: str, parts: Sequence[Part]) -> list[int]:
    """Return the permutation of the frozen list that the seed of ``parts`` gives."""
    view = read_freeze(freeze_text)
    return order(view.algorithm, draw_key(view.algorithm, view.hash, parts), len(view.entries))


def record(
    *,
    freeze_text: str,
    commitments: Mapping[str, str],
    reveals: Mapping[str, str | None],
    parts: Sequence[Part] = (),
    steps: Sequence[Step] = (),
    openings: Sequence[Opening] = (),
    voids: Sequence[Void] = (),
    void: Void | None = None,
    outside: Sequence[Finding] = (),
    witness: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the published record: ``steps`` are the draw and its replacements in turn; a void attempt has none.

    ``commitments`` and ``reveals`` map the id of a party to its hash and nonce. ``outside`` is what was found at the
    outside sources, in the order in which it was confirmed: fall-backs come after what was not to be had. ``witness``
    is the receipt of H from outside (None prints UNWITNESSED), ``about`` holds texts for people: facts, as are
    withdrawals and ``late``.
    """
    view = read_freeze(freeze_text)
    if bool(steps) == (void is not None and void.ground != ORDERED_AGAIN):
        message = "a record tells a draw, or why there was none; a draw is void only by an order to draw again"
        raise ValueError(message)
    for attempt in (*voids, *([void] if void else [])):
        if attempt.ground not in VOID_GROUNDS:
            message = f"a draw is void only by {', '.join(VOID_GROUNDS)}, not by {attempt.ground!r}"
            raise ValueError(message)
    drawn: dict[str, Any] = {"draw": None, "order": None, "parts": [], "seed": None}
    if steps:
        key = draw_key(view.algorithm, view.hash, parts)
        drawn = {
            "draw": _step(steps[0]),
            "order": order(view.algorithm, key, len(view.entries)),
            "parts": list(parts),
            "seed": seed_text(view.algorithm, key),
        }
    document = {
        **drawn,
        "about": dict(about or {}),
        "called": [number for step in steps[1:] for number in step.result.seated],
        "commitments": [{"hash": commitments[id_], "party": id_} for id_ in view.parties if id_ in commitments],
        "freeze": freeze_text,
        "h": view.hash,
        "openings": [
            {"name": opening.name, "number": opening.number, "ref": opening.ref, "salt": opening.salt}
            for opening in openings
        ],
        "outside": [finding_document(finding) for finding in outside],
        "replacements": [_step(step) | {"withdrawn": list(step.withdrawn)} for step in steps[1:]],
        "reveals": [{"nonce": reveals[id_], "party": id_} for id_ in view.parties if id_ in reveals],
        "type": RECORD_TYPE,
        "void": _void(void) if void else None,
        "voids": [_void(attempt) for attempt in voids],
        "witness": None if witness is None else dict(witness),
    }
    return document | {"sha256": digest(document)}


def _step(step: Step) -> dict[str, Any]:
    result = step.result
    came_in = set(result.seated)
    return {
        "late": list(step.late),
        "opened": list(step.opened),
        "panel": [_place(place) for place in result.panel],
        "seated": [_place(place) for place in result.panel if place.number in came_in],
        "skipped": [{"number": skip.number, "reason": str(skip.reason)} for skip in result.skipped],
    }


def _place(place: Place) -> dict[str, int]:
    return {"number": place.number, "stratum": place.stratum}


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return how a record tells what was found at an outside source."""
    state = "unavailable" if finding.part is None else "corrected" if finding.is_wrong else "used"
    return {"id": finding.source, "part": finding.part, "state": state, "words": finding.words}


def _void(attempt: Void) -> dict[str, Any]:
    return {"attempt": attempt.attempt, "ground": attempt.ground, "h": attempt.freeze, "role": attempt.role}
