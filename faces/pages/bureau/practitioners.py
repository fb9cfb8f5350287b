"""The staff of all firms as of a day: who practises where, as what, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from evaluators.selectors import practitioners_on
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.lists import Sort
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evaluators.models import Practitioner


class PractitionerList(DatedList):
    """Who practises in a firm of the register, today or on a day, under the names of that day."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Staff of the firms")
    columns = (
        Column(
            gettext_lazy("Name"),
            "name_then",
            key=True,
            link=lambda row: reverse("pages:person", args=[row.person_id]),
        ),
        Column(gettext_lazy("Firm"), "firm_then", link=lambda row: f"{firm_url(row.firm)}?tab=people"),
        Column(gettext_lazy("Number"), "firm.number", cut=True),
        Column(gettext_lazy("Duty"), lambda row: row.duty or "—"),
        Column(gettext_lazy("Here since"), lambda row: full_day(row.started_on)),
    )
    search_fields = (
        "name_then", "person__sort_key", "firm_then", "firm__organisation__sort_key", "firm__number", "duty",
    )  # fmt: skip
    search_hint = gettext_lazy("Name, initials, firm, duty")
    sorts = (
        Sort("name", gettext_lazy("By name"), ("person__sort_key",)),
        Sort("new", gettext_lazy("Newest first"), ("-started_on", "-pk")),
    )
    export_name = "practitioners"
    empty_title = gettext_lazy("No staff is recorded")
    empty_text = gettext_lazy("They are entered on the pages of their firms, or imported with a roster.")

    def rows(self) -> QuerySet[Practitioner]:
        """Return who practised on the day."""
        return practitioners_on(self.user, self.day)


urls = [path("practitioners/", PractitionerList.as_view(), name="practitioners")]
