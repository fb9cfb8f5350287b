"""One task as its firm sees it: year-line, letter, versions, comments, clock-stops; and what the firm does there."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DeclineReason, TaskStatus
from assignments.models import EvaluationTask
from assignments.selectors import tasks
from delivery import services
from delivery.enums import CommissionStatus, VersionKind, VersionStatus
from delivery.models import Commission, ReportVersion, UnitComment
from delivery.selectors import (
    WORK_ENDS,
    acceptance_of,
    clock_stops_visible_to,
    comments_visible_to,
    due_net,
    instalments_visible_to,
    late_days,
    site_check,
    versions_visible_to,
    visible_to,
)
from delivery.services.versions import warnings_of
from faces.pages.firm.steps import WAITED_KINDS, next_step, task_address
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import AnswerForm, ClockForm, textarea
from faces.pages.shared.lead_words import lead_lines
from faces.pages.shared.objects import ObjectPage, OneObject, Tab
from faces.pages.shared.steps import Step
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class FirmTasks(OneObject):
    """A task on which the person's firm works."""

    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the tasks this firm may see."""
        return tasks.visible_to(self.user).select_related("bureau", "unit__organisation", "project", "clerk")

    @cached_property
    def commission(self) -> Commission | None:
        """The commission that was sent to this firm."""
        rows = visible_to(self.user).filter(task=self.object, ended_on__isnull=True)
        return rows.select_related(
            "firm__organisation", "lead_evaluator__person", "letter__file", "rubric_version__rubric"
        ).first()

    @cached_property
    def versions(self) -> list[ReportVersion]:
        """What this firm handed in, newest first."""
        rows = versions_visible_to(self.user).filter(task=self.object)
        return list(rows.select_related("file", "sign_off").order_by("-number"))

    @cached_property
    def latest(self) -> ReportVersion | None:
        """The newest version that was not returned."""
        return next((row for row in self.versions if row.status != VersionStatus.RETURNED), None)


class FirmTaskPage(FirmTasks, ObjectPage):
    """The task with its line and everything the firm needs."""

    audience, needs = "firm", Capability.FIRM_DESK
    template_name = "firm/task.html"

    def tabs(self) -> Sequence[Tab]:
        """Return work, papers and terms, clock."""
        return (
            Tab("work", _("Versions and comments"), "firm/task/work.html", len(self.versions)),
            Tab("terms", _("Letter and terms"), "firm/task/terms.html"),
            *([Tab("site", _("Team and days on site"), "shared/parts/site.html")] if self.commission else []),
            Tab("clock", _("Deadline and clock-stops"), "firm/task/clock.html"),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the line, what is due, versions, comments and stops."""
        task: EvaluationTask = self.object
        line = tasks.line_of(task)
        comments = list(
            comments_visible_to(self.user).filter(version__task=task).select_related("version").order_by("pk")
        )
        unanswered = sum(row.is_adopted is None for row in comments)
        final = next((row for row in self.versions if row.kind == VersionKind.FINAL), None)
        is_signed = final is not None and services.is_signed(final, self.commission)
        due = due_net(task)
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
            "commission": self.commission,
            "versions": [(row, warnings_of(row)) for row in self.versions],
            "comments": comments,
            "may_answer": task.status in {TaskStatus.COMMENTS, TaskStatus.REVISION},
            "may_stop": self.commission is not None and task.status not in WORK_ENDS,
            "stops": list(clock_stops_visible_to(self.user).filter(task=task).select_related("proof").order_by("pk")),
            "lead_events": lead_lines(task) if self.commission else [],
            "may_change_lead": self.commission is not None
            and self.commission.status == CommissionStatus.ACCEPTED
            and may(self.user, Capability.FIRM_SIGN),
            "site": site_check(self.commission) if self.commission else None,
            "instalments": list(
                instalments_visible_to(self.user).filter(commission=self.commission).order_by("position")
            )
            if self.commission
            else [],
            "due_net": due,
            "late_days": late_days(task, self.today),
            "acceptance": acceptance_of(task),
            "is_signed": is_signed,
            "final": final,
            "may_decline": self.commission is not None
            and self.commission.status == CommissionStatus.SENT
            and may(self.user, Capability.FIRM_SIGN),
            "may_deliver": self.commission is not None
            and self.commission.status == CommissionStatus.ACCEPTED
            and task.status in WAITED_KINDS,
            "next": next_step(
                task,
                assignment=tasks.current_assignment(task),
                commission=self.commission,
                due_on=due,
                latest=self.versions[0] if self.versions else None,
                may_sign=may(self.user, Capability.FIRM_SIGN),
                unanswered=unanswered,
                is_read=self.rows().filter(tasks.read_by_experts(), pk=task.pk).exists(),
            ),
        }
        found["team_url"] = reverse("pages:firm-team", args=[task.number]) if found["may_change_lead"] else ""
        return super().get_context_data(**(found | kwargs))


