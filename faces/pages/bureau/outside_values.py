"""Outside values of a draw or a batch in words: which one, known when, what was read there. Rule R-63."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from assignments.enums import DrawStatus, SourceKind
from assignments.selectors.seeding import is_outside, sources_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from assignments.selectors.seeding import Attempt


@dataclass(frozen=True, slots=True)
class Source:
    """An outside value as the wall names it."""

    kind: StrOrPromise
    name: str
    at: datetime
    state: StrOrPromise = ""
    shape: str = ""
    value: str = ""
    words: str = ""


def source_words(source: dict[str, Any]) -> Source:
    """Return a source of the freeze, or of a draw not yet frozen, in words."""
    kind, _colon, name = source["rule"].partition(": ")
    word = SourceKind(kind).label if kind in SourceKind else kind
    return Source(word, name or kind, datetime.fromisoformat(source["at"]))


def told_sources(attempt: Attempt) -> list[Source]:
    """Return each outside value of an attempt, in order, with what was read there."""
    rows = list(attempt.values.filter(dropped_at__isnull=True).order_by("pk")) if is_outside(attempt) else []
    found = []
    for source in sources_of(attempt):
        plain = source_words(source)
        mine = [row for row in rows if row.source == source["id"]]
        for row in mine:
            value = _value_words(row.part) if row.confirmed_at and row.part else ""
            if not row.confirmed_at:
                state, shape = _("typed, waits for a second reader"), "run"
            elif row.part is None:
                state, shape = _("not to be had"), "void"
            else:
                state, shape = (_("misread, corrected"), "warn") if row.is_wrong else (_("decides"), "done")
            found.append(replace(plain, state=state, shape=shape, value=value, words=row.words))
        if not mine:
            is_over = bool(attempt.seed) or attempt.status == DrawStatus.VOID
            state, shape = (_("not used"), "void") if is_over else (_("not known yet"), "wait")
            found.append(replace(plain, state=state, shape=shape))
    return found


def _value_words(part: dict[str, Any]) -> str:
    if part["kind"] == "beacon":
        return f"{part['round']}: {part['value']}"
    return " ".join(part["value"])
