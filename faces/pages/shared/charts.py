"""The numbers behind the small pictures: where things stand on a line, in per cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from django_stubs_ext import StrOrPromise

QUALITY_BANDS: Final[tuple[tuple[int, int, str, StrOrPromise], ...]] = (
    (0, 60, "b4", pgettext_lazy("report quality", "unqualified")),
    (60, 80, "b3", pgettext_lazy("report quality", "qualified")),
    (80, 90, "b2", pgettext_lazy("report quality", "good")),
    (90, 100, "b1", pgettext_lazy("report quality", "excellent")),
)


EDGE: Final = 0.25  # of the width: nearer to an end, words stand beside the point


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the line with a name."""

    css: str
    label: StrOrPromise
    x: str
    width: str
    middle: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A figure under the line."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One rater's total: full when it counts, hollow when it was cut."""

    x: str
    css: str


@dataclass(frozen=True, slots=True)
class IntervalPicture:
    """A score with its interval on a line of bands."""

    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    point: str
    anchor: str
    low: str
    high: str


def per_cent(value: float | Fraction, *, start: float = 0, end: float = 100) -> str:
    """Return where ``value`` lies between start and end, as an SVG length; outside is clipped to the edge."""
    share = 100 * (float(value) - start) / (end - start)
    return f"{min(max(share, 0), 100):.2f}%"


def _anchor(point: float, start: float) -> str:
    """Return how the words over ``point`` are set, so that they stay within the picture on a phone too."""
    share = (point - start) / (100 - start)
    return "start" if share < EDGE else "end" if share > 1 - EDGE else "middle"


def interval_picture(
    *,
    low: float | Fraction,
    point: float | Fraction,
    high: float | Fraction,
    counted: Sequence[float | Fraction] = (),
    cut: Sequence[float | Fraction] = (),
    start: float = 0,
) -> IntervalPicture:
    """Return the picture of a score in points (0 to 100) with its interval. Bands: quality ratings."""
    shown = [(max(a, start), b, css, label) for a, b, css, label in QUALITY_BANDS if b > start]
    bands = tuple(
        Band(
            css=css,
            label=label,
            x=per_cent(a, start=start),
            width=per_cent(start + b - a, start=start),
            middle=per_cent((a + b) / 2, start=start),
        )
        for a, b, css, label in shown
    )
    edges = [shown[0][0], *(b for _, b, _, _ in shown)]
    ticks = tuple(
        Tick(
            x=per_cent(edge, start=start),
            label=f"{edge:g}",
            anchor="start" if edge == edges[0] else "end" if edge == edges[-1] else "middle",
        )
        for edge in edges
    )
    dots = tuple(
        Dot(x=per_cent(value, start=start), css=css)
        for values, css in ((counted, "ink"), (cut, "hol"))
        for value in values
    )
    return IntervalPicture(
        bands=bands,
        ticks=ticks,
        dots=dots,
        point=per_cent(point, start=start),
        anchor=_anchor(float(point), start),
        low=per_cent(low, start=start),
        high=per_cent(high, start=start),
    )
