"""The life of a draw: configured, frozen, committed, revealed and drawn, and replacements from the same permutation.

The protocol is docs/draws.md; the arithmetic is in assignments.draw. The server never holds a nonce before every
commitment is sealed. Rules R-01, R-16, R-38, R-42, R-62, R-63.
"""

from assignments.selectors.seeding import parts_of
from assignments.services.draws.ending import note_fault, order_again, settle, settle_due, void
from assignments.services.draws.facts import DrawRefused, steps_of
from assignments.services.draws.freezing import Preview, freeze, preview
from assignments.services.draws.listing import answers_for
from assignments.services.draws.protocol import (
    commit,
    confirm_value,
    note_receipt,
    open_from_slip,
    reveal,
    type_value,
)
from assignments.services.draws.records import open_leaves, open_names
from assignments.services.draws.replacing import ask_widening, replace, widening_agreed
from assignments.services.draws.setting_up import (
    SeatDraft,
    Terms,
    configure_firm_draw,
    configure_panel_draw,
)
from assignments.services.seeding import Reading, SourceDraft

__all__ = [
    "DrawRefused",
    "Preview",
    "Reading",
    "SeatDraft",
    "SourceDraft",
    "Terms",
    "answers_for",
    "ask_widening",
    "commit",
    "configure_firm_draw",
    "configure_panel_draw",
    "confirm_value",
    "freeze",
    "note_fault",
    "note_receipt",
    "open_from_slip",
    "open_leaves",
    "open_names",
    "order_again",
    "parts_of",
    "preview",
    "replace",
    "reveal",
    "settle",
    "settle_due",
    "steps_of",
    "type_value",
    "void",
    "widening_agreed",
]
