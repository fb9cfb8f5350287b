"""A page about one thing: found among the visible rows, with tabs that are links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404
from django.views.generic.base import TemplateView

from faces.pages.shared.access import AudiencePage
from faces.pages.shared.lists import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its name in the address, its word, the template of its panel, an optional count."""

    name: str
    label: StrOrPromise
    template: str = ""
    count: int | None = None
    url: str = ""
    current: bool = False


class OneObject(AudiencePage):
    """Find the object of the address among ``rows()``, or answer 404.

    ``lookup`` is both the name of the url's argument and the field it is looked up by.
    """

    lookup: ClassVar[str] = "pk"

    def rows(self) -> QuerySet[Any]:
        """Return the rows this person may see: a selector's ``visible_to`` and nothing wider."""
        raise NotImplementedError

    @cached_property
    def object(self) -> Any:  # noqa: ANN401 - any model
        """The object the address names; 404 when there is none, or none this person may see."""
        found = self.rows().filter(**{self.lookup: self.kwargs[self.lookup]}).first()
        if found is None:
            raise Http404
        return found


class ObjectPage(OneObject, TemplateView):
    """A page about ``self.object``. See faces/pages/README.md."""

    template_name = "shared/object.html"

    def tabs(self) -> Sequence[Tab]:
        """Return the tabs; the first is shown unless the address names another (``?tab=``)."""
        return ()

    def history(self) -> Sequence[Any]:
        """Return what happened to the object, newest first: lines with ``at``, ``who`` and ``text``."""
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the object, its tabs and its history."""
        tabs = self.tabs()
        asked = self.request.GET.get("tab")
        shown = next((tab for tab in tabs if tab.name == asked), tabs[0] if tabs else None)
        found = {
            "title": self.title or str(self.object),
            "object": self.object,
            "tabs": [
                Tab(
                    tab.name, tab.label, tab.template, tab.count, address(self.request, {"tab": tab.name}), tab is shown
                )
                for tab in tabs
            ],
            "tab": shown,
            "history": self.history(),
        }
        return super().get_context_data(**(found | kwargs))
