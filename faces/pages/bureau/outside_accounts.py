"""Accounts of those outside the bureau: firms, units, experts; each is bound to the row of the register it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.selectors import firms_named
from experts.selectors import experts_named
from faces.pages.bureau.accounts import PasswordPage, username_field
from faces.pages.shared.actions import ActionForm
from foundation.accounts.enums import Capability, Role
from foundation.core.errors import Refusal
from parties.selectors import units_named
from parties.services import OUTSIDE_ROLES, PartyRefused, open_outside_account

if TYPE_CHECKING:
    from foundation.bureaus.models import Bureau
    from parties.models import Organisation, Person


class OutsideForm(ActionForm):
    """For whom the account is, and who signs in with it."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, role.label) for role in OUTSIDE_ROLES])
    whom = forms.CharField(
        label=gettext_lazy("Firm, unit or expert"),
        max_length=120,
        help_text=gettext_lazy("The full name as registered, or the register number, unit code or USCC."),
    )
    username = username_field()
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Who signs in. Empty for an expert: the registered name."),
    )


def party_named(bureau: Bureau, role: Role, words: str) -> Organisation | Person:
    """Return the one party that the words name; raise ``PartyRefused`` where they name none, or several."""
    found: list[Organisation | Person]
    if role == Role.EXPERT:
        found = [expert.person for expert in experts_named(bureau, words)[:2]]
    elif role == Role.UNIT:
        found = [unit.organisation for unit in units_named(bureau, words)[:2]]
    else:
        found = [firm.organisation for firm in firms_named(bureau, words)[:2]]
    if not found:
        message = _("Nothing in the register is called %(name)s. Copy the name or number from the register.")
        raise PartyRefused(Refusal("party_unknown", message % {"name": words}, {"field": "whom"}))
    if len(found) > 1:
        message = _("Several are called %(name)s: a name is not enough here. Give the register number.")
        raise PartyRefused(Refusal("party_several", message % {"name": words}, {"field": "whom"}))
    return found[0]


class OutsideAccountOpen(PasswordPage):
    """Open an account for a firm, a unit or an expert."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS
    title = gettext_lazy("Open an account for a firm, unit or expert")
    form_class, submit_label = OutsideForm, gettext_lazy("Open the account")

    def get_success_url(self) -> str:
        """Return the list."""
        return reverse("pages:accounts")

    def act(self, form: OutsideForm) -> None:
        """Open it, bound to the party that the words name."""
        bureau, facts = self.user.bureau, form.cleaned_data
        if bureau is None:
            raise Http404
        role = Role(facts["role"])
        party = party_named(bureau, role, facts["whom"])
        self.account, self.password = open_outside_account(
            bureau=bureau,
            username=facts["username"],
            name=facts["name"] or party.name[:60],
            role=role,
            party=party,
            by=self.user,
            on=self.today,
        )


urls = [path("accounts/open-outside/", OutsideAccountOpen.as_view(), name="account-open-outside")]
