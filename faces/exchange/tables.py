"""From a sheet to records: find the headings, read every cell, collect every fault."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from faces.exchange.cells import NONE, CellWrong, Reader, narrow
from faces.exchange.faults import Fault, Passed, Report, Why
from faces.exchange.sheets import Cell, Line, Sheet, letters
from faces.exchange.synonyms import SYNONYMS

HEADING_WITHIN: Final = 20
TOLD_EVERY: Final = 2_500
SUMS: Final = frozenset({"合计", "总计", "小计", "共计"})
TAIL: Final = re.compile(r"合计|总计|小计|共计|备注|填[表报]人|制表|审核人|单位负责人|(填表)?说明[:：]|注[0-9]*[:：]")
REMARK: Final = re.compile(r"\((?![^)]*[元亿])[^)]*\)")  # a remark in a heading; one with a unit of money is none
UNREAD: Final = ""  # the key of a heading that somebody said not to read


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
    """A row that was read: its place, its values by column key, and where the columns stand."""

    sheet: str
    line: Line
    values: dict[str, Any]
    places: Mapping[str, int]
    columns: Mapping[str, Column]

    @property
    def row(self) -> int:
        """Return the row's number as the spreadsheet shows it."""
        return self.line.number

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - the column's reader says what it is
        """Return the value of a column."""
        return self.values[key]

    def decide(self, key: str, value: object) -> None:
        """Keep what an answer says of the row."""
        self.values[key] = value

    def decided(self, key: str) -> Any:  # noqa: ANN401 - as it was kept
        """Return what an answer says of the row; nothing where nobody was asked."""
        return self.values.get(key)

    def fault(self, key: str, message: str, code: str = "wrong") -> Fault:
        """Return a fault at this row's cell of the column ``key``."""
        place = self.places.get(key)
        if place is None:
            return Fault(self.sheet, self.row, "", "", "", message, code)
        said = self.line.at(place).text
        return Fault(self.sheet, self.row, letters(place), self.columns[key].heading, said, message, code)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a column: the words, the words with those of the row above, and whether they are its own."""

    words: str
    joined: str = ""
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The headings of a sheet: the number of their last row, how many rows they take, where each column stands."""

    last: int
    depth: int
    headings: Sequence[Heading]
    places: Mapping[str, int]


def records(
    sheet: Sheet,
    layout: Layout,
    report: Report,
    named: Mapping[str, str] | None = None,
    hear: Callable[[int], None] = lambda _row: None,
) -> list[Record]:
    """Return the rows of ``sheet`` that are whole; what is not goes into ``report`` (faults, skipped, unknown).

    ``named``: the column keys that somebody gave to headings (bare words); they win over every guess. ``hear`` is told
    now and then at which row the reading is.
    """
    head = _head(sheet, layout, named or {})
    if head is None:
        asked = "、".join(column.heading for column in layout.columns if column.required)
        sentence = _("No row with the headings was found in the first 20 rows. These are asked for: %(asked)s.")
        report.faults.append(Fault(sheet.name, 0, "", "", "", sentence % {"asked": asked}, "no_headings"))
        return []
    _say_columns(sheet, layout, head, report)
    by_key = {column.key: column for column in layout.columns}
    is_whole = True
    for column in layout.columns:
        if column.required and column.key not in head.places:
            is_whole = False
            sentence = _("The column “%(heading)s” is missing.") % {"heading": column.heading}
            report.faults.append(Fault(sheet.name, head.last, "", column.heading, "", sentence, "no_column"))
    whole: list[Record] = []
    report.read.setdefault(layout.name, 0)
    for line in _rows_under(sheet, head, report):
        report.read[layout.name] += 1
        if report.read[layout.name] % TOLD_EVERY == 0:
            hear(line.number)
        record = _record(sheet.name, line, by_key, head.places, report.faults)
        if record is not None and is_whole:
            whole.append(record)
    return whole


def fitting(sheet: Sheet, layout: Layout) -> tuple[bool, int]:
    """Return whether a sheet has every heading that is asked for, and how many of all it has."""
    head = _head(sheet, layout, {})
    places = head.places if head else {}
    return all(column.key in places for column in layout.columns if column.required) and bool(places), len(places)


def bare(words: str) -> str:
    """Return a heading without blanks, line breaks, stars, full-width signs."""
    return "".join(narrow(words).replace("（", "(").replace("）", ")").split()).strip("*:：").lower()


def _say_columns(sheet: Sheet, layout: Layout, head: Head, report: Report) -> None:
    """Tell the report how each heading is read."""
    keys = {place: key for key, place in head.places.items()}
    for place, heading in enumerate(head.headings):
        if not heading.words or (heading.copied and place not in keys):
            continue
        report.columns.append((layout.name, sheet.name, letters(place), heading.words, keys.get(place, UNREAD)))
        if place not in keys:
            report.unknown.append((sheet.name, heading.words))


