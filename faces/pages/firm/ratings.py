"""The firm's ratings: its score opened to the parts, findings without names, acceptance or appeal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea, upload
from faces.pages.shared.lists import ListPage
from faces.pages.shared.objects import OneObject
from faces.pages.shared.rating_files import document_response, sheet_response
from faces.pages.shared.rating_view import Opened, arithmetic, how_sure, points_of, voices, what_changes
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from reviews.enums import RatingStatus
from reviews.models import QualityRating
from reviews.selectors import findings_for_firm, section_scores, submitted_opinions, visible_to
from reviews.services import appeal, waive_appeal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise


def value_of(row: QualityRating) -> str:
    """Return the value, printed."""
    return points_of(row.final or row.adjusted, row.document.get("cuts", (90, 80, 60)))


class FirmRatings(ListPage):
    """Our ratings."""

    audience, needs = "firm", Capability.FIRM_DESK
    title = gettext_lazy("Our ratings")
    columns = (
        Column(
            gettext_lazy("Task"),
            "task.title",
            key=True,
            link=lambda row: reverse("pages:firm-rating", args=[row.task.number]),
        ),
        Column(gettext_lazy("Points"), value_of, num=True),
        Column(gettext_lazy("Grade"), "grade"),
        Column(gettext_lazy("Appeal until"), lambda row: formats.day(row.appeal_until) if row.appeal_until else "—"),
        Column(gettext_lazy("State"), "status", status=True),
    )
    export_name = "ratings"
    empty_title = gettext_lazy("No rating has been told yet")
    empty_text = gettext_lazy("After the report is accepted and rated, you find here how it came about.")

    def rows(self) -> QuerySet[QualityRating]:
        """Return the firm's own ratings, told ones only."""
        return visible_to(self.user).select_related("task")


class OwnRating(OneObject):
    """One of the firm's own ratings."""

    audience, needs, lookup = "firm", Capability.FIRM_DESK, "task__number"

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look it up by the task's number."""
        super().setup(request, *args, **kwargs)
        self.kwargs["task__number"] = self.kwargs["number"]

    def rows(self) -> QuerySet[QualityRating]:
        """Return the firm's own ratings, told ones only."""
        return visible_to(self.user).select_related("task__bureau", "rubric_version", "re_review", "commission")


class FirmRating(OwnRating, SectionsPage):
    """Score, arithmetic and findings, without a name."""

    template_name = "shared/rating.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the arithmetic beside the layout."""
        row: QualityRating = self.object
        names = dict(row.rubric_version.items.values_list("code", "name"))
        opened = Opened(row.document, names, row.final)
        facts = {"title": row.task.title, "points": value_of(row), "grade": row.get_grade_display()}
        found = {
            "title": _("%(title)s: %(points)s, %(grade)s") % facts,
            "sums": arithmetic(opened),
            "sure": how_sure(opened),
            "changes": what_changes(opened, is_open=False),
            "voices": voices(opened, submitted_opinions(row.re_review), named=False),
        }
        return super().get_context_data(**(found | kwargs))

    def layout(self) -> Layout:
        """Return the arithmetic, findings, appeals."""
        row: QualityRating = self.object
        findings = [
            (
                _("page %(n)s") % {"n": one.page},
                one.get_severity_display(),
                one.item.name if one.item else "—",
                Cell(one.words, said=True),
            )
            for one in findings_for_firm(row)
        ]
        appeals = [
            (
                one.item.name,
                formats.day(one.filed_on, with_year=True),
                Cell(one.ground, said=True),
                Cell(one.decision or "—", said=bool(one.decision)),
                Cell("", status=one),
            )
            for one in row.appeals.select_related("item").order_by("pk")
        ]
        scored = [
            (
                one.item.name,
                formats.score(one.score_hundredths),
                formats.score(one.item.weight_hundredths),
                Cell(one.reason or "—", said=bool(one.reason)),
            )
            for one in section_scores(row.task)
        ]
        acts: tuple[Act, ...] = ()
        if row.status == RatingStatus.TOLD and may(self.user, Capability.FIRM_SIGN):
            number = row.task.number
            acts = (
                Act(_("Accept the rating"), reverse("pages:firm-rating-accept", args=[number])),
                Act(_("Appeal"), reverse("pages:firm-appeal", args=[number])),
            )
        return Layout(
            crumbs=((_("Our ratings"), reverse("pages:firm-ratings")), (row.task.number, "")),
            status=row,
            acts=acts,
            main=(
                Section(_("Raters and items"), template="shared/parts/rating_grid.html"),
                Section(_("The arithmetic, step by step"), template="shared/parts/rating_steps.html"),
                Section(_("Why: points, pages and reasons of the raters"), template="shared/parts/rating_voices.html"),
                Section(
                    _("What the bureau scored"),
                    anchor="scored",
                    grid=Grid((_("Item"), _("Points"), _("Of"), _("Why")), scored, frozenset({1, 2})),
                ),
                Section(
                    _("Findings"),
                    grid=Grid((_("Page"), _("How grave"), _("Item"), _("What was found")), findings),
                    count=len(findings),
                    empty=_("No finding."),
                ),
                Section(
                    _("Our appeals"),
                    grid=Grid((_("Item"), _("Filed on"), _("Ground"), _("Decision"), _("State")), appeals),
                    empty=_("We have not appealed."),
                ),
            ),
            beside=(
                Section(_("What would change the grade"), template="shared/parts/rating_changes.html"),
                Section(_("How sure is it?"), template="shared/parts/rating_sure.html"),
                self._about(row),
            ),
        )

    def _about(self, row: QualityRating) -> Section:
        number = row.task.number
        days = ((_("Told on"), row.told_on), (_("Appeal until"), row.appeal_until), (_("Final since"), row.final_on))
        return Section(
            _("About this"),
            pairs=(
                (_("Grade"), row.get_grade_display()),
                *((word, formats.day(on, with_year=True)) for word, on in days if on),
            ),
            acts=(
                Act(_("Rating sheet, PDF"), reverse("pages:firm-rating-sheet", args=[number])),
                Act(_("Rating document, JSON"), reverse("pages:firm-rating-document", args=[number])),
                Act("recompute.py", reverse("pages:public-verify-file", args=["recompute.py"])),
            ),
            note=_("Download the document and the program: it does every sum again on your own computer."),
        )


