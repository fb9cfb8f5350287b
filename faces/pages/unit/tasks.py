"""One task as the evaluated unit sees it: the draft to read, comments to write, and what became of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import conflicts_visible_to, reportable_by
from appraisals.services import report_conflict
from assignments.enums import TaskStatus
from assignments.models import Assignment, EvaluationTask
from assignments.selectors import tasks
from delivery import services
from delivery.enums import VersionStatus
from delivery.models import ReportVersion
from delivery.selectors import OUT_FOR_COMMENTS, SHOWN_TO_UNIT, comments_visible_to, versions_visible_to
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import upload
from faces.pages.shared.objects import ObjectPage, OneObject
from faces.pages.shared.own_credit import FILES
from faces.pages.shared.steps import Step
from foundation.accounts.enums import Capability
from results.selectors import visible_to as rectifications

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

TOLD = frozenset(
    {TaskStatus.UNIT_NOTIFIED, TaskStatus.FIELDWORK, TaskStatus.DRAFT, TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}
    | set(OUT_FOR_COMMENTS)
)


class UnitTasks(OneObject):
    """A task that evaluates the person's unit."""

    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the tasks of the unit."""
        return tasks.visible_to(self.user).select_related("bureau", "unit__organisation", "project", "clerk")

    @cached_property
    def draft(self) -> ReportVersion | None:
        """The draft that is out for comments, or was the last one."""
        rows = versions_visible_to(self.user).filter(task=self.object, kind__in=SHOWN_TO_UNIT)
        return rows.select_related("file").order_by("-number").first()

    @property
    def is_asked(self) -> bool:
        """Whether comments are asked now."""
        return (
            self.object.status == TaskStatus.COMMENTS
            and self.draft is not None
            and self.draft.status == VersionStatus.RECEIVED
        )


class UnitTaskPage(UnitTasks, ObjectPage):
    """The task, its draft and the comments on it."""

    audience, needs = "unit", Capability.UNIT_DESK
    template_name = "unit/task.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the line, the draft and the comments."""
        task: EvaluationTask = self.object
        line = tasks.line_of(task)
        found = {
            "title": task.title,
            "steps": [
                Step(
                    step.label,
                    (formats.day(step.reached_on),) if step.reached_on else (),
                    {"done": "done", "now": "now"}.get(step.state, ""),  # type: ignore[arg-type] # three literals
                )
                for step in line.steps
            ],
            "draft": self.draft,
            "is_asked": self.is_asked,
            "firm": tasks.current_firm(task) if task.status in TOLD else None,
            "conflicts": list(conflicts_visible_to(self.user).filter(assignment__task=task).order_by("-pk")),
            "comments": list(comments_visible_to(self.user).filter(version__task=task).order_by("pk")),
            "rectifications": list(rectifications(self.user).filter(task=task).order_by("pk")),
        }
        return super().get_context_data(**(found | kwargs))


class UnitConflictForm(ActionForm):
    """Which conflict, and a file."""

    words = forms.CharField(
        label=gettext_lazy("Which conflict"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("For example: the firm keeps our books, advised us, or sells to us."),
    )
    file = forms.FileField(label=gettext_lazy("Evidence"), required=False, widget=upload(FILES))


class UnitConflict(UnitTasks, ActionView):
    """Report a conflict of the firm that evaluates us."""

    audience, needs = "unit", Capability.UNIT_DESK
    title, submit_label = gettext_lazy("Report a conflict of interest"), gettext_lazy("Report it")
    template_name = "unit/step.html"
    form_class = UnitConflictForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks whose firm this unit was told."""
        return super().rows().filter(pk__in=reportable_by(self.user).values("task_id"), status__in=TOLD)

    @cached_property
    def seat(self) -> Assignment:
        """The firm that evaluates this unit now."""
        seats = reportable_by(self.user).select_related("firm__organisation").order_by("-pk")
        return get_object_or_404(seats, task=self.object)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens with it."""
        name = self.seat.firm.organisation.name if self.seat.firm else ""
        return [
            _("%(name)s is told what is said, not who says it, and may reply. The bureau decides.") % {"name": name}
        ]

    def object_url(self) -> str:
        """Return the task's page."""
        return reverse("pages:unit-task", args=[self.object.number])

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"unit-conflict-{self.object.pk}"

    def act(self, form: UnitConflictForm) -> str:
        """Report it."""
        file = form.cleaned_data["file"]
        report_conflict(
            assignment=self.seat,
            words=form.cleaned_data["words"],
            file=(file.name, file.read()) if file else None,
            by=self.user,
            on=self.today,
        )
        return _("The conflict is reported. You are told when it is decided.")


class CommentForm(ActionForm):
    """One comment."""

    words = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Name the page, what stands there and what would be right. One comment for each point."),
    )


class UnitComment(UnitTasks, ActionView):
    """Write one comment on the draft."""

    audience, needs = "unit", Capability.UNIT_DESK
    title, submit_label = gettext_lazy("Comment on the draft"), gettext_lazy("Send the comment")
    template_name = "unit/step.html"
    form_class = CommentForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks whose draft this unit may read; the form only while comments are asked."""
        shown = versions_visible_to(self.user).filter(kind__in=SHOWN_TO_UNIT)
        rows = super().rows().filter(pk__in=shown.values("task_id"))
        return rows if self.request.method == "POST" else rows.filter(status=TaskStatus.COMMENTS)

    def object_url(self) -> str:
        """Return the task's page."""
        return reverse("pages:unit-task", args=[self.object.number])

    def draft_key(self) -> str:
        """Keep half-written comments."""
        return f"unit-comment-{self.object.pk}"

    def act(self, form: CommentForm) -> str:
        """Send it."""
        draft = self.draft
        assert draft is not None  # noqa: S101 - rows() keeps only tasks with a draft to read
        services.comment(version=draft, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("The comment is sent. You see here whether it is adopted.")


urls = [
    path("tasks/<str:number>/", UnitTaskPage.as_view(), name="unit-task"),
    path("tasks/<str:number>/conflict/", UnitConflict.as_view(), name="unit-conflict"),
    path("tasks/<str:number>/comment/", UnitComment.as_view(), name="unit-comment"),
]
