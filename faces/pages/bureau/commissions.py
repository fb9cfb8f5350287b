"""The commission of a task: terms, letter and its preview, approval, sending, the firm's answer, end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import Executor, TaskStatus
from assignments.models import EvaluationTask
from assignments.permissions import may_commission
from assignments.selectors import tasks
from delivery import services
from delivery.enums import ClockStatus, CommissionStatus, InstalmentAction, VersionKind, VersionStatus
from delivery.models import Commission
from delivery.selectors import (
    acceptance_of,
    clock_stops_visible_to,
    due_net,
    late_days,
    latest_version,
    lead_asked,
    payment_terms,
    site_check,
    versions_of,
)
from delivery.transitions import INSTALMENT
from faces.documents.letters import commission_letter
from faces.pages.bureau.commission_terms import Running, Tasks, commission_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.lead_words import lead_lines
from faces.pages.shared.objects import ObjectPage, Tab
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability
from foundation.approvals.selectors import of_subject
from foundation.papers.enums import DeliveryWay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

serve_shapes(
    wait=("ASKED",),
    run=("IN_APPROVAL", "SENT", "RECEIVED"),
    warn=("GIVEN_BACK",),
    done=("GRANTED",),
    bad=("DENIED",),
    void=("ENDED",),
    hold=("HELD",),
)


READ_NEXT = {
    TaskStatus.PLAN_REVIEW: VersionKind.WORK_PLAN,
    TaskStatus.DRAFT: VersionKind.DRAFT,
    TaskStatus.SUBMITTED: VersionKind.SUBMITTED,
}
HOLDABLE = frozenset(status for status, action in INSTALMENT if action == InstalmentAction.HOLD)


class CommissionPage(Tasks, ObjectPage):
    """What was agreed with the firm and what came of it: letter, versions, clock, payments."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/commission.html"

    def tabs(self) -> Sequence[Tab]:
        """Return letter, versions, clock-stops and payments."""
        task: EvaluationTask = self.object
        found = [
            Tab("letter", _("Letter and terms"), "bureau/commission/letter.html"),
            Tab("versions", _("Versions"), "bureau/commission/versions.html", versions_of(task).count()),
            Tab("clock", _("Deadline and clock-stops"), "bureau/commission/clock.html"),
        ]
        if task.executor == Executor.FIRM:
            found.append(Tab("site", _("Team and days on site"), "shared/parts/site.html"))
            found.append(Tab("payments", _("Payments"), "bureau/commission/payments.html"))
        return found if task.executor == Executor.FIRM else found[1:]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the commission with its letter, approval and what the person may do next."""
        task: EvaluationTask = self.object
        row = self.commission
        may_act = may_commission(self.user, task)
        final = latest_version(task, VersionKind.FINAL)
        approval = of_subject(row).filter(kind="LETTER").first() if row else None
        found: dict[str, Any] = {
            "title": _("Commission: %(task)s") % {"task": task.title}
            if task.executor == Executor.FIRM
            else _("Delivery: %(task)s") % {"task": task.title},
            "commission": row,
            "assignment": tasks.current_assignment(task) if task.executor == Executor.FIRM else None,
            "approval": approval,
            "approval_steps": list(approval.steps.select_related("decided_by").order_by("position"))
            if approval
            else [],
            "deliveries": list(row.letter.deliveries.order_by("pk")) if row and row.letter else [],
            "versions": list(versions_of(task)),
            "final": final,
            "is_signed": final is not None and services.is_signed(final, row),
            "acceptance": acceptance_of(task),
            "lead_events": lead_lines(task),
            "lead_asked": lead_asked(row) if row and may_act else None,
            "stops": list(
                clock_stops_visible_to(self.user)
                .filter(task=task)
                .select_related("asked_by", "decided_by", "proof")
                .order_by("pk")
            ),
            "due_net": due_net(task),
            "late_days": late_days(task, self.today),
            "instalments": list(row.instalments.order_by("position")) if row else [],
            "today": self.today,
            "holdable": HOLDABLE,
            "may_act": may_act,
            "step": self._step(task, row) or self._incoming(task) if may_act else None,
            "may_deliver": may_act and task.status not in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED},
        }
        if row:
            may_enter = may_act and row.status == CommissionStatus.ACCEPTED
            found["site"], found["may_enter_visit"] = site_check(row), may_enter
            found["team_url"] = reverse("pages:commission-team", args=[task.number]) if may_enter else ""
            found["payment_days"], found["payment_source"] = payment_terms(row, self.today)
        return super().get_context_data(**(found | kwargs))

    def _step(self, task: EvaluationTask, row: Commission | None) -> tuple[StrOrPromise, str] | None:
        """Return the word and the address of the one thing to do next."""
        number = [task.number]
        if row is None:
            if task.status == TaskStatus.RECUSAL_CONFIRMED:
                return _("Draft the letter"), reverse("pages:commission-new", args=number)
        elif page := {
            CommissionStatus.GIVEN_BACK: (_("Correct the letter"), "commission-revise"),
            CommissionStatus.AGREED: (_("Send the letter"), "commission-send"),
            CommissionStatus.SENT: (_("Enter the firm’s acceptance"), "commission-accept"),
        }.get(CommissionStatus(row.status)):
            return page[0], reverse(f"pages:{page[1]}", args=number)
        if task.status == TaskStatus.FINAL:
            return _("Accept the report"), reverse("pages:report-accept", args=number)
        return None

    def _incoming(self, task: EvaluationTask) -> tuple[StrOrPromise, str] | None:
        """Return the word and the address of what came in and waits for the bureau: a clock-stop, a version."""
        stop = clock_stops_visible_to(self.user).filter(task=task, status=ClockStatus.ASKED).order_by("pk").first()
        if stop is not None and stop.asked_by_id != self.user.pk:
            return _("Decide the clock-stop"), reverse("pages:clock-stop", args=[stop.pk])
        if kind := READ_NEXT.get(TaskStatus(task.status)):
            version = latest_version(task, kind)
            if version is not None and version.status == VersionStatus.RECEIVED:
                return _("Read what was handed in"), reverse("pages:version", args=[version.pk])
        return None


class CommissionStep(Running, ActionView):
    """Something done to the commission that runs."""

    audience, needs = "bureau", Capability.COMMISSION

    def object_url(self) -> str:
        """Return the commission page."""
        return commission_url(self.object.number)


class SendForm(ActionForm):
    """How the letter reaches the firm."""

    way = forms.ChoiceField(label=gettext_lazy("Way"), choices=DeliveryWay.choices, initial=DeliveryWay.ELECTRONIC)
    to = forms.CharField(label=gettext_lazy("Received by"), required=False, max_length=120)


class CommissionSend(CommissionStep):
    """Send the agreed letter."""

    title, submit_label = gettext_lazy("Send the letter"), gettext_lazy("Send the letter")
    form_class, danger = SendForm, True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes fixed."""
        return [
            _("The letter is issued as PDF under its number and cannot be changed any more."),
            _("%(firm)s sees it at once and is asked to accept.") % {"firm": self.running.firm_name},
        ]

    def act(self, form: SendForm) -> str:
        """Build the PDF and send it."""
        given = form.cleaned_data
        content = commission_letter(self.running, on=self.today)
        way = DeliveryWay(given["way"])
        services.send_letter(
            commission=self.running, content=content, by=self.user, on=self.today, way=way, to=given["to"]
        )
        return _("The letter is sent; its delivery is on record.")


