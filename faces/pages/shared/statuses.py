"""Which shape stands before a status word. The word is the enum's own label; the shape says what kind of state it is.

Shapes: ``wait`` not begun (hollow), ``run`` under way (half), ``done`` (full), ``over`` overdue (diamond), ``warn``
look here (triangle), ``bad`` not right (square), ``hold`` clock stopped (bars), ``void`` struck out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import FieldDoesNotExist

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

SHAPES: Final = ("wait", "run", "done", "over", "warn", "bad", "hold", "void")

_KNOWN: dict[str, str] = {}


def serve_shapes(**shapes: Iterable[str]) -> None:
    """Register codes by shape: ``serve_shapes(run=("FIELDWORK",), done=("CLOSED",))``. Later ones win."""
    for shape, codes in shapes.items():
        if shape not in SHAPES:
            raise ValueError(shape)
        for code in codes:
            _KNOWN[str(code)] = shape


def shape_of(code: str) -> str:
    """Return the shape of a code; an unknown one is half-way."""
    return _KNOWN.get(str(code), "run")


def word_of(thing: Model, field: str) -> str:
    """Return the label of a choice field of ``thing``."""
    display = getattr(thing, f"get_{field}_display", None)
    return str(display()) if display else str(getattr(thing, field))


def labels_of(model: type[Model], field: str) -> dict[Any, Any]:
    """Return code → label of a choice field, empty when there is no such field."""
    try:
        return dict(model._meta.get_field(field).flatchoices or ())  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return {}


serve_shapes(
    wait=("PLANNED", "PENDING", "OPEN", "NOT_STARTED", "INVITED", "NOTIFIED", "QUEUED", "NEW", "EXPIRED", "CALLED"),
    run=(
        "DRAFT", "APPLIED", "PUBLICISED", "RUNNING", "IN_PROGRESS", "SUBMITTED", "IN_REVIEW", "FROZEN", "COMMITTED",
        "FIELDWORK", "REVIEW", "PERFORMING", "COMPUTED", "ADJUSTED", "PENDING_APPROVAL", "STARTED",
    ),
    done=(
        "DONE", "ACTIVE", "ACCEPTED", "APPROVED", "CLOSED", "FINAL", "PAID", "SIGNED", "PUBLISHED", "REGISTERED",
        "COMPLETED", "FINISHED", "REVEALED", "DRAWN", "AGREED", "CONFIRMED", "ISSUED", "ADOPTED", "VALID", "ARCHIVED",
        "DELIVERED", "PASSED", "IN_FORCE", "ADMITTED",
    ),
    over=("OVERDUE", "LATE"),
    warn=(
        "RETURNED", "NEEDS_CHANGES", "BORDERLINE", "APPEALED", "NO_ANSWER", "PARTLY", "WATCH", "SUPPLEMENT",
        "TO_CORRECT",
    ),
    bad=("FAILED", "REFUSED", "REJECTED", "DECLINED", "MISSING", "BLOCKED", "NOT_ADOPTED", "NO_ADDRESS"),
    hold=("SUSPENDED", "STOPPED", "PAUSED", "ON_HOLD"),
    void=("VOID", "VOIDED", "WITHDRAWN", "CANCELLED", "REMOVED", "SUPERSEDED", "ABORTED", "LEFT", "REPLACED", "LAPSED"),
)  # fmt: skip
