"""Where the setting demands it, people of the bureau work only in a session that knows a second factor.

Whoever has one is asked for it at sign-in. Whoever has none is led to the page where one is set up, and gets nowhere
else. Firms, experts and units are free to have one. A token of the API was made in such a session and stands for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.accounts.permissions import roles_of
from foundation.accounts.selectors import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

ALWAYS_OPEN: Final = ("/accounts/", "/i18n/", "/static/", "/healthz")
API: Final = "/api/"


class SecondFactorMiddleware:
    """Lead who lacks a second factor to where one is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        _args: tuple[object, ...],
        _kwargs: dict[str, object],
    ) -> HttpResponse | None:
        """Let everything through that needs no second factor; answer the rest."""
        if not settings.REQUIRE_SECOND_FACTOR or request.path.startswith(ALWAYS_OPEN):
            return None
        is_api = request.path.startswith(API)
        if (not is_api and getattr(view, "login_required", True) is False) or not lacks_it(request):
            return None
        if is_api:
            words = _("Set up a second factor first: sign in on the pages.")
            body = {"type": "about:blank", "status": 403, "code": "second_factor_missing", "detail": words}
            return JsonResponse(body, status=403, content_type="application/problem+json")
        return HttpResponseRedirect(reverse("mfa_activate_totp"))


def lacks_it(request: HttpRequest) -> bool:
    """Return whether somebody of the bureau is signed in without a second factor."""
    user = request.user
    if not isinstance(user, User) or not roles_of(user) - OUTSIDE:
        return False
    if any(record.get("method") == "mfa" for record in get_authentication_records(request, user)):
        return False
    return not is_mfa_enabled(user)  # just set up: the session began with the password alone
