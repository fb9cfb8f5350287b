"""A person, once: the roles he has here, where he was; sealed numbers are revealed for a purpose only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.models import LeadEvaluator, Practitioner
from experts.models import Expert
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError, NotAllowed
from parties.enums import Sealed
from parties.models import Employment, Person
from parties.selectors import masked, persons_visible_to
from parties.services import reveal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse
    from django_stubs_ext import StrOrPromise


class OnePerson(OneObject):
    """A visible person."""

    audience = "bureau"

    def rows(self) -> QuerySet[Person]:
        """Return the visible persons."""
        return persons_visible_to(self.user)


class PersonPage(OnePerson, SectionsPage):
    """Roles, employment, masked numbers."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the person in the title."""
        return super().get_context_data(**({"title": self.object.name} | kwargs))

    def layout(self) -> Layout:
        """Return roles and employment; beside them the numbers, masked."""
        row: Person = self.object
        id_number, phone = masked(row)
        edits = may(self.user, Capability.REGISTER)
        act = Act(_("Reveal a number"), reverse("pages:person-reveal", args=[row.pk]))
        pairs = (
            (_("National ID number"), id_number or "—"),
            (_("Telephone"), phone or "—"),
            (_("E-mail"), row.email or "—"),
            (_("Born on"), full_day(row.born_on)),
        )
        sealed = Section(_("Numbers"), pairs=pairs, acts=(act,) if edits else ())
        return Layout(crumbs=((_("Persons"), ""),), main=(self._roles(), self._spells()), beside=(sealed,))

    def _roles(self) -> Section:
        row: Person = self.object
        lines: list[tuple[object, ...]] = []
        expert = Expert.objects.filter(person=row).first()
        if expert is not None:
            link = Cell(expert.number, reverse("pages:expert", args=[expert.number]))
            lines.append((_("expert"), link, full_day(expert.admitted_on), full_day(expert.term_ends_on)))
        words = ((LeadEvaluator, _("lead evaluator")), (Practitioner, _("staff")))
        for model, word in words:
            for one in model._default_manager.filter(person=row).select_related("firm__organisation").order_by("pk"):
                link = Cell(one.firm.organisation.name, reverse("pages:firm", args=[one.firm.number]))
                lines.append((word, link, full_day(one.started_on), full_day(one.ended_on)))
        headings = (_("Role"), _("Where"), _("From"), _("Until"))
        return Section(_("Roles here"), grid=Grid(headings, lines), count=len(lines), empty=_("None."))

    def _spells(self) -> Section:
        rows = Employment.objects.filter(person=self.object).select_related("organisation")
        lines = [
            (
                one.organisation.name,
                one.get_kind_display(),
                one.title or "—",
                full_day(one.started_on),
                full_day(one.ended_on) if one.ended_on else _("today"),
            )
            for one in rows.order_by("-started_on", "-pk")
        ]
        headings = (_("Employer"), _("Kind"), _("Position"), _("From"), _("Until"))
        return Section(_("Employment"), grid=Grid(headings, lines), count=len(lines), empty=_("No employer is known."))


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
    path("persons/<int:pk>/", PersonPage.as_view(), name="person"),
    path("persons/<int:pk>/reveal/", PersonReveal.as_view(), name="person-reveal"),
]
