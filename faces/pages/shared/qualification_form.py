"""What is asked about a qualification: by the bureau, and by the firm that hands it in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from evaluators.models import LeadEvaluator
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import day, upload


class LeadOfFirm(forms.ModelChoiceField[LeadEvaluator]):
    """A choice of lead evaluators, by name."""

    def label_from_instance(self, obj: LeadEvaluator) -> str:
        """Show the name."""
        return obj.person.name


class QualificationForm(ActionForm):
    """A qualification, whose it is, its days, its scan."""

    name = forms.CharField(label=gettext_lazy("Qualification"), max_length=80)
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=100)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=day())
    valid_to = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=day(), help_text=gettext_lazy("Empty: without an end.")
    )
    lead = LeadOfFirm(
        label=gettext_lazy("Whose"),
        queryset=LeadEvaluator.objects.none(),
        required=False,
        empty_label=gettext_lazy("the firm’s own"),
    )
    is_certificate = forms.BooleanField(
        label=gettext_lazy("The practising certificate by which this person leads"), required=False
    )
    proof = forms.FileField(label=gettext_lazy("Scan"), required=False, widget=upload(".pdf,.png,.jpg,.jpeg"))
