"""Filling in an application part by part, handing it in, taking it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from admissions.enums import ApplicationKind
from admissions.models import ApplicationPerson
from admissions.selectors import items_of, people_of, undertaking_version
from admissions.services import (
    PersonFacts,
    accept_undertaking,
    add_person,
    reapply,
    remove_person,
    save_profile,
    save_proof,
    submit,
    withdraw,
)
from evaluators.enums import FirmKind
from experts.enums import TitleLevel
from faces.pages.applicant.mine import OneOwn
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.application_words import FACTS, ITEMS, TRUE, undertaking_lines
from faces.pages.shared.choices import NodeField, NodesField
from faces.pages.shared.delivery_forms import day, upload
from faces.pages.shared.person_form import PersonForm
from foundation.accounts.enums import Capability
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree
from parties.enums import OrganisationKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class OwnStep(OneOwn, ActionView):
    """One step in the reader's own application; afterwards back to it."""

    def get_success_url(self) -> str:
        """Return the application."""
        return reverse("pages:applicant-home")


class FirmFacts(ActionForm):
    """The firm."""

    name = forms.CharField(label=FACTS["name"], max_length=120, required=False)
    uscc = forms.CharField(label=FACTS["uscc"], max_length=18, required=False, help_text=gettext_lazy("18 characters."))
    kind = forms.ChoiceField(label=FACTS["kind"], choices=[("", "—"), *FirmKind.choices], required=False)
    form = forms.ChoiceField(label=FACTS["form"], choices=[("", "—"), *OrganisationKind.choices], required=False)
    legal_person = forms.CharField(label=FACTS["legal_person"], max_length=60, required=False)
    address = forms.CharField(label=FACTS["address"], max_length=200, required=False)
    phone = forms.CharField(label=FACTS["phone"], max_length=40, required=False)
    founded_on = forms.DateField(label=FACTS["founded_on"], required=False, widget=day())
    staff_count = forms.IntegerField(label=FACTS["staff_count"], min_value=0, max_value=100_000, required=False)


class ExpertFacts(ActionForm):
    """Title, work, specialties."""

    title = forms.CharField(label=FACTS["title"], max_length=60, required=False)
    level = forms.ChoiceField(label=FACTS["level"], choices=[("", "—"), *TitleLevel.choices], required=False)
    works_since = forms.DateField(label=FACTS["works_since"], required=False, widget=day())
    employer = forms.CharField(label=FACTS["employer"], max_length=120, required=False)
    employed_since = forms.DateField(label=FACTS["employed_since"], required=False, widget=day())
    main = NodeField(label=FACTS["main"], queryset=Node.objects.none(), required=False)
    others = NodesField(label=FACTS["others"], queryset=Node.objects.none(), required=False)
    email = forms.EmailField(label=FACTS["email"], max_length=120, required=False)


class Facts(OwnStep):
    """Fill in the facts; kept while they are typed, and saved also when some are missing."""

    title, submit_label = pgettext_lazy("application", "Facts"), gettext_lazy("Save")

    def get_form_class(self) -> type[ActionForm]:
        """Return the facts of this kind."""
        return FirmFacts if self.object.kind == ApplicationKind.FIRM else ExpertFacts

    def get_initial(self) -> dict[str, Any]:
        """Begin from what is saved."""
        return {**super().get_initial(), **self.object.profile}

    def get_form(self, form_class: Any = None) -> ActionForm:  # noqa: ANN401 - Django's signature
        """Offer the specialties of the bureau's tree."""
        form: ActionForm = super().get_form(form_class)
        for field in form.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                nodes = tree(self.object.bureau, TreeKind.SPECIALTY).filter(level=3).select_related("parent__parent")
                field.queryset = nodes
        return form

    def draft_key(self) -> str:
        """Keep what is typed."""
        return f"application-{self.object.pk}"

    def act(self, form: ActionForm) -> str:
        """Save them."""
        given = {name: plain(value) for name, value in form.cleaned_data.items()}
        if given.get("uscc"):
            given["uscc"] = given["uscc"].strip().upper()
        if main := given.get("main"):
            given["others"] = [pk for pk in given["others"] if pk != main]
        save_profile(application=self.object, values=given, by=self.user, on=self.today)
        return _("Saved.")


def plain(value: Any) -> Any:  # noqa: ANN401 - what a form gives
    """Return a form's value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Node):
        return value.pk
    if hasattr(value, "values_list"):
        return list(value.order_by("pk").values_list("pk", flat=True))
    return value.strip() if isinstance(value, str) else value


class LeadForm(PersonForm):
    """A lead evaluator."""

    title = forms.CharField(label=gettext_lazy("Professional title"), required=False, max_length=60)
    certificate_number = forms.CharField(
        label=gettext_lazy("Number of the practising certificate"), required=False, max_length=60
    )
    certificate_valid_to = forms.DateField(
        label=gettext_lazy("Certificate valid to"),
        required=False,
        widget=day(),
        help_text=gettext_lazy("Empty: without an end."),
    )
    works_since = forms.DateField(label=gettext_lazy("At work since"), widget=day())


class AddPerson(OwnStep):
    """Name a lead evaluator, or say who the expert is."""

    submit_label = gettext_lazy("Save")
    title = gettext_lazy("Person")

    def get_form_class(self) -> type[ActionForm]:
        """Return the form of this kind."""
        return LeadForm if self.object.kind == ApplicationKind.FIRM else PersonForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say how numbers are kept."""
        return [_("The ID number and the telephone are kept sealed. The same number again changes the entry.")]

    def act(self, form: PersonForm) -> str:
        """Save him."""
        given, person = form.cleaned_data, form.person()
        facts = PersonFacts(
            name=person.name,
            id_number=person.id_number,
            phone=person.phone,
            title=given.get("title", ""),
            works_since=given.get("works_since"),
            certificate_number=given.get("certificate_number", ""),
            certificate_valid_to=given.get("certificate_valid_to"),
        )
        add_person(application=self.object, person=facts, by=self.user, on=self.today)
        return _("%(name)s is recorded.") % {"name": person.name}


