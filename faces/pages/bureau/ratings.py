"""Ratings of reports: the list, one rating opened to its parts, and every step it takes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.selectors import tasks
from faces.pages.bureau.tasks import task_url
from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lead_words import lead_sections
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.rating_files import document_response, sheet_response
from faces.pages.shared.rating_view import Opened, arithmetic, how_sure, points_of, voices, what_changes
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.selectors import running
from reviews.enums import AppealStatus, RatingStatus, ReportGrade
from reviews.models import ProjectResult, QualityRating, SectionScore
from reviews.selectors import section_scores, submitted_opinions, visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask

HUNDRED = 100
DEFAULT_CUTS = (90, 80, 60)
OPEN = frozenset({RatingStatus.RAW, RatingStatus.ADJUSTED})


def rating_url(task: EvaluationTask) -> str:
    """Return the page of a task's rating."""
    return reverse("pages:rating", args=[task.number])


def cuts_of(row: QualityRating) -> Sequence[int]:
    """Return where the grades of this rating begin, in points."""
    return tuple(row.document.get("cuts", DEFAULT_CUTS))


def value_of(row: QualityRating) -> str:
    """Return the newest value of a rating, printed."""
    value = "" if is_reopened(row) else row.final or row.adjusted or row.raw
    return points_of(value, cuts_of(row)) if value else "—"


def is_reopened(row: QualityRating) -> bool:
    """Return whether the rating waits to be computed again: what stands in it no longer holds."""
    return row.status == RatingStatus.RAW and row.round > 1


class RatingList(ListPage):
    """The ratings of the bureau's reports."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Ratings of report quality")
    columns = (
        Column(gettext_lazy("Task"), "task.title", key=True, link=lambda row: rating_url(row.task)),
        Column(gettext_lazy("Firm"), "commission.firm_name"),
        Column(gettext_lazy("Points"), value_of, num=True),
        Column(gettext_lazy("Grade"), "grade"),
        Column(gettext_lazy("Late, working days"), "late_days", num=True),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), RatingStatus.choices),
        Facet("grade", gettext_lazy("Grade"), ReportGrade.choices),
    )
    search_fields = ("task__title", "task__number", "commission__firm_name")
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-pk",)),)
    export_name = "ratings"
    empty_title = gettext_lazy("No report is rated yet")
    empty_text = gettext_lazy("A report is rated when its panel has signed and the section has scored its items.")

    def rows(self) -> QuerySet[QualityRating]:
        """Return the visible ratings."""
        return visible_to(self.user).select_related("task", "commission")


class TaskRating(OneObject):
    """The rating of a task, whether it exists yet or not."""

    audience, lookup = "bureau", "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks that a firm carries out."""
        return tasks.visible_to(self.user).filter(executor="FIRM").select_related("bureau", "unit__organisation")

    @cached_property
    def rating(self) -> QualityRating | None:
        """The rating, where it was computed."""
        rows = visible_to(self.user).filter(task=self.object)
        return rows.select_related("commission", "rubric_version", "re_review").first()


