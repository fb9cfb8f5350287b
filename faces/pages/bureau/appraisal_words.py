"""The parts of a firm's year in words, for the firm's page and the year's own page."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.shared import formats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

PARTS: Final[Mapping[str, StrOrPromise]] = {
    "score": gettext_lazy("final report scores"),
    "compliance": gettext_lazy("compliance"),
    "training": gettext_lazy("training"),
    "feedback": gettext_lazy("commissioner’s feedback"),
    "deduction": gettext_lazy("running deductions"),
}
FACTS: Final[dict[str, StrOrPromise]] = {
    "reports": gettext_lazy("reports"),
    "scores": gettext_lazy("scores"),
    "recognised": gettext_lazy("of them recognised from other bureaus"),
    "undertaking": gettext_lazy("undertaking accepted"),
    "qualifications": gettext_lazy("papers valid"),
    "answers": gettext_lazy("notices answered"),
    "people": gettext_lazy("people"),
    "met": gettext_lazy("with enough hours"),
    "needed_hours": gettext_lazy("hours needed"),
    "points": gettext_lazy("points"),
}


def points_text(hundredths: int | None) -> str:
    """Return points, or a dash where there was nothing to measure."""
    return "—" if hundredths is None else formats.score(hundredths)


def facts_text(part: Mapping[str, Any]) -> str:
    """Return the facts behind a stored part in words."""
    words = FACTS | {"answers": gettext_lazy("answers given")} if part["code"] == "feedback" else FACTS
    said = (f"{words.get(name, name)} {_said(value)}" for name, value in part["facts"].items() if value != [])
    return "；".join(said)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "、".join(formats.score(Fraction(str(each))) for each in value)
    return str(value)