class FirmRatingDocument(OwnRating):
    """The rating document that recompute.py reads; it holds no name and no seat."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address's argument
        """Give the document as a file."""
        return document_response(self.object)


class FirmRatingSheet(OwnRating):
    """The rating sheet as PDF, raters by letter."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address's argument
        """Give the sheet."""
        return sheet_response(self.object)


class RatingAnswer(OwnRating, ActionView):
    """What the firm answers; afterwards back to the rating."""

    needs = Capability.FIRM_SIGN

    def object_url(self) -> str:
        """Return the rating's page."""
        return reverse("pages:firm-rating", args=[self.object.task.number])


class RatingAccept(RatingAnswer):
    """Accept the rating before the period ends."""

    title, submit_label = gettext_lazy("Accept the rating"), gettext_lazy("Accept the rating")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it becomes final."""
        return [_("The bureau can make the rating final at once; we give up the appeal.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Accept."""
        waive_appeal(rating=self.object, by=self.user, on=self.today)
        return _("The rating is accepted.")


class AppealForm(ActionForm):
    """What is contested, and why."""

    item = forms.ChoiceField(label=gettext_lazy("Contested item"), choices=())
    ground = forms.CharField(label=gettext_lazy("Ground"), max_length=4000, widget=textarea(6))
    evidence = forms.FileField(
        label=gettext_lazy("Evidence"), required=False, widget=upload(".pdf,.docx,.png,.jpg,.jpeg")
    )
    new_facts = forms.CharField(
        label=gettext_lazy("New facts"),
        required=False,
        max_length=2000,
        widget=textarea(3),
        help_text=gettext_lazy("Needed for a second appeal only."),
    )


class FirmAppeal(RatingAnswer):
    """Appeal against one item. Rule R-23."""

    title, submit_label = gettext_lazy("Appeal against one item"), gettext_lazy("File the appeal")
    form_class = AppealForm

    def draft_key(self) -> str:
        """Keep half-written grounds."""
        return f"firm-appeal-{self.object.pk}"

    def get_form(self, form_class: Any = None) -> AppealForm:  # noqa: ANN401 - Django's signature
        """Offer the items of the rubric."""
        form: AppealForm = super().get_form(form_class)
        field = form.fields["item"]
        if isinstance(field, forms.ChoiceField):
            items = self.object.rubric_version.items.order_by("position")
            field.choices = [(item.code, item.name) for item in items]
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides."""
        return [_("People who had no part in the rating decide. Nothing is published before that. There is one round.")]

    def act(self, form: AppealForm) -> str:
        """File it."""
        given, evidence = form.cleaned_data, form.cleaned_data["evidence"]
        appeal(
            rating=self.object,
            item=self.object.rubric_version.items.get(code=given["item"]),
            ground=given["ground"],
            evidence_name=evidence.name if evidence else "",
            evidence=evidence.read() if evidence else b"",
            new_facts=given["new_facts"],
            by=self.user,
            on=self.today,
        )
        return _("The appeal is filed. You read the decision here.")


urls = [
    path("ratings/", FirmRatings.as_view(), name="firm-ratings"),
    path("ratings/<str:number>/", FirmRating.as_view(), name="firm-rating"),
    path("ratings/<str:number>/document.json", FirmRatingDocument.as_view(), name="firm-rating-document"),
    path("ratings/<str:number>/sheet.pdf", FirmRatingSheet.as_view(), name="firm-rating-sheet"),
    path("ratings/<str:number>/accept/", RatingAccept.as_view(), name="firm-rating-accept"),
    path("ratings/<str:number>/appeal/", FirmAppeal.as_view(), name="firm-appeal"),
]
