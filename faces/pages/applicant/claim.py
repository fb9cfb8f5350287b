"""Claiming an entry that stands already, with an invitation of the bureau. Rule R-60."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth import login
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.selectors import usable_invitation
from admissions.services import claim_with_new_account, claim_with_own_account
from evaluators.models import Firm
from faces.pages.applicant.door import BACKEND, AccountForm, is_too_often
from faces.pages.shared.access import PUBLIC
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.application_words import day_or_dash
from foundation.accounts.models import User
from foundation.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise

    from admissions.models import Invitation
    from evaluators.models import Firm as FirmRow
    from experts.models import Expert


class Claim(FormPage):
    """Open an account for the entry, or let the account that applies work for it."""

    audience, needs = "applicant", PUBLIC
    template_name = "applicant/open.html"
    title = gettext_lazy("Claim your entry")

    @cached_property
    def invitation(self) -> Invitation:
        """The invitation that the address opens; 404 for a used, ended, run out or unknown one."""
        found = usable_invitation(str(self.kwargs["secret"]), self.today)
        if found is None:
            raise Http404
        return found

    @property
    def entry(self) -> FirmRow | Expert:
        """The firm or the expert."""
        return self.invitation.entry

    def is_known(self) -> bool:
        """Return whether somebody is signed in."""
        return isinstance(self.request.user, User)

    def get_form_class(self) -> type[ActionForm]:
        """Ask a stranger for an account; who is signed in only says yes."""
        return super().get_form_class() if self.is_known() else AccountForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Look the invitation up first; say what the button does."""
        label = _("Claim it with my account") if self.is_known() else _("Open the account")
        return super().get_context_data(**({"submit_label": label, "invitation": self.invitation} | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which entry it is, and until when."""
        entry = self.entry
        name = entry.organisation.name if isinstance(entry, Firm) else entry.person.name
        said = [
            _("%(name)s, number %(number)s, at %(bureau)s.")
            % {"name": name, "number": entry.number, "bureau": self.invitation.bureau.name},
            _("The invitation works once, until %(day)s.") % {"day": day_or_dash(self.invitation.valid_to)},
        ]
        if self.is_known():
            said.append(_("Your account works for this entry from now on; an application of yours is withdrawn."))
        return said

    def get_success_url(self) -> str:
        """Return the desk of who signed in."""
        return reverse("pages:home" if self.is_known() else "pages:apply")

    def form_valid(self, form: ActionForm) -> HttpResponse:
        """Let nobody try too often."""
        if not self.is_known() and is_too_often(self.request):
            form.refuse(Refusal("too_often", _("Too many tries from here. Try again in an hour.")))
            return self.refused(form)
        return super().form_valid(form)

    def act(self, form: ActionForm) -> str:
        """Claim it."""
        secret, user = str(self.kwargs["secret"]), self.request.user
        if isinstance(user, User):
            claim_with_own_account(secret=secret, by=user, on=self.today)
            return _("The entry is yours.")
        given = form.cleaned_data
        made = claim_with_new_account(
            secret=secret,
            username=given["username"],
            password=given["password"],
            name=given["name"].strip(),
            on=self.today,
        )
        login(self.request, made, backend=BACKEND)
        return _("The account is open, and the entry is yours.")


urls = [path("claim/<str:secret>/", Claim.as_view(), name="claim")]
