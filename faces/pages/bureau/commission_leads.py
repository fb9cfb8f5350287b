"""The lead evaluator of a commission: changed by approval, asked for by the firm, or who never came. Rule R-10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import EvaluationTask
from delivery import services
from delivery.enums import LeadEventStatus
from delivery.models import LeadEvent
from delivery.selectors import lead_asked
from evaluators.models import LeadEvaluator
from evaluators.selectors import leads_of
from faces.pages.bureau.commissions import CommissionStep
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import LeadField, day, textarea
from faces.pages.shared.lead_words import lead_event_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class LeadForm(ActionForm):
    """Another lead evaluator, and why."""

    lead_evaluator = LeadField(
        queryset=LeadEvaluator.objects.none(),
        label=gettext_lazy("Lead evaluator"),
        empty_label=gettext_lazy("Choose"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class CommissionLead(CommissionStep):
    """Submit for approval that another lead evaluator takes over."""

    title, submit_label = gettext_lazy("Change the lead evaluator"), gettext_lazy("Submit for approval")
    form_class = LeadForm

    def get_form(self, form_class: Any = None) -> LeadForm:  # noqa: ANN401 - Django's signature
        """Offer the firm's other lead evaluators."""
        form: LeadForm = super().get_form(form_class)
        choice = form.fields["lead_evaluator"]
        if isinstance(choice, forms.ModelChoiceField):
            others = leads_of(self.running.firm, self.today).exclude(pk=self.running.lead_evaluator_id or 0)
            choice.queryset = others.select_related("person")
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what has to be done again."""
        return [
            _("The change is decided by approval; until then the lead evaluator of the letter stays."),
            _("Once agreed, a signature of the former lead evaluator no longer counts."),
            _("The change and its reason are shown with the rating and in the firm’s yearly assessment."),
        ]

    def act(self, form: LeadForm) -> str:
        """Change."""
        given = form.cleaned_data
        services.ask_lead_change(
            commission=self.running,
            lead_evaluator=given["lead_evaluator"],
            reason=given["reason"],
            by=self.user,
            on=self.today,
        )
        return _("The change of the lead evaluator is under approval.")


class AbsenceForm(ActionForm):
    """When, and how it is known."""

    happened_on = forms.DateField(label=gettext_lazy("Day"), widget=day())
    reason = forms.CharField(
        label=gettext_lazy("How it is known"),
        max_length=300,
        widget=textarea(3),
        help_text=gettext_lazy("The sign-in list, whom you asked."),
    )


class CommissionAbsence(CommissionStep):
    """Write that the named lead evaluator did not come."""

    title, submit_label = gettext_lazy("The lead evaluator did not come"), gettext_lazy("Record it")
    form_class = AbsenceForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say where it shows."""
        return [
            _("The firm is told. It is shown with the rating and in the firm’s yearly assessment."),
            _("A violation with points is recorded at the firm’s credit, by its own step."),
        ]

    def act(self, form: AbsenceForm) -> str:
        """Record it."""
        services.record_lead_absence(commission=self.running, by=self.user, on=self.today, **form.cleaned_data)
        return _("Recorded.")


class LeadAnswerForm(ActionForm):
    """Passed on or not, and why not."""

    is_passed_on = forms.TypedChoiceField(
        label=gettext_lazy("Answer"),
        choices=(("yes", gettext_lazy("pass on to approval")), ("no", gettext_lazy("do not pass on"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("Reason for not passing it on"),
        max_length=300,
        required=False,
        widget=textarea(3),
        help_text=gettext_lazy("The firm reads it."),
    )


class CommissionLeadAnswer(CommissionStep):
    """Answer the firm that asks for another lead evaluator."""

    title, submit_label = gettext_lazy("The firm asks for another lead evaluator"), gettext_lazy("Answer")
    form_class = LeadAnswerForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks whose firm asks."""
        asked = LeadEvent.objects.filter(status=LeadEventStatus.ASKED)
        return super().rows().filter(pk__in=asked.values("commission__task_id"))

    @property
    def asked(self) -> LeadEvent:
        """What the firm asks for."""
        row = lead_asked(self.running)
        assert row is not None  # noqa: S101 - rows() keeps only tasks whose firm asks
        return row

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what is asked, and what follows."""
        row = self.asked
        return [
            f"{lead_event_text(row)}：{row.reason}",
            _("Passed on, the change is decided by approval; until then the lead evaluator of the letter stays."),
        ]

    def act(self, form: LeadAnswerForm) -> str:
        """Answer."""
        given = form.cleaned_data
        services.answer_lead_request(
            event=self.asked, is_passed_on=given["is_passed_on"], words=given["words"], by=self.user, on=self.today
        )
        if given["is_passed_on"]:
            return _("The change of the lead evaluator is under approval.")
        return _("The firm is told that its ask is not passed on.")


urls = [
    path("tasks/<str:number>/commission/lead/", CommissionLead.as_view(), name="commission-lead"),
    path("tasks/<str:number>/commission/lead/answer/", CommissionLeadAnswer.as_view(), name="commission-lead-answer"),
    path("tasks/<str:number>/commission/absence/", CommissionAbsence.as_view(), name="commission-absence"),
]