def _rows_under(sheet: Sheet, head: Head, report: Report) -> Iterator[Line]:
    """Yield the rows of data; every other row goes into the report with why it was passed over."""

    def passed(line: Line, why: Why) -> None:
        report.skipped.append(Passed(sheet.name, line.number, next(iter(line.own), ""), why))

    for line in sheet.lines[: head.last - head.depth]:
        if not line.is_blank:
            passed(line, Why.TITLE)
    last = max((line.number for line in sheet.lines if not line.is_blank), default=0)
    over = [heading.words for heading in head.headings if heading.words]
    for line in sheet.lines[head.last : last]:
        if line.is_blank:
            passed(line, Why.BLANK)
        elif line.is_hidden:
            passed(line, Why.HIDDEN)
        elif _is_tail(line):
            passed(line, Why.TAIL)
        elif [cell.text for cell in line.cells if cell.text] == over:
            passed(line, Why.HEADINGS)
        elif not any(line.at(place).text and not line.at(place).copied for place in head.places.values()):
            passed(line, Why.UNREAD)
        else:
            yield line


def _record(
    sheet: str, line: Line, columns: Mapping[str, Column], places: Mapping[str, int], faults: list[Fault]
) -> Record | None:
    values = {key: column.default for key, column in columns.items()}
    record = Record(sheet, line, values, places, columns)
    before = len(faults)
    for key, place in places.items():
        column, cell = columns[key], line.at(place)
        try:
            if cell.text and (column.required or cell.text not in NONE):
                values[key] = column.reader(cell)
            elif column.required:
                faults.append(record.fault(key, _("This cell must be filled."), "empty"))
        except CellWrong as wrong:
            faults.append(record.fault(key, wrong.message, wrong.code))
    return record if len(faults) == before else None


def _head(sheet: Sheet, layout: Layout, named: Mapping[str, str]) -> Head | None:
    """Return the row, or the two rows, that hold most of the headings."""
    ranks = _ranks(layout, named)
    best: Head | None = None
    above: Line | None = None
    for line in sheet.lines[:HEADING_WITHIN]:
        for over in (None, above) if above is not None else (None,):
            headings = _headings(line, over)
            head = Head(line.number, 1 if over is None else 2, headings, _places(headings, ranks))
            found, known = len(head.places), len(best.places) if best else min(2, len(layout.columns)) - 1
            if found > known or (found == known and over is not None and _reaches_down(over, line)):
                best = head
        above = line
    return best


def _reaches_down(over: Line, line: Line) -> bool:
    """Return whether a cell of the row above is merged with one of this row."""
    return any(cell.copied and cell.text == over.at(place).text for place, cell in enumerate(line.cells))


def _ranks(layout: Layout, named: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Return for each way to write a heading how sure it is (0 surest), and the key of its column."""
    ranks: dict[str, tuple[int, str]] = {}
    for column in layout.columns:
        said = (named_as for named_as in ((column.heading,), column.also, SYNONYMS.get(column.heading, ())))
        for rank, words in enumerate(said, start=1):
            for one in words:
                if rank < ranks.get(bare(one), (9, ""))[0]:
                    ranks[bare(one)] = (rank, column.key)
    return ranks | {words: (0, key) for words, key in named.items()}


def _headings(line: Line, over: Line | None) -> list[Heading]:
    """Return what stands over each column; a cell under a wide one belongs to it."""
    if over is None:
        return [Heading(cell.text, copied=cell.copied) for cell in line.cells]
    found, wide = [], ""
    for place in range(max(len(line.cells), len(over.cells))):
        upper, lower = over.at(place), line.at(place)
        wide = upper.text or (wide if lower.text else "")
        own: Cell = lower if lower.text else upper
        found.append(Heading(own.text, wide + lower.text if lower.text else "", own.copied and upper.copied))
    return found


def _places(headings: Sequence[Heading], ranks: Mapping[str, tuple[int, str]]) -> dict[str, int]:
    """Return the place of each column: the surest heading has it, of equally sure ones the first."""
    held: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        found = next((ranks[words] for words in _spellings(heading) if words in ranks), None)
        if found is None or found[1] == UNREAD:
            continue
        rank, key = found
        if key not in held or rank < held[key][0]:
            held[key] = (rank, place)
    return {key: place for key, (_rank, place) in held.items()}


def _spellings(heading: Heading) -> Iterator[str]:
    for words in (bare(heading.joined), bare(heading.words)):
        if words:
            yield words
            yield REMARK.sub("", words)


def _is_tail(line: Line) -> bool:
    own = line.own
    first = "".join(own[0].split())
    return first in SUMS or (TAIL.match(first) is not None and len(own) <= 2)
