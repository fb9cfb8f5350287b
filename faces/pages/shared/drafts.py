"""Half-written forms: kept while people write, found again on any machine. The store is registered by its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone

from faces.pages.shared.access import SIGNED_IN, AudiencePage
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from foundation.accounts.models import User

NEVER_KEPT: Final = frozenset({"csrfmiddlewaretoken", "next", "password", "id_number"})
SIZE_LIMIT: Final = 200_000


class DraftStore(Protocol):
    """Where drafts live. ``data`` maps a field's name to its values."""

    def load(self, *, user: User, key: str) -> Mapping[str, list[str]]:
        """Return the draft, empty when there is none."""

    def save(self, *, user: User, key: str, data: Mapping[str, list[str]]) -> None:
        """Keep the draft, replacing the one before."""

    def drop(self, *, user: User, key: str) -> None:
        """Forget the draft."""


_STORES: list[DraftStore] = []


def serve_drafts(store: DraftStore) -> None:
    """Keep drafts in ``store``; the last one registered counts."""
    _STORES.append(store)


def stored() -> bool:
    """Return whether anybody keeps drafts."""
    return bool(_STORES)


def kept(user: User, key: str) -> dict[str, Any]:
    """Return the draft as a form's initial values."""
    data = _STORES[-1].load(user=user, key=key) if _STORES else {}
    return {name: values[0] if len(values) == 1 else values for name, values in data.items()}


def drop(user: User, key: str) -> None:
    """Forget the draft: the form went in."""
    if _STORES:
        _STORES[-1].drop(user=user, key=key)


class DraftView(AudiencePage):
    """Keep what the page sends every few seconds (``pages:draft``); answer with the time it was kept."""

    needs = SIGNED_IN

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Keep the posted fields under ``key`` for this person; 404 where nobody keeps drafts."""
        if not _STORES:
            raise Http404
        data = {name: values for name, values in request.POST.lists() if name not in NEVER_KEPT}
        if any("\x00" in text for name, values in data.items() for text in (name, *values)):
            return JsonResponse({"saved": None}, status=400)  # PostgreSQL keeps none
        if sum(len(value) for values in data.values() for value in values) > SIZE_LIMIT:
            return JsonResponse({"saved": None}, status=413)
        _STORES[-1].save(user=self.user, key=key, data=data)
        return JsonResponse({"saved": timezone.localtime(clock.now()).strftime("%H:%M")})
