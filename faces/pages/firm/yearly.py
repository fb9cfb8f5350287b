"""The firm's yearly confirmation and its application for a further term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from evaluators.selectors import firm_of
from faces.pages.shared.yearly_steps import AskRenewal, ConfirmYear, EntryStep, FirmFactsForm, WithdrawRenewal
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from evaluators.models import Firm
    from experts.models import Expert


class OwnFirm(EntryStep):
    """Something about our entry in the register."""

    audience, needs, record = "firm", Capability.FIRM_SIGN, "pages:firm-record"

    @property
    def entry(self) -> Firm | Expert:
        """Our firm."""
        return self.own(firm_of(self.user))


class FirmConfirm(OwnFirm, ConfirmYear):
    """Confirm our facts for this year."""

    form_class = FirmFactsForm


class FirmRenewal(OwnFirm, AskRenewal):
    """Apply for our further term."""


class FirmRenewalWithdraw(OwnFirm, WithdrawRenewal):
    """Take it back."""


urls = [
    path("record/undertaking/", FirmConfirm.as_view(), name="firm-undertaking"),
    path("record/renewal/", FirmRenewal.as_view(), name="firm-renewal-ask"),
    path("record/renewal/withdraw/", FirmRenewalWithdraw.as_view(), name="firm-renewal-withdraw"),
]
