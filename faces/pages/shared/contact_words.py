"""Contacts as every audience reads and types them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import first_day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from parties.models import Contact

DUTY_WORDS = {
    "单位负责人": gettext_lazy("head of the unit"),
    "财务负责人": gettext_lazy("head of finance"),
    "绩效联络员": gettext_lazy("performance contact"),
    "项目负责人": gettext_lazy("head of projects"),
    "科室负责人": gettext_lazy("head of the section"),
}


def duty_word(contact: Contact) -> StrOrPromise:
    """Return the duty in the reader's language; a duty of the unit's own stays as it was entered."""
    return DUTY_WORDS.get(contact.duty, contact.duty)


def named_words(contact: Contact) -> str:
    """Return what is said once a contact is written: somebody else may have the duty by now."""
    words = _("%(name)s is entered.") if contact.ended_on else _("%(name)s is the contact now.")
    return words % {"name": contact.name}


class ContactForm(ActionForm):
    """Who is called for what."""

    duty = forms.ChoiceField(label=gettext_lazy("Duty"), choices=list(DUTY_WORDS.items()))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    phone = forms.RegexField(
        r"^[0-9+\- ]{5,20}$",
        label=gettext_lazy("Phone"),
        help_text=gettext_lazy("Kept sealed; pages show it with its middle hidden."),
        error_messages={"invalid": gettext_lazy("Type 5 to 20 digits; blanks, + and - may stand between them.")},
    )
    started_on = first_day()
