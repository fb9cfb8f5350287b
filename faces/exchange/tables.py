"""From a sheet to records: find the headings, read every cell, collect every fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from faces.exchange.cells import CellWrong, Reader, narrow
from faces.exchange.faults import Fault, Report
from faces.exchange.sheets import Line, Sheet, letters

HEADING_WITHIN: Final = 20
TAILS: Final = ("合计", "总计", "小计", "备注", "填表人", "填报人", "制表", "说明：", "注：")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import: what it is called (other names too), how it is read, whether it must be filled."""

    key: str
    heading: str
    reader: Reader[Any]
    required: bool = True
    also: Sequence[str] = ()
    default: Any = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet of an import: its name, other names it goes by, its columns."""

    name: str
    columns: Sequence[Column]
    also: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A row that was read: its place and its values by column key."""

    sheet: str
    row: int
    values: Mapping[str, Any]
    places: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - the column's reader says what it is
        """Return the value of a column."""
        return self.values[key]

    def fault(self, key: str, message: str, code: str = "wrong") -> Fault:
        """Return a fault at this row's cell of the column ``key``."""
        column, heading, said = self.places.get(key, ("", "", ""))
        return Fault(self.sheet, self.row, column, heading, said, message, code)


def records(sheet: Sheet, layout: Layout, report: Report) -> list[Record]:
    """Return the rows of ``sheet`` that are whole; what is not goes into ``report`` (faults, skipped, unknown)."""
    found = _headings(sheet, layout)
    if found is None:
        asked = "、".join(column.heading for column in layout.columns if column.required)
        sentence = _("No row with the headings was found in the first 20 rows. These are asked for: %(asked)s.")
        report.faults.append(Fault(sheet.name, 0, "", "", "", sentence % {"asked": asked}, "no_headings"))
        return []
    top, places = found
    by_key = {column.key: column for column in layout.columns}
    for column in layout.columns:
        if column.required and column.key not in places:
            sentence = _("The column “%(heading)s” is missing.") % {"heading": column.heading}
            report.faults.append(Fault(sheet.name, top.number, "", column.heading, "", sentence, "no_column"))
    taken = set(places.values())
    report.unknown += [
        (sheet.name, cell.text) for place, cell in enumerate(top.cells) if cell.text and place not in taken
    ]
    whole: list[Record] = []
    report.read.setdefault(layout.name, 0)
    for line in sheet.lines[top.number :]:
        if line.is_blank:
            continue
        if _is_tail(line):
            report.skipped.append((sheet.name, line.number, next(cell.text for cell in line.cells if cell.text)))
            continue
        report.read[layout.name] += 1
        if (record := _record(sheet.name, line, by_key, places, report.faults)) is not None:
            whole.append(record)
    return whole


def _record(
    sheet: str, line: Line, columns: Mapping[str, Column], places: Mapping[str, int], faults: list[Fault]
) -> Record | None:
    values: dict[str, Any] = {}
    where: dict[str, tuple[str, str, str]] = {}
    before = len(faults)
    for key, column in columns.items():
        place = places.get(key)
        values[key] = column.default
        if place is None:
            continue
        cell = line.at(place)
        where[key] = (letters(place), column.heading, cell.text)
        try:
            if cell.text:
                values[key] = column.reader(cell)
            elif column.required:
                faults.append(Fault(sheet, line.number, *where[key], _("This cell must be filled."), "empty"))
        except CellWrong as wrong:
            faults.append(Fault(sheet, line.number, *where[key], wrong.message, wrong.code))
    return Record(sheet, line.number, values, where) if len(faults) == before else None


def _headings(sheet: Sheet, layout: Layout) -> tuple[Line, dict[str, int]] | None:
    """Return the row that holds most of the headings, and the place of each column."""
    names = {_bare(said): column.key for column in layout.columns for said in (column.heading, *column.also)}
    best: tuple[Line, dict[str, int]] | None = None
    for line in sheet.lines[:HEADING_WITHIN]:
        places: dict[str, int] = {}
        for place, cell in enumerate(line.cells):
            key = names.get(_bare(cell.text))
            if key is not None:
                places.setdefault(key, place)
        if len(places) >= min(2, len(layout.columns)) and (best is None or len(places) > len(best[1])):
            best = line, places
    return best


def _bare(words: str) -> str:
    """Return a heading without blanks, line breaks, stars, full-width signs."""
    return "".join(narrow(words).replace("（", "(").replace("）", ")").split()).strip("*:").lower()


def _is_tail(line: Line) -> bool:
    first = next((cell.text for cell in line.cells if cell.text), "")
    filled = sum(bool(cell.text) for cell in line.cells)
    bare = "".join(first.split())
    return bare.startswith(TAILS) and (filled <= 2 or bare in {"合计", "总计", "小计"})
