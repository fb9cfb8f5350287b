"""Whether the pool is enough, specialty by specialty: what the year asks, who is there, whom the rules leave."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic.base import TemplateView

from assignments.selectors.eligibility import reason_words
from assignments.selectors.pool_health import EMPLOYER, NodeHealth, PoolHealth, pool_health
from faces.pages.bureau.specialties import LEVELS, node_url
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.columns import Column
from faces.pages.shared.lists import EXPORTS, address
from faces.pages.shared.years import day_asked
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

# state → shape and word
STATES: Final[Mapping[str, tuple[str, StrOrPromise]]] = {
    "LACKING": ("bad", gettext_lazy("too few")),
    "THIN": ("warn", gettext_lazy("fewer than the ratio")),
    "ENOUGH": ("done", gettext_lazy("enough")),
    "SETTLED": ("done", gettext_lazy("all seats filled")),
    "IDLE": ("wait", gettext_lazy("not asked")),
}
RULES_SHOWN: Final = 3
EMPLOYER_WORDS: Final = gettext_lazy("too many of one employer")


def blocker_words(row: NodeHealth) -> str:
    """Return the rules of which one alone stands in the way."""
    between = pgettext("between items", ", ")
    return between.join(str(EMPLOYER_WORDS if code == EMPLOYER else reason_words(code)) for code in row.blockers)


def rules_words(row: NodeHealth, most: int | None = None) -> str:
    """Return how many each rule removes, the one that removes most first."""
    between = pgettext("between items", ", ")
    return between.join(f"{reason_words(one.code)} {one.people}" for one in row.rules[:most])


COLUMNS: Final = (
    Column(gettext_lazy("Code"), "node.code"),
    Column(gettext_lazy("Specialty"), "node.name"),
    Column(gettext_lazy("Level"), lambda row: LEVELS[row.node.level - 1]),
    Column(gettext_lazy("Seats of the year"), "seats", num=True),
    Column(gettext_lazy("Seats still open"), "open_seats", num=True),
    Column(gettext_lazy("Of these of panels to come"), "planned", num=True),
    Column(gettext_lazy("People in the pool"), "in_pool", num=True),
    Column(gettext_lazy("Left by the rules"), "eligible", num=True),
    Column(gettext_lazy("Short by"), "missing", num=True),
    Column(gettext_lazy("State"), lambda row: STATES[row.state][1]),
    Column(gettext_lazy("What blocks"), blocker_words),
    Column(gettext_lazy("Removed by rule"), rules_words),
)


class PoolHealthPage(AudiencePage, TemplateView):
    """The pool against the plan of the work year, as of ``?on=``; narrowed by ``?only=`` and ``?level=``."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/pool_health.html"

    @cached_property
    def found(self) -> PoolHealth:
        """The health of the reader's pool."""
        if self.user.bureau is None:
            raise Http404
        return pool_health(self.user.bureau, self.work_year, day_asked(self.request, otherwise=self.today))

    def said(self) -> str:
        """Return the state of the pool in one sentence."""
        found, year = self.found, self.work_year
        if short := len(found.short):
            return _("Pool health %(year)d: %(count)d specialties too few") % {"year": year, "count": short}
        if any(row.open_seats for row in found.rows):
            return _("Pool health %(year)d: enough for every seat asked") % {"year": year}
        if open_seats := found.plan.open_seats:
            return _("Pool health %(year)d: %(count)d seats without a field") % {"year": year, "count": open_seats}
        if any(row.seats for row in found.rows):
            return _("Pool health %(year)d: every seat is filled") % {"year": year}
        return _("Pool health %(year)d: nothing is asked") % {"year": year}

    def rows(self) -> list[NodeHealth]:
        """Return the lines asked for."""
        asked = self.request.GET
        rows = self.found.rows
        if asked.get("only") == "short":
            rows = [row for row in rows if row.state in {"LACKING", "THIN"}]
        elif asked.get("only") == "asked":
            rows = [row for row in rows if row.seats]
        if asked.get("level") in {"1", "2", "3"}:
            rows = [row for row in rows if row.node.level == int(asked["level"])]
        return rows

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Show the page, or hand out its lines as a file."""
        if make := EXPORTS.get(request.GET.get("export", "")):
            return make(COLUMNS, self.rows(), name=f"pool-health-{self.work_year}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the lines, the ways to narrow them, and what is short in the title."""
        found, asked = self.found, self.request.GET
        context = {
            "title": self.said(),
            "asked_day": day_asked(self.request, otherwise=self.today),
            "ratio": found.ratio,
            "plan": found.plan,
            "eligible": found.eligible,
            "rows": [
                {
                    "row": row,
                    "url": node_url(row.node),
                    "shape": STATES[row.state][0],
                    "word": STATES[row.state][1],
                    "rules": rules_words(row, RULES_SHOWN),
                    "blocks": blocker_words(row),
                }
                for row in self.rows()
            ],
            "choices": [
                (word, address(self.request, {"only": value, "export": None}), asked.get("only", "") == (value or ""))
                for value, word in ((None, _("all")), ("asked", _("asked this year")), ("short", _("short")))
            ],
            "levels": [
                (word, address(self.request, {"level": value, "export": None}), asked.get("level", "") == (value or ""))
                for value, word in ((None, _("all levels")), *((str(n), word) for n, word in enumerate(LEVELS, 1)))
            ],
            "exports": [(f".{kind}", address(self.request, {"export": kind})) for kind in EXPORTS],
        }
        return super().get_context_data(**(context | kwargs))


urls = [path("pool-health/", PoolHealthPage.as_view(), name="pool-health")]
