"""What a spreadsheet of the demonstration year is before it is written: plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: a title over all columns (empty = none), one row of headings, rows."""

    name: str
    title: str
    headings: Sequence[str]
    rows: list[Sequence[Value]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Book:
    """One file with its sheets."""

    name: str
    tables: Sequence[Table]


def shares(total: Decimal, weights: Sequence[int], *, step: Decimal = Decimal("0.1")) -> list[Decimal]:
    """Split ``total`` by ``weights`` into amounts of whole ``step``; the first takes the rest."""
    whole = sum(weights)
    parts = [(total * weight / whole // step) * step for weight in weights]
    parts[0] += total - sum(parts)
    return parts
