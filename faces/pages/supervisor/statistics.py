"""Draws against chance: who was drawn how often, who meets unusually often, what was declined, appointed, repeated."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.generic.base import TemplateView

from assignments.rules.chance import ODD_ONE_IN
from assignments.selectors.statistics import AttemptLine, ListLine, PairLine, PartyLine, Statistics, draw_statistics
from assignments.services.looks import note_table
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.columns import Column, csv_file
from faces.pages.shared.draw_words import GROUNDS, SKIPS
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

    from assignments.selectors.statistics import Ratio

SHOWN: Final = 50
PERCENT: Final = 100


def skipped_words(line: PartyLine) -> str:
    """Return how often the walk passed somebody over, by reason."""
    found = [f"{SKIPS.get(code, code)} {count}" for code, count in sorted(line.skipped.items())]
    return "、".join(found) or "0"


def chance_words(chance: float) -> str:
    """Return a chance in percent."""
    return f"{PERCENT * chance:.2f} %"


def grounds_of(line: AttemptLine) -> str:
    """Return why earlier attempts are void."""
    return pgettext("between items", ", ").join(str(GROUNDS.get(ground, ground)) for ground in line.grounds)


def by_chance(line: PartyLine | PairLine) -> str:
    """Return what chance would give, to two decimals."""
    return formats.score(line.expected)


def exact(line: PartyLine | PairLine) -> str:
    """Return what chance would give, to six decimals: a fraction would turn into a date in a spreadsheet."""
    return formats.score(line.expected, places=6)


BY_CHANCE: Final = Column(gettext_lazy("By chance"), by_chance, num=True, plain=exact)
PARTY: Final = (
    Column(gettext_lazy("Name"), "name"),
    Column(gettext_lazy("Number"), "number"),
    Column(gettext_lazy("On lists"), "lists", num=True),
    Column(gettext_lazy("Times drawn"), "drawn", num=True),
    BY_CHANCE,
    Column(gettext_lazy("Chance of that"), lambda row: chance_words(row.chance), num=True),
    Column(gettext_lazy("Unusual"), "is_unusual"),
    Column(gettext_lazy("Called as alternate"), "called", num=True),
    Column(gettext_lazy("Passed over"), skipped_words),
    Column(gettext_lazy("Declined"), "declined", num=True),
    Column(gettext_lazy("No answer"), "no_answer", num=True),
    Column(gettext_lazy("Appointed directly"), "direct", num=True),
)
PAIR: Final = (
    Column(gettext_lazy("Expert"), "one.name"),
    Column(gettext_lazy("Number"), "one.number"),
    Column(gettext_lazy("Met whom"), "other.name"),
    Column(gettext_lazy("Number"), "other.number"),
    Column(gettext_lazy("Times"), "met", num=True),
    BY_CHANCE,
    Column(gettext_lazy("Chance of that"), lambda row: chance_words(row.chance), num=True),
    Column(gettext_lazy("Unusual"), "is_unusual"),
)
LIST: Final = (
    Column(gettext_lazy("Draw"), "draw"),
    Column(gettext_lazy("Field"), lambda line: line.stratum or _("firm")),
    Column(gettext_lazy("Seats"), "seats", num=True),
    Column(gettext_lazy("Eligible"), "eligible", num=True),
)
ATTEMPT: Final = (
    Column(gettext_lazy("Number"), "number"),
    Column(gettext_lazy("Title"), "title"),
    Column(gettext_lazy("Attempts"), "attempts", num=True),
    Column(gettext_lazy("Why void"), grounds_of),
)
Line = PartyLine | PairLine | ListLine | AttemptLine


class DrawStatistics(AudiencePage, TemplateView):
    """The draws of a work year (``?years=all``: of all years) against chance; ``?export=`` hands a table out whole."""

    audience, needs, title = "supervisor", Capability.WITNESS, gettext_lazy("Draws against chance")
    template_name = "supervisor/statistics.html"

    @cached_property
    def is_all(self) -> bool:
        """Whether all years are asked for."""
        return self.request.GET.get("years") == "all"

    @cached_property
    def found(self) -> Statistics | None:
        """The statistics of the reader's bureau."""
        bureau = self.user.bureau
        return draw_statistics(bureau, None if self.is_all else self.work_year) if bureau else None

    @property
    def tables(self) -> Mapping[str, tuple[Sequence[Column], Sequence[Line]]]:
        """Every table by its name in the address."""
        found = self.found
        if found is None:
            return {}
        return {
            "experts": (PARTY, found.experts),
            "firms": (PARTY, found.firms),
            "panels": (PAIR, found.panels),
            "reviews": (PAIR, found.reviews),
            "lists": (LIST, found.lists),
            "attempts": (ATTEMPT, found.repeated),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - as in Django
        """Show the page, or hand out one table as a file."""
        asked = self.tables.get(request.GET.get("export", ""))
        if asked is None:
            return super().get(request, *args, **kwargs)
        columns, rows = asked
        table = request.GET["export"]
        if self.user.bureau is not None:
            note_table(bureau=self.user.bureau, table=table, rows=len(rows), by=self.user)
        return csv_file(columns, rows, name=f"draw-statistics-{table}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the tables, and beside them what they rest on."""
        return super().get_context_data(**({"title": self.title, "layout": self.layout()} | kwargs))

    def layout(self) -> Layout:
        """Return every table with its count and its file."""
        found = self.found
        if found is None:
            return Layout(main=(Section(self.title, empty=_("No bureau, no draws.")),))
        marked = [row for row in (*found.experts, *found.firms) if row.is_unusual]
        return Layout(
            main=(
                self._table("experts", _("Experts"), _("No expert has been on a list yet.")),
                self._table("firms", _("Firms"), _("No firm has been on a list yet.")),
                self._table("panels", _("Experts drawn together"), _("No two experts were drawn together twice.")),
                self._table("reviews", _("Experts drawn over one firm"), _("No expert was drawn over one firm twice.")),
                self._table("attempts", _("More than one attempt"), _("Every draw needed one attempt.")),
                self._table("lists", _("Lists, from which all is computed"), _("Nothing has been drawn yet.")),
            ),
            beside=(
                Section(
                    _("Period"),
                    pairs=(
                        (_("Work year"), _("all") if self.is_all else str(self.work_year)),
                        (_("Draws"), str(found.draws)),
                        (_("Batches"), str(found.batches)),
                        (_("Unusual counts"), str(len(marked))),
                        *(
                            (_("Attempts: %(n)d") % {"n": attempts}, _times(count))
                            for attempts, count in sorted(found.attempts.items())
                        ),
                    ),
                    acts=(self._period(),),
                ),
                Section(
                    _("Direct appointments"),
                    pairs=(
                        (_("Firms"), _ratio(found.direct_firms)),
                        (_("Experts"), _ratio(found.direct_experts)),
                    ),
                    note=_("Each has a reason and an approval; see the task."),
                ),
                Section(
                    _("How it is computed"),
                    pairs=(
                        (
                            _("By chance"),
                            _(
                                "seats by eligible of each field, summed over all lists on which somebody stands; over "
                                "everybody it sums to the seats. Limits per employer are left aside."
                            ),
                        ),
                        (_("Chance of that"), _("of a count as far from it or farther")),
                        (
                            _("Unusual"),
                            _("among all compared, even one such count comes by chance less than once in %(n)d times")
                            % {"n": ODD_ONE_IN},
                        ),
                    ),
                    note=_("Everything can be computed again from the file of the lists."),
                ),
            ),
        )

    def _period(self) -> Act:
        here = reverse("pages:supervisor-statistics")
        return Act(_("This work year only"), here) if self.is_all else Act(_("All years"), f"{here}?years=all")

    def _table(self, name: str, title: str, empty: str) -> Section:
        columns, rows = self.tables[name]
        years = "&years=all" if self.is_all else ""
        here = f"{reverse('pages:supervisor-statistics')}?export={name}{years}"
        return Section(
            title,
            grid=Grid(
                [column.label for column in columns],
                [[_cell(column, row) for column in columns] for row in rows[:SHOWN]],
                frozenset(place for place, column in enumerate(columns) if column.num),
            ),
            empty=empty,
            count=len(rows),
            note=_("The first %(n)d lines; the file holds all.") % {"n": SHOWN} if len(rows) > SHOWN else "",
            acts=(Act(_("Download as CSV"), here),) if rows else (),
        )


def _cell(column: Column, row: Line) -> Cell | object:
    value: StrOrPromise | object = column.of(row)
    if isinstance(value, bool):
        return Cell(_("unusual"), shape="warn") if value else "—"
    return value


def _ratio(ratio: Ratio) -> str:
    return _("%(own)d of %(all)d") % {"own": ratio.direct, "all": ratio.every}


def _times(count: int) -> str:
    return ngettext("%(n)d time", "%(n)d times", count) % {"n": count}


urls = [path("statistics/", DrawStatistics.as_view(), name="supervisor-statistics")]
