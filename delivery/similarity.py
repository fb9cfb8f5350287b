"""What stands word for word in an earlier text. Plain strings in, places out; no Django.

Texts are compared without white space and punctuation, so that another line break hides nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

SHINGLE: Final = 5
PLACES_TRIED: Final = 8  # of a piece that the old text repeats; keeps a hostile text from costing its length squared
SENTENCE_ENDS: Final = "。！？"


@dataclass(frozen=True, slots=True)
class Run:
    """A copied piece: where it starts and stops in the new text, and where it starts in the old one.

    ``length`` counts letters, characters and figures only.
    """

    start: int
    stop: int
    old_start: int
    length: int


def copied_runs(new: str, old: str, *, least: int) -> list[Run]:
    """Return the pieces of ``new`` of at least ``least`` characters that stand in ``old``, none overlapping, in order.

    Each is as long as both texts allow at that place. Raise ``ValueError`` for ``least`` below 2.
    """
    if least < 2:  # noqa: PLR2004 - half of it is a piece to look for
        raise ValueError("a run has at least two characters")
    fresh, fresh_places = _content(new)
    known, known_places = _content(old)
    size = least // 2  # a run of ``least`` holds a whole piece that begins at a multiple of ``size`` in the old text
    starts: dict[str, list[int]] = {}
    for at in range(0, len(known) - size + 1, size):
        starts.setdefault(known[at : at + size], []).append(at)
    runs, free, at = [], 0, 0
    while at <= len(fresh) - size:
        best = max(
            (_grown(fresh, at, known, place, free) for place in starts.get(fresh[at : at + size], ())[:PLACES_TRIED]),
            default=(0, 0, 0),
        )
        length, begins, old_begins = best
        if length < least:
            at += 1
            continue
        runs.append(Run(fresh_places[begins], fresh_places[begins + length - 1] + 1, known_places[old_begins], length))
        free = at = begins + length
    return runs


def copied_passages(new: str, old: str, *, least: int, sentences: int) -> list[Run]:
    """Return the copied runs that hold at least ``sentences`` ends of sentences: words, not a table or a cover."""
    return [
        run
        for run in copied_runs(new, old, least=least)
        if sum(new.count(end, run.start, run.stop + 1) for end in SENTENCE_ENDS) >= sentences
    ]


def share_copied(new: str, old: str) -> Fraction:
    """Return which part of the five-character pieces of ``new`` also stands in ``old``: 0 to 1, 0 for an empty text."""
    pieces = set(_shingles(_content(new)[0]))
    if not pieces:
        return Fraction(0)
    return Fraction(len(pieces & set(_shingles(_content(old)[0]))), len(pieces))


def _shingles(text: str) -> Iterator[str]:
    return (text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1))


def _content(text: str) -> tuple[str, list[int]]:
    """Return letters and figures of the text, and where each of them stood."""
    places = [at for at, char in enumerate(text) if char.isalnum()]
    return "".join(text[at] for at in places), places


def _grown(first: str, at: int, second: str, place: int, floor: int) -> tuple[int, int, int]:
    """Return (length, start in ``first``, start in ``second``) of what is equal around two places."""
    back = 0
    while at - back > floor and place - back > 0 and first[at - back - 1] == second[place - back - 1]:
        back += 1
    ahead = 0
    limit = min(len(first) - at, len(second) - place)
    while ahead < limit and first[at + ahead] == second[place + ahead]:
        ahead += 1
    return back + ahead, at - back, place - back
