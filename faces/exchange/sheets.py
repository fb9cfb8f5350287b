"""Spreadsheets as rows of text: .xlsx, .xls and .csv, each cell keeping its place. Only this room opens files."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from faces.exchange.hidden import hidden_rows
from faces.exchange.probe import survives
from foundation.core.errors import DomainError, Refusal

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 400 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
SAFE_INTEGER: Final = 10**15  # a spreadsheet keeps 15 digits; what is larger has lost some
ENCODINGS: Final = ("utf-8-sig", "gb18030")
SNIFFED: Final = 2_000
MOST_SHARED, MOST_SHARED_WORDS = 20, 20_000  # characters of a text, and texts, whose cells are held once
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff]")  # blanks without width, marks of direction
NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?")


class SheetRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file cannot be read as a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text as a reader sees it.

    ``lost``: a number with more digits than a spreadsheet keeps. ``copied``: from the corner of merged cells.
    """

    text: str
    lost: bool = False
    number: bool = False
    copied: bool = False


EMPTY: Final = Cell("")


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its number as the spreadsheet shows it (from 1)."""

    number: int
    cells: tuple[Cell, ...]
    is_hidden: bool = False

    @property
    def own(self) -> list[str]:
        """Return what is written in this row itself, not what merged cells carry into it."""
        return [cell.text for cell in self.cells if cell.text and not cell.copied]

    @property
    def is_blank(self) -> bool:
        """Return whether the row itself holds nothing."""
        return not any(cell.text and not cell.copied for cell in self.cells)

    def at(self, column: int) -> Cell:
        """Return the cell in the column (from 0); beyond the end it is empty."""
        return self.cells[column] if column < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name and its rows in order, blank ones included."""

    name: str
    lines: tuple[Line, ...]
    is_hidden: bool = False


def read(content: bytes, name: str) -> list[Sheet]:
    """Return the sheets of the file, or raise ``SheetRefused`` saying what it is instead."""
    if len(content) > MOST_BYTES:
        raise _refused("too_large", _("The file is larger than 20 MB. Split it and try again."))
    if content.startswith((ZIP, OLE)):
        return _workbook(content)
    if name.lower().endswith((".xlsx", ".xls")):
        raise _refused(
            "not_a_workbook", _("The file is no Excel workbook, though its name says so. Save it again as .xlsx.")
        )
    if not name.lower().endswith((".csv", ".txt")):
        raise _refused("unknown_kind", _("Only .xlsx, .xls and .csv files can be imported."))
    return [_csv(content, name)]


def letters(column: int) -> str:
    """Return the letters that a spreadsheet writes over column ``column`` (from 0): A, B, … Z, AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _workbook(content: bytes) -> list[Sheet]:
    if content.startswith(ZIP):
        _check_unpacked(content)
    if not survives(content, rows=MOST_ROWS, columns=MOST_COLUMNS):
        raise _unreadable()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        hidden = hidden_rows(content)
        return [
            _table(book.get_sheet_by_name(one.name), hidden.get(one.name, frozenset()), one.visible)
            for one in book.sheets_metadata
            if one.name in book.sheet_names
        ]
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise _unreadable() from error


def _unreadable() -> SheetRefused:
    return _refused(
        "unreadable", _("The workbook cannot be opened: it is damaged or locked by a password. Save it again.")
    )


def _table(held: CalamineSheet, hidden: frozenset[int], visible: SheetVisibleEnum) -> Sheet:
    """Return a sheet of a workbook; every cell of a merged area says what its corner says."""
    if held.total_height > MOST_ROWS or held.total_width > MOST_COLUMNS:
        raise _too_wide(held.name)
    table = held.to_python(skip_empty_area=False)
    lines = list(_lines(table, hidden))
    for (top, left), (bottom, right) in held.merged_cell_ranges or ():
        if top >= len(lines):
            continue
        corner = lines[top].at(left)
        copy = Cell(corner.text, corner.lost, corner.number, copied=True)
        for number in range(top, min(bottom + 1, len(lines)) if corner.text else top):
            cells = lines[number].cells
            last = min(right + 1, MOST_COLUMNS)
            wide = [*cells, *([EMPTY] * (last - len(cells)))]
            for column in range(left, last):
                if (number, column) != (top, left) and not wide[column].text:
                    wide[column] = copy
            lines[number] = Line(number + 1, tuple(wide), lines[number].is_hidden)
    return Sheet(held.name, tuple(lines), is_hidden=visible != SheetVisibleEnum.Visible)


def _check_unpacked(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _refused("unreadable", _("The workbook cannot be opened: it is damaged. Save it again.")) from error
    if size > MOST_UNPACKED:
        raise _refused("too_large", _("The workbook unpacks to more than 400 MB. Split it and try again."))


def _lines(table: Sequence[Sequence[Any]], hidden: frozenset[int] = frozenset()) -> Iterator[Line]:
    said: dict[str, Cell] = {}  # what stands in a column again and again is held once

    def cell(value: object) -> Cell:
        if not isinstance(value, str) or len(value) > MOST_SHARED:
            return _cell(value)
        known = said.get(value)
        if known is None:
            known = _cell(value)
            if len(said) < MOST_SHARED_WORDS:
                said[value] = known
        return known

    for number, row in enumerate(table, start=1):
        yield Line(number, tuple(map(cell, row)), number in hidden)


def _too_wide(name: str) -> SheetRefused:
    sentence = _("Sheet “%(sheet)s” has more than 100,000 rows or 200 columns. Split it and try again.")
    return _refused("too_large", sentence % {"sheet": name})


def _csv(content: bytes, name: str) -> Sheet:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        sentence = _("The text is neither UTF-8 nor GB18030. Save the file again as UTF-8 or as .xlsx.")
        raise _refused("unknown_encoding", sentence)
    if "\0" in text:
        raise _refused("unknown_kind", _("The file holds no text. Save it again as .xlsx or .csv."))
    begin = text[:SNIFFED]  # not the first line alone: a heading may hold a line break
    delimiter = "\t" if begin.count("\t") > begin.count(",") else ","
    try:
        table: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refused("unreadable", _("The .csv file has an open quotation mark. Save it again.")) from error
    called = name.rpartition(".")[0][:60] or name
    if len(table) > MOST_ROWS or max((len(row) for row in table), default=0) > MOST_COLUMNS:
        raise _too_wide(called)
    return Sheet(called, tuple(_typed(line) for line in _lines(table)))


def _typed(line: Line) -> Line:
    """Return a row of a .csv, which carries no types: what looks like a number may have been one."""
    cells = (
        Cell(cell.text, number=True) if not cell.lost and NUMBER.fullmatch(cell.text) else cell for cell in line.cells
    )
    return Line(line.number, tuple(cells))


def _cell(value: Any) -> Cell:  # noqa: ANN401 - whatever a spreadsheet holds
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" "))
    if isinstance(value, date | time | timedelta):
        return Cell(value.isoformat() if not isinstance(value, timedelta) else str(value))
    words = UNSEEN.sub("", str(value)).strip()
    return Cell(words) if words else EMPTY


def _number(value: float) -> Cell:
    if abs(value) >= SAFE_INTEGER:
        return Cell(f"{value:.6g}".upper(), lost=True, number=True)
    whole = int(value)
    text = str(whole) if whole == value else format(Decimal(f"{value:.15g}"), "f")
    return Cell(text, number=True)


def _refused(code: str, sentence: str) -> SheetRefused:
    return SheetRefused(Refusal(code, sentence, {"field": "file"}))
