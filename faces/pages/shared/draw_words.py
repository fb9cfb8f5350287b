"""What the codes of a draw mean: why somebody was passed over, why an attempt is void."""

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
    "missing_commitment": gettext_lazy("a commitment was missing"),
    "refused_reveal": gettext_lazy("a nonce was not shown"),
    "ordered_again": gettext_lazy("a new draw was ordered"),
}
