"""How well an expert fits a task: specialty × quality × turn, in millionths, open to its parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

MILLIONTHS: Final = 1_000_000
PERMILLE: Final = 1000
FULL_MARKS: Final = 10_000

Ref = TypeVar("Ref")


@dataclass(frozen=True, slots=True)
class FitScale:
    """The numbers of the fit.

    ``match_permille`` counts the levels that are missing from the task's specialty: all shared, the last one differs,
    the last two differ. Nothing shared is no fit. ``prior_count`` is how many opinions of average quality everybody
    starts with. ``turn_permille`` is what the one used last has less than the one used longest ago.
    """

    match_permille: tuple[int, ...] = (1000, 700, 400)
    prior_count: int = 5
    turn_permille: int = 200


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit and its parts: ``value`` = 10^6 × match × quality × turn, rounded down.

    ``quality_hundredths`` is the shrunk mean in hundredths of a point, rounded down as well (the value is not computed
    from it). ``specialty`` is the expert's path that fits best.
    """

    value: int
    specialty: str
    missing_levels: int
    match_permille: int
    quality_hundredths: int
    opinions: int
    turn_permille: int


def fit_of(
    *,
    task_path: str,
    expert_paths: Iterable[str],
    scores: Sequence[int],
    average: int,
    turn: int,
    turns: int,
    scale: FitScale | None = None,
) -> Fit | None:
    """Return the fit of a pair, None if the expert has no specialty of the task's tree.

    Paths are the codes from the root, joined by ``/``. ``scores`` are what the expert's earlier opinions got and
    ``average`` what all got, in hundredths of a point of 100. ``turn`` is his place of ``turns`` by last use, from 0.
    """
    scale = scale or FitScale()
    best = max(expert_paths, key=lambda path: (_shared(task_path, path), path), default="")
    missing = len(task_path.split("/")) - _shared(task_path, best)
    if not _shared(task_path, best) or missing >= len(scale.match_permille):
        return None
    match = scale.match_permille[missing]
    points, opinions = sum(scores) + scale.prior_count * average, len(scores) + scale.prior_count
    later = PERMILLE - scale.turn_permille * turn // max(1, turns - 1)
    value = MILLIONTHS * match * points * later // (PERMILLE * PERMILLE * FULL_MARKS * opinions)
    return Fit(value, best, missing, match, points // opinions, len(scores), later)


def turns_of(last_used: Mapping[Ref, date | None]) -> dict[Ref, int]:
    """Return each one's place by last use, from 0: never used first, then the longest ago; equal days share a place."""
    days = sorted(set(last_used.values()), key=lambda day: day or date.min)
    place = {day: number for number, day in enumerate(days)}
    return {ref: place[day] for ref, day in last_used.items()}


def _shared(task_path: str, path: str) -> int:
    """Return how many levels two paths share from the root."""
    count = 0
    for one, other in zip(task_path.split("/"), path.split("/"), strict=False):
        if one != other or not one:
            break
        count += 1
    return count
