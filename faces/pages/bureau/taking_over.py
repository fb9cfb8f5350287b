"""Taking over who stood in the register or the pool before it was kept here: no public notice is run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.services import take_over_entry
from faces.pages.bureau.expert_steps import ExpertStep
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import day, textarea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

TITLE, SUBMIT = gettext_lazy("Take over from the earlier register"), gettext_lazy("Admit it from that day")


class TakeOverForm(ActionForm):
    """By which document, and since when."""

    words = forms.CharField(label=gettext_lazy("Document"), max_length=300, widget=textarea(3))
    admitted_on = forms.DateField(label=gettext_lazy("Since when it stood there"), widget=day())


class TakeOverStep:
    """Say that the entry stood in the earlier register or pool, and admit it."""

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say for whom this is, and what follows."""
        return [
            _("Only for who was admitted before the register was kept here; who is new goes through the notice."),
            _("Items of the checklist that nobody looked at count as met by this document. The term begins that day."),
        ]

    def act(self: Any, form: TakeOverForm) -> str:
        """Take it over."""
        row = take_over_entry(entry=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The standing is now: %(state)s.") % {"state": row.get_status_display()}


class FirmTakeOver(TakeOverStep, FirmStep):
    """Take a firm over."""

    title, submit_label, tab, form_class = TITLE, SUBMIT, "years", TakeOverForm


class ExpertTakeOver(TakeOverStep, ExpertStep):
    """Take an expert over."""

    title, submit_label, tab, form_class = TITLE, SUBMIT, "standing", TakeOverForm


urls = [
    path("firms/<str:number>/take-over/", FirmTakeOver.as_view(), name="firm-take-over"),
    path("experts/<str:number>/take-over/", ExpertTakeOver.as_view(), name="expert-take-over"),
]
