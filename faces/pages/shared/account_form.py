"""A bank account as the bureau or the person himself types it in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from faces.pages.shared.actions import ActionForm

ACCOUNT_LINES = (gettext_lazy("Kept sealed; pages show its last four digits. Who reads it in full says what for."),)


class AccountForm(ActionForm):
    """The number and the bank."""

    account = forms.CharField(label=gettext_lazy("Account number"), max_length=40)
    bank = forms.CharField(label=gettext_lazy("Bank and branch"), max_length=80)
