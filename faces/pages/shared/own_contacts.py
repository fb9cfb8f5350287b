"""A firm's or a unit's own contacts: whom the bureau calls there; each audience names its desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.contact_words import ContactForm, duty_word, named_words
from faces.pages.shared.lists import ListPage, Sort
from parties.models import Organisation
from parties.permissions import may_keep_contacts
from parties.selectors import contacts_on, contacts_visible_to, memberships_of, shown_phone
from parties.services import add_contact, end_contact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.models import User
    from parties.models import Contact


def own_body(user: User) -> Organisation:
    """Return the body for which the reader works; who works for none finds nothing here."""
    mine = memberships_of(user).filter(organisation__isnull=False).values("organisation")
    row = Organisation.objects.filter(pk__in=mine).order_by("pk").first()
    if row is None:
        raise Http404
    return row


class OwnContacts(ListPage):
    """Whom the bureau calls at our side today."""

    title = gettext_lazy("Our contacts")
    template_name = "shared/own_contacts.html"
    list_name: ClassVar[str]
    sorts = (Sort("duty", gettext_lazy("By duty"), ("duty",)),)
    export_name = "contacts"
    columns = (
        Column(gettext_lazy("Name"), "name", key=True),
        Column(gettext_lazy("Duty"), duty_word),
        Column(gettext_lazy("Phone"), shown_phone),
        Column(gettext_lazy("Since"), lambda row: formats.day(row.started_on, with_year=True)),
    )
    empty_title = gettext_lazy("Nobody is named yet")
    empty_text = gettext_lazy("Letters and reminders need a contact. Name whom the bureau should call.")

    def rows(self) -> QuerySet[Contact]:
        """Return the running contacts of the own side."""
        return contacts_on(contacts_visible_to(self.user), self.today)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person keeps them."""
        found = {
            "may_keep": may_keep_contacts(self.user, own_body(self.user)),
            "add_url": reverse(f"pages:{self.list_name}-add"),
            "end_name": f"pages:{self.list_name}-end",
        }
        return super().get_context_data(**(found | kwargs))


class OwnContactAdd(FormPage):
    """Name whom the bureau calls at our side."""

    title, submit_label = gettext_lazy("Name a contact"), gettext_lazy("Name the contact")
    form_class = ContactForm
    list_name: ClassVar[str]

    def get_success_url(self) -> str:
        """Return the list."""
        return reverse(f"pages:{self.list_name}")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes of the former contact."""
        return [_("Whoever had this duty before ends with the first day; the past keeps the name.")]

    def act(self, form: ContactForm) -> str:
        """Write it down."""
        row = add_contact(organisation=own_body(self.user), by=self.user, on=self.today, **form.cleaned_data)
        return named_words(row)


class OwnContactEnd(ActionView):
    """End a contact without naming another."""

    title, submit_label = gettext_lazy("End the contact"), gettext_lazy("End it today")
    list_name: ClassVar[str]

    def rows(self) -> QuerySet[Contact]:
        """Return the contacts of the own side."""
        return contacts_visible_to(self.user).select_related("organisation", "section")

    def object_url(self) -> str:
        """Return the list."""
        return reverse(f"pages:{self.list_name}")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [_("%(name)s is called no more from today; the past keeps the name.") % {"name": self.object.name}]

    def act(self, _form: ActionForm) -> str:
        """End it."""
        end_contact(contact=self.object, by=self.user, on=self.today)
        return _("The contact has ended.")
