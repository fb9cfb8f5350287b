"""The yearly confirmation of who signs on paper: entered with the scan, for a firm and for an expert. Rule R-41."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.selectors import facts_of
from admissions.services import SignedPaper, enter_year
from faces.pages.bureau.expert_steps import ExpertStep
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import day, upload
from faces.pages.shared.yearly_steps import ENTER_YEAR, ExpertFactsForm, FirmFactsForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

SUBMIT = gettext_lazy("Enter it")
PAPER = ("signed_by", "signed_on", "paper")


class PaperForm(ActionForm):
    """Who signed, when, and the scan."""

    signed_by = forms.CharField(label=gettext_lazy("Signed by"), max_length=60)
    signed_on = forms.DateField(label=gettext_lazy("Day on the paper"), widget=day())
    paper = forms.FileField(label=gettext_lazy("Scan of the signed paper"), widget=upload(".pdf,.png,.jpg,.jpeg"))


class FirmPaperForm(PaperForm, FirmFactsForm):
    """The paper of a firm, and what it says has changed."""


class ExpertPaperForm(PaperForm, ExpertFactsForm):
    """The paper of an expert, and what it says has changed."""


class PaperStep:
    """Enter a signed paper; what it says has changed is declared, and taken over as if it came online."""

    def get_initial(self: Any) -> dict[str, Any]:
        """Begin from what the register knows."""
        found: dict[str, Any] = super().get_initial()  # type: ignore[misc] # the page follows in the order of classes
        return {**found, **facts_of(self.object)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the paper counts as, and who is told."""
        return [
            _("It counts as the confirmation and the undertaking of the year of its day, in the text of that day."),
            _("What differs from the register is declared; take it over on the page of the confirmation."),
            _("The owner of the entry is told."),
        ]

    def act(self: Any, form: ActionForm) -> str:
        """Enter it."""
        given = dict(form.cleaned_data)
        signed_by, signed_on, file = (given.pop(name) for name in PAPER)
        paper = SignedPaper(signed_by, signed_on, (file.name, file.read()))
        row = enter_year(entry=self.object, given=given, paper=paper, by=self.user, on=self.today)
        return _("%(year)s is confirmed.") % {"year": row.year}


class FirmPaper(PaperStep, FirmStep):
    """The paper of a firm."""

    title, submit_label, tab, form_class = ENTER_YEAR, SUBMIT, "years", FirmPaperForm


class ExpertPaper(PaperStep, ExpertStep):
    """The paper of an expert."""

    title, submit_label, tab, form_class = ENTER_YEAR, SUBMIT, "standing", ExpertPaperForm


urls = [
    path("firms/<str:number>/year/", FirmPaper.as_view(), name="firm-year"),
    path("experts/<str:number>/year/", ExpertPaper.as_view(), name="expert-year"),
]
