"""The year's end: look at what it would do, close, and undo until the new year begins."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from desk.permissions import may_close_year
from desk.selectors import closing_of, year_review
from desk.selectors.year_end import first_act_of
from desk.services import close_year, undo_closing
from faces.pages.bureau.today_words import address_of
from faces.pages.bureau.year_steps import step_lines, year_end_url
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import FormPage
from faces.pages.shared.years import EARLIEST, LATEST
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from faces.pages.shared.actions import ActionForm
    from foundation.bureaus.models import Bureau


class OfAYear(AudiencePage):
    """A page of the year that the address names; without one, of the year chosen in the strip."""

    @cached_property
    def year(self) -> int:
        """The year whose end this is."""
        given = self.request.GET.get("year", "")
        is_year = given.isdecimal() and EARLIEST <= int(given[:5]) <= LATEST
        return int(given) if is_year else self.work_year


class YearEndPage(OfAYear, TemplateView):
    """One page lists what is open and what closing would do. Looking is the rehearsal: nothing is written."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/year_end.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the review of the year."""
        year, bureau = self.year, self.user.bureau
        found: dict[str, Any] = {"year": year}
        if bureau is not None:
            closing = closing_of(bureau, year)
            review = year_review(bureau, year)
            found |= {
                "title": title_of(year, review.open_tasks, is_closed=closing is not None),
                "closing": closing,
                "review": review,
                "things": [(thing, address_of(thing.noun, thing.key, year=year)) for thing in review.open_things],
                "may_close": may_close_year(self.user, bureau),
                "first_act": first_act_of(bureau, year + 1) if closing else "",
                "year_steps": step_lines(bureau, year, self.user),
                "close_url": year_end_url(year, "year-close"),
                "reopen_url": year_end_url(year, "year-reopen"),
            }
        return super().get_context_data(**(found | kwargs))


def title_of(year: int, open_tasks: int, *, is_closed: bool) -> str:
    """Return the title: the year and its state."""
    if is_closed:
        return _("%(year)s is closed") % {"year": year}
    if open_tasks:
        return _("The end of %(year)s: %(n)s tasks are still open") % {"year": year, "n": open_tasks}
    return _("The end of %(year)s: nothing is open") % {"year": year}


class _YearStep(OfAYear, FormPage):
    audience, needs = "bureau", (Capability.CONFIRM, Capability.APPROVE)
    danger = True

    @property
    def bureau(self) -> Bureau:
        """The reader's bureau; everybody who may enter has one."""
        assert self.user.bureau is not None  # noqa: S101 - capabilities come with a bureau
        return self.user.bureau

    def get_success_url(self) -> str:
        """Return the page of the year's end."""
        return year_end_url(self.year)


class CloseYear(_YearStep):
    """Close the year."""

    title = gettext_lazy("Close the year")
    submit_label = gettext_lazy("Close the year")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return what happens to whom."""
        review = year_review(self.bureau, self.year)
        return (
            _("%(n)s open tasks go on under their old numbers.") % {"n": review.open_tasks},
            _("%(n)s firm tasks without a final rating count in the assessment of %(year)s.")
            % {"n": len(review.carried_tasks), "year": self.year + 1},
            _("The firms' assessment of %(year)s is computed where it is missing, and frozen.") % {"year": self.year},
            _("%(firms)s undertakings of firms and %(experts)s of experts end with the calendar year.")
            % {"firms": review.firm_undertakings, "experts": review.expert_undertakings},
            _("The plan of %(year)s is opened.") % {"year": self.year + 1},
            _("This can be undone until the first act of the new year."),
        )

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Close it."""
        close_year(bureau=self.bureau, year=self.year, by=self.user, on=self.today)
        return _("%(year)s is closed.") % {"year": self.year}


class ReopenYear(_YearStep):
    """Undo the closing."""

    title = gettext_lazy("Undo the closing")
    submit_label = gettext_lazy("Undo")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return what goes back."""
        return (
            _("Carried tasks count in %(year)s again.") % {"year": self.year},
            _("The assessment that the closing froze is open again."),
            _("The plan that the closing opened is taken back while it is empty."),
        )

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Undo it."""
        undo_closing(bureau=self.bureau, year=self.year, by=self.user, on=self.today)
        return _("%(year)s is open again.") % {"year": self.year}


urls = [
    path("year-end/", YearEndPage.as_view(), name="year-end"),
    path("year-end/close/", CloseYear.as_view(), name="year-close"),
    path("year-end/undo/", ReopenYear.as_view(), name="year-reopen"),
]
