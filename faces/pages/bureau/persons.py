"""A person, once: the roles he has here, where he was; sealed numbers are revealed for a purpose only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet, Value
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.models import Expert
from experts.selectors import as_of
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.tie_sections import near_relations, posts_of, spells
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.as_of import DatedList, DatedPage, end_then
from faces.pages.shared.columns import Column
from faces.pages.shared.former_names import person_once_named
from faces.pages.shared.lists import Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError, NotAllowed
from parties.enums import Sealed
from parties.models import Person
from parties.selectors import masked, person_name_on, persons_as_of, persons_visible_to, shown_account
from parties.services import reveal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Q
    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise


class PersonList(DatedList):
    """Every human the bureau knows, once, today or as on a day; who is joined into another record is not listed."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("People")
    template_name = "bureau/persons.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(
            gettext_lazy("Name"),
            "name",
            key=True,
            link=lambda row: reverse("pages:person", args=[row.pk]),
        ),
        Column(gettext_lazy("Record"), "pk", num=True),
        Column(gettext_lazy("Born on"), lambda row: full_day(row.born_on)),
        Column(gettext_lazy("National ID number"), lambda row: masked(row)[0] or "—"),
        Column(gettext_lazy("Telephone"), lambda row: masked(row)[1] or "—"),
    )
    search_fields: ClassVar[Sequence[str]] = ("name", "sort_key")
    search_also: ClassVar[Sequence[Callable[[str], Q]]] = (person_once_named(),)
    search_hint = gettext_lazy("Name, former name or initials")
    sorts = (
        Sort("name", gettext_lazy("By name"), ("sort_key", "pk")),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "people"
    empty_title = gettext_lazy("Nobody is recorded yet")
    empty_text = gettext_lazy("Firms, experts and units bring their people; import a roster or enter one.")

    def rows(self) -> QuerySet[Person]:
        """Return the persons of the bureau who stand for themselves."""
        return persons_visible_to(self.user).filter(joined_into__isnull=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Offer the asked ends to who answers them."""
        return super().get_context_data(**({"may_register": may(self.user, Capability.REGISTER)} | kwargs))


class PersonsThen(PersonList):
    """The people as they were known on another day: the name of then, and who employed them.

    Numbers are kept without days and stay out. Whoever is entered counts as always there.
    """

    columns = (
        Column(
            gettext_lazy("Name"),
            "name_then",
            key=True,
            link=lambda row: f"{reverse('pages:person', args=[row.pk])}?on={row.day}",
        ),
        Column(gettext_lazy("Record"), "pk", num=True),
        Column(gettext_lazy("Employer on that day"), lambda row: row.employer_then or "—"),
        Column(gettext_lazy("Born on"), lambda row: full_day(row.born_on)),
    )
    search_fields = ("name_then", "sort_key", "employer_then")
    search_also = ()
    search_hint = gettext_lazy("Name, initials, employer")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[Person]:
        """Return the persons of the bureau, each as of the day."""
        return persons_as_of(super().rows(), self.day).annotate(day=Value(self.day.isoformat()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Offer no step: a past day is read only."""
        return super().get_context_data(**({"may_register": False} | kwargs))


PersonList.then = PersonsThen


class OnePerson(OneObject):
    """A visible person."""

    audience = "bureau"

    def rows(self) -> QuerySet[Person]:
        """Return the visible persons."""
        return persons_visible_to(self.user).select_related("bureau", "joined_into")


class PersonPage(OnePerson, DatedPage, SectionsPage):
    """Roles, employment, masked numbers; as of a day."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the person in the title."""
        title = person_name_on(self.object, self.day)
        if not self.is_now:
            title = _("%(name)s on %(day)s") % {"name": title, "day": full_day(self.day)}
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return roles and employment; beside them the numbers, masked."""
        row: Person = self.object
        edits = self.is_now and may(self.user, Capability.REGISTER) and row.joined_into_id is None
        relations = near_relations(row, self.day, edits=edits)
        main = (*self._joined(), self._roles(), spells(row, self.day, edits=edits), relations, *self._names())
        crumbs = ((_("People"), reverse("pages:persons")),)
        beside = (self._numbers(edits=edits),) if self.is_now else ()
        return Layout(crumbs=crumbs, acts=self._acts() if edits else (), main=main, beside=beside)

    def _numbers(self, *, edits: bool) -> Section:
        """Return the masked numbers; they are kept without days."""
        row: Person = self.object
        id_number, phone = masked(row)
        pairs: tuple[tuple[StrOrPromise, Cell | object], ...] = (
            (_("Record"), str(row.pk)),
            (_("National ID number"), id_number or "—"),
            (_("Telephone"), phone or "—"),
            (_("Bank account"), shown_account(row) or "—"),
            (_("E-mail"), row.email or "—"),
            (_("Born on"), full_day(row.born_on)),
        )
        if row.died_on:
            pairs += ((_("Died on"), Cell(full_day(row.died_on), shape="void")),)
        if row.contact_masked_on:
            day = full_day(row.contact_masked_on)
            pairs += ((_("Contact data"), _("shown to nobody since %(day)s, on own wish") % {"day": day}),)
        return Section(_("Numbers"), pairs=pairs, acts=self._number_acts() if edits else ())

    def _number_acts(self) -> tuple[Act, ...]:
        row: Person = self.object
        return (
            Act(_("Reveal a number"), reverse("pages:person-reveal", args=[row.pk])),
            Act(_("Change telephone or e-mail"), reverse("pages:person-contact", args=[row.pk])),
            Act(_("Correct the ID number"), reverse("pages:person-number", args=[row.pk])),
            Act(_("Enter the bank account"), reverse("pages:person-account", args=[row.pk])),
        )

    def _acts(self) -> tuple[Act, ...]:
        row: Person = self.object
        join = Act(_("Join another record"), reverse("pages:person-join", args=[row.pk]))
        death = Act(_("Record a death"), reverse("pages:person-death", args=[row.pk]))
        rename = Act(_("Enter a new name"), reverse("pages:person-rename", args=[row.pk]))
        return (rename, join) if row.died_on else (rename, join, death)

    def _names(self) -> tuple[Section, ...]:
        """Return the names that the person bore before; without any, nothing stands there."""
        rows = self.object.former_names.filter(until_on__lte=self.day).order_by("-until_on", "-pk")
        lines = [(one.name, full_day(one.until_on), one.reason or "—") for one in rows]
        headings = (_("Former name"), _("Until"), _("Reason"))
        note = _("Papers and frozen lists of before keep the name of their day.")
        return (Section(_("Former names"), grid=Grid(headings, lines), count=len(lines), note=note),) if lines else ()

    def _joined(self) -> tuple[Section, ...]:
        """Return where this record leads, or which records lead here."""
        row: Person = self.object
        if row.joined_into is not None:
            link = Cell(row.joined_into.name, reverse("pages:person", args=[row.joined_into_id]))
            pairs = ((_("Same person as"), link), (_("Since"), full_day(row.joined_on)))
            note = _("Everything stands on the other record now; this one is kept for the past.")
            return (Section(_("Joined into another record"), pairs=pairs, note=note),)
        older = [
            (Cell(str(one.pk), reverse("pages:person", args=[one.pk])), one.name, full_day(one.joined_on))
            for one in row.joined.order_by("pk")
        ]
        grid = Grid((_("Record"), _("Name"), _("Joined on")), older)
        return (Section(_("Records joined into this one"), grid=grid, count=len(older)),) if older else ()

    def _roles(self) -> Section:
        row: Person = self.object
        lines: list[tuple[object, ...]] = []
        experts: QuerySet[Any] = Expert.objects.filter(person=row).annotate(term_then=F("term_ends_on"))
        if self.is_past:
            experts = as_of(Expert.objects.filter(person=row), self.day)
        for expert in experts:
            link = Cell(expert.number, reverse("pages:expert", args=[expert.number]))
            lines.append((_("expert"), link, full_day(expert.admitted_on), full_day(expert.term_then)))
        for word, one in posts_of(row, self.day):
            link = Cell(one.firm_then, reverse("pages:firm", args=[one.firm.number]))
            lines.append((word, link, full_day(one.started_on), end_then(one.ended_on, self.day)))
        headings = (_("Role"), _("Where"), _("From"), _("Until"))
        return Section(_("Roles here"), grid=Grid(headings, lines), count=len(lines), empty=_("None."))


class RevealForm(ActionForm):
    """Which number, and what for."""

    what = forms.ChoiceField(label=gettext_lazy("Number"), choices=Sealed.choices, widget=forms.RadioSelect)
    purpose = forms.CharField(
        label=gettext_lazy("What you need it for"),
        max_length=200,
        help_text=gettext_lazy("For example: to enter the fee into the tax system."),
    )


class PersonReveal(OnePerson, ActionView):
    """Show one sealed number once; purpose, day and reader stand in the journal."""

    needs = Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Reveal a number"), gettext_lazy("Reveal, and write it down"), True
    template_name = "bureau/reveal.html"
    form_class = RevealForm

    def object_url(self) -> str:
        """Return the person's page."""
        return reverse("pages:person", args=[self.object.pk])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it is written down."""
        facts = {"name": self.object.name}
        return [_("Your name, the day and the purpose go into the journal beside %(name)s.") % facts]

    def form_valid(self, form: RevealForm) -> HttpResponse:
        """Show the number on this answer only: it is neither kept in a message nor in an address."""
        given = form.cleaned_data
        try:
            shown = reveal(
                person=self.object, what=Sealed(given["what"]), purpose=given["purpose"], by=self.user, on=self.today
            )
        except NotAllowed as error:
            raise PermissionDenied(error.refusal.message) from error
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)
        word = Sealed(given["what"]).label
        return self.render_to_response(self.get_context_data(form=form, shown=shown, word=word))

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Let no browser or proxy keep the answer."""
        response = super().render_to_response(context, **response_kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response


urls = [
    path("persons/", PersonList.as_view(), name="persons"),
    path("persons/<int:pk>/", PersonPage.as_view(), name="person"),
    path("persons/<int:pk>/reveal/", PersonReveal.as_view(), name="person-reveal"),
]
