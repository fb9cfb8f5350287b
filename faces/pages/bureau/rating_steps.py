"""The steps of a rating: the bureau's items, the computation, the veto, who confirms, the firm, the appeal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.enums import VersionKind
from delivery.selectors import late_days, latest_version
from faces.pages.bureau.ratings import HUNDRED, TaskRating, rating_url, value_of
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import textarea
from foundation.accounts.enums import Capability
from reviews.enums import AppealStatus, ProjectGrade
from reviews.models import Appeal, QualityRating, SectionScore
from reviews.selectors import appeals_visible_to
from reviews.services import (
    SectionDraft,
    compute_rating,
    confirm_rating,
    decide_appeal,
    enter_section_scores,
    finalise,
    prove_veto,
    set_project_result,
    tell_firm,
)
from reviews.services.ratings import rubric_of
from rubrics.enums import Scorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from rubrics.models import RubricItem

NOT_DECIDED = frozenset({AppealStatus.OPEN, AppealStatus.LAPSED})


class RatingStep(TaskRating, ActionView):
    """A step of a rating; afterwards back to its page."""

    needs: ClassVar[Capability | tuple[Capability, ...]] = Capability.SCORE_SECTION

    def object_url(self) -> str:
        """Return the rating's page."""
        return rating_url(self.object)

    @property
    def row(self) -> QualityRating:
        """The rating; 404 before it is computed."""
        if self.rating is None:
            raise Http404
        return self.rating


class SectionForm(ActionForm):
    """The points for the bureau's items."""

    def __init__(self, *args: Any, items: list[RubricItem], **kwargs: Any) -> None:  # noqa: ANN401
        """Ask for each item of ``items``."""
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"score-{item.code}"] = forms.DecimalField(
                label=item.name,
                min_value=0,
                max_value=Decimal(item.weight_hundredths) / HUNDRED,
                decimal_places=2,
                help_text=_("of %(most)s") % {"most": formats.score(item.weight_hundredths)},
            )
            self.fields[f"reason-{item.code}"] = forms.CharField(
                label=_("Why points are taken off"), required=False, max_length=500, widget=textarea(2)
            )

    def drafts(self) -> list[SectionDraft]:
        """Return the scores as the service takes them."""
        given = self.cleaned_data
        return [
            SectionDraft(item.code, int(given[f"score-{item.code}"] * HUNDRED), given[f"reason-{item.code}"])
            for item in self.items
        ]


class RatingSection(RatingStep):
    """Enter the items that the bureau scores."""

    title, submit_label = gettext_lazy("Items that the bureau scores"), gettext_lazy("Save the points")
    form_class = SectionForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what lateness takes off by itself, and who may not confirm."""
        days = late_days(self.object, self.today)
        return [
            _("Late by %(days)d working days so far. The system takes lateness off; score the item without it.")
            % {"days": days},
            _("Who enters these points does not confirm the rating."),
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the items and what was entered."""
        items = list(rubric_of(self.object, by=self.user).items.exclude(scorer=Scorer.EXPERT).order_by("position"))
        known = {row.item_id: row for row in SectionScore.objects.filter(rating_task=self.object)}
        initial: dict[str, Any] = {}
        for item in items:
            if row := known.get(item.pk):
                initial[f"score-{item.code}"] = Decimal(row.score_hundredths) / HUNDRED
                initial[f"reason-{item.code}"] = row.reason
        return {**super().get_form_kwargs(), "items": items, "initial": initial}

    def act(self, form: SectionForm) -> str:
        """Save."""
        enter_section_scores(task=self.object, drafts=form.drafts(), by=self.user, on=self.today)
        return _("The points are saved. Compute the rating next.")


class RatingCompute(RatingStep):
    """Compute the rating from what was submitted."""

    title, submit_label = gettext_lazy("Compute the rating"), gettext_lazy("Compute")

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Compute."""
        row = compute_rating(task=self.object, by=self.user, on=self.today)
        return _("Computed: %(points)s, %(grade)s.") % {"points": value_of(row), "grade": row.get_grade_display()}


class VetoForm(ActionForm):
    """The veto and its proof."""

    code = forms.ChoiceField(label=gettext_lazy("Veto item"), choices=())
    reason = forms.CharField(label=gettext_lazy("Proof"), max_length=500, widget=textarea(4))


class RatingVeto(RatingStep):
    """Write a proven veto. Rule R-34."""

    needs = Capability.CONFIRM
    title, submit_label, danger = gettext_lazy("Prove a veto"), gettext_lazy("Write the veto"), True
    form_class = VetoForm

    def get_form(self, form_class: Any = None) -> VetoForm:  # noqa: ANN401 - Django's signature
        """Offer the vetoes of the rubric."""
        form: VetoForm = super().get_form(form_class)
        field = form.fields["code"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(self.row.rubric_version.vetoes.values_list("code", "name"))
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what a veto does."""
        return [_("The report becomes unqualified; the arithmetic is still shown.")]

    def act(self, form: VetoForm) -> str:
        """Write it."""
        given = form.cleaned_data
        prove_veto(rating=self.row, code=given["code"], reason=given["reason"], by=self.user, on=self.today)
        return _("The veto is written.")


