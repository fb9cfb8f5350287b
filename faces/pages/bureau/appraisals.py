"""The firms' years: the list, one firm's year opened to its parts, computing, confirming, the feedback behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import Standing
from appraisals.models import FirmAppraisal
from appraisals.selectors import feedback_of, tasks_without_feedback
from appraisals.selectors import visible_to as years_visible_to
from appraisals.services import compute_year, confirm_appraisal, give_feedback
from assignments.models import EvaluationTask
from assignments.selectors.tasks import current_firm
from assignments.selectors.tasks import visible_to as visible_tasks
from delivery.selectors import lead_events_of_year
from faces.pages.bureau.appraisal_words import PARTS, facts_text, points_text
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lead_words import lead_event_text
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


def years_of(rows: QuerySet[FirmAppraisal]) -> list[tuple[int, str]]:
    """Return the years that were computed, newest first."""
    found = rows.order_by("-year").values_list("year", flat=True).distinct()
    return [(year, str(year)) for year in found]


class AppraisalList(ListPage):
    """The firms' years."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Yearly assessments")
    template_name = "bureau/appraisals.html"
    columns = (
        Column(
            gettext_lazy("Firm"),
            "firm.organisation.name",
            key=True,
            link=lambda row: reverse("pages:appraisal", args=[row.pk]),
        ),
        Column(gettext_lazy("Year"), "year", num=True),
        Column(gettext_lazy("Standing"), "standing"),
        Column(gettext_lazy("Points"), lambda row: points_text(row.points_hundredths), num=True),
        Column(gettext_lazy("Confirmed on"), lambda row: full_day(row.confirmed_on)),
    )
    facets = (
        Facet("year", gettext_lazy("Year"), years_of),
        Facet("standing", gettext_lazy("Standing"), Standing.choices),
    )
    search_fields = ("firm__organisation__name", "firm__organisation__sort_key", "firm__number")
    search_hint = gettext_lazy("Name, initials, number")
    sorts = (
        Sort("new", gettext_lazy("Newest year first"), ("-year",)),
        Sort("points", gettext_lazy("Most points first"), ("-points_hundredths",)),
    )
    export_name = "assessments"
    empty_title = gettext_lazy("No year has been computed yet")
    empty_text = gettext_lazy(
        "Compute the work year with the button above; until it is confirmed, as often as you want."
    )

    def rows(self) -> QuerySet[FirmAppraisal]:
        """Return the firms' years."""
        return years_visible_to(self.user).select_related("firm__organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say whether this person computes."""
        return super().get_context_data(**({"may_compute": may(self.user, Capability.REGISTER)} | kwargs))


class AppraisalCompute(FormPage):
    """Compute the year of every firm."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label = gettext_lazy("Compute the year"), gettext_lazy("Compute")

    def get_success_url(self) -> str:
        """Return the list."""
        return reverse("pages:appraisals")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which year."""
        return [_("The work year %(year)d is computed; confirmed years stay as they are.") % {"year": self.work_year}]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Compute."""
        bureau = self.user.bureau
        assert bureau is not None  # noqa: S101 - who keeps a register has a bureau
        rows = compute_year(bureau=bureau, year=self.work_year, by=self.user, on=self.today)
        return _("%(count)d firms are computed.") % {"count": len(rows)}


class AppraisalPage(SectionsPage):
    """One firm's year, every point opened to its parts."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[FirmAppraisal]:
        """Return the firms' years."""
        return years_visible_to(self.user).select_related("firm__organisation", "confirmed_by")

    def layout(self) -> Layout:
        """Return the parts."""
        row: FirmAppraisal = self.object
        acts: tuple[Act, ...] = ()
        if row.confirmed_on is None and may(self.user, Capability.CONFIRM):
            acts = (Act(_("Confirm the year"), reverse("pages:appraisal-confirm", args=[row.pk])),)
        pairs = (
            (_("Standing"), row.get_standing_display()),
            (_("Points"), points_text(row.points_hundredths)),
            (_("Confirmed on"), full_day(row.confirmed_on)),
            (_("Confirmed by"), row.confirmed_by.name if row.confirmed_by else "—"),
            (_("Firm"), Cell(row.firm.organisation.name, firm_url(row.firm))),
        )
        return Layout(
            crumbs=((_("Yearly assessments"), reverse("pages:appraisals")), (str(row.year), "")),
            acts=acts,
            main=(self._parts(), self._leads(), self._feedback()),
            beside=(Section(_("Result"), pairs=pairs),),
        )

    def _parts(self) -> Section:
        row: FirmAppraisal = self.object
        lines = [
            (
                PARTS[part["code"]],
                str(part["weight"] or ""),
                points_text(part["hundredths"]),
                part["exact"] or "—",
                facts_text(part) or "—",
            )
            for part in row.parts
        ]
        lines.append((_("together"), "100", points_text(row.points_hundredths), "—", row.get_standing_display()))
        headings = (_("Item"), _("Weight"), _("Points"), _("Exact"), _("Facts"))
        note = _("A part without anything to measure leaves the denominator; the sum is out of 100.")
        if row.standing == Standing.NOT_ASSESSED:
            note = _("Without a rated report in the year there is no assessment: neither zero nor a hundred.")
        return Section(_("How the points came about"), grid=Grid(headings, lines, frozenset({1, 2})), note=note)

    def _leads(self) -> Section:
        """Return the lead evaluators who were changed or never came: shown beside the points, and not part of them."""
        row: FirmAppraisal = self.object
        lines = [
            (
                Cell(one.commission.task.title, reverse("pages:commission", args=[one.commission.task.number])),
                lead_event_text(one),
                full_day(one.happened_on),
                Cell(one.reason, said=True),
            )
            for one in lead_events_of_year(row.firm, row.year)
        ]
        return Section(
            _("Lead evaluators after the award"),
            grid=Grid((_("Task"), _("What happened"), _("Day"), _("Why")), lines),
            count=len(lines),
            empty=_("Everybody named in a commission led to the end."),
            note=_("Not part of the points; a violation is recorded at the firm’s credit."),
        )

    def _feedback(self) -> Section:
        """Return what was answered for the commissioner, and the tasks that still wait for an answer."""
        row: FirmAppraisal = self.object
        lines: list[tuple[object, ...]] = [
            (
                Cell(one.task.title, reverse("pages:task", args=[one.task.number])),
                str(one.points),
                _("yes") if one.would_commission_again else _("no"),
                Cell(one.words or "—", said=bool(one.words)),
                f"{one.given_by.name} {full_day(one.given_on)}",
            )
            for one in feedback_of(row.firm, row.year)
        ]
        gives = row.confirmed_on is None and may(self.user, Capability.COMMISSION)
        for task in tasks_without_feedback(row.firm, row.year):
            act = Act(_("Give feedback"), reverse("pages:task-feedback", args=[task.number]))
            title = Cell(task.title, reverse("pages:task", args=[task.number]))
            lines.append((title, "—", "—", Cell("—"), Cell(_("not yet given"), acts=(act,) if gives else ())))
        headings = (_("Task"), _("Points"), _("Would commission again"), _("Words"), _("Given by"))
        return Section(
            _("Feedback of the commissioner"),
            grid=Grid(headings, lines, frozenset({1})),
            count=len(lines),
            empty=_("No task of this year is accepted yet."),
            note=_("Compute the year again after new feedback; a confirmed year stays."),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say firm, year and points in the title."""
        row: FirmAppraisal = self.object
        title = _("%(name)s in %(year)d") % {"name": row.firm.organisation.name, "year": row.year}
        return super().get_context_data(**({"title": title} | kwargs))


class AppraisalConfirm(ActionView):
    """Confirm a firm's year: it stays, and decides next year's draws. Rules R-30, R-46."""

    audience, needs = "bureau", Capability.CONFIRM
    title, submit_label = gettext_lazy("Confirm the year"), gettext_lazy("Confirm")

    def rows(self) -> QuerySet[FirmAppraisal]:
        """Return the firms' years."""
        return years_visible_to(self.user)

    def object_url(self) -> str:
        """Return the year's page."""
        return reverse("pages:appraisal", args=[self.object.pk])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows."""
        return [_("The points stay as they are; below the bar the firm is not chosen below the limit next year.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Confirm."""
        confirm_appraisal(appraisal=self.object, by=self.user, on=self.today)
        return _("The year is confirmed.")


class FeedbackForm(ActionForm):
    """Points, a yes or no, words."""

    points = forms.IntegerField(label=gettext_lazy("Points, 0 to 100"), min_value=0, max_value=100)
    would_commission_again = forms.TypedChoiceField(
        label=gettext_lazy("Would commission again"),
        choices=(("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=500, widget=textarea(4))


class TaskFeedback(ActionView):
    """Answer for the commissioner on an accepted task, once. Rule R-30."""

    audience, needs, lookup = "bureau", Capability.COMMISSION, "number"
    title, submit_label = gettext_lazy("Feedback on the firm"), gettext_lazy("Give it")
    form_class = FeedbackForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return visible_tasks(self.user)

    def object_url(self) -> str:
        """Return the firm's year, once it was computed; else the task."""
        task: EvaluationTask = self.object
        firm = current_firm(task)
        row = years_visible_to(self.user).filter(firm=firm, year=task.assessment_year).first() if firm else None
        return reverse("pages:appraisal", args=[row.pk]) if row else reverse("pages:task", args=[task.number])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it counts for."""
        return [
            self.object.title,
            _("It is given once and counts in the firm’s year; the firm reads the points, not the words."),
        ]

    def act(self, form: FeedbackForm) -> str:
        """Give it."""
        give_feedback(task=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The feedback counts in the firm’s year.")


urls = [
    path("assessments/", AppraisalList.as_view(), name="appraisals"),
    path("assessments/compute/", AppraisalCompute.as_view(), name="appraisals-compute"),
    path("assessments/<int:pk>/", AppraisalPage.as_view(), name="appraisal"),
    path("assessments/<int:pk>/confirm/", AppraisalConfirm.as_view(), name="appraisal-confirm"),
    path("tasks/<str:number>/feedback/", TaskFeedback.as_view(), name="task-feedback"),
]
