"""What is written about a person: the account for fees, near relations, a death, that two records are one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.services import join_persons, record_death
from faces.pages.bureau.persons import OnePerson
from faces.pages.shared.account_form import ACCOUNT_LINES, AccountForm
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.contact_form import CONTACT_LINES, ContactDataForm
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.kin_form import KIN_LINES, KinForm
from faces.pages.shared.person_form import AskingPersonForm
from foundation.accounts.enums import Capability
from foundation.core import clock
from parties.models import PersonTie
from parties.selectors import persons_visible_to
from parties.services import change_contact, correct_id_number, end_tie, keep_account, rename_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class PersonStep(OnePerson, ActionView):
    """Something about a person; afterwards back to his page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return the person's page."""
        return reverse("pages:person", args=[self.object.pk])


class PersonAccount(PersonStep):
    """Keep the account on which fees are paid."""

    title, submit_label = gettext_lazy("Enter the bank account"), gettext_lazy("Save")
    form_class = AccountForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say how it is kept."""
        return ACCOUNT_LINES

    def act(self, form: AccountForm) -> str:
        """Keep it."""
        keep_account(person=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The account is kept, sealed.")


class PersonContact(PersonStep):
    """Enter a new telephone or e-mail address, as he said or wrote."""

    title, submit_label = gettext_lazy("Change telephone or e-mail"), gettext_lazy("Save")
    form_class = ContactDataForm

    def get_initial(self) -> dict[str, Any]:
        """Offer the known address."""
        return super().get_initial() | {"email": self.object.email}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say from when it holds."""
        return CONTACT_LINES

    def act(self, form: ContactDataForm) -> str:
        """Write it."""
        row = change_contact(person=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("%(name)s is reached by this from now on.") % {"name": row.name}


class NumberForm(ActionForm):
    """The right number, and by which document."""

    id_number = forms.CharField(label=gettext_lazy("The right national ID number"), max_length=18)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200,
        help_text=gettext_lazy("For example: two digits were exchanged; the identity card was seen."),
    )  # fmt: skip


class PersonNumber(PersonStep):
    """Set a wrong ID number right."""

    title, submit_label, danger = gettext_lazy("Correct the ID number"), gettext_lazy("Correct it"), True
    form_class = NumberForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows the number."""
        return [
            _("The birthday follows the number. Rosters find this person by the new number only."),
            _("Other records that may be the same person are looked for at once."),
        ]

    def act(self, form: NumberForm) -> str:
        """Correct it."""
        correct_id_number(person=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The number is corrected; reason and day stand in the journal.")


class BureauKinForm(KinForm, AskingPersonForm):
    """A near relation, typed in by the bureau."""


class PersonKin(PersonStep):
    """Enter a near relation."""

    title, submit_label = gettext_lazy("Enter a near relation"), gettext_lazy("Enter")
    form_class = BureauKinForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it is for."""
        return KIN_LINES

    def act(self, form: BureauKinForm) -> str:
        """Enter it."""
        form.declare(self.object, by=self.user, on=self.today)
        return _("%(name)s is entered.") % {"name": form.cleaned_data["name"]}


class PersonRenameForm(ActionForm):
    """The new name, since when, and why."""

    name = forms.CharField(label=gettext_lazy("New name"), max_length=60)
    day = forms.DateField(label=gettext_lazy("Since"), widget=day())
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200,
        help_text=gettext_lazy("For example: renamed by the registry office, the household register was seen."),
    )  # fmt: skip