class RatingConfirm(RatingStep):
    """Confirm as section head; the leader's approval follows."""

    needs = Capability.CONFIRM
    title, submit_label = gettext_lazy("Confirm the rating"), gettext_lazy("Confirm and submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say the value and who decides next."""
        facts = {"points": value_of(self.row), "grade": self.row.get_grade_display()}
        return [_("You confirm %(points)s, %(grade)s. The bureau leader decides next.") % facts]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Confirm."""
        confirm_rating(rating=self.row, by=self.user, on=self.today)
        return _("The rating is confirmed and under approval.")


class RatingTell(RatingStep):
    """Tell the firm."""

    title, submit_label = gettext_lazy("Tell the firm"), gettext_lazy("Tell the firm")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that the period begins."""
        return [_("The firm sees score and findings without names; its period of appeal begins today.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Tell."""
        row = tell_firm(rating=self.row, by=self.user, on=self.today)
        day = formats.day(row.appeal_until, with_year=True) if row.appeal_until else ""
        return _("The firm is told; it may appeal until %(day)s.") % {"day": day}


class RatingFinalise(RatingStep):
    """Make the rating final."""

    title, submit_label = gettext_lazy("Make the rating final"), gettext_lazy("Make it final")

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Finalise."""
        finalise(rating=self.row, by=self.user, on=self.today)
        return _("The rating is final. It can be published, and the tail can be paid.")


class GradeForm(ActionForm):
    """The project's own points."""

    points = forms.DecimalField(
        label=gettext_lazy("Points of the project in the final report"), min_value=0, max_value=100, decimal_places=4
    )
    result_weight = forms.DecimalField(
        label=gettext_lazy("Weight of output and effect together"),
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=gettext_lazy("Where it lies below the share of the rule, a reason is asked."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300, widget=textarea(2))


class ProjectGradePage(RatingStep):
    """Confirm the project's own grade (绩效等级)."""

    needs = (Capability.SCORE_SECTION, Capability.CONFIRM)
    title, submit_label = gettext_lazy("Confirm the project’s grade"), gettext_lazy("Confirm")
    form_class = GradeForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with what the report says."""
        version = latest_version(self.object, VersionKind.FINAL)
        return {"points": version.project_score_text} if version and version.project_score_text else {}

    def act(self, form: GradeForm) -> str:
        """Confirm."""
        version = latest_version(self.object, VersionKind.FINAL)
        points = Fraction(form.cleaned_data["points"])
        weight = form.cleaned_data["result_weight"]
        row = set_project_result(
            task=self.object,
            score=points,
            version=version,
            result_weight=None if weight is None else Fraction(weight),
            reason=form.cleaned_data["reason"],
            by=self.user,
            on=self.today,
        )
        return _("The project is graded %(grade)s.") % {"grade": ProjectGrade(row.grade).label}


class DecideForm(ActionForm):
    """The decision."""

    status = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[(code, word) for code, word in AppealStatus.choices if code not in NOT_DECIDED],
        widget=forms.RadioSelect,
    )
    correction = forms.DecimalField(
        label=gettext_lazy("Correction of the item, points"),
        initial=0,
        decimal_places=2,
        help_text=gettext_lazy("Above zero raises the score; zero where the appeal is rejected."),
    )
    decision = forms.CharField(label=gettext_lazy("Reasons"), max_length=4000, widget=textarea(5))


class AppealDecide(ActionView):
    """Decide an appeal; only somebody who had no part in the rating may. Rule R-23."""

    audience, needs = "bureau", Capability.DECIDE_APPEAL
    title, submit_label, danger = gettext_lazy("Decide the appeal"), gettext_lazy("Decide"), True
    form_class = DecideForm

    def rows(self) -> QuerySet[Appeal]:
        """Return the visible appeals."""
        return appeals_visible_to(self.user).select_related("rating__task", "item")

    def object_url(self) -> str:
        """Return the rating's page."""
        return rating_url(self.object.rating.task)

    def draft_key(self) -> str:
        """Keep half-written reasons."""
        return f"appeal-{self.object.pk}"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what is contested."""
        row: Appeal = self.object
        return [
            _("Contested item: %(item)s") % {"item": row.item.name},
            _("Ground: %(ground)s") % {"ground": row.ground},
        ]

    def act(self, form: DecideForm) -> str:
        """Decide."""
        given = form.cleaned_data
        decide_appeal(
            appeal=self.object,
            status=AppealStatus(given["status"]),
            decision=given["decision"],
            correction_hundredths=int(given["correction"] * HUNDRED),
            by=self.user,
            on=self.today,
        )
        return _("The appeal is decided; the value was computed again.")


urls = [
    path("tasks/<str:number>/rating/section/", RatingSection.as_view(), name="rating-section"),
    path("tasks/<str:number>/rating/compute/", RatingCompute.as_view(), name="rating-compute"),
    path("tasks/<str:number>/rating/veto/", RatingVeto.as_view(), name="rating-veto"),
    path("tasks/<str:number>/rating/confirm/", RatingConfirm.as_view(), name="rating-confirm"),
    path("tasks/<str:number>/rating/tell/", RatingTell.as_view(), name="rating-tell"),
    path("tasks/<str:number>/rating/final/", RatingFinalise.as_view(), name="rating-finalise"),
    path("tasks/<str:number>/project-grade/", ProjectGradePage.as_view(), name="project-grade"),
    path("appeals/<int:pk>/", AppealDecide.as_view(), name="appeal-decide"),
]
