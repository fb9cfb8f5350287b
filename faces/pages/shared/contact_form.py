"""How a person is reached, as the bureau or the person himself types it in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from faces.pages.shared.actions import ActionForm

CONTACT_LINES = (
    gettext_lazy(
        "It holds from today: notices and calls use it. What it was stands in the journal, with its middle hidden."
    ),
)


class ContactDataForm(ActionForm):
    """The telephone, which is never shown in full, and the e-mail address."""

    phone = forms.RegexField(
        r"^[0-9+\- ]{5,20}$",
        label=gettext_lazy("New telephone"),
        required=False,
        help_text=gettext_lazy("Empty: the known one stays."),
        error_messages={"invalid": gettext_lazy("Type 5 to 20 digits; blanks, + and - may stand between them.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, max_length=120, help_text=gettext_lazy("Empty: there is none.")
    )
