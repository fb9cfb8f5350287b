"""Leaving the pool, as the expert himself or the bureau for him says it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import textarea

LEAVE_LINES = (
    gettext_lazy("From today there are no more draws; an open seat must be handed back or finished first."),
    gettext_lazy("Opinions, scores and fee sheets stay as long as archives must be kept: no wish can erase them."),
    gettext_lazy("With the wish to erase, telephone, mail and account are shown to nobody, and the sign-in closes."),
    gettext_lazy("Whoever left may apply again."),
)


class LeaveForm(ActionForm):
    """Why, and whether the data are to be erased as far as the law allows."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))
    asks_erasure = forms.BooleanField(
        label=gettext_lazy("Asked to erase personal data"),
        required=False,
        help_text=gettext_lazy("What the law makes us keep stays sealed (个人信息保护法第四十七条)."),
    )
