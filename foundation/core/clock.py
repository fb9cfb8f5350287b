"""What time it is for the acts of the product: the only place that asks.

Real time, unless the demonstration shifts it (``GONGPING_CLOCK_SHIFT_DAYS``) or a story stands at a moment. The
journal, sign-in, tokens and the queue keep real time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

_STANDS_AT: Final[ContextVar[datetime | None]] = ContextVar("stands_at", default=None)


def now() -> datetime:
    """Return the moment, aware, in UTC or the time zone in which it was set."""
    return _STANDS_AT.get() or timezone.now() + timedelta(days=settings.GONGPING_CLOCK_SHIFT_DAYS)


def today() -> date:
    """Return the day it is in Asia/Shanghai."""
    return timezone.localdate(now())


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at ``moment``: for telling a story that has happened."""
    token = _STANDS_AT.set(moment)
    try:
        yield
    finally:
        _STANDS_AT.reset(token)
