"""Budget units: who is evaluated, under whom they stand, who is called there, and what was evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Count, OuterRef, Subquery
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assignments.models import EvaluationTask
from assignments.selectors.tasks import visible_to as visible_tasks
from faces.pages.shared.actions import ActionView
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.contact_words import ContactForm, duty_word, named_words
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import Sort
from faces.pages.shared.objects import ObjectPage, OneObject, Tab
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.bureaus.models import Section
from parties.models import BudgetUnit
from parties.selectors import name_then, shown_phone, subordinates_of, units_visible_to
from parties.services import add_contact
from projects.models import Project
from projects.selectors import visible_to as visible_projects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

SHOWN = 60


def sections_of(rows: QuerySet[BudgetUnit]) -> list[tuple[int, str]]:
    """Return the business sections that answer for one of the units."""
    found = Section.objects.filter(pk__in=rows.order_by().values("section_id")).order_by("name")
    return list(found.values_list("pk", "name"))


class UnitList(DatedList):
    """Every budget unit of the bureau, today or as named on a day; one without a superior is a department itself."""

    audience, needs = "bureau", Capability.READ_DESK
    title = gettext_lazy("Budget units")
    template_name = "bureau/units.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(gettext_lazy("Code"), "code", key=True, link=lambda unit: reverse("pages:unit", args=[unit.pk])),
        Column(pgettext_lazy("of a thing", "Name"), "organisation.name"),
        Column(gettext_lazy("Superior"), "superior.organisation.name"),
        Column(gettext_lazy("Business section"), "section.name"),
        Column(gettext_lazy("Tasks of the year"), lambda unit: unit.tasks or "", num=True),
        Column(gettext_lazy("Projects"), lambda unit: unit.projects or "", num=True),
    )
    facets: ClassVar[Sequence[Facet]] = (Facet("section", gettext_lazy("Business section"), sections_of),)
    search_fields: ClassVar[Sequence[str]] = ("code", "organisation__name")
    search_hint = gettext_lazy("Code or name of a unit")
    sorts = (
        Sort("code", gettext_lazy("By code"), ("code",)),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "units"
    empty_title = gettext_lazy("No budget unit yet")
    empty_text = gettext_lazy(
        "Import the roster of units with their codes and superiors; projects and tasks need them."
    )

    def rows(self) -> QuerySet[BudgetUnit]:
        """Return the units with their numbers of tasks and projects, in one query."""
        tasks = EvaluationTask.objects.filter(unit=OuterRef("pk"), work_year=self.work_year)
        projects = Project.objects.filter(unit=OuterRef("pk"))
        return (
            units_visible_to(self.user)
            .select_related("organisation", "superior__organisation", "section")
            .annotate(
                tasks=Subquery(tasks.order_by().values("unit").annotate(n=Count("pk")).values("n")),
                projects=Subquery(projects.order_by().values("unit").annotate(n=Count("pk")).values("n")),
            )
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person may import."""
        return super().get_context_data(**({"may_import": may(self.user, Capability.IMPORT)} | kwargs))


class UnitsThen(UnitList):
    """The units under the names of another day. Superiors and sections are kept without days and stay out."""

    columns = (
        Column(gettext_lazy("Code"), "code", key=True, link=lambda unit: reverse("pages:unit", args=[unit.pk])),
        Column(pgettext_lazy("of a thing", "Name"), "name_then"),
    )
    facets = ()
    search_fields = ("code", "name_then")
    then = None

    def rows(self) -> QuerySet[BudgetUnit]:
        """Return the units, each with its name of the day."""
        return units_visible_to(self.user).annotate(name_then=name_then("organisation", self.day))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Offer no step: a past day is read only."""
        return super().get_context_data(**({"may_import": False} | kwargs))


UnitList.then = UnitsThen


class OneUnit(OneObject):
    """A unit of the bureau, with what its page names."""

    def rows(self) -> QuerySet[BudgetUnit]:
        """Return the visible units."""
        return units_visible_to(self.user).select_related("organisation", "superior__organisation", "section")


class UnitPage(OneUnit, ObjectPage):
    """One unit: contacts, tasks, projects, units below it."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/unit.html"

    def tabs(self) -> Sequence[Tab]:
        """Return tasks, projects and the units below."""
        return (
            Tab("tasks", _("Tasks"), "bureau/unit/tasks.html", self._tasks().count()),
            Tab("projects", _("Projects"), "bureau/unit/projects.html", self._projects().count()),
            Tab("below", _("Units below"), "bureau/unit/below.html", subordinates_of(self.object).count()),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the rows of the tab that is shown, and who is called there."""
        unit: BudgetUnit = self.object
        contacts = list(unit.organisation.contacts.order_by("ended_on", "-started_on", "pk"))
        found: dict[str, Any] = {
            "title": unit.organisation.name,
            "contacts": [
                (duty_word(each), each.name, shown_phone(each), each)
                for each in contacts
                if each.ended_on is None or each.ended_on > self.today
            ],
            "former": [each for each in contacts if each.ended_on and each.ended_on <= self.today],
            "former_names": list(unit.organisation.former_names.order_by("-until_on")),
            "may_register": may(self.user, Capability.REGISTER),
            "shown": SHOWN,
        }
        shown = self.request.GET.get("tab", "tasks")
        if shown == "projects":
            found["projects"] = list(self._projects().order_by("code")[:SHOWN])
        elif shown == "below":
            found["below"] = list(subordinates_of(unit).select_related("organisation").order_by("code")[:SHOWN])
        else:
            found["tasks"] = list(self._tasks().order_by("-work_year", "number")[:SHOWN])
        return super().get_context_data(**(found | kwargs))

    def _tasks(self) -> QuerySet[EvaluationTask]:
        return visible_tasks(self.user).filter(unit=self.object)

    def _projects(self) -> QuerySet[Project]:
        return visible_projects(self.user).filter(unit=self.object)


class ContactAdd(OneUnit, ActionView):
    """Name who is called at a unit."""

    audience, needs, title = "bureau", Capability.REGISTER, gettext_lazy("Name a contact")
    form_class, submit_label = ContactForm, gettext_lazy("Name the contact")

    def object_url(self) -> str:
        """Return the unit's page."""
        return reverse("pages:unit", args=[self.object.pk])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes of the former contact."""
        return [_("Whoever had this duty before ends with the first day; the past keeps the name.")]

    def act(self, form: ContactForm) -> str:
        """Write it down."""
        row = add_contact(organisation=self.object.organisation, by=self.user, on=self.today, **form.cleaned_data)
        return named_words(row)


urls = [
    path("units/", UnitList.as_view(), name="units"),
    path("units/<int:pk>/", UnitPage.as_view(), name="unit"),
    path("units/<int:pk>/contact/", ContactAdd.as_view(), name="unit-contact"),
]
