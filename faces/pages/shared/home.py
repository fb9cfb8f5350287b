"""The front door: strangers to the public site, everybody else to the desk of their audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import NoReverseMatch, reverse

from faces.pages.shared.access import PUBLIC, AudiencePage
from faces.pages.shared.context import home_audience
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from django.http import HttpRequest

FALLBACK = "account_login"


class Home(AudiencePage):
    """Send the reader to the first page of their audience."""

    needs = PUBLIC

    def get(self, request: HttpRequest) -> HttpResponseRedirect:
        """Redirect."""
        if not isinstance(request.user, User):
            audience = "public"
        elif may(request.user, Capability.MANAGE_ACCOUNTS) and not may(request.user, Capability.READ_DESK):
            return HttpResponseRedirect(reverse("pages:accounts"))
        else:
            audience = home_audience(request.user)
        try:
            return HttpResponseRedirect(reverse(f"pages:{audience}-home"))
        except NoReverseMatch:  # an audience whose pages are not installed
            return HttpResponseRedirect(reverse(FALLBACK))
