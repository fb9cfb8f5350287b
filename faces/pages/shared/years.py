"""The work year a person looks at: chosen in the strip, kept in the session."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from foundation.core import clock
from foundation.core.dates import is_in_reach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

SESSION_KEY: Final = "work_year"
EARLIEST: Final = 2000
LATEST: Final = 2099
HELD: Final = "gongping.held_work_years"

_SOURCES: list[Callable[[], Sequence[int]]] = []


def serve_years(source: Callable[[], Sequence[int]]) -> None:
    """Let ``source`` name the work years that hold something; the last one registered counts."""
    _SOURCES.append(source)


def work_year(request: HttpRequest) -> int:
    """Return the work year of this session; without a choice, this year, or the newest one that holds something."""
    chosen = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    if isinstance(chosen, int) and EARLIEST <= chosen <= LATEST:
        return chosen
    held, this = _held(request), clock.today().year
    return this if this in held else max(held, default=this)


def day_asked(request: HttpRequest, *, otherwise: date) -> date:
    """Return the day of ``?on=``; what is no day, or beyond reach, gives ``otherwise``."""
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return otherwise
    return day if is_in_reach(day) else otherwise


def choose_work_year(request: HttpRequest, year: int) -> None:
    """Keep ``year`` for this session. Raise ``ValueError`` when it is no sensible year."""
    if not EARLIEST <= year <= LATEST:
        raise ValueError(year)
    request.session[SESSION_KEY] = year


def work_years(request: HttpRequest) -> list[int]:
    """Return the years to choose from, newest first."""
    if held := _held(request):
        return sorted(set(held), reverse=True)
    this = clock.today().year
    return [this + 1, this, this - 1]


def _held(request: HttpRequest) -> Sequence[int]:
    """Return the years that hold something, asked once per request."""
    kept = request.META.get(HELD)
    if not isinstance(kept, tuple):
        kept = request.META[HELD] = tuple(_SOURCES[-1]()) if _SOURCES else ()
    return kept
