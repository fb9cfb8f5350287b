"""Set Chinese text: break lines by the rules of 避头尾, never inside a code or a number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from faces.documents.fonts import Voice, measure, pieces

INK: Final = HexColor("#211c17")
INK_2: Final = HexColor("#544b41")
INK_3: Final = HexColor("#655b4f")
LINE: Final = HexColor("#dcd3c3")
RULE: Final = HexColor("#3a332c")
EDGE: Final = HexColor("#867a6a")
WELL: Final = HexColor("#f3efe6")
VERMILION: Final = HexColor("#b2301b")

NEVER_FIRST: Final = frozenset("、。，．：；？！”’）］｝〉》」』】〕〗…—～·%‰℃)]}!?;:,.")
NEVER_LAST: Final = frozenset("“‘（［｛〈《「『【〔〖([{¥￥№")
WORD: Final = re.compile(r"[!-~×÷±√−≥≤]+| +|.", re.DOTALL)
BOLD_STROKE: Final = 0.032
STRETCH_LIMIT: Final = 0.12

Align = Literal["left", "centre", "right", "justify"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph looks. Lengths in points, ``indent`` and ``hang`` in ems of the type size."""

    size: float = 10.5
    leading: float = 17
    voice: Voice = "body"
    colour: Color = INK
    bold: bool = False
    align: Align = "justify"
    indent: float = 0
    hang: float = 0
    before: float = 0
    after: float = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One set line: its text, its left edge and width in points, and whether the paragraph ends here."""

    text: str
    left: float
    width: float
    ends: bool


def units(text: str) -> list[str]:
    """Return the pieces between which a line may end: single characters, whole words, punctuation kept with them."""
    glued: list[str] = []
    sticky = False
    for word in WORD.findall(text):
        closes = word[0] in NEVER_FIRST and glued and not glued[-1].isspace()
        if sticky or closes:
            glued[-1] += word
        else:
            glued.append(word)
        sticky = word[-1] in NEVER_LAST
    return glued


def _cut(word: str, style: Style, room: float) -> list[str]:
    """Cut a word that is wider than a whole line (a hash in a narrow cell) into pieces that fit.

    A piece begins with a closing mark only where nothing else is left to begin it.
    """
    cut, piece = [], ""
    for character in word:
        if piece and measure(piece + character, style.voice, style.size) > room:
            keep = len(piece)
            if character in NEVER_FIRST:
                keep = max((at for at in range(1, len(piece)) if piece[at] not in NEVER_FIRST), default=keep)
            cut.append(piece[:keep])
            piece = piece[keep:]
        piece += character
    return [*cut, piece]


def break_lines(text: str, style: Style, room: float) -> list[Line]:
    """Return the text as lines no wider than ``room`` points, a paragraph to each newline, centred lines balanced."""
    lines = _fill(text, style, room)
    if style.align != "centre" or len(lines) == 1 or "\n" in text:
        return lines
    even = sum(line.width for line in lines) / len(lines) + 1.5 * style.size
    balanced = _fill(text, style, min(room, even))
    return balanced if len(balanced) == len(lines) else lines


def _fill(text: str, style: Style, room: float) -> list[Line]:
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        left = style.indent * style.size
        current, used = "", 0.0
        for whole in units(paragraph):
            wide = measure(whole, style.voice, style.size)
            narrowest = room - max(style.indent, style.hang) * style.size
            for unit in [whole] if wide <= narrowest else _cut(whole, style, narrowest):
                wide = measure(unit, style.voice, style.size)
                if current and left + used + wide > room + 0.01:
                    lines.append(_line(current, style, left, ends=False))
                    left, current, used = style.hang * style.size, "", 0.0
                    if unit.isspace():
                        continue
                current += unit
                used += wide
        lines.append(_line(current, style, left, ends=True))
    return lines


def _line(text: str, style: Style, left: float, *, ends: bool) -> Line:
    trimmed = text.rstrip(" ")
    return Line(trimmed, left, measure(trimmed, style.voice, style.size), ends)


class Prose(Flowable):
    """A paragraph of plain text; splits between lines."""

    def __init__(self, text: str, style: Style, *, lines: Sequence[Line] | None = None) -> None:
        """Keep the text; ``lines`` continues a paragraph already broken on the page before."""
        super().__init__()
        self.text = text
        self.style = style
        self._lines = list(lines) if lines is not None else []
        self._fixed = lines is not None
        self._room = -1.0

    def getSpaceBefore(self) -> float:  # noqa: N802 - reportlab's name
        """Return the space above in points."""
        return 0 if self._fixed else self.style.before

    def getSpaceAfter(self) -> float:  # noqa: N802 - reportlab's name
        """Return the space below in points."""
        return self.style.after

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803, ARG002 - reportlab's names
        """Break the lines and return the size taken, in points."""
        if not self._fixed and availWidth != self._room:
            self._lines = break_lines(self.text, self.style, availWidth)
        self._room = availWidth
        self.width, self.height = availWidth, len(self._lines) * self.style.leading
        return self.width, self.height

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803 - reportlab's names
        """Return the part that fits and the rest; nothing when no line fits."""
        self.wrap(availWidth, availHeight)
        fitting = int(availHeight // self.style.leading)
        if fitting < 1 or fitting >= len(self._lines):
            return [] if fitting < 1 else [self]
        head = replace(self.style, after=0)
        return [
            Prose(self.text, head, lines=self._lines[:fitting]),
            Prose(self.text, self.style, lines=self._lines[fitting:]),
        ]

    def draw(self) -> None:
        """Draw the lines; the shipped face has one weight, so bold is the same glyph with a thin outline."""
        canvas: Canvas = self.canv
        style = self.style
        baseline = self.height - (style.leading - style.size) / 2 - style.size * 0.86
        for line in self._lines:
            write(canvas, line, style, self._room, baseline)
            baseline -= style.leading


class Heading(Prose):
    """A heading that moves to the next page rather than stand alone at the foot of this one."""

    needs = 78.0

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803 - reportlab's names
        """Return the size in points; ask for more than there is when less than ``needs`` is left."""
        wide, tall = super().wrap(availWidth, availHeight)
        return wide, max(tall, self.needs) if availHeight < self.needs else tall

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803, ARG002 - reportlab's names
        """Stay whole."""
        return []


def write(canvas: Canvas, line: Line, style: Style, room: float, baseline: float) -> None:
    """Draw one line into ``room`` points of width at the baseline."""
    if not line.text:
        return
    slack = room - line.left - line.width
    left, stretch = line.left, 0.0
    if style.align == "centre":
        left += slack / 2
    elif style.align == "right":
        left += slack
    elif style.align == "justify" and not line.ends and len(line.text) > 1:
        stretch = max(0.0, min(slack / (len(line.text) - 1), STRETCH_LIMIT * style.size))
    text = canvas.beginText(left, baseline)
    text.setFillColor(style.colour)
    if stretch:
        text.setCharSpace(stretch)
    if style.bold:
        canvas.setStrokeColor(style.colour)
        canvas.setLineWidth(style.size * BOLD_STROKE)
        text.setTextRenderMode(2)
    for font, run in pieces(line.text, style.voice):
        text.setFont(font.fontName, style.size)
        text.textOut(run)
    if stretch:
        text.setCharSpace(0)
    if style.bold:
        text.setTextRenderMode(0)
    canvas.drawText(text)


def put(canvas: Canvas, text: str, style: Style, at: tuple[float, float], room: float = 0) -> None:
    """Draw one unbroken line of text from ``at``, in points."""
    canvas.saveState()
    canvas.translate(at[0], 0)
    write(canvas, Line(text, 0, measure(text, style.voice, style.size), ends=True), style, room, at[1])
    canvas.restoreState()
