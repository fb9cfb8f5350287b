"""What the codes of a draw mean: why somebody was passed over, why an attempt is void, what a widening lets pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

SKIPS: Final[Mapping[str, StrOrPromise]] = {
    "late": gettext_lazy("not eligible any more"),
    "group": gettext_lazy("same employer as one who sits"),
    "seat": gettext_lazy("no free seat in a field of this person"),
    "ahead": gettext_lazy("the other seats could not have been filled"),
}
GROUNDS: Final[Mapping[str, StrOrPromise]] = {
    "given_up": gettext_lazy("given up before anything was frozen"),
    "missing_commitment": gettext_lazy("a commitment was missing"),
    "refused_reveal": gettext_lazy("a nonce was not shown"),
    "ordered_again": gettext_lazy("a new draw was ordered"),
}
STEPS: Final[Mapping[str, StrOrPromise]] = {
    "wider_fields": gettext_lazy("people of the field above"),
    "cool_down": gettext_lazy("who met this unit lately"),
    "untrained": gettext_lazy("who has too few hours of training"),
    "same_unit": gettext_lazy("who evaluated this unit in the years before"),
    "over_share": gettext_lazy("who has its share of the year's tasks"),
    "assessed_low": gettext_lazy("whom last year's assessment keeps out"),
}


def step_words(step: str) -> StrOrPromise:
    """Return whom a widening step lets in; the code itself for one that is not known any more."""
    return STEPS.get(step, step)
