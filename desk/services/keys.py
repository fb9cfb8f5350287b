"""Changing the keys of sealed fields: all is sealed and indexed anew under the first key, so that the old may go."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.crypto import SealedColumn, blind_index, decrypt, encrypt, key_id, key_of, sealed_columns
from foundation.core.errors import DomainError, Refusal

BATCH: Final = 500
SEALED: Final = re.compile(r"^[0-9a-f]{8}\.[A-Za-z0-9_=-]{30,}$")


class KeysRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The keys cannot be changed."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What became of one column: rows that hold something, sealed anew, indexed anew, and still under another key."""

    column: str
    rows: int = 0
    resealed: int = 0
    reindexed: int = 0
    left: int = 0


def keys_in_use() -> dict[str, dict[str, int]]:
    """Return how many sealed texts of each column stand under which key, by the key's short name."""
    found: dict[str, dict[str, int]] = {}
    for column in sealed_columns():
        counts = found.setdefault(_name(column), {})
        for row in _filled(column).only("pk", column.column).iterator(chunk_size=2_000):
            for text in _texts(column, getattr(row, column.column)):
                counts[key_of(text)] = counts.get(key_of(text), 0) + 1
    return found


def rotate_keys(*, on: date, batch: int = BATCH) -> list[Rotated]:
    """Seal and index everything under the first of ``GONGPING_FIELD_KEYS``, and return what was done, by column.

    Each batch is a transaction of its own: an interrupted run goes on where it stopped, and a second one changes
    nothing. Whoever reads or writes meanwhile finds equal values under either key. Raise ``KeysRefused`` and change
    nothing where a text is sealed under a key that is not configured.
    """
    _refuse_lost_keys()
    first = key_id(settings.GONGPING_FIELD_KEYS[0])
    _record("keys.rotation_begun", {"key": first, "on": on})
    done = [_rotate(column, batch) for column in sealed_columns()]
    facts = {
        "key": first,
        "resealed": sum(row.resealed for row in done),
        "reindexed": sum(row.reindexed for row in done),
        "left": sum(row.left for row in done),
        "on": on,
    }
    _record("keys.rotated", facts)
    return done


def _rotate(column: SealedColumn, batch: int) -> Rotated:
    rows = resealed = reindexed = last = 0
    while chunk := _next(column, after=last, batch=batch):
        last = chunk[-1].pk
        with transaction.atomic():
            locked = list(_filled(column).select_for_update(of=("self",)).filter(pk__in=[row.pk for row in chunk]))
            changed = []
            for row in locked:
                sealed, indexed = _renew(column, row)
                resealed, reindexed = resealed + sealed, reindexed + indexed
                changed += [row] if sealed or indexed else []
            fields = [column.column, column.index] if column.index else [column.column]
            _model(column)._base_manager.bulk_update(changed, fields)
        rows += len(locked)
    return Rotated(_name(column), rows, resealed, reindexed, _left(column))


def _renew(column: SealedColumn, row: Model) -> tuple[bool, bool]:
    """Seal and index one row anew where it is not yet; return whether either was done."""
    value = getattr(row, column.column)
    if column.holds_json:
        fresh = {name: _renewed(part) for name, part in value.items()}
        setattr(row, column.column, fresh)
        return fresh != value, False
    text = decrypt(value)
    sealed = key_of(value) != key_id(settings.GONGPING_FIELD_KEYS[0])
    if sealed:
        setattr(row, column.column, encrypt(text))
    if not column.index or getattr(row, column.index) == (wanted := blind_index(text, use=column.use)):
        return sealed, False
    setattr(row, column.index, wanted)
    return sealed, True


def _renewed(part: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(part, list):
        return [_renewed(one) for one in part]
    if not isinstance(part, str) or not SEALED.match(part) or key_of(part) == key_id(settings.GONGPING_FIELD_KEYS[0]):
        return part
    return encrypt(decrypt(part))


def _refuse_lost_keys() -> None:
    known = {key_id(secret) for secret in settings.GONGPING_FIELD_KEYS}
    lost = {
        f"{name}: {count} × {key}"
        for name, counts in keys_in_use().items()
        for key, count in counts.items()
        if key not in known
    }
    if lost:
        message = _(
            "Sealed under a key that is not configured: %(what)s. Add the old key to GONGPING_FIELD_KEYS first."
        )
        raise KeysRefused(Refusal("key_missing", message % {"what": "; ".join(sorted(lost))}, {"lost": sorted(lost)}))


def _left(column: SealedColumn) -> int:
    """Return how many texts are not under the first key: read anew from what is stored."""
    first = key_id(settings.GONGPING_FIELD_KEYS[0])
    if column.holds_json:
        rows = _filled(column).iterator(chunk_size=2_000)
        return sum(key_of(text) != first for row in rows for text in _texts(column, getattr(row, column.column)))
    return _filled(column).exclude(**{f"{column.column}__startswith": f"{first}."}).count()


def _next(column: SealedColumn, *, after: int, batch: int) -> list[Model]:
    return list(_filled(column).filter(pk__gt=after).only("pk")[:batch])


def _filled(column: SealedColumn) -> QuerySet[Model]:
    empty = Q(**{column.column: {}}) if column.holds_json else Q(**{column.column: ""})
    return _model(column)._base_manager.exclude(empty).order_by("pk")


def _texts(column: SealedColumn, value: Any) -> Iterable[str]:  # noqa: ANN401 - text or JSON
    if not column.holds_json:
        return [value]
    parts: Sequence[Any] = [one for part in value.values() for one in (part if isinstance(part, list) else [part])]
    return [part for part in parts if isinstance(part, str) and SEALED.match(part)]


def _model(column: SealedColumn) -> type[Model]:
    return apps.get_model(column.model)


def _name(column: SealedColumn) -> str:
    return f"{column.model}.{column.column}"


def _record(action: str, facts: dict[str, Any]) -> None:
    with transaction.atomic():
        for bureau in Bureau.objects.order_by("pk"):
            record(actor="system", action=action, subject=bureau, facts=json.loads(json.dumps(facts, default=str)))
