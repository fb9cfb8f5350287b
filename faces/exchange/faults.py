"""What is wrong with a spreadsheet, by sheet, row, column and the cell's text; all of it, never the first only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from foundation.core.errors import DomainError, Refusal


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it stands (row from 1, 0 = the whole sheet; column as letters), what it says, what to do."""

    sheet: str
    row: int
    column: str
    heading: str
    text: str
    message: str
    code: str = "wrong"

    def plain(self) -> dict[str, Any]:
        """Return the fault as plain values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "heading": self.heading,
            "text": self.text,
            "message": self.message,
            "code": self.code,
        }


class ImportRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file has faults; nothing was written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Carry every fault."""
        self.faults = sorted(faults, key=lambda fault: (fault.sheet, fault.row, fault.column))
        sentence = _(
            "The file has %(count)d faults; nothing was imported. Correct the cells named below and try again."
        )
        facts = {"faults": [fault.plain() for fault in self.faults]}
        super().__init__(Refusal("import_faults", sentence % {"count": len(self.faults)}, facts))


@dataclass(slots=True)
class Report:
    """What an import did, or would do: for each sheet the rows read, written, skipped, and the faults."""

    read: dict[str, int] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    skipped: list[tuple[str, int, str]] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.faults

    @property
    def rows(self) -> int:
        """Return how many rows of data were read."""
        return sum(self.read.values())

    @property
    def faulty_rows(self) -> int:
        """Return how many rows of data carry a fault."""
        return len({(fault.sheet, fault.row) for fault in self.faults if fault.row})

    def plain(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "skipped": [list(one) for one in self.skipped],
            "unknown": [list(one) for one in self.unknown],
            "faults": [fault.plain() for fault in self.faults],
        }
