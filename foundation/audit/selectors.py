"""Reading the journal: history of a thing, and whether the chain holds."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from foundation.audit.models import Entry, Head, Link, Payload, Pending
from foundation.audit.rules import GENESIS_HASH, link_hash, payload_hash


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verification found: ``first_bad`` is the number of the first bad or missing place, 0 where all holds."""

    number: int
    hash: str
    first_bad: int
    problem: str
    pending: int


def history(subject: models.Model) -> models.QuerySet[Entry]:
    """Return the entries about ``subject``, newest first."""
    return Entry.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk).order_by("-pk")


def visible_to(user: AbstractBaseUser) -> models.QuerySet[Entry]:
    """Return the entries of the reader's bureau; the page asks for the capability."""
    bureau = getattr(user, "bureau", None)
    return Entry.objects.filter(bureau_code=bureau.code) if bureau else Entry.objects.none()


def head() -> tuple[int, str]:
    """Return number and hash of the head; (0, genesis) for an empty chain."""
    row = Head.objects.filter(pk=1).first()
    return (row.number, row.hash) if row else (0, GENESIS_HASH)


def ancestor_hash(number: int) -> str | None:
    """Return the hash at place ``number``, or None where the chain is shorter."""
    if number == 0:
        return GENESIS_HASH
    return Link.objects.filter(number=number).values_list("hash", flat=True).first()


def verify_chain() -> ChainReport:  # noqa: PLR0911 - one return for each thing that can be wrong
    """Recompute the whole chain and every private payload that still exists."""
    number, previous, sealed = 0, GENESIS_HASH, 0
    payloads = {row.entry_id: row for row in Payload.objects.iterator()}
    for link in _links():
        number += 1
        if link.number != number:
            return _bad(number, previous, f"entry {number} is missing")
        text = link.entry.text
        if link.sealed_at_us < sealed:
            return _bad(number, previous, f"entry {number} was sealed before its predecessor")
        expected = link_hash(number=number, sealed_at_us=link.sealed_at_us, previous=previous, text=text)
        if expected != link.hash:
            return _bad(number, previous, f"entry {number} was changed: its hash does not fit")
        body = json.loads(text)
        if not _columns_fit(link.entry, body):
            return _bad(number, previous, f"entry {number} was changed: its columns do not fit its text")
        payload = payloads.get(link.entry_id)
        if payload and payload_hash(salt=payload.salt, data=payload.data) != body.get("payload"):
            return _bad(number, previous, f"entry {number} was changed: its private payload does not fit")
        previous, sealed = expected, link.sealed_at_us
    kept_number, kept_hash = head()
    if (kept_number, kept_hash) != (number, previous):
        return _bad(number + 1, previous, f"entry {number + 1} is missing: the head says {kept_number}")
    unlinked = Entry.objects.filter(link__isnull=True, pending__isnull=True).order_by("pk").first()
    if unlinked:
        return _bad(number + 1, previous, f"row {unlinked.pk} stands in no chain")
    return ChainReport(number, previous, 0, "", Pending.objects.count())


def _columns_fit(entry: Entry, body: Mapping[str, Any]) -> bool:
    """Return whether the columns, by which entries are found and shown, say what the hashed text says."""
    actor, subject = body["actor"], body["subject"]
    said = (body["action"], actor["kind"], actor["id"], subject["kind"], subject["id"], body["at"])
    shown = (entry.action, entry.actor_kind, entry.actor_id, entry.subject_kind, entry.subject_id)
    is_same_time = datetime.fromisoformat(said[-1]) == entry.recorded_at
    return said[:-1] == shown and is_same_time and body.get("bureau", entry.bureau_code) == entry.bureau_code


def _links() -> Iterator[Link]:
    return Link.objects.select_related("entry").order_by("number").iterator(chunk_size=2_000)


def _bad(number: int, previous: str, problem: str) -> ChainReport:
    return ChainReport(number - 1, previous, number, problem, Pending.objects.count())
