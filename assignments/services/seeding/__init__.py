"""The protocol by which a seed comes about, for a draw and for a batch alike: docs/draws.md. Rules R-42, R-62, R-63."""

from assignments.services.seeding.checks import (
    Slip,
    require_another_person,
    require_missing,
    require_parties,
    tell_frozen,
)
from assignments.services.seeding.protocol import Noun, close_reveals, commit, note_receipt, open_from_slip, reveal
from assignments.services.seeding.terms import SourceDraft, deadlines, refused_sources, source_document, times_of
from assignments.services.seeding.values import Reading, confirm_value, type_value

__all__ = [
    "Noun",
    "Reading",
    "Slip",
    "SourceDraft",
    "close_reveals",
    "commit",
    "confirm_value",
    "deadlines",
    "note_receipt",
    "open_from_slip",
    "refused_sources",
    "require_another_person",
    "require_missing",
    "require_parties",
    "reveal",
    "source_document",
    "tell_frozen",
    "times_of",
    "type_value",
]
