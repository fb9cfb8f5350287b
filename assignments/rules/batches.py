"""What a batch assignment holds to. Rule R-48; the promises are in docs/assignment.md."""

from collections.abc import Sequence
from typing import Any, Final

from foundation.rulesets.rules import Rule

PERMILLE: Final = 1000


def is_chance(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether the number is a chance in thousandths that lets anybody in."""
    return bool(1 <= value <= PERMILLE)


SOURCE: Final = "docs/assignment.md"
RULES: Final = (
    Rule("batch_chance_permille", "R-48", 500, "thousandths of a chance", "DEFAULT", SOURCE, check=is_chance),
)
_QUALITY: Final[list[str]] = []


def quality_from(name: str) -> None:
    """Let the dotted ``name(expert_ids)`` say what the opinions of experts got: a room above keeps them.

    It returns the points of each expert in hundredths of a point of 100.
    """
    _QUALITY[:] = [name]


def quality_source() -> str | None:
    """Return the dotted name that knows the quality of opinions."""
    return _QUALITY[0] if _QUALITY else None


def room_left(*, cap: int, served: int) -> int:
    """Return how many more tasks a year's cap leaves to who served ``served``. Rule R-17."""
    return max(0, cap - served)


def kept_apart(meetings: Sequence[tuple[int, int]], *, cool_down_days: int) -> list[list[int]]:
    """Return the places of the re-reviews of which nobody takes two. Rules R-17 and R-65.

    ``meetings`` are unit and evaluation of each. All seats of a batch are given on one day, so as long as any days must
    lie between two meetings with a unit, those of one unit exclude each other, else those of one evaluation.
    """
    by_name: dict[int, list[int]] = {}
    for place, (unit, evaluation) in enumerate(meetings):
        by_name.setdefault(unit if cool_down_days else evaluation, []).append(place)
    return [places for places in by_name.values() if len(places) > 1]
