"""Spreadsheets as rows of text: .xlsx, .xls and .csv, each cell keeping its place. Only this module opens files."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from foundation.core.errors import DomainError, Refusal

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 400 * 1024 * 1024
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
SAFE_INTEGER: Final = 10**15  # a spreadsheet keeps 15 digits; what is larger has lost some
ENCODINGS: Final = ("utf-8-sig", "gb18030")
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"


class SheetRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file cannot be read as a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text as a reader sees it. ``lost`` = a number with more digits than a spreadsheet keeps."""

    text: str
    lost: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its number as the spreadsheet shows it (from 1)."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Return whether every cell is empty."""
        return not any(cell.text for cell in self.cells)

    def at(self, column: int) -> Cell:
        """Return the cell in the column (from 0); beyond the end it is empty."""
        return self.cells[column] if column < len(self.cells) else Cell("")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name and its rows in order, blank ones included."""

    name: str
    lines: tuple[Line, ...]


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
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise _refused(
            "unreadable", _("The workbook cannot be opened: it is damaged or locked by a password. Save it again.")
        ) from error
    return [_sheet(name, table) for name, table in tables]


def _check_unpacked(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile as error:
        raise _refused("unreadable", _("The workbook cannot be opened: it is damaged. Save it again.")) from error
    if size > MOST_UNPACKED:
        raise _refused("too_large", _("The workbook unpacks to more than 400 MB. Split it and try again."))


def _sheet(name: str, table: list[list[Any]]) -> Sheet:
    if len(table) > MOST_ROWS or max((len(row) for row in table), default=0) > MOST_COLUMNS:
        sentence = _("Sheet “%(sheet)s” has more than 100,000 rows or 200 columns. Split it and try again.")
        raise _refused("too_large", sentence % {"sheet": name})
    lines = (Line(number, tuple(_cell(value) for value in row)) for number, row in enumerate(table, start=1))
    return Sheet(name, tuple(lines))


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
    first = text.partition("\n")[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    try:
        table: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refused("unreadable", _("The .csv file has an open quotation mark. Save it again.")) from error
    return _sheet(name.rpartition(".")[0][:60] or name, table)


def _cell(value: Any) -> Cell:  # noqa: ANN401 - whatever a spreadsheet holds
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" "))
    if isinstance(value, date | time | timedelta):
        return Cell(value.isoformat() if not isinstance(value, timedelta) else str(value))
    return Cell(str(value).strip().strip("\ufeff\u200b\u3000").strip())


def _number(value: float) -> Cell:
    if abs(value) >= SAFE_INTEGER:
        return Cell(f"{value:.6g}".upper(), lost=True, number=True)
    whole = int(value)
    text = str(whole) if whole == value else format(Decimal(f"{value:.15g}"), "f")
    return Cell(text, number=True)


def _refused(code: str, sentence: str) -> SheetRefused:
    return SheetRefused(Refusal(code, sentence, {"field": "file"}))
