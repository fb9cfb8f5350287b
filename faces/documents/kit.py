"""The paper family: rules instead of boxes, one vermilion, places for seals and signatures, never a drawn seal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer, Table, TableStyle

from faces.documents.fonts import font_for, shipped_font
from faces.documents.text import EDGE, INK, INK_2, INK_3, LINE, RULE, VERMILION, Align, Heading, Prose, Style, put

BODY: Final = Style(size=10.5, leading=18, indent=2)
PLAIN: Final = Style(size=10.5, leading=18)
SMALL: Final = Style(size=8.5, leading=13, colour=INK_2)
NOTE: Final = Style(size=8, leading=12, colour=INK_3)
CELL: Final = Style(size=9, leading=13.5, align="left")
HEAD_CELL: Final = Style(size=8.5, leading=13, colour=INK_3, align="left")
TITLE: Final = Style(size=20, leading=28, voice="title", bold=True, align="centre")
SECTION: Final = Style(size=11.5, leading=18, voice="title", bold=True, align="left", before=9, after=3)
SAID: Final = Style(size=10, leading=16.5, voice="voice", align="left")
CODE: Final = Style(size=7.6, leading=11, colour=INK_2, align="left")
FURNITURE: Final = Style(size=8, leading=11, colour=INK_3, align="left")

ALIGNMENTS: Final[Mapping[str, Align]] = {"l": "left", "c": "centre", "r": "right", "j": "justify"}
Content = str | Prose


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on every page of a paper: its name and number, its owner, its margins in points."""

    title: str
    number: str = ""
    owner: str = ""
    note: str = ""
    size: tuple[float, float] = A4
    left: float = 20 * mm
    right: float = 20 * mm
    top: float = 18 * mm
    bottom: float = 20 * mm
    paint: Callable[[Canvas, int, "Sheet"], None] | None = None

    @property
    def room(self) -> float:
        """Return the width between the margins in points."""
        return self.size[0] - self.left - self.right


class Rules(Flowable):
    """文武线: a thick line over a thin one, or the reverse."""

    def __init__(self, *, colour: Color = RULE, thick: float = 1.6, thin: float = 0.6, after: float = 8) -> None:
        """Set the two weights in points."""
        super().__init__()
        self.colour, self.thick, self.thin, self.after = colour, thick, thin, after

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803, ARG002 - reportlab's names
        """Take the whole width."""
        self.width, self.height = availWidth, 4 + self.after
        return self.width, self.height

    def draw(self) -> None:
        """Draw both lines at the top of the space."""
        self.canv.setStrokeColor(self.colour)
        for weight, drop in ((self.thick, self.thick / 2), (self.thin, self.thick + 2)):
            self.canv.setLineWidth(weight)
            self.canv.line(0, self.height - drop, self.width, self.height - drop)


class SealPlace(Flowable):
    """盖章处: a dashed area with words; the seal itself is always put on by hand."""

    def __init__(self, owner: str, dated: str = "", *, side: float = 34 * mm, align: str = "right") -> None:
        """Name who seals here and the date line below; ``side`` in points."""
        super().__init__()
        self.owner, self.dated, self.side, self.place = owner, dated, side, align

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803, ARG002 - reportlab's names
        """Take a square and a little air."""
        self.width, self.height = availWidth, self.side + 4
        return self.width, self.height

    def draw(self) -> None:
        """Draw the dashed area and its words."""
        wide = max(self.side * 1.5, 62 * mm)
        left = {"left": 0.0, "centre": (self.width - wide) / 2}.get(self.place, self.width - wide)
        canvas = self.canv
        canvas.saveState()
        canvas.setStrokeColor(EDGE)
        canvas.setLineWidth(0.6)
        canvas.setDash(3, 2.5)
        canvas.roundRect(left, 2, wide, self.side, 2)
        canvas.restoreState()
        middle = 2 + self.side / 2
        put(canvas, self.owner, replace(PLAIN, align="centre"), (left, middle + 9), wide)
        if self.dated:
            put(canvas, self.dated, replace(PLAIN, align="centre"), (left, middle - 9), wide)
        put(canvas, "盖章处", replace(NOTE, align="left"), (left + 5, self.side - 8))


