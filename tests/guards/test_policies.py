"""Every address declares who may open it; a stranger gets nowhere by default."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import URLPattern, get_resolver, path, reverse
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from faces.pages.shared.access import AudiencePage

# Views that are not ours. Each is listed by hand: a new one fails here until somebody has thought about it.
OTHERS = {
    "healthz": "stranger",
    "set_language": "stranger",
    "account_login": "stranger",
    "account_logout": "stranger",
    "account_inactive": "stranger",
    "account_signup": "stranger",  # closed by foundation.accounts.adapter
    "account_email_verification_sent": "stranger",
    "account_reset_password": "stranger",
    "account_confirm_login_code": "stranger",
    "account_confirm_email": "stranger",
    "account_reset_password_from_key_done": "stranger",
    "account_reset_password_from_key": "stranger",
    "account_reset_password_done": "stranger",
    "mfa_authenticate": "stranger",
    "account_reauthenticate": "signed in",
    "account_email": "signed in",
    "account_change_password": "signed in",
    "account_set_password": "signed in",
    "mfa_index": "signed in",
    "mfa_reauthenticate": "signed in",
    "mfa_activate_totp": "signed in",
    "mfa_deactivate_totp": "signed in",
    "mfa_view_recovery_codes": "signed in",
    "mfa_generate_recovery_codes": "signed in",
    "mfa_download_recovery_codes": "signed in",
}


def walk(resolver, prefix=""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        else:
            yield from walk(entry, route)


ADDRESSES = dict(walk(get_resolver()))


def policy(entry):
    """Return "stranger", "declared" or None for an address."""
    view = entry.callback
    page = getattr(view, "view_class", None)
    api = getattr(view, "cls", None)
    if isinstance(page, type) and issubclass(page, AudiencePage):
        return "declared" if page.needs is not None else None
    if isinstance(api, type) and issubclass(api, APIView):
        open_to_all = not api.permission_classes or AllowAny in api.permission_classes
        return None if open_to_all else "declared"
    if view.__module__.startswith("faces.pages.public"):
        return "stranger" if getattr(view, "login_required", True) is False else None
    return OTHERS.get(entry.name or "")


@pytest.mark.parametrize("route", ADDRESSES)
def test_address_declares_its_policy(route):
    assert policy(ADDRESSES[route]), f"{route}: say who may open this page"


class Undeclared(AudiencePage):
    """A page whose author forgot ``needs``."""


class Unguarded(APIView):
    """An endpoint that lets everybody in."""

    permission_classes = ()


class OpenToAll(APIView):
    """An endpoint that says so."""

    permission_classes = (AllowAny,)


def plain(_request):
    """Answer anybody: a function that declares nothing."""
    return HttpResponse()


@pytest.mark.parametrize("view", [Undeclared.as_view(), Unguarded.as_view(), OpenToAll.as_view(), plain])
def test_address_without_a_policy_is_found(view):
    assert policy(path("new/", view, name="new")) is None


@pytest.mark.django_db
def test_page_that_declares_nothing_lets_nobody_in(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user

    with pytest.raises(PermissionDenied):
        Undeclared.as_view()(request)


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in ADDRESSES if "<" not in route and "(" not in route])
def test_stranger_gets_nothing_that_is_not_open_to_strangers(client, route):
    page = getattr(ADDRESSES[route].callback, "view_class", None)
    is_open = policy(ADDRESSES[route]) == "stranger" or (
        isinstance(page, type) and issubclass(page, AudiencePage) and str(page.needs) == "Entry.PUBLIC"
    )

    response = client.get("/" + route)

    if is_open:
        assert response.status_code < 500
    elif route.startswith("api/"):
        assert response.status_code == 401
    else:
        assert response.status_code in {302, 401, 403}
        if response.status_code == 302:
            assert response["Location"].startswith(reverse("account_login"))
