"""How far a large import is, told while it runs and before its transaction ends; and the word to stop it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import caches
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from foundation.core import clock

KEPT_SECONDS: Final = 24 * 60 * 60


class Phase(TextChoices):
    """What is done to a file, in this order."""

    WAITING = "WAITING", _("waits for its turn")
    READING = "READING", _("the rows are read")
    CHECKING = "CHECKING", _("the rows are checked")
    WRITING = "WRITING", _("the rows are written")
    UNDOING = "UNDOING", _("what it wrote is taken back")


Tell = Callable[[Phase, int, int], None]


class Stopped(Exception):  # noqa: N818 - reads as a sentence
    """Somebody stopped the file; whatever was begun rolls back."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, how many rows of how many, and when that was said (a moment as text)."""

    phase: Phase
    done: int
    total: int
    said_at: str

    @property
    def percent(self) -> int:
        """Return how many hundredths of this phase are done."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    def plain(self) -> dict[str, Any]:
        """Return the progress as plain values."""
        return {"phase": self.phase.value, "done": self.done, "total": self.total, "said_at": self.said_at}


def untold(_phase: Phase, _done: int, _total: int) -> None:
    """Tell nobody."""


def tell(run: int, phase: Phase, done: int, total: int) -> None:
    """Say how far the import ``run`` is; seen at once, though its transaction has not ended."""
    said = Progress(phase, done, total, clock.now().isoformat())
    caches["progress"].set(_key(run), said.plain(), KEPT_SECONDS)


def told(run: int) -> Progress | None:
    """Return what was said last of the import ``run``."""
    held = caches["progress"].get(_key(run))
    return Progress(Phase(held["phase"]), held["done"], held["total"], held["said_at"]) if held else None


def forget(run: int) -> None:
    """Say nothing more of the import ``run``."""
    caches["progress"].set(_key(run), None)


def _key(run: int) -> str:
    return f"import-{run}"
