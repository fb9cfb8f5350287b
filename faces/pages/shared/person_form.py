"""A person as every audience types one in."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.utils.translation import gettext_lazy

from faces.pages.shared.actions import ActionForm
from parties.enums import SameName
from parties.services import PersonDraft


class PersonForm(ActionForm):
    """A person: found again by the ID number, else by name and telephone."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    id_number = forms.CharField(
        label=gettext_lazy("National ID number"),
        required=False,
        max_length=18,
        help_text=gettext_lazy("Kept sealed; pages show it with its middle hidden."),
    )
    phone = forms.RegexField(
        r"^[0-9+\- ]{5,20}$",
        label=gettext_lazy("Telephone"),
        required=False,
        error_messages={"invalid": gettext_lazy("Type 5 to 20 digits; blanks, + and - may stand between them.")},
    )

    def person(self) -> PersonDraft:
        """Return the person as typed."""
        given = self.cleaned_data
        return PersonDraft(
            name=given["name"].strip(),
            id_number=given["id_number"].strip().upper(),
            phone=given["phone"] or "",
        )


class AskingPersonForm(PersonForm):
    """A person typed in by the bureau, who is asked where a name alone is known: applicants learn of nobody else."""

    same_name = forms.ChoiceField(
        label=gettext_lazy("Somebody of this name is known here"),
        required=False,
        choices=(("", gettext_lazy("not asked yet")), *SameName.choices),
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Answer only when you are asked: without an ID number or telephone a name may be two people."
        ),
    )

    def person(self) -> PersonDraft:
        """Return the person as typed, with the answer."""
        return replace(super().person(), asks=True, same_name=self.cleaned_data["same_name"])
