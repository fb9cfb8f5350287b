"""Keyset pages: the next page starts after the last row seen, however long the table is."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Q

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model, QuerySet
    from django.db.models.expressions import OrderBy

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """One page of rows, and the keys before its first and after its last row (None: nothing there)."""

    rows: list[Any]
    before: str | None
    after: str | None

    @property
    def has_other_pages(self) -> bool:
        """Whether there is anything before or after this page."""
        return self.before is not None or self.after is not None


@dataclass(frozen=True, slots=True)
class _Column:
    path: str
    down: bool
    nullable: bool

    def order(self, *, back: bool) -> OrderBy:
        down = self.down is not back
        nulls: dict[str, Any] = {"nulls_first" if back else "nulls_last": True} if self.nullable else {}
        return F(self.path).desc(**nulls) if down else F(self.path).asc(**nulls)

    def beyond(self, value: str | None, *, back: bool) -> Q:
        """Keep rows that come after ``value`` in this column alone (empty cells are always last)."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if back else Q(pk__in=[])
        side = "lt" if self.down is not back else "gt"
        found = Q(**{f"{self.path}__{side}": value})
        return found | Q(**{f"{self.path}__isnull": True}) if self.nullable and not back else found

    def from_here(self, value: str | None, *, back: bool) -> Q:
        """Keep rows at ``value`` or beyond: where an index can begin, which no database sees in an or."""
        if value is None or self.nullable:
            return Q()
        return Q(**{f"{self.path}__{'lte' if self.down is not back else 'gte'}": value})

    def same(self, value: str | None) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})


def keyset_page(
    rows: QuerySet[Any], *, order: Sequence[str], after: str = "", before: str = "", size: int = PAGE_SIZE
) -> KeysetPage:
    """Return the page of ``rows`` after (or before) a key, in ``order`` (``-`` for downwards; ``pk`` is added).

    A key that cannot be read, or no longer fits the order, gives the first page.
    """
    columns = _columns(rows.model, order)
    back = bool(before) and not after
    values = _read(before if back else after, len(columns))
    found = rows
    if values is not None:
        try:
            found = rows.filter(_beyond(columns, values, back=back))
        except (ValidationError, ValueError):
            values = None
    else:
        back = False
    if values is None:
        back = False
    taken = list(found.order_by(*(column.order(back=back) for column in columns))[: size + 1])
    more, taken = len(taken) > size, taken[:size]
    if back:
        taken.reverse()
    earlier = more if back else values is not None
    later = True if back else more
    return KeysetPage(
        rows=taken,
        before=_write(taken[0], columns) if earlier and taken else None,
        after=_write(taken[-1], columns) if later and taken else None,
    )


def _columns(model: type[Model], order: Sequence[str]) -> list[_Column]:
    names = [*order, *([] if order and order[-1].lstrip("-") == "pk" else ["pk"])]
    return [_Column(name.lstrip("-"), name.startswith("-"), _nullable(model, name.lstrip("-"))) for name in names]


def _nullable(model: type[Model], path: str) -> bool:
    """Return whether the path can be empty; what is not a field (an annotation) may be."""
    nullable, at = False, model
    for name in path.split("__"):
        if name == "pk":
            return nullable
        try:
            field = at._meta.get_field(name)
        except FieldDoesNotExist:
            return True
        nullable = nullable or bool(getattr(field, "null", False))
        at = field.related_model or at
    return nullable


def _beyond(columns: list[_Column], values: list[str | None], *, back: bool) -> Q:
    """Keep rows after the key: beyond in one column, equal in all columns before it."""
    ways: list[Q] = []
    equal = Q()
    for column, value in zip(columns, values, strict=True):
        ways.append(equal & column.beyond(value, back=back))
        equal &= column.same(value)
    return columns[0].from_here(values[0], back=back) & reduce(Q.__or__, ways)


def _cell(row: Any, path: str) -> str | None:  # noqa: ANN401 - a model instance of any kind
    value = row
    for name in path.split("__"):
        value = getattr(value, name, None)
    return None if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _write(row: Any, columns: list[_Column]) -> str:  # noqa: ANN401 - a model instance of any kind
    key = json.dumps([_cell(row, column.path) for column in columns], ensure_ascii=False)
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read(key: str, length: int) -> list[str | None] | None:
    if not key:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    except ValueError:
        return None
    fits = isinstance(values, list) and len(values) == length and all(map(_is_cell, values))
    return values if fits and values[-1] is not None else None


def _is_cell(value: object) -> bool:
    """Return whether ``_write`` can have written the value; PostgreSQL raises for a NUL."""
    return value is None or (isinstance(value, str) and "\x00" not in value)