class RatingPage(TaskRating, SectionsPage):
    """One rating opened to its parts."""

    needs = Capability.READ_ALL
    template_name = "shared/rating.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the arithmetic beside the layout."""
        row = self.rating
        found: dict[str, Any] = {"title": self._title()}
        if row is not None and row.document and not is_reopened(row):
            names = dict(row.rubric_version.items.values_list("code", "name"))
            opened = Opened(row.document, names, row.final)
            found |= {
                "sums": arithmetic(opened),
                "sure": how_sure(opened),
                "changes": what_changes(opened, is_open=row.status in OPEN),
                "voices": voices(opened, submitted_opinions(row.re_review), named=True),
            }
        return super().get_context_data(**(found | kwargs))

    def _title(self) -> str:
        row = self.rating
        if row is None:
            return _("%(title)s: not rated yet") % {"title": self.object.title}
        if is_reopened(row):
            return _("%(title)s: to be computed again") % {"title": self.object.title}
        facts = {"title": self.object.title, "points": value_of(row), "grade": row.get_grade_display()}
        return _("%(title)s: %(points)s, %(grade)s") % facts

    def layout(self) -> Layout:
        """Return grid and arithmetic, what the bureau scored, moves and appeals; beside them the project's grade."""
        row, task = self.rating, self.object
        main: list[Section] = []
        beside = [self._about(row), self._project()]
        meta = [task.unit.organisation.name]
        if row is None:
            main.append(self._section_scores())
        elif is_reopened(row):
            main += [*self._earlier(row), self._section_scores(), self._moves(row), self._appeals(row)]
        else:
            main += [
                Section(_("Raters and items"), template="shared/parts/rating_grid.html"),
                Section(_("The arithmetic, step by step"), template="shared/parts/rating_steps.html"),
                Section(_("Why: points, pages and reasons of the raters"), template="shared/parts/rating_voices.html"),
                self._section_scores(),
                *lead_sections(task),
                self._appeals(row),
                self._moves(row),
                *self._earlier(row),
            ]
            beside = [
                Section(_("What would change the grade"), template="shared/parts/rating_changes.html"),
                Section(_("How sure is it?"), template="shared/parts/rating_sure.html"),
                *beside,
            ]
            meta += [row.commission.firm_name] if row.commission else []
            meta.append(_("rubric version %(n)s") % {"n": row.rubric_version.number})
        return Layout(
            crumbs=((_("Ratings"), reverse("pages:ratings")), (task.number, task_url(task))),
            meta=tuple(meta),
            status=row,
            acts=tuple(self._steps(row)),
            main=tuple(main),
            beside=tuple(beside),
        )

    def _steps(self, row: QualityRating | None) -> list[Act]:
        number, user = self.object.number, self.user
        found = []
        scores, confirms = may(user, Capability.SCORE_SECTION), may(user, Capability.CONFIRM)
        if row is None or row.status in OPEN:
            if confirms and row is not None and row.status != RatingStatus.RAW:
                found.append(Act(_("Confirm the rating"), reverse("pages:rating-confirm", args=[number])))
            if scores:
                compute = Act(_("Compute"), reverse("pages:rating-compute", args=[number]))
                enter = Act(_("Enter the bureau’s items"), reverse("pages:rating-section", args=[number]))
                is_scored = SectionScore.objects.filter(rating_task=self.object).exists()
                found += [compute, enter] if is_scored else [enter, compute]
            if row is not None and confirms:
                found.append(Act(_("Prove a veto"), reverse("pages:rating-veto", args=[number])))
        elif row.status == RatingStatus.CONFIRMED and scores:
            if approval := running("RATING", row):
                found.append(Act(_("See the approval"), reverse("pages:approval", args=[approval.pk])))
            else:
                found.append(Act(_("Tell the firm"), reverse("pages:rating-tell", args=[number])))
        elif row.status == RatingStatus.APPEALED and may(user, Capability.DECIDE_APPEAL):
            found += [
                Act(_("Decide the appeal"), reverse("pages:appeal-decide", args=[one.pk]))
                for one in row.appeals.filter(status=AppealStatus.OPEN)
            ]
        elif row.status == RatingStatus.TOLD and scores:
            found.append(Act(_("Make it final"), reverse("pages:rating-finalise", args=[number])))
        elif row.status == RatingStatus.FINAL and may(user, Capability.PUBLISH):
            found.append(Act(_("Publish"), reverse("pages:publish-rating", args=[number])))
        return found

    def _section_scores(self) -> Section:
        lines = [
            (
                one.item.name,
                formats.score(one.score_hundredths),
                formats.score(one.item.weight_hundredths),
                Cell(one.reason, said=True),
                one.entered_by.name,
                formats.moment(one.entered_at),
            )
            for one in section_scores(self.object)
        ]
        headings = (_("Item"), _("Points"), _("Of"), _("Why"), _("Entered by"), _("When"))
        return Section(
            _("What the bureau scored"),
            anchor="scored",
            grid=Grid(headings, lines, frozenset({1, 2})),
            empty=_("Working papers, site work and discipline are not scored yet. Enter them first."),
        )

    def _appeals(self, row: QualityRating) -> Section:
        lines = []
        for one in row.appeals.select_related("item", "decided_by").order_by("pk"):
            acts: tuple[Act, ...] = ()
            if one.status == AppealStatus.OPEN and may(self.user, Capability.DECIDE_APPEAL):
                acts = (Act(_("Decide"), reverse("pages:appeal-decide", args=[one.pk])),)
            lines.append(
                (
                    one.item.name,
                    formats.day(one.filed_on, with_year=True),
                    Cell(one.ground, said=True),
                    Cell(_("Evidence"), reverse("pages:file", args=[one.evidence_id])) if one.evidence_id else "—",
                    Cell(one.decision, said=True),
                    Cell("", status=one, acts=acts),
                )
            )
        headings = (_("Item"), _("Filed on"), _("Ground"), _("Evidence"), _("Decision"), _("State"))
        empty = _("No appeal.")
        if row.appeal_until:
            empty = _("No appeal. The firm could appeal until %(day)s.") % {
                "day": formats.day(row.appeal_until, with_year=True)
            }
        return Section(_("Appeals"), grid=Grid(headings, lines), empty=empty)

    def _moves(self, row: QualityRating) -> Section:
        cuts = cuts_of(row)
        lines = [
            (
                formats.moment(move.moved_at),
                MOVES.get(move.action, move.action),
                points_of(move.before, cuts) if move.before else "—",
                points_of(move.after, cuts) if move.after else "—",
                Cell(move.reason, said=True),
                move.moved_by.name,
            )
            for move in row.moves.select_related("moved_by").order_by("-pk")
        ]
        headings = (_("When"), _("Step"), _("Before"), _("After"), _("Why"), _("Done by"))
        return Section(_("How the value moved"), grid=Grid(headings, lines), count=len(lines))

    def _earlier(self, row: QualityRating) -> list[Section]:
        """Return the results that no longer hold, each as it stood; nothing where there was none."""
        lines = [
            (
                one.round,
                points_of(one.final or one.adjusted, cuts_of(row)),
                one.get_grade_display(),
                one.get_status_display(),
                formats.day(one.reopened_on, with_year=True),
                Cell(one.reason, said=True),
                one.reopened_by.name,
            )
            for one in row.earlier.select_related("reopened_by").order_by("-round")
        ]
        headings = (
            _("Result"), _("Points"), _("Grade"), _("State then"), _("Opened again on"), _("Why"), _("Done by"),
        )  # fmt: skip
        return [Section(_("Earlier results"), grid=Grid(headings, lines, frozenset({0, 1})))] if lines else []

    def _about(self, row: QualityRating | None) -> Section:
        task = self.object
        pairs: list[tuple[StrOrPromise, Cell | object]] = [(_("Task"), Cell(task.number, task_url(task)))]
        if row is not None and is_reopened(row):
            review = row.re_review
            pairs.append((_("Panel"), Cell(review.number, reverse("pages:re-review", args=[review.number]))))
        elif row is not None:
            review = row.re_review
            pairs += [
                (_("Panel"), Cell(review.number, reverse("pages:re-review", args=[review.number]))),
                (_("Grade"), row.get_grade_display()),
                (_("Raw"), points_of(row.raw, cuts_of(row))),
                (_("Adjusted"), points_of(row.adjusted, cuts_of(row))),
                (
                    _("Final"),
                    points_of(row.final, cuts_of(row)) if row.final else _("after the firm was told and could appeal"),
                ),
            ]
            if row.told_on:
                pairs.append((_("Told on"), formats.day(row.told_on, with_year=True)))
            if row.final_on:
                pairs.append((_("Final since"), formats.day(row.final_on, with_year=True)))
        acts: tuple[Act, ...] = ()
        if row is not None:
            acts = (
                Act(_("Rating sheet, PDF"), reverse("pages:rating-sheet", args=[task.number])),
                Act(_("Rating document, JSON"), reverse("pages:rating-document", args=[task.number])),
                Act(_("Program that recomputes it"), reverse("pages:public-verify-file", args=["recompute.py"])),
            )
        return Section(_("Grade of report quality"), pairs=tuple(pairs), acts=acts)

    def _project(self) -> Section:
        result = ProjectResult.objects.filter(task=self.object).select_related("confirmed_by").first()
        acts: tuple[Act, ...] = ()
        if may(self.user, Capability.SCORE_SECTION) or may(self.user, Capability.CONFIRM):
            acts = (Act(_("Confirm the project’s grade"), reverse("pages:project-grade", args=[self.object.number])),)
        if result is None:
            words = _("Taken from the final report. It grades how the money performed, never the report.")
            return Section(_("Grade of project performance"), empty=words, acts=acts)
        pairs = (
            (_("Grade"), result.get_grade_display()),
            (_("Points"), points_of(result.score)),
            (_("Confirmed by"), result.confirmed_by.name),
        )
        return Section(_("Grade of project performance"), pairs=pairs, acts=acts)