class SignPlaces(Flowable):
    """Lines for wet signatures, each with its name before the line and a date after it."""

    def __init__(self, labels: Sequence[str], *, columns: int = 2, dated: bool = True, row: float = 30) -> None:
        """Lay the labels out in columns; ``row`` is the height of one in points."""
        super().__init__()
        self.labels, self.columns, self.dated, self.row = list(labels), columns, dated, row

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803, ARG002 - reportlab's names
        """Take as many rows as the labels need."""
        self.width = availWidth
        self.height = -(-len(self.labels) // self.columns) * self.row
        return self.width, self.height

    def draw(self) -> None:
        """Draw label, line and 年 月 日."""
        canvas = self.canv
        wide = self.width / self.columns
        font = font_for("body")
        for index, label in enumerate(self.labels):
            left = index % self.columns * wide
            baseline = self.height - (index // self.columns + 1) * self.row + 8
            put(canvas, label, replace(CELL, colour=INK_2), (left, baseline))
            start = left + sum(font.width(character) for character in label) * CELL.size / 1000 + 4
            tail = 88 if self.dated else 10
            canvas.setStrokeColor(EDGE)
            canvas.setLineWidth(0.5)
            canvas.line(start, baseline - 3, left + wide - tail, baseline - 3)
            if self.dated:
                put(canvas, "年   月   日", replace(CELL, colour=INK_3), (left + wide - tail + 26, baseline))


class Square(Flowable):
    """A QR code with words beside it."""

    def __init__(self, address: str, words: str, *, side: float = 24 * mm) -> None:
        """Keep the address to encode; ``side`` in points."""
        super().__init__()
        self.address, self.side = address, side
        self.prose = Prose(words, NOTE)

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803 - reportlab's names
        """Take the code's side, or the words' height where that is more."""
        self.width = availWidth
        _, tall = self.prose.wrap(availWidth - self.side - 8, availHeight)
        self.height = max(self.side, tall)
        return self.width, self.height

    def draw(self) -> None:
        """Draw the code at the left, the words beside it."""
        square(self.canv, self.address, 0, self.height - self.side, self.side)
        self.prose.drawOn(self.canv, self.side + 8, self.height - self.prose.height - 2)


def square(canvas: Canvas, address: str, left: float, low: float, side: float) -> None:
    """Draw a QR code of the address at a place on the page; lengths in points."""
    widget = QrCodeWidget(address, barLevel="M", barBorder=0)
    widget.barWidth = widget.barHeight = side
    drawing = Drawing(side, side, initialFontName=shipped_font().fontName)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, left, low)


def heading(sheet: Sheet, *, title: str = "", under: str = "") -> list[Flowable]:
    """Return the head of a form: who and which number, the title, a line under it, the double rule."""
    room = sheet.room
    top = Table(
        [[Prose(sheet.owner, replace(SMALL, align="left")), Prose(sheet.number, replace(SMALL, align="right"))]],
        colWidths=[room * 0.55, room * 0.45],
        style=TableStyle(bare()),
    )
    parts: list[Flowable] = [top, Spacer(1, 5), Prose(title or sheet.title, TITLE)]
    if under:
        parts.append(Prose(under, replace(SMALL, align="centre")))
    return [*parts, Spacer(1, 7), Rules()]


def bare() -> list[Any]:
    """Return the table commands of a table without padding, rules or a face of its own."""
    return [
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ("FONT", (0, 0), (-1, -1), shipped_font().fontName),
    ]


def _cell(content: Content, style: Style, mark: str) -> Prose:
    return content if isinstance(content, Prose) else Prose(content, replace(style, align=ALIGNMENTS[mark]))


def three_line(
    head: Sequence[str],
    rows: Sequence[Sequence[Content]],
    *,
    widths: Sequence[float],
    room: float,
    align: str = "",
    cell: Style = CELL,
    total: bool = False,
    pad: float = 3.2,
    extra: Sequence[Any] = (),
) -> Table:
    """Return a 三线表: thick, thin, thick, hairlines between rows; its head repeats on each page.

    ``widths`` are shares of ``room`` (points); ``align`` has one of l, c, r, j per column;
    ``total`` sets off the last row.
    """
    marks = align or "l" * len(widths)
    share = room / sum(widths)
    data = [[_cell(words, HEAD_CELL, mark) for words, mark in zip(head, marks, strict=True)]]
    for number, row in enumerate(rows, start=1):
        style = replace(cell, bold=True) if total and number == len(rows) else cell
        data.append([_cell(words, style, mark) for words, mark in zip(row, marks, strict=True)])
    look = [
        *bare(),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad),
        ("RIGHTPADDING", (0, 0), (-2, -1), 8),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 1), (-1, -2), 0.4, LINE),
        ("LINEABOVE", (0, 0), (-1, 0), 1.3, RULE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 1.3, RULE),
    ]
    if total and rows:
        look.append(("LINEABOVE", (0, -1), (-1, -1), 0.6, RULE))
    return Table(
        data,
        colWidths=[width * share for width in widths],
        repeatRows=1,
        style=TableStyle([*look, *extra]),
        spaceBefore=2,
        spaceAfter=6,
    )


