"""The year-line of a task: steps, and the two tracks into which it forks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``lines`` stand below its name: a date, a person, a number of days."""

    label: StrOrPromise
    lines: tuple[StrOrPromise, ...] = ()
    state: Literal["", "done", "now"] = ""
    stopped: bool = False
    url: str = ""

    @property
    def css(self) -> str:
        """The classes of the step."""
        return " ".join(part for part in (self.state, "stop" if self.stopped else "") if part)


@dataclass(frozen=True, slots=True)
class Track:
    """One branch of the fork."""

    title: StrOrPromise
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a history. ``said`` are words a person wrote; ``at`` is a moment or a day."""

    at: object
    who: StrOrPromise
    text: StrOrPromise
    said: str = ""