MOVES: dict[str, StrOrPromise] = {
    "ADJUST": gettext_lazy("computed"),
    "CONFIRM": gettext_lazy("confirmed by the section head"),
    "TELL": gettext_lazy("told to the firm"),
    "APPEAL": gettext_lazy("appeal filed"),
    "DECIDE": gettext_lazy("appeal decided"),
    "WAIVE": gettext_lazy("accepted by the firm"),
    "FINALISE": gettext_lazy("made final"),
    "REOPEN": gettext_lazy("opened again"),
}


class RatingDocument(TaskRating):
    """The rating document that recompute.py reads."""

    needs = Capability.READ_ALL

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address's argument
        """Give the document as a file."""
        if self.rating is None:
            raise Http404
        return document_response(self.rating)


class RatingSheetPaper(TaskRating):
    """The rating sheet (报告质量评分表) as PDF, raters by letter."""

    needs = Capability.READ_ALL

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address's argument
        """Give the sheet."""
        if self.rating is None:
            raise Http404
        return sheet_response(self.rating)


urls = [
    path("ratings/", RatingList.as_view(), name="ratings"),
    path("tasks/<str:number>/rating/", RatingPage.as_view(), name="rating"),
    path("tasks/<str:number>/rating/document.json", RatingDocument.as_view(), name="rating-document"),
    path("tasks/<str:number>/rating/sheet.pdf", RatingSheetPaper.as_view(), name="rating-sheet"),
]
