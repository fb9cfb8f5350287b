"""The directory 通讯录: who is called where on a day; printed masked, or in full for a purpose."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.models import Firm
from evaluators.selectors import visible_to as visible_firms
from faces.documents import contact_list as paper
from faces.documents.contacts import directory_of
from faces.exchange.exporters import workbook
from faces.pages.bureau.firms import firm_url
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import XLSX, Column
from faces.pages.shared.contact_words import ContactForm, duty_word, named_words
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import Sort
from faces.pages.shared.years import day_asked
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.bureaus.models import Section
from foundation.core.errors import DomainError, NotAllowed
from parties.enums import ContactOf
from parties.selectors import contact_body, contacts_on, contacts_visible_to, directory, shown_phone
from parties.services import add_contact, end_contact, reveal_contact, reveal_directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.bureaus.models import Bureau
    from parties.models import Contact


class ContactPages:
    """Contacts of the bureau with whose they are."""

    user: Any

    def rows(self) -> QuerySet[Contact]:
        """Return the visible contacts."""
        return contacts_visible_to(self.user).select_related("organisation", "section", "bureau")


class ContactList(ContactPages, DatedList):
    """Who is called where on a day."""

    audience, needs = "bureau", Capability.READ_DESK
    title = gettext_lazy("Directory of contacts")
    template_name = "bureau/contacts.html"
    columns = (
        Column(gettext_lazy("Name"), "name", key=True),
        Column(gettext_lazy("Duty"), duty_word),
        Column(gettext_lazy("Of"), contact_body),
        Column(gettext_lazy("Kind"), "of"),
        Column(gettext_lazy("Phone"), shown_phone),
        Column(gettext_lazy("Since"), lambda row: formats.day(row.started_on, with_year=True)),
    )
    facets = (Facet("of", gettext_lazy("Kind"), ContactOf.choices),)
    search_fields = ("name", "duty", "organisation__name", "organisation__sort_key", "section__name")
    search_hint = gettext_lazy("Name, duty, unit, firm or section")
    sorts = (
        Sort("of", gettext_lazy("By kind"), ("of", "duty")),
        Sort("new", gettext_lazy("Newest first"), ("-started_on",)),
    )
    export_name = "contacts"
    empty_title = gettext_lazy("Nobody is named yet")
    empty_text = gettext_lazy("Name who is called at the sections, or import the units with their contacts.")

    def rows(self) -> QuerySet[Contact]:
        """Return the contacts of the day."""
        return contacts_on(super().rows(), self.day)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say which day is shown, and what this person may do."""
        found = {
            "asked_day": self.day,
            "may_register": self.is_now and may(self.user, Capability.REGISTER),
        }
        return super().get_context_data(**(found | kwargs))


class SectionField(forms.ModelChoiceField[Section]):
    """A choice of the bureau's sections."""

    def label_from_instance(self, obj: Section) -> str:
        """Show the name."""
        return obj.name


class SectionContactForm(ContactForm):
    """Who is called at a section."""

    section = SectionField(queryset=Section.objects.none(), label=gettext_lazy("Section"))
    field_order = ("section", "duty", "name", "phone", "started_on")


class SectionContact(FormPage):
    """Name who is called at a section of the bureau."""

    audience, needs, title = "bureau", Capability.REGISTER, gettext_lazy("Name a contact of a section")
    form_class, submit_label = SectionContactForm, gettext_lazy("Name the contact")

    def get_form(self, form_class: Any = None) -> SectionContactForm:  # noqa: ANN401 - Django's signature
        """Offer the bureau's sections."""
        form: SectionContactForm = super().get_form(form_class)
        field = form.fields["section"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Section.objects.filter(bureau_id=self.user.bureau_id or 0).order_by("name")
        return form

    def get_success_url(self) -> str:
        """Return the directory."""
        return reverse("pages:contacts")

    def act(self, form: SectionContactForm) -> str:
        """Write it down."""
        row = add_contact(by=self.user, on=self.today, **form.cleaned_data)
        return named_words(row)


class FirmContact(ActionView):
    """Name who is called at a firm."""

    audience, needs, lookup = "bureau", Capability.REGISTER, "number"
    title, form_class = gettext_lazy("Name a contact"), ContactForm
    submit_label = gettext_lazy("Name the contact")

    def rows(self) -> QuerySet[Firm]:
        """Return the visible firms."""
        return visible_firms(self.user).select_related("organisation")

    def object_url(self) -> str:
        """Return the firm's page."""
        return firm_url(self.object)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes of the former contact."""
        return [_("Whoever had this duty before ends with the first day; the past keeps the name.")]

    def act(self, form: ContactForm) -> str:
        """Write it down."""
        row = add_contact(organisation=self.object.organisation, by=self.user, on=self.today, **form.cleaned_data)
        return named_words(row)


class ContactStep(ContactPages, ActionView):
    """Something about one contact."""

    audience, needs = "bureau", Capability.REGISTER

    def object_url(self) -> str:
        """Return the directory."""
        return reverse("pages:contacts")


class ContactEnd(ContactStep):
    """End a contact without naming another."""

    title, submit_label = gettext_lazy("End the contact"), gettext_lazy("End it today")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [_("%(name)s is called no more from today; the past keeps the name.") % {"name": self.object.name}]

    def act(self, _form: ActionForm) -> str:
        """End it."""
        end_contact(contact=self.object, by=self.user, on=self.today)
        return _("The contact has ended.")


class PurposeForm(ActionForm):
    """What for."""

    purpose = forms.CharField(
        label=gettext_lazy("What you need it for"),
        max_length=200,
        help_text=gettext_lazy("For example: to call the unit about the meeting of 20 October."),
    )


class ContactReveal(ContactStep):
    """Show the telephone of a contact once."""

    title, submit_label, danger = gettext_lazy("Reveal a number"), gettext_lazy("Reveal, and write it down"), True
    template_name, form_class = "bureau/reveal.html", PurposeForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it is written down."""
        facts = {"name": self.object.name}
        return [_("Your name, the day and the purpose go into the journal beside %(name)s.") % facts]

    def form_valid(self, form: PurposeForm) -> HttpResponse:
        """Show the number on this answer only."""
        try:
            shown = reveal_contact(
                contact=self.object, purpose=form.cleaned_data["purpose"], by=self.user, on=self.today
            )
        except NotAllowed as error:
            raise PermissionDenied(error.refusal.message) from error
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)
        response = self.render_to_response(self.get_context_data(form=form, shown=shown, word=_("Phone")))
        response.headers["Cache-Control"] = "private, no-store"
        return response


