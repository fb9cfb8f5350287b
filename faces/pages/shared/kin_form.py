"""A near relation as the bureau or the person himself declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from desk.services import declare_kin
from faces.pages.shared.person_form import PersonForm
from parties.enums import EmploymentKind, KinKind

if TYPE_CHECKING:
    from datetime import date

    from foundation.accounts.models import User
    from parties.models import Person, PersonTie

KIN_LINES = (
    gettext_lazy("What a near relation works for, owns or heads counts in the draws of experts (R-07)."),
    gettext_lazy("Only who keeps the register ends a relation again."),
)


class KinForm(PersonForm):
    """Who it is, how near, and the body that he works for, owns or heads."""

    kind = forms.ChoiceField(label=gettext_lazy("Relation"), choices=KinKind.choices, initial=KinKind.SPOUSE)
    body = forms.CharField(
        label=gettext_lazy("Works for, owns or heads"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("The full name of the firm or unit, as registered."),
    )
    body_kind = forms.ChoiceField(
        label=gettext_lazy("As what"), choices=EmploymentKind.choices, initial=EmploymentKind.EMPLOYEE
    )

    def declare(self, person: Person, *, by: User, on: date) -> PersonTie:
        """Write it down."""
        given = self.cleaned_data
        return declare_kin(
            person=person,
            kin=self.person(),
            kind=KinKind(given["kind"]),
            body=given["body"],
            body_kind=EmploymentKind(given["body_kind"]),
            by=by,
            on=on,
        )
