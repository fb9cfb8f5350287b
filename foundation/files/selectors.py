"""Reading the store as a whole: whether every kept file is still the one that was taken in."""

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from typing import Final

from foundation.audit.models import Entry
from foundation.files.models import StoredFile

BATCH: Final = 500
BLOCK_BYTES: Final = 1 << 20


def unsound() -> Iterator[tuple[StoredFile, str]]:
    """Give each kept file that is not what the journal says was taken in, with what is wrong, by number.

    The bytes are compared with the row, the row with its entry of the journal: whoever changes a file and its row
    is found by the entry, whoever changes that by ``verify_journal``. Reads every byte that is kept, once.
    """
    rows = StoredFile.objects.order_by("pk").iterator(chunk_size=BATCH)
    while files := list(islice(rows, BATCH)):
        entries = Entry.objects.filter(
            action="files.stored", subject_kind=StoredFile._meta.label_lower, subject_id__in=[row.pk for row in files]
        )
        said = {entry.subject_id: json.loads(entry.text)["facts"] for entry in entries}
        for row in files:
            if problem := _problem_of(row, said.get(row.pk)):
                yield row, problem


def _problem_of(row: StoredFile, said: dict[str, object] | None) -> str:
    if said is None:
        return "the journal knows nothing of it"
    if (said["sha256"], said["size_bytes"]) != (row.sha256, row.size_bytes):
        return "its row was changed: the journal says another digest"
    try:
        digest, size = _measured(row)
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    if size != row.size_bytes:
        return f"it has {size} bytes, not {row.size_bytes}"
    return "" if digest == row.sha256 else "its bytes were changed: the digest does not fit"


def _measured(row: StoredFile) -> tuple[str, int]:
    made, size = hashlib.sha256(), 0
    with row.content.open("rb") as content:
        while block := content.read(BLOCK_BYTES):
            made.update(block)
            size += len(block)
    return made.hexdigest(), size
