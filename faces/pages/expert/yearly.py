"""The expert's yearly confirmation and the application for a further term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from experts.selectors import expert_of
from faces.pages.shared.yearly_steps import AskRenewal, ConfirmYear, EntryStep, ExpertFactsForm, WithdrawRenewal
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from evaluators.models import Firm
    from experts.models import Expert


class OwnExpert(EntryStep):
    """Something about my entry in the pool."""

    audience, needs, record = "expert", Capability.EXPERT_DESK, "pages:expert-record"
    template_name = "expert/step.html"

    @property
    def entry(self) -> Firm | Expert:
        """My entry."""
        return self.own(expert_of(self.user))


class ExpertConfirm(OwnExpert, ConfirmYear):
    """Confirm my facts for this year."""

    form_class = ExpertFactsForm


class ExpertRenewal(OwnExpert, AskRenewal):
    """Apply for my further term."""


class ExpertRenewalWithdraw(OwnExpert, WithdrawRenewal):
    """Take it back."""


urls = [
    path("record/undertaking/", ExpertConfirm.as_view(), name="expert-undertaking"),
    path("record/renewal/", ExpertRenewal.as_view(), name="expert-renewal-ask"),
    path("record/renewal/withdraw/", ExpertRenewalWithdraw.as_view(), name="expert-renewal-withdraw"),
]
