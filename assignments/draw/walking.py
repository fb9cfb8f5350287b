"""The walk along the permutation: who is seated, who is passed over, and by which of four reasons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assignments.draw.seating import Entry, Plan, Seat, placing


class SkipReason(StrEnum):
    """Why the walk passed somebody, the first that applies."""

    LATE = "late"  # became ineligible after the freeze
    GROUP = "group"  # the group is full
    SEAT = "seat"  # no seat beside those already seated
    AHEAD = "ahead"  # seating him would leave a later seat empty


@dataclass(frozen=True, slots=True)
class Skip:
    """One candidate whom this walk passed over; a later walk begins anew."""

    number: int
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Place:
    """Who sits in which stratum."""

    number: int
    stratum: int


@dataclass(frozen=True, slots=True)
class WalkResult:
    """One walk: who came in (in this order), the whole panel afterwards, the skips, and the sealed alternates.

    ``alternates`` are all others who were not withdrawn, tier by tier in the order of the draw.
    """

    seated: tuple[int, ...]
    panel: tuple[Place, ...]
    skipped: tuple[Skip, ...]
    alternates: tuple[int, ...]


def walk(
    *,
    order: Sequence[int],
    entries: Sequence[Entry],
    seats: Sequence[Seat],
    group_max: int,
    opened: Collection[int] = (0,),
    late: Collection[int] = (),
    seated: Sequence[int] = (),
    withdrawn: Collection[int] = (),
) -> WalkResult:
    """Fill the seats by walking ``order`` (the whole permutation) through the ``opened`` tiers, lowest first.

    A draw starts with nobody ``seated``. A replacement is the same walk from the beginning with those still seated,
    leaving out all who ever withdrew. ``late`` are the numbers found ineligible now. Raise ``InfeasibleError`` if the
    opened tiers cannot fill every seat (open the next one with approval), ``ValueError`` for numbers that do not fit.
    """
    listed = _listed(order, entries, (*late, *seated, *withdrawn))
    gone = {*seated, *withdrawn}
    waiting = sorted((n for n in order if n not in gone), key=lambda number: listed[number].tier)
    path = [number for number in waiting if listed[number].tier in opened]
    late = frozenset(late)
    rest = [listed[number] for number in path if number not in late]
    plan = Plan(seats, group_max, rest, seated=[listed[number] for number in seated])
    came_in: list[int] = []
    skipped: list[Skip] = []
    hopeless: set[tuple[tuple[int, ...], int]] = set()
    for number in path:
        if plan.is_complete:
            break
        reason = SkipReason.LATE if number in late else _step(plan, number, listed[number].group, hopeless)
        if reason:
            skipped.append(Skip(number, reason))
        else:
            came_in.append(number)
    panel = [listed[number] for number in (*seated, *came_in)]
    return WalkResult(
        seated=tuple(came_in),
        panel=tuple(Place(entry.number, stratum) for entry, stratum in zip(panel, placing(seats, panel), strict=True)),
        skipped=tuple(skipped),
        alternates=tuple(number for number in waiting if number not in set(came_in)),
    )


def _step(plan: Plan, number: int, group: int, hopeless: set[tuple[tuple[int, ...], int]]) -> SkipReason | None:
    """Seat ``number`` or say why not.

    Whoever is ahead of the others once stays so: everybody like him who comes later leaves even fewer people behind.
    """
    plan.pass_by(number)
    if plan.group_is_full(group):
        return SkipReason.GROUP
    if not plan.has_seat_for(number):
        return SkipReason.SEAT
    if (kind := plan.kind(number)) in hopeless or not plan.seat(number):
        hopeless.add(kind)
        return SkipReason.AHEAD
    return None


def _listed(order: Sequence[int], entries: Sequence[Entry], named: Collection[int]) -> dict[int, Entry]:
    listed = {entry.number: entry for entry in entries}
    if len(listed) != len(entries) or sorted(order) != sorted(listed):
        message = "the order must hold the number of every entry once"
        raise ValueError(message)
    if strangers := sorted(set(named) - set(listed)):
        message = f"numbers not on the frozen list: {', '.join(map(str, strangers))}"
        raise ValueError(message)
    return listed
