"""Who works where, and who owns, advises or heads what, as of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import Sort
from foundation.accounts.enums import Capability
from parties.enums import EmploymentKind
from parties.selectors import employments_on

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from parties.models import Employment


class EmploymentList(DatedList):
    """Every tie of a person to a body that ran today or on a day, under the names of that day."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Employment and other ties")
    columns = (
        Column(
            gettext_lazy("Name"),
            "name_then",
            key=True,
            link=lambda row: reverse("pages:person", args=[row.person_id]),
        ),
        Column(gettext_lazy("Employer"), "body_then"),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Position"), lambda row: row.title or "—"),
        Column(gettext_lazy("From"), lambda row: full_day(row.started_on)),
        Column(gettext_lazy("Said by"), lambda row: row.source or "—", cut=True),
    )
    facets = (Facet("kind", gettext_lazy("Kind"), EmploymentKind.choices),)
    search_fields = ("name_then", "person__sort_key", "body_then", "organisation__sort_key", "title")
    search_hint = gettext_lazy("Name, initials, employer, position")
    sorts = (
        Sort("name", gettext_lazy("By name"), ("person__sort_key",)),
        Sort("new", gettext_lazy("Newest first"), ("-started_on", "-pk")),
    )
    export_name = "employments"
    empty_title = gettext_lazy("No employer is known.")
    empty_text = gettext_lazy("Employers are entered on the pages of people and experts, or imported with a roster.")

    def rows(self) -> QuerySet[Employment]:
        """Return what ran on the day."""
        return employments_on(self.user, self.day)


urls = [path("employments/", EmploymentList.as_view(), name="employments")]
