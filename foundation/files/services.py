"""Taking files in: checked before anything is kept, hashed, never changed afterwards."""

import hashlib
import io
import secrets
from threading import Lock
from typing import Final

import pypdfium2
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal
from foundation.files.models import StoredFile
from foundation.files.rules import MEDIA_TYPES, clean_name, extension_of, problem_of

DOCUMENTS: Final = frozenset({"pdf", "docx"})
SCANS: Final = frozenset({"pdf", "png", "jpg"})
PICTURE_WIDTH: Final = 1240
PICTURE_MOST_RATIO: Final = 3
PDFIUM: Final = Lock()  # PDFium answers one thread at a time
WORDS: Final = {
    "empty": gettext_lazy("The file is empty."),
    "too_large": gettext_lazy("The file is larger than 100 MB."),
    "kind_not_allowed": gettext_lazy("This kind of file is not accepted here."),
    "content_mismatch": gettext_lazy("The content is not what the file's name says."),
    "encrypted": gettext_lazy("The file is locked with a password. Save it without one."),
    "unreadable": gettext_lazy("The file is damaged and cannot be read. Save it again."),
    "active_content": gettext_lazy("The file carries scripts, macros or embedded files. Save it without them."),
    "external_relation": gettext_lazy("The file loads something from outside. Save it with everything inside."),
    "too_many_entries": gettext_lazy("The file has too many parts inside."),
    "bomb": gettext_lazy("The file grows too much when it is unpacked."),
    "path_in_name": gettext_lazy("A part inside the file has a path in its name."),
}


class FileRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file is not taken; nothing was stored."""


def checked(*, name: str, content: bytes, accept: frozenset[str] = DOCUMENTS) -> str:
    """Return the extension of an acceptable file; raise ``FileRefused`` naming what is wrong."""
    extension = extension_of(name)
    code = problem_of(extension, content) if extension in accept else "kind_not_allowed"
    if code:
        facts = {"name": clean_name(name), "accepted": sorted(accept), "field": "file"}
        raise FileRefused(Refusal(code, str(WORDS[code]), facts))
    return extension


@transaction.atomic
def store(
    *,
    bureau: Bureau,
    name: str,
    content: bytes,
    owner: models.Model | None,
    by: User,
    accept: frozenset[str] = DOCUMENTS,
) -> StoredFile:
    """Check and keep an uploaded file; raise ``FileRefused``."""
    extension = checked(name=name, content=content, accept=accept)
    return _keep(bureau=bureau, name=clean_name(name), content=content, extension=extension, owner=owner, by=by)


@transaction.atomic
def store_made(*, bureau: Bureau, name: str, content: bytes, owner: models.Model | None, by: User) -> StoredFile:
    """Keep a file that the system itself made."""
    return _keep(bureau=bureau, name=name, content=content, extension=extension_of(name), owner=owner, by=by)


@transaction.atomic
def give_owner(*, file: StoredFile, owner: models.Model) -> StoredFile:
    """Name the owner of a file that was stored before its owner existed; raise ``FileRefused`` where it has one."""
    if file.owner_id is not None:
        raise FileRefused(Refusal("has_owner", _("The file belongs to something else.")))
    file.owner_kind, file.owner_id = owner._meta.label_lower, owner.pk
    file.save(update_fields=["owner_kind", "owner_id"])
    return file


def _keep(
    *, bureau: Bureau, name: str, content: bytes, extension: str, owner: models.Model | None, by: User
) -> StoredFile:
    digest = hashlib.sha256(content).hexdigest()
    row = StoredFile(
        bureau=bureau,
        owner_kind=owner._meta.label_lower if owner is not None else "",
        owner_id=owner.pk if owner is not None else None,
        original_name=name,
        media_type=MEDIA_TYPES[extension],
        size_bytes=len(content),
        sha256=digest,
        pages=pages_of(content) if extension == "pdf" else None,
        uploaded_by=by,
    )
    row.content.save(f"{secrets.token_hex(16)}.{extension}", ContentFile(content), save=False)
    row.save()
    record(actor=by, action="files.stored", subject=row, facts={"sha256": digest, "size_bytes": len(content)})
    return row


def pages_of(content: bytes) -> int | None:
    """Return how many pages a PDF has; None where it cannot be opened."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(io.BytesIO(content))
        except pypdfium2.PdfiumError:
            return None
        with document:
            return len(document)


def page_texts(content: bytes) -> list[str]:
    """Return the text of each page of a PDF; raise ``FileRefused`` where it cannot be opened."""
    with PDFIUM, _opened(content) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def page_picture(content: bytes, *, number: int) -> bytes:
    """Return page ``number`` (from 1) of a PDF as a JPEG; raise ``FileRefused`` where there is no such page."""
    with PDFIUM, _opened(content) as document:
        if not 1 <= number <= len(document):
            raise FileRefused(Refusal("unreadable", str(WORDS["unreadable"])))
        page = document[number - 1]
        width, height = page.get_size()
        picture = page.render(scale=PICTURE_WIDTH / max(width, height / PICTURE_MOST_RATIO, 1)).to_pil()
        made = io.BytesIO()
        picture.convert("RGB").save(made, "JPEG", quality=82)
        return made.getvalue()


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(io.BytesIO(content))
    except pypdfium2.PdfiumError as error:
        raise FileRefused(Refusal("unreadable", str(WORDS["unreadable"]))) from error
