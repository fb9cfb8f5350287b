"""Ends that a sheet leaves as they are: it tells of somebody or something from a first day on, and that had ended."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from faces.exchange.faults import Ended, Kept
from faces.exchange.tables import Record


class Dated(Protocol):
    """Something with a last day, or none."""

    @property
    def ended_on(self) -> date | None:
        """The first day on which it no longer holds."""


def kept(what: Ended, rows: Sequence[Record], found: Iterable[Dated], names: Iterable[str]) -> list[Kept]:
    """Return the rows whose thing had ended though they tell no end; ``found`` and ``names`` stand in their order."""
    return [
        Kept(row.sheet, row.row, name, what, one.ended_on)
        for row, one, name in zip(rows, found, names, strict=True)
        if one.ended_on is not None and row.decided("until") is None
    ]
