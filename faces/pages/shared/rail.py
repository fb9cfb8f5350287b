"""The left rail: each audience serves its own groups, the shell draws them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class RailItem:
    """One line of the rail. ``count`` is what waits there; ``over`` says some of it is overdue.

    ``under`` are further beginnings of addresses that belong to the line; ``is_leaf`` says that none lies below it.
    """

    label: StrOrPromise
    url: str
    count: int | None = None
    over: bool = False
    current: bool = False
    under: tuple[str, ...] = ()
    is_leaf: bool = False

    @classmethod
    def to(cls, name: str, label: StrOrPromise, **more: Any) -> Self:  # noqa: ANN401 - the fields of the line
        """Return the line that leads to the page called ``name`` (``pages:…``)."""
        return cls(label=label, url=reverse(name), **more)

    def holds(self, path: str) -> int:
        """Return how much of ``path`` the line accounts for, in characters; 0 where it is none of its pages."""
        if self.is_leaf or self.url == "/":
            return len(self.url) if path == self.url else 0
        return max((len(start) for start in (self.url, *self.under) if path.startswith(start)), default=0)


@dataclass(frozen=True, slots=True)
class RailGroup:
    """Lines under one small heading."""

    title: StrOrPromise
    items: tuple[RailItem, ...]


_BUILDERS: dict[str, Callable[[HttpRequest], Sequence[RailGroup]]] = {}


def serve_rail(audience: str, builder: Callable[[HttpRequest], Sequence[RailGroup]]) -> None:
    """Let ``builder`` draw the rail of ``audience``. Call it once, in that audience's urls.py."""
    _BUILDERS[audience] = builder


def rail_of(audience: str, request: HttpRequest) -> list[RailGroup]:
    """Return the groups for this audience, with the line of the present page marked."""
    builder = _BUILDERS.get(audience)
    if builder is None:
        return []
    groups = [group for group in builder(request) if group.items]
    items = [item for group in groups for item in group.items if item.holds(request.path)]
    here = max(items, key=lambda item: item.holds(request.path), default=None)
    return [
        replace(group, items=tuple(replace(item, current=item is here) for item in group.items)) for group in groups
    ]