class FirmStep(FirmTasks, ActionView):
    """Something the firm does; afterwards back to the task."""

    audience, needs = "firm", Capability.FIRM_DESK

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks whose commission was sent to this firm."""
        sent = visible_to(self.user).filter(ended_on__isnull=True)
        return super().rows().filter(pk__in=sent.values("task_id"))

    def object_url(self) -> str:
        """Return the task's page."""
        return task_address(self.object.number)

    @cached_property
    def running(self) -> Commission:
        """The commission of this firm."""
        row = self.commission
        assert row is not None  # noqa: S101 - rows() keeps only tasks that have one
        return row


class AcceptForm(ActionForm):
    """The contract, where it has a number."""

    contract_number = forms.CharField(label=gettext_lazy("Contract number"), required=False, max_length=60)


class FirmAccept(FirmStep):
    """Accept the commission."""

    needs = Capability.FIRM_SIGN
    template_name = "firm/accept.html"
    title, submit_label = gettext_lazy("Accept the commission"), gettext_lazy("Accept the commission")
    form_class = AcceptForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the firm takes on."""
        row = self.running
        lead = row.lead_evaluator.person.name if row.lead_evaluator else ""
        return [
            _("%(name)s leads the evaluation and signs the report.") % {"name": lead},
            _("The work plan is the next thing to hand in."),
        ]

    def act(self, form: AcceptForm) -> str:
        """Accept."""
        number = form.cleaned_data["contract_number"]
        services.accept_commission(commission=self.running, by=self.user, on=self.today, contract_number=number)
        return _("The commission is accepted.")


class DeclineForm(ActionForm):
    """Why not."""

    reason = forms.ChoiceField(label=gettext_lazy("Why not"), choices=(("", "—"), *DeclineReason.choices))
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea(2))


class FirmDecline(FirmStep):
    """Decline the commission that the letter offers."""

    needs, danger = Capability.FIRM_SIGN, True
    template_name = "firm/accept.html"
    title, submit_label = gettext_lazy("Decline the commission"), gettext_lazy("Decline the commission")
    form_class = DeclineForm

    def get_success_url(self) -> str:
        """Return our tasks."""
        return reverse("pages:firm-home")

    def cancel_url(self) -> str:
        """Go back to the task."""
        return task_address(self.object.number)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it costs."""
        return [
            _("The bureau chooses another firm. This cannot be taken back."),
            _("A conflict or an illness costs nothing; any other reason counts as a decline."),
        ]

    def act(self, form: DeclineForm) -> str:
        """Decline."""
        given = form.cleaned_data
        reason = DeclineReason(given["reason"])
        services.decline_commission(
            commission=self.running, reason=reason, words=given["words"], by=self.user, at=clock.now()
        )
        return _("The commission is declined. The bureau is told.")


class FirmStart(FirmStep):
    """Begin the fieldwork."""

    title, submit_label = gettext_lazy("Begin the fieldwork"), gettext_lazy("Begin the fieldwork")

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Begin."""
        services.start_fieldwork(task=self.object, by=self.user, on=self.today)
        return _("The fieldwork has begun.")


class FirmComment(ActionView):
    """Answer a comment of the unit."""

    audience, needs = "firm", Capability.FIRM_DESK
    title, submit_label = gettext_lazy("Answer the comment"), gettext_lazy("Answer")
    template_name = "firm/comment.html"
    form_class = AnswerForm

    def rows(self) -> QuerySet[UnitComment]:
        """Return the comments on this firm's drafts."""
        return comments_visible_to(self.user).select_related("version__task__bureau")

    def object_url(self) -> str:
        """Return the task's page."""
        return task_address(self.object.version.task.number) + "#comments"

    def draft_key(self) -> str:
        """Keep half-written replies."""
        return f"comment-{self.object.pk}"

    def act(self, form: AnswerForm) -> str:
        """Answer it."""
        given = form.cleaned_data
        services.answer_comment(
            comment=self.object, is_adopted=given["is_adopted"], reply=given["reply"], by=self.user, on=self.today
        )
        return _("The comment is answered.")


class FirmClock(FirmStep):
    """Ask for a clock-stop."""

    title, submit_label = gettext_lazy("Ask for a clock-stop"), gettext_lazy("Ask")
    form_class = ClockForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what counts."""
        return [_("Only working days that the bureau grants move the due day.")]

    def act(self, form: ClockForm) -> str:
        """Ask."""
        given = form.cleaned_data
        services.ask_clock_stop(
            task=self.object,
            started_on=given["started_on"],
            ended_on=given["ended_on"],
            reason=given["reason"],
            proof_name=given["proof"].name,
            proof_content=given["proof"].read(),
            by=self.user,
            on=self.today,
        )
        return _("The bureau decides about the clock-stop.")


urls = [
    path("tasks/<str:number>/", FirmTaskPage.as_view(), name="firm-task"),
    path("tasks/<str:number>/accept/", FirmAccept.as_view(), name="firm-accept"),
    path("tasks/<str:number>/decline/", FirmDecline.as_view(), name="firm-decline"),
    path("tasks/<str:number>/start/", FirmStart.as_view(), name="firm-start"),
    path("tasks/<str:number>/clock-stop/", FirmClock.as_view(), name="firm-clock-stop"),
    path("comments/<int:pk>/", FirmComment.as_view(), name="firm-comment"),
]