class AcceptForm(ActionForm):
    """The contract, where it has a number."""

    contract_number = forms.CharField(label=gettext_lazy("Contract number"), required=False, max_length=60)


class CommissionAccept(CommissionStep):
    """Enter the acceptance that the firm gave on paper."""

    title, submit_label = gettext_lazy("Enter the firm’s acceptance"), gettext_lazy("Enter the acceptance")
    form_class = AcceptForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what begins."""
        return [_("The task is commissioned from today and judged by the rules in force today.")]

    def act(self, form: AcceptForm) -> str:
        """Accept for the firm."""
        number = form.cleaned_data["contract_number"]
        services.accept_commission(commission=self.running, by=self.user, on=self.today, contract_number=number)
        return _("The firm’s acceptance is entered.")


class ReasonForm(ActionForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class CommissionEnd(CommissionStep):
    """End the commission before its report is accepted."""

    title, submit_label = gettext_lazy("End the commission"), gettext_lazy("End the commission")
    form_class, danger = ReasonForm, True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows."""
        return [
            _("%(firm)s can hand in nothing more for this task.") % {"firm": self.running.firm_name},
            _("The task can then be stopped or commissioned again; what was delivered stays on record."),
        ]

    def act(self, form: ReasonForm) -> str:
        """End it."""
        services.end_commission(
            commission=self.running, reason=form.cleaned_data["reason"], by=self.user, on=self.today
        )
        return _("The commission is ended.")


urls = [
    path("tasks/<str:number>/commission/", CommissionPage.as_view(), name="commission"),
    path("tasks/<str:number>/commission/send/", CommissionSend.as_view(), name="commission-send"),
    path("tasks/<str:number>/commission/accept/", CommissionAccept.as_view(), name="commission-accept"),
    path("tasks/<str:number>/commission/end/", CommissionEnd.as_view(), name="commission-end"),
]
