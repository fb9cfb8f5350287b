"""The life of a batch: solved and frozen without a seed, drawn by its parties' nonces, approved, seated, told.

The protocol is docs/assignment.md; the arithmetic is in assignments.matching. Rules R-17, R-38, R-42, R-48.
"""

from assignments.services.batches.drawing import open_leaves, open_names
from assignments.services.batches.ending import order_again, settle, settle_due, void
from assignments.services.batches.facts import BatchRefused
from assignments.services.batches.failing import note_failure
from assignments.services.batches.naming import submit_pairs
from assignments.services.batches.opening import Opening, open_batch
from assignments.services.batches.preparing import (
    ask_field,
    choose_floor,
    choose_quota,
    drop_pair,
    name_pair,
    prepare,
    start,
)
from assignments.services.batches.protocol import (
    commit,
    confirm_value,
    note_receipt,
    open_from_slip,
    reveal,
    type_value,
)
from assignments.services.batches.seating import batch_agreed, batch_returned, notify, replace, submit_batch
from assignments.services.batches.solving import run
from assignments.services.batches.widening import ask_widening, widening_agreed
from assignments.services.seeding import Reading, SourceDraft

__all__ = [
    "BatchRefused",
    "Opening",
    "Reading",
    "SourceDraft",
    "ask_field",
    "ask_widening",
    "batch_agreed",
    "batch_returned",
    "choose_floor",
    "choose_quota",
    "commit",
    "confirm_value",
    "drop_pair",
    "name_pair",
    "note_failure",
    "note_receipt",
    "notify",
    "open_batch",
    "open_from_slip",
    "open_leaves",
    "open_names",
    "order_again",
    "prepare",
    "replace",
    "reveal",
    "run",
    "settle",
    "settle_due",
    "start",
    "submit_batch",
    "submit_pairs",
    "type_value",
    "void",
    "widening_agreed",
]
