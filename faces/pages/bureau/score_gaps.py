"""The units' own scores beside those of the evaluations: the widest gap first, neither is changed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from desk.selectors import ScoreGap, score_gaps
from faces.pages.bureau.tasks import task_url
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.columns import Column
from faces.pages.shared.lists import EXPORTS, address
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def gap_text(line: ScoreGap) -> str:
    """Return the gap with its sign."""
    text = formats.score(line.gap)
    return f"+{text}" if line.gap > 0 else text


def source_text(line: ScoreGap) -> str:
    """Return what the second score rests on."""
    return _("confirmed by the section") if line.is_confirmed else _("sum of the newest report")


COLUMNS: Final = (
    Column(gettext_lazy("Task"), "task.number"),
    Column(gettext_lazy("Project"), "task.project.name"),
    Column(gettext_lazy("Unit"), "task.unit.organisation.name"),
    Column(gettext_lazy("Budget year"), "task.budget_year"),
    Column(gettext_lazy("The unit’s own score"), lambda line: formats.score(line.own), num=True),
    Column(gettext_lazy("Score of the evaluation"), lambda line: formats.score(line.found), num=True),
    Column(gettext_lazy("Own minus evaluated"), gap_text, num=True),
    Column(gettext_lazy("Evaluated by"), lambda line: line.firm_name or line.task.get_executor_display()),
    Column(gettext_lazy("Where the score is from"), source_text),
)


class ScoreGapsPage(AudiencePage, TemplateView):
    """Every evaluation of the work year whose project evaluated itself, too."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Own scores against evaluations")
    template_name = "bureau/score_gaps.html"

    @cached_property
    def lines(self) -> list[ScoreGap]:
        """The gaps of the reader's bureau."""
        return score_gaps(self.user.bureau, self.work_year) if self.user.bureau else []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - as in Django
        """Show the page, or hand out its lines as a file."""
        if make := EXPORTS.get(request.GET.get("export", "")):
            return make(COLUMNS, self.lines, name=f"score-gaps-{self.work_year}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the table."""
        section = Section(
            _("Work year %(year)d") % {"year": self.work_year},
            grid=Grid(
                [column.label for column in COLUMNS],
                [[self._cell(column, line) for column in COLUMNS] for line in self.lines],
                frozenset(place for place, column in enumerate(COLUMNS) if column.num),
            ),
            empty=_("No project of this work year has a score of its own and one of its evaluation."),
            count=len(self.lines),
            note=_("Both scores stand as they were given; a wide gap is a question, not an error to be mended."),
            acts=tuple(Act(f".{kind}", address(self.request, {"export": kind})) for kind in EXPORTS)
            if self.lines
            else (),
        )
        return super().get_context_data(**({"title": self.title, "section": section} | kwargs))

    def _cell(self, column: Column, line: ScoreGap) -> Cell | object:
        if column.value == "task.number":
            return Cell(line.task.number, task_url(line.task))
        if column.value == "task.project.name":
            return Cell(column.text(line), reverse("pages:project", args=[line.task.project_id]))
        return column.text(line)


urls = [path("projects/score-gaps/", ScoreGapsPage.as_view(), name="score-gaps")]