class PrintForm(ActionForm):
    """As of which day, masked or in full, on paper or as a table."""

    on = forms.DateField(label=gettext_lazy("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Whose contacts"), choices=ContactOf.choices, widget=forms.CheckboxSelectMultiple
    )
    form = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=(("pdf", gettext_lazy("paper (PDF)")), ("xlsx", gettext_lazy("table (xlsx)"))),
        widget=forms.RadioSelect,
        initial="pdf",
    )
    purpose = forms.CharField(
        label=gettext_lazy("What full numbers are needed for"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the numbers are masked. With a purpose they are printed in full, and counted."),
    )


class DirectoryPrint(FormPage):
    """Print the directory of a day: masked for everybody of the desk, in full for who keeps the register."""

    audience, needs, title = "bureau", Capability.READ_DESK, gettext_lazy("Print the directory")
    form_class, submit_label = PrintForm, gettext_lazy("Print")

    def get_success_url(self) -> str:
        """Return the directory."""
        return reverse("pages:contacts")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the day of the list and every kind."""
        day = day_asked(self.request, otherwise=self.today)
        return {"on": day, "kinds": [kind.value for kind in ContactOf], "form": "pdf"}

    def form_valid(self, form: PrintForm) -> HttpResponse:
        """Hand out the file, or show why not."""
        given = form.cleaned_data
        found = list(directory(self.user, given["on"], given["kinds"]))
        bureau = self.user.bureau
        if bureau is None:
            raise Http404
        if not found:
            form.add_error("on", _("Nobody was named on that day. Choose another day or kind."))
            return self.form_invalid(form)
        phones: Mapping[int, str] = {row.pk: shown_phone(row) for row in found}
        if given["purpose"].strip():
            try:
                phones = reveal_directory(contacts=found, purpose=given["purpose"], by=self.user, on=self.today)
            except NotAllowed as error:
                raise PermissionDenied(error.refusal.message) from error
            except DomainError as error:
                form.refuse(error.refusal)
                return self.refused(form)
        return self._file(bureau, found, phones, given)

    def _file(
        self, bureau: Bureau, found: Sequence[Contact], phones: Mapping[int, str], given: Mapping[str, Any]
    ) -> HttpResponse:
        facts = directory_of(
            found, phones, bureau=bureau, on=given["on"], purpose=given["purpose"].strip(), printed_by=self.user.name
        )
        if given["form"] == "xlsx":
            headings = ("单位", "职责", "姓名", "电话")
            tables = [(group.title, headings, [astuple(line) for line in group.lines]) for group in facts.groups]
            response = HttpResponse(workbook(tables), content_type=XLSX)
        else:
            response = HttpResponse(paper.build(facts), content_type="application/pdf")
        name = f"contacts-{given['on'].isoformat()}.{given['form']}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


urls = [
    path("contacts/", ContactList.as_view(), name="contacts"),
    path("contacts/print/", DirectoryPrint.as_view(), name="contacts-print"),
    path("contacts/section/", SectionContact.as_view(), name="contact-section"),
    path("contacts/<int:pk>/end/", ContactEnd.as_view(), name="contact-end"),
    path("contacts/<int:pk>/reveal/", ContactReveal.as_view(), name="contact-reveal"),
    path("firms/<str:number>/contact/", FirmContact.as_view(), name="firm-contact"),
]
