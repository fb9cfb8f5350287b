"""The firm asks for another lead evaluator on a task that it carries out. Rule R-10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import EvaluationTask
from delivery import services
from delivery.enums import CommissionStatus
from delivery.selectors import visible_to
from evaluators.models import LeadEvaluator
from evaluators.selectors import leads_of
from faces.pages.firm.tasks import FirmStep
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import LeadField, textarea
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class FirmLeadForm(ActionForm):
    """Who is to lead, and why."""

    lead_evaluator = LeadField(
        queryset=LeadEvaluator.objects.none(),
        label=gettext_lazy("Lead evaluator"),
        empty_label=gettext_lazy("Choose"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class FirmLead(FirmStep):
    """Ask the bureau for another lead evaluator."""

    needs = Capability.FIRM_SIGN
    title, submit_label = gettext_lazy("Ask for another lead evaluator"), gettext_lazy("Ask")
    form_class = FirmLeadForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks whose commission this firm has accepted."""
        accepted = visible_to(self.user).filter(ended_on__isnull=True, status=CommissionStatus.ACCEPTED)
        return super().rows().filter(pk__in=accepted.values("task_id"))

    def get_form(self, form_class: Any = None) -> FirmLeadForm:  # noqa: ANN401 - Django's signature
        """Offer our other lead evaluators."""
        form: FirmLeadForm = super().get_form(form_class)
        choice = form.fields["lead_evaluator"]
        if isinstance(choice, forms.ModelChoiceField):
            others = leads_of(self.running.firm, self.today).exclude(pk=self.running.lead_evaluator_id or 0)
            choice.queryset = others.select_related("person")
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides, and where it shows."""
        return [
            _("The bureau passes it on to approval, or says why not; until then the lead evaluator stays."),
            _("Once agreed, a signature of the former lead evaluator no longer counts."),
            _("The change and its reason are shown with the rating and in the firm’s yearly assessment."),
        ]

    def act(self, form: FirmLeadForm) -> str:
        """Ask."""
        given = form.cleaned_data
        services.request_lead_change(
            commission=self.running,
            lead_evaluator=given["lead_evaluator"],
            reason=given["reason"],
            by=self.user,
            on=self.today,
        )
        return _("The bureau decides about the change.")


urls = [path("tasks/<str:number>/lead/", FirmLead.as_view(), name="firm-task-lead")]
