"""The left rail: each audience serves its own groups, the shell draws them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class RailItem:
    """One line of the rail. ``count`` is what waits there; ``over`` says some of it is overdue."""

    label: StrOrPromise
    url: str
    count: int | None = None
    over: bool = False
    current: bool = False

    @classmethod
    def to(cls, name: str, label: StrOrPromise, *, count: int | None = None, over: bool = False) -> Self:
        """Return the line that leads to the page called ``name`` (``pages:…``)."""
        return cls(label=label, url=reverse(name), count=count, over=over)


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
    here = _deepest(request.path, [item.url for group in groups for item in group.items])
    return [
        replace(group, items=tuple(replace(item, current=item.url == here) for item in group.items)) for group in groups
    ]


def _deepest(path: str, urls: list[str]) -> str | None:
    """Return the longest of ``urls`` that ``path`` lies under."""
    return max((url for url in urls if path == url or (path.startswith(url) and url != "/")), key=len, default=None)
