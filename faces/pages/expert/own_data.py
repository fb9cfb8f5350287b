"""What an expert says of himself: how he is reached, the account for fees, near relations, and that he leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.services import leave_pool
from faces.pages.expert.record import OwnStep
from faces.pages.shared.account_form import ACCOUNT_LINES, AccountForm
from faces.pages.shared.contact_form import CONTACT_LINES, ContactDataForm
from faces.pages.shared.kin_form import KIN_LINES, KinForm
from faces.pages.shared.leave_form import LEAVE_LINES, LeaveForm
from parties.services import change_contact, keep_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class OwnAccount(OwnStep):
    """Say on which account the fees are paid."""

    title, submit_label = gettext_lazy("My bank account"), gettext_lazy("Save")
    form_class = AccountForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say how it is kept."""
        return ACCOUNT_LINES

    def act(self, form: AccountForm) -> str:
        """Keep it."""
        keep_account(person=self.me.person, by=self.user, on=self.today, **form.cleaned_data)
        return _("The account is kept, sealed.")


class OwnContact(OwnStep):
    """Say how I am reached."""

    title, submit_label = gettext_lazy("My telephone and e-mail"), gettext_lazy("Save")
    form_class = ContactDataForm

    def get_initial(self) -> dict[str, Any]:
        """Offer the known address."""
        return super().get_initial() | {"email": self.me.person.email}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say from when it holds."""
        return CONTACT_LINES

    def act(self, form: ContactDataForm) -> str:
        """Write it."""
        change_contact(person=self.me.person, by=self.user, on=self.today, **form.cleaned_data)
        return _("Noted. You are reached by this from now on.")


class OwnKin(OwnStep):
    """Say who my near relations are, where they matter."""

    title, submit_label = gettext_lazy("Enter a near relation"), gettext_lazy("Save")
    form_class = KinForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it is for."""
        return KIN_LINES

    def act(self, form: KinForm) -> str:
        """Write it."""
        form.declare(self.me.person, by=self.user, on=self.today)
        return _("Noted. You are not drawn where this relation has a stake.")


class OwnLeave(OwnStep):
    """Leave the pool."""

    title, submit_label, danger = gettext_lazy("Leave the pool"), gettext_lazy("Leave the pool today"), True
    form_class = LeaveForm

    def get_success_url(self) -> str:
        """Return the front page: the sign-in may be closed now."""
        return "/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Lead back to the record where nothing is done."""
        return super().get_context_data(**({"cancel_url": super().get_success_url()} | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return LEAVE_LINES

    def act(self, form: LeaveForm) -> str:
        """Leave."""
        leave_pool(expert=self.me, by=self.user, on=self.today, **form.cleaned_data)
        return _("You have left the pool. Thank you for your work.")


urls = [
    path("record/account/", OwnAccount.as_view(), name="expert-account"),
    path("record/reached/", OwnContact.as_view(), name="expert-contact"),
    path("record/relation/", OwnKin.as_view(), name="expert-kin"),
    path("record/leave/", OwnLeave.as_view(), name="expert-leaves"),
]
