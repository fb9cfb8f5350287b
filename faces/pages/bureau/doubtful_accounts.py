"""Sign-ins whose holder may be gone: a list for who keeps accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from desk.enums import AccountDoubt
from desk.selectors import doubtful_accounts
from faces.pages.bureau.accounts import roles_word
from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.models import User


def doubt_word(user: User) -> StrOrPromise:
    """Return why the holder may be gone."""
    return AccountDoubt(user.doubt).label  # type: ignore[attr-defined] # annotated by the selector


class DoubtfulAccounts(ListPage):
    """Open accounts that somebody should look at: close them on their page, or let the holder sign in."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS
    title = gettext_lazy("Accounts whose holder may be gone")
    columns = (
        Column(gettext_lazy("Name"), "name", key=True, link=lambda user: reverse("pages:account", args=[user.pk])),
        Column(gettext_lazy("Sign-in name"), "username"),
        Column(gettext_lazy("Roles"), roles_word),
        Column(gettext_lazy("Why"), doubt_word),
        Column(gettext_lazy("Last sign-in"), lambda user: user.last_login and formats.moment(user.last_login)),
    )
    facets = (Facet("doubt", gettext_lazy("Why"), AccountDoubt.choices),)
    search_fields = ("name", "username")
    search_hint = gettext_lazy("Name or sign-in name")
    sorts = (
        Sort("name", gettext_lazy("By name"), ("name", "pk")),
        Sort("seen", gettext_lazy("Longest unused first"), ("last_login", "pk")),
    )
    export_name = "accounts-to-look-at"
    empty_title = gettext_lazy("Every open account has its holder")
    empty_text = gettext_lazy("Deaths, ended posts, firms that left and sign-ins nobody uses are found here (R-52).")

    def rows(self) -> QuerySet[User]:
        """Return the accounts in doubt with their roles."""
        grants = RoleGrant.objects.select_related("section").order_by("pk")
        return doubtful_accounts(self.user, self.today).prefetch_related(Prefetch("grants", queryset=grants))


urls = [path("accounts/left/", DoubtfulAccounts.as_view(), name="accounts-left")]
