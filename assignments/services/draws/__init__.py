"""The life of a draw: configured, frozen, committed, revealed and drawn, and replacements from the same permutation.

The protocol is docs/draws.md; the arithmetic is in assignments.draw. The server never holds a nonce before every
commitment is sealed. Rules R-01, R-16, R-38, R-42.
"""

from assignments.services.draws.drawing import commit, note_receipt, replace, reveal, void
from assignments.services.draws.facts import DrawRefused, open_leaves, open_names, opening_of, parts_of, steps_of
from assignments.services.draws.setting_up import (
    Preview,
    SeatDraft,
    answers_for,
    configure_firm_draw,
    configure_panel_draw,
    freeze,
    preview,
)

__all__ = [
    "DrawRefused",
    "Preview",
    "SeatDraft",
    "answers_for",
    "commit",
    "configure_firm_draw",
    "configure_panel_draw",
    "freeze",
    "note_receipt",
    "open_leaves",
    "open_names",
    "opening_of",
    "parts_of",
    "preview",
    "replace",
    "reveal",
    "steps_of",
    "void",
]
