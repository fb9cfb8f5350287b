"""What an uploaded file may be. Limits are in bytes; the content decides, not the name alone."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as ET

from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject

LIMIT_BYTES: Final = 100 * 1024 * 1024
UNPACKED_LIMIT_BYTES: Final = 400 * 1024 * 1024
ENTRY_LIMIT: Final = 2_000
RATIO_LIMIT: Final = 200
NAME_LIMIT: Final = 200
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
    "png": "image/png",
    "jpg": "image/jpeg",
}
PDF_FORBIDDEN: Final = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/EmbeddedFiles",
        "/EmbeddedFile",
        "/RichMedia",
        "/XFA",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
    }
)
PDF_FORBIDDEN_SUBTYPES: Final = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
PIXEL_LIMIT: Final = 100_000_000
RELATIONS_LIMIT_BYTES: Final = 5_000_000
LINK_SCHEMES: Final = ("http://", "https://", "mailto:", "#")
OOXML_FORBIDDEN_PARTS: Final = ("vbaproject", "activex", "oleobject", "embeddings/", "macros")
OOXML_MAIN: Final[Mapping[str, str]] = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


def extension_of(name: str) -> str:
    """Return the lower-case extension without its dot; jpeg counts as jpg."""
    _stem, dot, extension = name.rpartition(".")
    return {"jpeg": "jpg"}.get(extension.lower(), extension.lower()) if dot else ""


def clean_name(name: str) -> str:
    """Return the last part of a name without control characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(". ")
    stem, dot, extension = kept.rpartition(".")
    return (stem[: NAME_LIMIT - len(extension) - 1] + dot + extension) if dot else kept[:NAME_LIMIT]


def problem_of(extension: str, content: bytes) -> str:
    """Return a code for what is wrong with ``content`` as a file of this kind; empty where nothing is."""
    if not content:
        return "empty"
    if len(content) > LIMIT_BYTES:
        return "too_large"
    check = _CHECKS.get(extension)
    return check(content) if check else "kind_not_allowed"


def _pdf(content: bytes) -> str:
    if not content[:1024].lstrip().startswith(b"%PDF-"):
        return "content_mismatch"
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return "encrypted"
        if not len(reader.pages):
            return "unreadable"
        return "active_content" if _is_active(reader) else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError, OSError):
        return "unreadable"


def _is_active(reader: PdfReader) -> bool:
    """Return whether a reachable object carries a script, a launch action or an embedded file."""
    seen: set[tuple[int, int]] = set()
    waiting: list[object] = [reader.trailer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, IndirectObject):
            key = (item.idnum, item.generation)
            if key in seen:
                continue
            seen.add(key)
            item = item.get_object()
        if isinstance(item, DictionaryObject):
            if PDF_FORBIDDEN & set(item):
                return True
            if "/S" in item and str(item["/S"]) in PDF_FORBIDDEN:  # [] follows an indirect name, get() does not
                return True
            if "/Subtype" in item and str(item["/Subtype"]) in PDF_FORBIDDEN_SUBTYPES:
                return True
            waiting += list(item.values())
        elif isinstance(item, list):
            waiting += item
    return False


def _ooxml(kind: str) -> Callable[[bytes], str]:
    def check(content: bytes) -> str:
        if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return "encrypted"  # an encrypted Office file is an OLE container
        if not content.startswith(b"PK\x03\x04"):
            return "content_mismatch"
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return _zip_problem(archive, kind)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
            return "unreadable"

    return check


def _zip_problem(archive: zipfile.ZipFile, kind: str) -> str:  # noqa: PLR0911 - one return for each thing that can be wrong
    entries = archive.infolist()
    if len(entries) > ENTRY_LIMIT:
        return "too_many_entries"
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > UNPACKED_LIMIT_BYTES or unpacked > RATIO_LIMIT * packed + 10_000_000:
        return "bomb"
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        return "unreadable"
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        return "path_in_name"
    if any(entry.flag_bits & 1 for entry in entries):
        return "encrypted"
    if OOXML_MAIN[kind] not in names or "[Content_Types].xml" not in names:
        return "content_mismatch"
    if any(part in name.lower() for name in names for part in OOXML_FORBIDDEN_PARTS):
        return "active_content"
    return _ooxml_text_problem(archive, names)


def _ooxml_text_problem(archive: zipfile.ZipFile, names: list[str]) -> str:
    types = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in types or b"vbaproject" in types:
        return "active_content"
    for name in names:
        if not name.lower().endswith((".xml", ".rels")):
            continue
        with archive.open(name) as part:
            head = part.read(4096)
        if b"\x00" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "unreadable"  # Office writes UTF-8; another encoding would hide what is searched for below
        if b"<!DOCTYPE" in head.upper() or b"<!ENTITY" in head.upper():
            return "active_content"
        if name.lower().endswith(".rels") and (problem := _relations_problem(archive, name)):
            return problem
    if "word/document.xml" in names and _has_live_field(archive.read("word/document.xml")):
        return "active_content"
    return ""


def _relations_problem(archive: zipfile.ZipFile, name: str) -> str:
    """Return what is wrong where a relation leads outside for anything but a plain link, or takes in a foreign part."""
    if archive.getinfo(name).file_size > RELATIONS_LIMIT_BYTES:
        return "bomb"
    text = archive.read(name)
    if b"<!" in text:
        return "active_content"
    try:
        root = ET.fromstring(text)  # noqa: S314 - declarations, the only danger, were refused in the line above
    except ET.ParseError:
        return "unreadable"
    for kind, target, is_outside in _relations(root):
        if kind.endswith("/afchunk"):
            return "active_content"
        if is_outside and not (kind.endswith("/hyperlink") and target.startswith(LINK_SCHEMES)):
            return "external_relation"
    return ""


def _relations(root: ET.Element) -> Iterator[tuple[str, str, bool]]:
    for each in root.iter():
        if each.tag.endswith("Relationship"):
            is_outside = each.get("TargetMode", "").strip().lower() == "external"
            yield each.get("Type", "").lower(), each.get("Target", "").strip().lower(), is_outside


def _has_live_field(document: bytes) -> bool:
    """Return whether the fields of a Word text, put together over their runs, fetch or start something."""
    words = b"".join(re.findall(rb"<w:instrText[^>]*>([^<]*)", document)).upper()
    simple = b"".join(re.findall(rb'w:instr="([^"]*)"', document)).upper()
    return any(word in words or word in simple for word in (b"DDE", b"INCLUDETEXT", b"INCLUDEPICTURE"))


def _image(kind: str) -> Callable[[bytes], str]:
    def check(content: bytes) -> str:
        try:
            with Image.open(io.BytesIO(content), formats=[kind]) as image:
                if image.width * image.height > PIXEL_LIMIT:
                    return "bomb"
                image.verify()
        except Image.DecompressionBombError:
            return "bomb"
        except UnidentifiedImageError:
            return "content_mismatch"
        except (OSError, SyntaxError, ValueError, EOFError):
            return "unreadable"
        return ""

    return check


def _xls(content: bytes) -> str:
    if not content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "content_mismatch"
    return "active_content" if "_VBA_PROJECT".encode("utf-16-le") in content else ""


def _csv(content: bytes) -> str:
    return "content_mismatch" if b"\x00" in content or content.lstrip()[:1] == b"<" else ""


_CHECKS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "pdf": _pdf,
    "docx": _ooxml("docx"),
    "xlsx": _ooxml("xlsx"),
    "xls": _xls,
    "csv": _csv,
    "png": _image("PNG"),
    "jpg": _image("JPEG"),
}