class RemovePerson(ActionView):
    """Take somebody out again."""

    audience, needs = "applicant", Capability.APPLY
    title, submit_label = gettext_lazy("Take a person out"), gettext_lazy("Take out")

    def rows(self) -> QuerySet[ApplicationPerson]:
        """Return the people of the reader's own application."""
        return people_of(self.user).select_related("application")

    def get_success_url(self) -> str:
        """Return the application."""
        return reverse("pages:applicant-home")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Name him."""
        return [self.object.name]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Take him out."""
        name = self.object.name
        remove_person(person=self.object, by=self.user, on=self.today)
        return _("%(name)s is not named any more.") % {"name": name}


class ProofForm(ActionForm):
    """A file, who issued it, how long it holds."""

    file = forms.FileField(
        label=pgettext_lazy("application", "Proof"),
        required=False,
        widget=upload(".pdf,.png,.jpg,.jpeg"),
        help_text=gettext_lazy("PDF, PNG or JPEG, at most 20 MB."),
    )
    source = forms.CharField(label=gettext_lazy("Issued by"), max_length=100)
    valid_to = forms.DateField(
        label=gettext_lazy("Valid to"), required=False, widget=day(), help_text=gettext_lazy("Empty: without an end.")
    )


class Proof(OwnStep):
    """Upload the proof of one condition."""

    title, submit_label = gettext_lazy("Upload a proof"), gettext_lazy("Save")
    form_class = ProofForm

    @property
    def code(self) -> str:
        """The condition that the address names; 404 for one that is not asked for."""
        code = str(self.kwargs["code"])
        if code not in items_of(self.object, self.today):
            raise Http404
        return code

    def get_initial(self) -> dict[str, Any]:
        """Begin from what is saved."""
        item = self.object.items.filter(code=self.code).first()
        saved = {"source": item.source, "valid_to": item.valid_to} if item else {}
        return {**super().get_initial(), **saved}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Name the condition."""
        return [str(ITEMS.get(self.code, self.code)), _("The bureau reads the file; nobody else does.")]

    def act(self, form: ProofForm) -> str:
        """Save it."""
        given = form.cleaned_data
        file = given["file"]
        save_proof(
            application=self.object,
            code=self.code,
            file=(file.name, file.read()) if file else None,
            source=given["source"],
            valid_to=given["valid_to"],
            by=self.user,
            on=self.today,
        )
        return _("Saved.")


class Undertake(OwnStep):
    """Read and accept the undertaking."""

    title, submit_label = gettext_lazy("Undertaking"), gettext_lazy("I accept the undertaking")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what is promised, and in which version."""
        bureau, kind = self.object.bureau, self.object.kind
        version = undertaking_version(bureau, kind, self.today)
        lines = undertaking_lines(bureau, kind, self.today)
        return [TRUE, *lines, _("Version %(version)s") % {"version": version}]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Accept."""
        accept_undertaking(application=self.object, by=self.user, on=self.today)
        return _("The undertaking is accepted.")


class Submit(OwnStep):
    """Hand the application in."""

    title, submit_label = gettext_lazy("Hand the application in"), gettext_lazy("Hand in")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows."""
        return [
            _("The bureau reads it; until it answers, nothing can be changed."),
            _("It comes back with remarks, or a public notice opens and the admission follows."),
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Hand in."""
        submit(application=self.object, by=self.user, on=self.today)
        return _("The application is with the bureau.")


class Withdraw(OwnStep):
    """Take it back."""

    title, submit_label = gettext_lazy("Withdraw the application"), gettext_lazy("Withdraw")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [_("What is filled in stays; you can begin again with it.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Withdraw."""
        withdraw(application=self.object, by=self.user, on=self.today)
        return _("The application is withdrawn.")


class Again(OwnStep):
    """Begin again."""

    title, submit_label = gettext_lazy("Begin again"), gettext_lazy("Begin again")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays and what is asked anew."""
        return [_("What is filled in stays. The undertaking is accepted anew.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Begin."""
        reapply(application=self.object, by=self.user, on=self.today)
        return _("The application is open again.")


urls = [
    path("application/facts/", Facts.as_view(), name="applicant-facts"),
    path("application/person/", AddPerson.as_view(), name="applicant-person"),
    path("application/person/<int:pk>/out/", RemovePerson.as_view(), name="applicant-person-out"),
    path("application/proof/<str:code>/", Proof.as_view(), name="applicant-proof"),
    path("application/undertaking/", Undertake.as_view(), name="applicant-undertaking"),
    path("application/hand-in/", Submit.as_view(), name="applicant-submit"),
    path("application/withdraw/", Withdraw.as_view(), name="applicant-withdraw"),
    path("application/again/", Again.as_view(), name="applicant-again"),
]
