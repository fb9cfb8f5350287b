"""What an import created and changed in what is stored: seen before it is confirmed, and the way back afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from faces.exchange.faults import Change

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows that a sheet may create or change, found by the keys that stand in it.

    ``called`` is the path to what a row is called; ``shown`` gives the heading of each field that people know.
    """

    rows: QuerySet[Any]
    called: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trace:
    """What was created, in the order of creation, and what each changed field held before and holds after."""

    created: list[tuple[str, list[int]]] = field(default_factory=list)
    changed: list[tuple[str, int, dict[str, list[Any]]]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return the trace as plain values."""
        return {"created": self.created, "changed": self.changed}


def snapshot(touched: Touched) -> dict[int, Values]:
    """Return what the rows hold now, by their keys."""
    return {row["pk"]: row for row in _values(touched)}


def compared(touched: Touched, before: Mapping[int, Values], trace: Trace, *, sheet: str) -> list[Change]:
    """Write into ``trace`` what became of the rows since ``before``, and return what people see of it."""
    label = touched.rows.model._meta.label_lower
    if not before:
        trace.created.append((label, list(touched.rows.values_list("pk", flat=True))))
        return []
    created: list[int] = []
    seen: list[Change] = []
    for row in _values(touched):
        known = before.get(row["pk"])
        if known is None:
            created.append(row["pk"])
        elif known != row:
            fields = {name: [known[name], row[name]] for name in row if "__" not in name and known[name] != row[name]}
            if not fields:  # only what it is called has changed, which is another row's
                continue
            trace.changed.append((label, row["pk"], fields))
            of = str(row[touched.called]) if touched.called else ""
            for name in touched.shown.keys() & fields.keys():
                old, new = (said(touched, name, value) for value in fields[name])
                seen.append(Change(sheet, of, touched.shown[name], old, new))
    trace.created.append((label, created))
    return seen


def said(touched: Touched, name: str, value: object) -> str:
    """Return a field's value as people write it: a firm by its number, yes and no as a cell says them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    found: Any = touched.rows.model._meta.get_field(name)
    if found.is_relation:
        one = found.related_model._default_manager.get(pk=value)
        return str(getattr(one, "number", one))
    return str(dict(found.flatchoices).get(value, value))


def _values(touched: Touched) -> QuerySet[Any, dict[str, Any]]:
    model: type[Model] = touched.rows.model
    names = [one.attname for one in model._meta.concrete_fields]
    return touched.rows.values("pk", *names, *([touched.called] if "__" in touched.called else []))
