"""The branches of all firms as of a day, with and without legal personality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.selectors import branches_on
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import Sort
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from evaluators.models import Branch

STANDINGS: Final = ((True, gettext_lazy("registers itself")), (False, gettext_lazy("belongs to its head office")))


def standing_word(row: Branch) -> str:
    """Return whether the branch stands alone."""
    return _("registers itself") if row.has_legal_personality else _("belongs to its head office")


class BranchList(DatedList):
    """Every branch that was open today or on a day."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Branches of the firms")
    columns = (
        Column(gettext_lazy("Branch"), "name", key=True, link=lambda row: f"{firm_url(row.firm)}?tab=people"),
        Column(gettext_lazy("Firm"), "firm_then"),
        Column(gettext_lazy("Standing"), standing_word),
        Column(gettext_lazy("Code"), lambda row: row.uscc or "—"),
        Column(gettext_lazy("Address"), lambda row: row.address or "—", cut=True),
        Column(gettext_lazy("From"), lambda row: full_day(row.started_on)),
    )
    facets = (Facet("standing", gettext_lazy("Standing"), STANDINGS, lookup="has_legal_personality"),)
    search_fields = ("name", "uscc", "firm_then", "firm__organisation__sort_key", "firm__number")
    search_hint = gettext_lazy("Branch, code, firm")
    sorts = (
        Sort("firm", gettext_lazy("By firm"), ("firm__number",)),
        Sort("new", gettext_lazy("Newest first"), ("-started_on", "-pk")),
    )
    export_name = "branches"
    empty_title = gettext_lazy("No branch is recorded.")
    empty_text = gettext_lazy("They are entered on the pages of their firms, or imported with a roster.")

    def rows(self) -> QuerySet[Branch]:
        """Return what was open on the day."""
        return branches_on(self.user, self.day)


urls = [path("branches/", BranchList.as_view(), name="branches")]
