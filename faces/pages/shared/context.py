"""What the shell shows on every page, asked before the template begins; nobody's address asks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from faces.pages.shared.rail import rail_of
from faces.pages.shared.years import work_year, work_years
from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import may, roles_of
from foundation.accounts.selectors import demo_accounts
from foundation.bureaus.models import Bureau
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

AUDIENCE_OF_ROLE: Final[Mapping[Role, str]] = {
    Role.FIRM_ADMIN: "firm",
    Role.FIRM_MEMBER: "firm",
    Role.EXPERT: "expert",
    Role.UNIT: "unit",
    Role.SUPERVISOR: "supervisor",
    Role.APPLICANT: "applicant",
}
SIGN_IN: Final = "account_login"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the rail, the work years, the bureau's name, whether it is the demonstration or has a desk."""
    user = getattr(request, "user", None)
    match = request.resolver_match
    found: dict[str, Any] = {
        "clock_day": clock.today() if settings.GONGPING_CLOCK_SHIFT_DAYS else None,
        "other_languages": [(code, name) for code, name in settings.LANGUAGES if code != request_language(request)],
        "bureau_name": _("Gongping"),
    }
    if match is None:
        return found
    if bureau := bureau_of(user):
        found |= {"bureau_name": bureau.name, "is_demo": bureau.is_demo}
    if isinstance(user, User) and hasattr(match.func, "view_class"):  # public pages are plain functions: no rail
        found |= {
            "rail": rail_of(audience_of(request), request),
            "work_year": work_year(request),
            "work_years": work_years(request),
            "role_name": role_name(user),
            "reads_desk": may(user, Capability.READ_DESK),
        }
    if match.url_name == SIGN_IN:
        found["demo_accounts"] = demo_accounts(clock.today())
    return found


def request_language(request: HttpRequest) -> str:
    """Return the language of this page."""
    return str(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))


def audience_of(request: HttpRequest) -> str:
    """Return the audience of the page shown, else the one its reader belongs to."""
    match = request.resolver_match
    view = getattr(match.func, "view_class", None) if match else None
    named = str(getattr(view, "audience", ""))
    if named or not isinstance(request.user, User):
        return named
    return home_audience(request.user)


def home_audience(user: User) -> str:
    """Return the audience whose pages this person works on; the bureau's where they have a role there."""
    audiences = {AUDIENCE_OF_ROLE.get(role, "bureau") for role in roles_of(user)}
    return next(
        (name for name in ("bureau", "supervisor", "firm", "expert", "unit", "applicant") if name in audiences),
        "bureau",
    )


def bureau_of(user: object) -> Bureau | None:
    """Return the reader's bureau, or for a stranger the one this installation began with."""
    if isinstance(user, User) and user.bureau_id:
        return user.bureau
    return Bureau.objects.order_by("pk").first()


def role_name(user: object) -> str:
    """Return the reader's roles in words."""
    if not isinstance(user, User):
        return ""
    separator = pgettext("between roles", ", ")
    return separator.join(str(role.label) for role in sorted(roles_of(user), key=list(Role).index))
