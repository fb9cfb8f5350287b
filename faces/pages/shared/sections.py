"""A page about one thing made of plain sections: pairs, tables, words. Templates only lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faces.pages.shared.objects import ObjectPage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Act:
    """A step that this person may take: its word and its address; the first one is the primary."""

    label: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: words, perhaps a link, a status (shape and word), a step, or words a person wrote.

    ``shape`` draws the words as a status word of that shape.
    """

    text: object = ""
    url: str = ""
    status: object = None
    acts: tuple[Act, ...] = ()
    said: bool = False
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its headings, its rows, and which columns hold numbers.

    A column of steps in which nobody has a step to take is left out.
    """

    headings: Sequence[StrOrPromise]
    rows: Sequence[Sequence[Cell | object]]
    numbers: frozenset[int] = frozenset()

    @property
    def lines(self) -> list[list[tuple[StrOrPromise, Cell, bool]]]:
        """The rows as (heading, cell, is a number)."""
        blank = self.blank
        return [
            [
                (heading, cell if isinstance(cell, Cell) else Cell(cell), place in self.numbers)
                for place, (heading, cell) in enumerate(zip(self.headings, row, strict=True))
                if place not in blank
            ]
            for row in self.rows
        ]

    @property
    def heads(self) -> list[tuple[StrOrPromise, bool]]:
        """The headings as (word, is a number)."""
        blank = self.blank
        heads = [(heading, place in self.numbers) for place, heading in enumerate(self.headings)]
        return [head for place, head in enumerate(heads) if place not in blank]

    @property
    def blank(self) -> set[int]:
        """The columns of cells without words, link, status and step."""
        return {
            place for place, cells in enumerate(zip(*self.rows, strict=True)) if all(one == Cell() for one in cells)
        }


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page: pairs, a table or words; without any of them ``empty`` says what to do first.

    ``template`` is a part of its own below them; it finds what it needs in ``section.data``.
    """

    title: StrOrPromise
    pairs: Sequence[tuple[StrOrPromise, Cell | object]] = ()
    grid: Grid | None = None
    said: str = ""
    empty: StrOrPromise = ""
    acts: tuple[Act, ...] = ()
    note: StrOrPromise = ""
    template: str = ""
    count: int | None = None
    anchor: str = ""
    data: object = None

    @property
    def facts(self) -> list[tuple[StrOrPromise, Cell]]:
        """The pairs with their cells."""
        return [(key, value if isinstance(value, Cell) else Cell(value)) for key, value in self.pairs]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.pairs or self.said or self.template or (self.grid and self.grid.rows))


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page shows: above, left, and beside."""

    crumbs: Sequence[tuple[StrOrPromise, str]] = ()
    meta: Sequence[object] = ()
    status: object = None
    acts: Sequence[Act] = ()
    main: Sequence[Section] = ()
    beside: Sequence[Section] = field(default_factory=tuple)


class SectionsPage(ObjectPage):
    """Answer ``layout()``; the shared template does the rest."""

    template_name = "shared/sections.html"

    def layout(self) -> Layout:
        """Return what the page shows."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the layout beside the object."""
        return super().get_context_data(**({"layout": self.layout()} | kwargs))
