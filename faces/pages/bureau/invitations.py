"""Inviting the owner of an entry to open an account for it: the address is shown once. Rule R-60."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.services import invite
from faces.pages.bureau.expert_steps import ExpertStep
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.shared.application_words import day_or_dash
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from admissions.models import Invitation


TITLE = gettext_lazy("Invite the owner to claim the entry")
SUBMIT = gettext_lazy("Make the invitation")


class InviteStep:
    """An act that ends in an address: it stands on this one answer and nowhere else."""

    made: Invitation | None = None
    secret = ""

    def consequences(self: Any) -> Sequence[StrOrPromise]:
        """Say what the invitation opens, for how long, and what becomes of an earlier one."""
        days = rules_for(bureau=self.object.bureau, on=self.today).value("claim_days")
        return [
            _("Whoever has the address opens an account for this entry. It works once, for %(days)s days.")
            % {"days": days},
            _("An earlier invitation of this entry ends now."),
        ]

    def act(self: Any, form: Any) -> None:  # noqa: ANN401, ARG002 - nothing to fill in
        """Invite."""
        self.made, self.secret = invite(entry=self.object, by=self.user, on=self.today)

    def form_valid(self: Any, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Show the address once; no cache keeps it."""
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc] # the page follows in the order of classes
        if self.made is None:
            return answer
        facts = {
            "title": _("Invitation"),
            "address": f"{settings.GONGPING_PUBLIC_URL}{reverse('pages:claim', args=[self.secret])}",
            "valid_to": day_or_dash(self.made.valid_to),
            "back": self.get_success_url(),
            "entry": self.object,
        }
        shown: HttpResponse = self.response_class(
            self.request, ["bureau/invitation.html"], facts, using=self.template_engine
        )
        shown.headers["Cache-Control"] = "no-store"
        return shown


class FirmInvite(InviteStep, FirmStep):
    """Invite a firm."""

    title, submit_label = TITLE, SUBMIT


class ExpertInvite(InviteStep, ExpertStep):
    """Invite an expert."""

    title, submit_label = TITLE, SUBMIT


urls = [
    path("firms/<str:number>/invitation/", FirmInvite.as_view(), name="firm-invite"),
    path("experts/<str:number>/invitation/", ExpertInvite.as_view(), name="expert-invite"),
]
