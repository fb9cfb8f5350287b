"""The evaluated unit's first page: what waits for it, and its evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import TemplateView

from assignments.enums import TaskStatus
from assignments.selectors import tasks
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import textarea, upload
from foundation.accounts.enums import Capability
from results.enums import RectificationStatus
from results.models import Rectification
from results.selectors import visible_to
from results.services import report_rectification

if TYPE_CHECKING:
    from django.db.models import QuerySet

SHOWN = 100
OWED = (RectificationStatus.ASKED, RectificationStatus.RETURNED)


class UnitHome(AudiencePage, TemplateView):
    """What waits for the unit."""

    audience, needs = "unit", Capability.UNIT_DESK
    template_name = "unit/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return what is owed with its days, and the evaluations."""
        rows = list(tasks.visible_to(self.user).order_by("-work_year", "-pk")[:SHOWN])
        owed = visible_to(self.user).filter(status__in=OWED).select_related("task").order_by("due_on", "pk")
        waiting = [
            {
                "when": str(row.due_on.day),
                "under": formats.month(row.due_on),
                "is_over": row.due_on < self.today,
                "title": row.task.title,
                "text": row.words,
                "url": reverse("pages:unit-rectify", args=[row.pk]),
                "word": _("Report what was done"),
            }
            for row in owed
        ]
        waiting += [
            {
                "when": "—",
                "under": "",
                "is_over": False,
                "title": task.title,
                "text": _("The draft is out for your comments."),
                "url": reverse("pages:unit-task", args=[task.number]),
                "word": _("Comment on the draft"),
            }
            for task in rows
            if task.status == TaskStatus.COMMENTS
        ]
        title = (
            ngettext("%(count)d thing waits for your unit", "%(count)d things wait for your unit", len(waiting))
            % {"count": len(waiting)}
            if waiting
            else _("Nothing waits for your unit")
        )
        return super().get_context_data(**({"title": title, "waiting": waiting, "tasks": rows} | kwargs))


class RectifyForm(ActionForm):
    """What was done, with evidence."""

    report = forms.CharField(label=gettext_lazy("What was done"), max_length=4000, widget=textarea(8))
    evidence = forms.FileField(
        label=gettext_lazy("Evidence"),
        required=False,
        widget=upload(".pdf,.docx"),
        help_text=gettext_lazy("PDF or DOCX."),
    )


class UnitRectify(ActionView):
    """Report what was done about a finding."""

    audience, needs = "unit", Capability.UNIT_DESK
    title, submit_label = gettext_lazy("Report what was done"), gettext_lazy("Send the report")
    template_name = "unit/rectify.html"
    form_class = RectifyForm

    def rows(self) -> QuerySet[Rectification]:
        """Return what the unit was asked to put right."""
        return visible_to(self.user).select_related("task")

    def object_url(self) -> str:
        """Return the task's page."""
        return reverse("pages:unit-task", args=[self.object.task.number])

    def draft_key(self) -> str:
        """Keep half-written reports."""
        return f"rectify-{self.object.pk}"

    def act(self, form: RectifyForm) -> str:
        """Report it."""
        given, evidence = form.cleaned_data, form.cleaned_data["evidence"]
        report_rectification(
            rectification=self.object,
            report=given["report"],
            name=evidence.name if evidence else "",
            content=evidence.read() if evidence else b"",
            by=self.user,
            on=self.today,
        )
        return _("The report is with the bureau.")


urls = [
    path("", UnitHome.as_view(), name="unit-home"),
    path("rectifications/<int:pk>/", UnitRectify.as_view(), name="unit-rectify"),
]
