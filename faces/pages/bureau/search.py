"""One box for everything the reader may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from desk.selectors import search
from faces.pages.shared.access import AudiencePage
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from desk.selectors import Hit

NOUNS: Final = {
    "task": gettext_lazy("Tasks"),
    "project": gettext_lazy("Projects"),
    "unit": gettext_lazy("Budget units"),
    "firm": gettext_lazy("Firms"),
    "expert": gettext_lazy("Experts"),
}


class SearchPage(AudiencePage, TemplateView):
    """What was found, by noun."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the finds in groups."""
        text = self.request.GET.get("q", "").strip()
        hits = search(self.user, text)
        groups = [
            {"label": label, "hits": [(hit, url_of(hit)) for hit in hits if hit.noun == noun]}
            for noun, label in NOUNS.items()
        ]
        found = {
            "title": _("%(n)s found for “%(text)s”") % {"n": len(hits), "text": text} if text else _("Search"),
            "text": text,
            "groups": [group for group in groups if group["hits"]],
        }
        return super().get_context_data(**(found | kwargs))


def url_of(hit: Hit) -> str:
    """Return the page of a find; empty where it is not installed."""
    try:
        return reverse(f"pages:{hit.noun}", args=[hit.key])
    except NoReverseMatch:
        return ""


urls = [path("search/", SearchPage.as_view(), name="search")]
