"""Rows that are brought up to date: of many only those are written that differ from what they held."""

from typing import Any, Generic, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)
AT_ONCE = 500


class Held(Generic[Row]):
    """Known rows that may change in ``fields``, and what they held when they were first looked at."""

    def __init__(self, *fields: str) -> None:
        """Watch these fields."""
        self._fields = fields
        self._rows: dict[Any, tuple[Row, tuple[Any, ...]]] = {}

    def look(self, row: Row) -> None:
        """Note what a stored row holds before it is changed; a second look notes nothing."""
        self._rows.setdefault(row.pk, (row, self._values(row)))

    def __len__(self) -> int:
        """Return how many rows were looked at."""
        return len(self._rows)

    def save(self) -> None:
        """Write the rows that differ: a second import of 50,000 rows changes few, and each costs a piece of SQL."""
        changed = [row for row, before in self._rows.values() if self._values(row) != before]
        if changed:
            type(changed[0])._default_manager.bulk_update(changed, self._fields, batch_size=AT_ONCE)

    def _values(self, row: Row) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self._fields)