def facts(
    pairs: Sequence[tuple[str, str]], *, room: float, columns: int = 2, label: float = 62, cell: Style = CELL
) -> Table:
    """Return names and values side by side, hairlines below; ``label`` is the width of the names in points."""
    per_row = [list(pairs[start : start + columns]) for start in range(0, len(pairs), columns)]
    names = replace(HEAD_CELL, size=cell.size - 0.5, leading=cell.leading)
    data = []
    for row in per_row:
        padded = [*row, *[("", "")] * (columns - len(row))]
        data.append([Prose(words, style) for name, value in padded for words, style in ((name, names), (value, cell))])
    look = [
        *bare(),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ]
    for index, row in enumerate(per_row):
        if len(row) < columns:
            look.append(("SPAN", (2 * len(row) - 1, index), (-1, index)))
    value = room / columns - label
    return Table(data, colWidths=[label, value] * columns, style=TableStyle(look), spaceAfter=4)


def section(words: str) -> Prose:
    """Return a heading inside a form."""
    return Heading(words, SECTION)


def said(words: str, style: Style = SAID) -> Prose:
    """Return what a person wrote, between the marks that say so."""
    return Prose(f"「{words}」" if words else "", style)


def together(*parts: Flowable) -> KeepTogether:
    """Keep the parts on one page."""
    return KeepTogether(list(parts))


class _Counting(Canvas):
    """A canvas that knows the number of pages before it writes the first foot."""

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to reportlab
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.waiting: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self.waiting.append(dict(self.__dict__))
        restart: Any = self
        restart._startPage()

    def save(self) -> None:
        pages = self.waiting
        for number, page in enumerate(pages, start=1):
            self.__dict__.update(page)
            self._furnish(number, len(pages))
            super().showPage()
        super().save()

    def _furnish(self, number: int, total: int) -> None:
        sheet = self.sheet
        low = sheet.bottom - 8 * mm
        if sheet.paint:
            self.saveState()
            sheet.paint(self, number, sheet)
            self.restoreState()
        put(self, sheet.note, FURNITURE, (sheet.left, low))
        put(self, f"第 {number} 页，共 {total} 页", replace(FURNITURE, align="right"), (sheet.left, low), sheet.room)
        if number > 1:
            high = sheet.size[1] - sheet.top + 5 * mm
            put(self, sheet.title, FURNITURE, (sheet.left, high))
            put(self, sheet.number, replace(FURNITURE, align="right"), (sheet.left, high), sheet.room)
            self.setStrokeColor(LINE)
            self.setLineWidth(0.5)
            self.line(sheet.left, high - 4, sheet.left + sheet.room, high - 4)


def press(story: Sequence[Flowable], sheet: Sheet) -> bytes:
    """Return the paper as PDF bytes: same facts, same bytes (no clock, no random identifier)."""
    out = BytesIO()
    font = shipped_font()
    wide, tall = sheet.size
    frame = Frame(
        sheet.left,
        sheet.bottom,
        sheet.room,
        tall - sheet.top - sheet.bottom,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document = BaseDocTemplate(
        out,
        pagesize=(wide, tall),
        pageTemplates=[PageTemplate(frames=[frame])],
        title=f"{sheet.title} {sheet.number}".strip(),
        author=sheet.owner,
        subject=sheet.title,
        creator="公评",
        producer="公评",
        lang="zh-CN",
        invariant=1,
        pageCompression=1,
        initialFontName=font.fontName,
    )

    def canvas(*args: Any, **kwargs: Any) -> Canvas:  # noqa: ANN401 - passed on to reportlab
        return _Counting(sheet, *args, **kwargs)

    document.build(list(story), canvasmaker=canvas)
    return out.getvalue()


def money(cents: int) -> str:
    """Return 分 as 元 with two decimals and grouped thousands: 1234567 → ``12,345.67 元``."""
    return f"{cents // 100:,}.{cents % 100:02d} 元"


def ten_thousands(cents: int) -> str:
    """Return 分 as 万元, exactly, without idle zeros: 37630000000 → ``37,630 万元``."""
    whole, rest = divmod(cents, 1_000_000)
    tail = f".{rest:06d}".rstrip("0").rstrip(".") if rest else ""
    return f"{whole:,}{tail} 万元"


__all__ = [
    "BODY", "CELL", "CODE", "HEAD_CELL", "INK", "NOTE", "PLAIN", "SAID", "SECTION", "SMALL", "TITLE", "VERMILION",
    "Heading", "Prose", "Rules", "SealPlace", "Sheet", "SignPlaces", "Square", "Style",
    "bare", "facts", "heading", "money", "press", "said", "section", "square", "ten_thousands",
    "three_line", "together",
]  # fmt: skip
