"""Facets: the values a list can be narrowed to, each with its count (which stops at 1,000+)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import connections
from django.db.models import Exists, OuterRef, Q

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    Choices = Sequence[tuple[Any, StrOrPromise]]

COUNT_LIMIT: Final = 1000
OPTION_LIMIT: Final = 60
TOO_LARGE: Final = re.compile(r"\s*[+-]?\d{19,}\s*")  # SQLite raises for a number that no column can hold
YEAR: Final = re.compile(r"[1-9][0-9]{3}")
UNFOLDED: Final = 8


@dataclass(frozen=True, slots=True)
class Facet:
    """One group of boxes: ``name`` in the address, ``lookup`` in the query (the name, unless told).

    ``choices`` are (value, label) pairs, or a function of the visible rows that returns them.
    ``many`` says that one row can have several values (a many-to-many or reverse lookup). ``fits`` says what a value
    asks of a row where that is no equality.
    """

    name: str
    label: StrOrPromise
    choices: Choices | Callable[[QuerySet[Any]], Choices]
    lookup: str = ""
    many: bool = False
    fits: Callable[[str], Q] | None = None

    def condition(self, values: Sequence[Any]) -> Q:
        """Return what rows with one of the values have."""
        if self.fits is not None:
            return reduce(Q.__or__, (self.fits(str(value)) for value in values), Q(pk__in=[]))
        name = self.lookup or self.name
        return Q(**{name: values[0]}) if len(values) == 1 else Q(**{f"{name}__in": values})

    def narrow(self, rows: QuerySet[Any], wanted: Sequence[str]) -> QuerySet[Any]:
        """Keep the rows with one of the wanted values; a value that makes no sense keeps none."""
        if not wanted:
            return rows
        values = [value for value in wanted if not TOO_LARGE.fullmatch(value)]
        if self.lookup.endswith("__year"):  # a date has no other years, and the database is not asked for them
            values = [value for value in values if YEAR.fullmatch(value)]
        fits = self.condition(values)
        try:
            if self.many:
                return rows.filter(Exists(rows.model._base_manager.filter(fits, pk=OuterRef("pk"))))
            return rows.filter(fits)
        except (ValidationError, ValueError, TypeError):
            return rows.none()


def count_text(count: int, *, limit: int = COUNT_LIMIT) -> str:
    """Return a capped count as shown: 1,000+ beyond the limit."""
    shown = f"{min(count, limit):,}"
    return f"{shown}+" if count > limit else shown


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One box: its value, its word, how many rows it would keep, whether it is ticked."""

    value: str
    label: StrOrPromise
    count: int
    checked: bool

    @property
    def count_text(self) -> str:
        """The count as shown; it stops at 1,000+."""
        return count_text(self.count)


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A facet with its counts, ready to draw."""

    name: str
    label: StrOrPromise
    options: tuple[FacetOption, ...]

    @property
    def ticked(self) -> list[FacetOption]:
        """The boxes that are ticked."""
        return [option for option in self.options if option.checked]

    @property
    def open_options(self) -> list[FacetOption]:
        """The boxes shown at once: of a long group the ticked ones and the first that keep a row."""
        if len(self.options) <= UNFOLDED:
            return list(self.options)
        useful = [option for option in self.options if option.count and not option.checked]
        first = {option.value for option in useful[: max(UNFOLDED - len(self.ticked), 0)]}
        return [option for option in self.options if option.checked or option.value in first]

    @property
    def folded_options(self) -> list[FacetOption]:
        """The boxes of a long group that are folded away."""
        shown = {option.value for option in self.open_options}
        return [option for option in self.options if option.value not in shown]


@dataclass(frozen=True, slots=True)
class Asked:
    """A facet, the rows as every other facet and the search leave them, and the ticked values."""

    facet: Facet
    others: QuerySet[Any]
    wanted: Sequence[str]


def facet_group(facet: Facet, *, seen: QuerySet[Any], others: QuerySet[Any], wanted: Sequence[str]) -> FacetGroup:
    """Return the facet counted over ``others``: the rows as every other facet and the search leave them."""
    groups, _total = counted([Asked(facet, others, wanted)], seen=seen, shown=seen.none())
    return groups[0]


def counted(asked: Sequence[Asked], *, seen: QuerySet[Any], shown: QuerySet[Any]) -> tuple[list[FacetGroup], int]:
    """Return all facets of a list and how many rows are ``shown``, in one query however many facets there are.

    Every count stops at the limit + 1.
    """
    choices = [
        list(each.facet.choices(seen) if callable(each.facet.choices) else each.facet.choices)[:OPTION_LIMIT]
        for each in asked
    ]
    questions = (
        each.others.filter(each.facet.condition([value]))
        for each, pairs in zip(asked, choices, strict=True)
        for value, _ in pairs
    )
    total, *rest = _capped_counts([shown, *questions])
    counts = iter(rest)
    groups = []
    for each, pairs in zip(asked, choices, strict=True):
        options = tuple(
            FacetOption(value=str(value), label=label, count=next(counts), checked=str(value) in each.wanted)
            for value, label in pairs
        )
        groups.append(FacetGroup(name=each.facet.name, label=each.facet.label, options=options))
    return groups, total


def _capped_counts(questions: Iterable[QuerySet[Any]]) -> list[int]:
    """Count each set of rows up to the limit + 1, all in one query, so that no list costs more as it grows."""
    parts: list[str] = []
    params: list[Any] = []
    using = None
    for rows in questions:
        using = rows.db
        capped = rows.order_by().values("pk").distinct()[: COUNT_LIMIT + 1]
        try:
            sql, given = capped.query.get_compiler(using=using).as_sql()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 - the query compiler's own text
        params.extend(given)
    if using is None:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row = cursor.fetchone()
    return [int(value) for value in row]
