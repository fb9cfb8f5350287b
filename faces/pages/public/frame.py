"""What every public page has around it. These pages read frozen copies only, and import nothing else."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

NAV: Final[Sequence[tuple[str, Any]]] = (
    ("public-home", _("Overview")),
    ("public-ratings", _("Report quality")),
    ("public-draws", _("Draw records")),
    ("public-check", _("Certificate check")),
    ("apply", _("Admissions")),
)
LONGEST_KEY: Final = 18

View = Callable[..., HttpResponse]


def shown(request: HttpRequest, template: str, current: str, *, status: int = 200, **context: Any) -> HttpResponse:  # noqa: ANN401 - a template takes anything
    """Return a public page with its navigation."""
    nav = [{"label": label, "url": reverse(f"pages:{name}"), "current": name == current} for name, label in NAV]
    return render(request, template, {"public_nav": nav, **context}, status=status)


def key_of(request: HttpRequest, name: str) -> int | None:
    """Return the keyset key of the address; one that is no number gives the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


__all__ = ["key_of", "require_safe", "shown"]
