"""Pages that can be asked as of another day: the day stands in the address (``?on=``), a band says so, nothing acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from faces.pages.shared.access import AudiencePage
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import ListPage, address
from faces.pages.shared.years import day_asked
from foundation.core import clock

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django_stubs_ext import StrOrPromise

LEFT_OUT: Final = ("on", "after", "before", "export")


def end_then(ended_on: date | None, day: date, still: StrOrPromise = "—") -> str:
    """Return the end of something as it was on ``day``; one that came after a past day is none: ``still``."""
    is_known = ended_on is not None and (ended_on <= day or day >= clock.today())
    return full_day(ended_on) if is_known else str(still)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day asked about, what else stands in the address, and the address of today."""

    day: date
    is_today: bool
    kept: list[tuple[str, str]]
    today_url: str


class DatedPage(AudiencePage):
    """A page that answers for the day of ``?on=``, else for today; on another day it reads only."""

    @cached_property
    def day(self) -> date:
        """The day that is asked about."""
        return day_asked(self.request, otherwise=self.today)

    @property
    def is_now(self) -> bool:
        """Whether today is asked about: only then anything can be done."""
        return self.day == self.today

    @property
    def is_past(self) -> bool:
        """Whether a past day is asked about: what came later is left out."""
        return self.day < self.today

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Give the head its field for a day, and the band its words."""
        asked = self.request.GET
        kept = [(name, value) for name in asked if name not in LEFT_OUT for value in asked.getlist(name)]
        today_url = address(self.request, dict.fromkeys(LEFT_OUT))
        as_of = AsOf(self.day, self.is_now, kept, today_url)
        found: dict[str, Any] = super().get_context_data(**({"as_of": as_of} | kwargs))  # type: ignore[misc] # of the page it is mixed into
        return found


class DatedList(DatedPage, ListPage):
    """A list that another day shows as it was then: ``then`` is the list of that day."""

    then: ClassVar[type[ListPage] | None] = None
    kept = ("on",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Show the list of the day that is asked about."""
        if self.then is not None and self.may_enter() and not self.is_now:
            return self.then.as_view()(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def file_name(self) -> str:
        """Return the name of an exported file, with the day it tells of."""
        return self.export_name if self.is_now else f"{self.export_name}-{self.day.isoformat()}"
