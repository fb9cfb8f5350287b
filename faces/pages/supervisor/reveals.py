"""Who read sealed numbers in clear, when and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage
from foundation.accounts.enums import Capability
from parties.enums import RevealKind
from parties.selectors import reveals_visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from parties.models import Reveal


def of_whom(row: Reveal) -> str:
    """Return whose number it was; a directory has none alone."""
    whose = row.person or row.contact
    return whose.name if whose else ""


class RevealList(ListPage):
    """Every reading of a sealed number in clear."""

    audience, needs = "supervisor", Capability.AUDIT
    title = gettext_lazy("Numbers read in clear")
    columns = (
        Column(gettext_lazy("When"), lambda row: formats.moment(row.revealed_at), key=True),
        Column(gettext_lazy("Who read"), "by.name"),
        Column(gettext_lazy("What"), "what"),
        Column(
            gettext_lazy("Whose number"),
            of_whom,
            link=lambda row: reverse("pages:person", args=[row.person_id]) if row.person_id else "",
        ),
        Column(gettext_lazy("Numbers"), "count", num=True),
        Column(gettext_lazy("Purpose"), "purpose"),
    )
    facets = (Facet("what", gettext_lazy("What"), RevealKind.choices),)
    search_fields = ("by__name", "person__name", "contact__name", "purpose")
    search_hint = gettext_lazy("Reader, person or purpose")
    export_name = "reveals"
    empty_title = gettext_lazy("No number has been read in clear")
    empty_text = gettext_lazy("Whoever reads an ID number, telephone or account says what for, and it stands here.")

    def rows(self) -> QuerySet[Reveal]:
        """Return the readings of the bureau."""
        return reveals_visible_to(self.user).select_related("by", "person", "contact")


urls = [path("reveals/", RevealList.as_view(), name="supervisor-reveals")]