class PersonRename(PersonStep):
    """Enter a new name; papers and frozen lists of before keep the old one."""

    title, submit_label = gettext_lazy("Enter a new name"), gettext_lazy("Enter")
    form_class = PersonRenameForm

    def get_initial(self) -> dict[str, Any]:
        """Offer today."""
        return super().get_initial() | {"day": self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what keeps the old name."""
        return [
            _("Papers and frozen lists of before keep the old name, and draws are verified with it."),
            _("Both names are found by the search."),
        ]

    def act(self, form: PersonRenameForm) -> str:
        """Enter it."""
        row = rename_person(person=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("%(name)s is entered.") % {"name": row.name}


class TieEnd(ActionView):
    """End a near relation: a divorce, or it was entered by mistake."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label, danger = gettext_lazy("End the relation"), gettext_lazy("End it today"), True

    def rows(self) -> QuerySet[PersonTie]:
        """Return the relations of visible persons."""
        seen = persons_visible_to(self.user)
        return PersonTie.objects.filter(Q(first__in=seen) | Q(second__in=seen)).select_related("first", "second")

    def object_url(self) -> str:
        """Return the person's page."""
        return reverse("pages:person", args=[self.object.first_id])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes possible."""
        facts = {"one": self.object.first.name, "two": self.object.second.name}
        return [_("What binds %(one)s and %(two)s no longer counts in draws; the row stays.") % facts]

    def act(self, _form: ActionForm) -> str:
        """End it."""
        end_tie(tie=self.object, by=self.user, on=self.today)
        return _("The relation ends today; the row stays.")


class DeathForm(ActionForm):
    """The day."""

    died_on = forms.DateField(label=gettext_lazy("Day of death"), widget=day())


class PersonDeath(PersonStep):
    """Write that a person has died."""

    title, submit_label, danger = gettext_lazy("Record a death"), gettext_lazy("Record it"), True
    form_class = DeathForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what ends."""
        return [
            _("Employment, posts in firms and the place in the pool end; open seats on panels become free."),
            _("The sign-in closes. Everything that was done stays."),
        ]

    def act(self, form: DeathForm) -> str:
        """Record it, and say what must be replaced."""
        numbers = record_death(
            person=self.object, died_on=form.cleaned_data["died_on"], by=self.user, on=self.today, at=clock.now()
        )
        if numbers:
            return _("Recorded. Replace the seat on: %(numbers)s.") % {"numbers": "、".join(numbers)}
        return _("Recorded. No seat has to be replaced.")


class JoinForm(ActionForm):
    """Which record is the same person, and how that is known."""

    other = forms.IntegerField(
        label=gettext_lazy("Number of the other record"),
        min_value=1,
        max_value=2**31,
        help_text=gettext_lazy("It stands on the page of the person. Everything of it comes over to this record."),
    )
    reason = forms.CharField(label=gettext_lazy("How it is known"), max_length=200, widget=textarea(2))
    number_was_wrong = forms.BooleanField(
        label=gettext_lazy("The ID number of the other record was wrong"),
        required=False,
        help_text=gettext_lazy("Tick only where both have one and a document shows which is right."),
    )


JOIN_LINES = (
    gettext_lazy("Roles, employment, seats, training, credit and sign-ins of the other record come over to this one."),
    gettext_lazy("The other record stays, empty, and leads here. This cannot be taken back."),
)


class PersonJoin(PersonStep):
    """Join another record into this one."""

    title, submit_label, danger = gettext_lazy("Join another record"), gettext_lazy("Join them"), True
    form_class = JoinForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with the record that a suspected pair names."""
        return {"other": self.request.GET.get("other", "")}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what comes over."""
        return JOIN_LINES

    def act(self, form: JoinForm) -> str:
        """Join them."""
        given = form.cleaned_data
        other = persons_visible_to(self.user).filter(pk=given["other"]).first()
        if other is None:
            raise Http404
        join_persons(
            kept=self.object, joined=other, reason=given["reason"], number_was_wrong=given["number_was_wrong"],
            by=self.user, on=self.today,
        )  # fmt: skip
        return _("The records are one now. Look through roles and employment once.")


urls = [
    path("people/<int:pk>/name/", PersonRename.as_view(), name="person-rename"),
    path("persons/<int:pk>/account/", PersonAccount.as_view(), name="person-account"),
    path("persons/<int:pk>/reached/", PersonContact.as_view(), name="person-contact"),
    path("persons/<int:pk>/number/", PersonNumber.as_view(), name="person-number"),
    path("persons/<int:pk>/relation/", PersonKin.as_view(), name="person-tie"),
    path("persons/relations/<int:pk>/end/", TieEnd.as_view(), name="tie-end"),
    path("persons/<int:pk>/death/", PersonDeath.as_view(), name="person-death"),
    path("persons/<int:pk>/join/", PersonJoin.as_view(), name="person-join"),
]
