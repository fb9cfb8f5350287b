"""Which rows of a workbook are hidden: the reader of cells does not say. Works on the bytes, so no XML is expanded."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from html import unescape
from posixpath import join, normpath
from typing import Final

ROW: Final = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
LINK: Final = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
ATTRIBUTE: Final = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
SECTOR_END: Final = 0xFFFFFFF0  # what is at least this is no sector of a compound file
UNREADABLE: Final = (
    LookupError, ValueError, RuntimeError, EOFError, struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
MINI: Final = 64
MOST_RECORDS: Final = 2_000_000


def hidden_rows(content: bytes) -> dict[str, frozenset[int]]:
    """Return the numbers (from 1) of the hidden rows by sheet; nothing for what is no readable workbook."""
    try:
        return _zipped(content) if content.startswith(b"PK") else _compound(content)
    except UNREADABLE:  # of another make, or damaged: reading its cells tells
        return {}


def _zipped(content: bytes) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        links = [_attributes(one) for one in LINK.findall(packed.read("xl/_rels/workbook.xml.rels"))]
        targets = {link["Id"]: link["Target"] for link in links}
        for sheet in map(_attributes, SHEET.findall(packed.read("xl/workbook.xml"))):
            path = targets[next(value for name, value in sheet.items() if name.endswith(":id"))]
            rows = packed.read(path[1:] if path.startswith("/") else normpath(join("xl", path)))
            found[unescape(sheet["name"])] = _hidden_in(rows)
    return found


def _hidden_in(text: bytes) -> frozenset[int]:
    hidden, number = set(), 0
    for row in ROW.finditer(text):
        said = _attributes(row[1])
        number = int(said.get("r", number + 1))
        if said.get("hidden") in {"1", "true"}:
            hidden.add(number)
    return frozenset(hidden)


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in ATTRIBUTE.findall(tag)}


def _compound(content: bytes) -> dict[str, frozenset[int]]:
    """Walk the records of a BIFF8 workbook ([MS-XLS] 2.4.28 BoundSheet8, 2.4.221 Row)."""
    book = _stream(content)
    found: dict[str, frozenset[int]] = {}
    for name, start in _sheets(book):
        hidden, place = set(), start
        for _turn in range(MOST_RECORDS):
            kind, size = struct.unpack_from("<HH", book, place)
            if kind == 0x0A:
                break
            if kind == 0x208 and struct.unpack_from("<H", book, place + 16)[0] & 0x20:
                hidden.add(struct.unpack_from("<H", book, place + 4)[0] + 1)
            place += 4 + size
        found[name] = frozenset(hidden)
    return found


def _sheets(book: bytes) -> list[tuple[str, int]]:
    found, place = [], 0
    for _turn in range(MOST_RECORDS):
        kind, size = struct.unpack_from("<HH", book, place)
        if kind == 0x0A:
            break
        if kind == 0x85:
            start, length, wide = struct.unpack_from("<IxxBB", book, place + 4)
            raw = book[place + 12 : place + 12 + length * (2 if wide & 1 else 1)]
            found.append((raw.decode("utf-16-le" if wide & 1 else "latin-1"), start))
        place += 4 + size
    return found


def _stream(content: bytes) -> bytes:
    """Return the stream ``Workbook`` of a compound file ([MS-CFB])."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    directory, cutoff, small, more = (struct.unpack_from("<I", content, place)[0] for place in (48, 56, 60, 68))
    listed = [one for one in struct.unpack_from("<109I", content, 76) if one < SECTOR_END]
    for _turn in range(len(content) // size):
        if more >= SECTOR_END:
            break
        *sectors, more = _numbers(content[(more + 1) * size : (more + 2) * size])
        listed += [one for one in sectors if one < SECTOR_END]
    table = [one for sector in listed for one in _numbers(content[(sector + 1) * size : (sector + 2) * size])]
    sectors_of = content[size:]
    entries = _chain(sectors_of, size, table, directory)
    for place in range(0, len(entries), 128):
        (length,) = struct.unpack_from("<H", entries, place + 64)
        if entries[place : place + max(0, length - 2)].decode("utf-16-le") not in {"Workbook", "Book"}:
            continue
        start, whole = struct.unpack_from("<II", entries, place + 116)
        if whole >= cutoff:
            return _chain(sectors_of, size, table, start)[:whole]
        tiny = _chain(sectors_of, size, table, struct.unpack_from("<I", entries, 116)[0])
        return _chain(tiny, MINI, _numbers(_chain(sectors_of, size, table, small)), start)[:whole]
    raise KeyError("Workbook")


def _chain(held: bytes, size: int, table: Sequence[int], sector: int) -> bytes:
    parts: list[bytes] = []
    while sector < SECTOR_END and len(parts) <= len(table):
        parts.append(held[sector * size : (sector + 1) * size])
        sector = table[sector]
    return b"".join(parts)


def _numbers(held: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(held) // 4}I", held[: len(held) // 4 * 4])
