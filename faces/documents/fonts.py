"""Give papers their embedded type: three voices, one shipped face, text that can be copied out again.

The shipped face is the TrueType Noto Sans SC inside the installed ``zhplot`` package, which is located, never imported.
``GONGPING_PAPER_FONTS`` may name other TrueType files, for example ``{"title": "/usr/share/fonts/song.ttf"}``;
keys are the voices ``body`` (the system speaks), ``title`` (headings) and ``voice`` (words people wrote).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

from django.conf import settings
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

Voice = Literal["body", "title", "voice"]

SHIPPED: Final = "GongpingSans"
ENTRIES_PER_BLOCK: Final = 100
_CUTTING: Final = Lock()
_REGISTERING: Final = Lock()


class PaperFontMissingError(RuntimeError):
    """No TrueType file for papers: install ``zhplot`` or name one in ``GONGPING_PAPER_FONTS``."""


def unicode_map(name: str, codes: list[int]) -> str:
    """Return the ToUnicode map of one subset, in UTF-16BE, so that characters beyond U+FFFF survive copying.

    ``codes`` holds the code point of each byte value; 0 stands for an unused byte and is left out.
    Blocks hold at most 100 entries (PDF 32000-1, 9.10.3).
    """
    entries = [
        f"<{byte:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for byte, code in enumerate(codes) if code
    ]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for start in range(0, len(entries), ENTRIES_PER_BLOCK):
        block = entries[start : start + ENTRIES_PER_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


class PaperFont(TTFont):
    """A TrueType font cut to what a paper uses; a character without a glyph shows a box and still copies as itself."""

    def knows(self, character: str) -> bool:
        """Say whether the file has a glyph for the character."""
        return bool(self.face.charToGlyph.get(ord(character)))

    def width(self, character: str) -> float:
        """Return the advance of the character in thousandths of the type size."""
        return float(self.face.charWidths.get(ord(character), self.face.defaultWidth))

    def splitString(self, text: str, doc: pdfdoc.PDFDocument, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802 - reportlab's name
        """Return the text as (subset, bytes) pieces, reserving a code of its own for each unknown character."""
        for character in text:
            self.face.charToGlyph.setdefault(ord(character), 0)
        pieces: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
        return pieces

    def addObjects(self, doc: pdfdoc.PDFDocument) -> None:  # noqa: N802 - reportlab's name
        """Write the subsets with our own text map; one document at a time, the parser keeps a reading position."""
        with _CUTTING:
            state = self.state[doc]
            state.frozen = 1
            for number, codes in enumerate(state.subsets):
                self._write_subset(doc, number, codes)
            del self.state[doc]

    def _write_subset(self, doc: Any, number: int, codes: list[int]) -> None:  # noqa: ANN401 - reportlab types no document parts
        inner = self.getSubsetInternalName(number, doc)[1:]
        name = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode("ascii")
        font: Any = pdfdoc.PDFTrueTypeFont()
        font.Name = inner
        font.BaseFont = name
        font.FirstChar = 0
        font.LastChar = len(codes) - 1
        font.Widths = pdfdoc.PDFArray([self.width(chr(code)) for code in codes])
        words = pdfdoc.PDFStream()
        words.content = unicode_map(name, codes)
        if doc.compression:
            words.filters = [pdfdoc.PDFZCompress]
        font.ToUnicode = doc.Reference(words, f"toUnicode:{self.fontName}:{name}")
        face: Any = self.face
        font.FontDescriptor = face.addSubsetObjects(doc, name, codes)
        doc.Reference(font, inner)
        doc.idToObject["BasicFonts"].dict[inner] = font


def shipped_file() -> Path:
    """Return the path of the Noto Sans SC file that came with the lock, or raise ``PaperFontMissingError``."""
    spec = find_spec("zhplot")
    if spec is None or spec.origin is None:
        raise PaperFontMissingError
    return Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"


def chosen_files() -> Mapping[str, str]:
    """Return the bureau's own font files by voice; empty where the setting names none."""
    return getattr(settings, "GONGPING_PAPER_FONTS", None) or {}


@lru_cache(maxsize=8)
def _registered(name: str, path: str) -> PaperFont:
    with _REGISTERING:
        font = PaperFont(name, path)
        pdfmetrics.registerFont(font)
    return font


@lru_cache(maxsize=1)
def shipped_font() -> PaperFont:
    """Return the face that every voice falls back on."""
    return _registered(SHIPPED, str(shipped_file()))


def font_for(voice: Voice) -> PaperFont:
    """Return the bureau's own face for the voice, else the shipped one."""
    path = chosen_files().get(voice)
    if not path:
        return shipped_font()
    return _registered(f"Gongping-{voice}-{Path(path).stem}", path)


def pieces(text: str, voice: Voice) -> Iterator[tuple[PaperFont, str]]:
    """Yield the text in runs of one face: the voice's own, or the shipped one where a glyph is missing."""
    own, shipped = font_for(voice), shipped_font()
    if own is shipped:
        yield own, text
        return
    run, face = "", own
    for character in text:
        wanted = own if own.knows(character) or not shipped.knows(character) else shipped
        if wanted is not face and run:
            yield face, run
            run = ""
        face = wanted
        run += character
    if run:
        yield face, run


def measure(text: str, voice: Voice, size: float) -> float:
    """Return the width of the text in points."""
    font = font_for(voice)
    if font is shipped_font():
        known, other = font.face.charWidths, font.face.defaultWidth
        return float(sum([known.get(ord(character), other) for character in text])) * size / 1000
    return sum(font.width(character) for font, run in pieces(text, voice) for character in run) * size / 1000
