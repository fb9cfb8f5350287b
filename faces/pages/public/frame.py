"""What every public page has around it. They read frozen copies and the public register, nothing else."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

NAV: Final[Sequence[tuple[str, Any]]] = (
    ("public-home", _("Overview")),
    ("public-ratings", _("Report quality")),
    ("public-draws", _("Draw records")),
    ("public-firms", _("Register of firms")),
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


def address(query: QueryDict, **change: object) -> str:
    """Return a list's address with other keys."""
    changed = query.copy()
    for name in ("after", "before"):
        changed.pop(name, None)
    for name, value in change.items():
        changed[name] = str(value)
    return f"?{changed.urlencode()}"


__all__ = ["address", "key_of", "require_safe", "shown"]
