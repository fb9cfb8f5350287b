"""A tie of a person to a body as the bureau or the person himself types it in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import day
from parties.enums import EmploymentKind


class SpellForm(ActionForm):
    """The body, as what he belongs to it, and the days."""

    employer = forms.CharField(
        label=gettext_lazy("Employer"),
        max_length=120,
        help_text=gettext_lazy("Or the body that he owns, advises or heads; the full name, as registered."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("As what"), choices=EmploymentKind.choices, initial=EmploymentKind.EMPLOYEE
    )
    title = forms.CharField(label=gettext_lazy("Position"), required=False, max_length=60)
    started_on = forms.DateField(label=gettext_lazy("First day"), widget=day())
    ended_on = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=day(), help_text=gettext_lazy("Empty: until today.")
    )

    def clean_kind(self) -> EmploymentKind:
        """Return the member."""
        return EmploymentKind(self.cleaned_data["kind"])
