"""The pool of experts: the list, and one expert as of any day."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import sanctions_visible_to
from credit.selectors import running_points_of_persons
from evaluators.selectors import is_renewable
from experts.enums import ExpertAction, ExpertSource, ExpertStatus, TitleLevel
from experts.models import Expert, ExpertSpecialty
from experts.selectors import as_of, standing_on, term_on, title_on, visible_to, with_first_specialties
from experts.transitions import TRANSITIONS
from faces.pages.bureau import expert_sections as parts
from faces.pages.bureau.firm_sections import sanctions
from faces.pages.bureau.tie_sections import near_relations, posts
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.columns import Column
from faces.pages.shared.entry_words import checklist, confirmations_section, entered_acts, renewals_section
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.former_names import person_once_named
from faces.pages.shared.labels import LABEL_COLUMNS, LabelledList
from faces.pages.shared.lists import Sort
from faces.pages.shared.objects import OneObject, Tab
from faces.pages.shared.sections import Act, Layout, Section, SectionsPage
from faces.pages.shared.templatetags.gp import status
from faces.pages.shared.yearly_steps import paper_acts
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.selectors import person_name_on, users_of_person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def expert_url(row: Expert) -> str:
    """Return the page of an expert."""
    return reverse("pages:expert", args=[row.number])


def first_specialties(row: Any) -> str:  # noqa: ANN401 - an expert with what ``with_first_specialties`` adds
    """Return the main specialty of an expert and one more."""
    return "、".join(name for name in (row.main_specialty, row.other_specialty) if name)


def fields_of(rows: QuerySet[Expert]) -> list[tuple[str, str]]:
    """Return the fields: the first level of the tree of specialties; all ``rows`` are of one bureau."""
    roots = Node.objects.filter(bureau__in=rows.order_by().values("bureau")[:1], tree=TreeKind.SPECIALTY, level=1)
    return list(roots.order_by("path").values_list("path", "name"))


def in_field(path: str) -> Q:
    """Return what an expert of a field has: a specialty at the field's place in the tree, or below it.

    By the path, not by the parents: from it PostgreSQL guesses well how many fit, and stops at the first thousand.
    """
    way = Q(specialties__node__path=path) | Q(specialties__node__path__startswith=f"{path}/")
    return way & Q(specialties__ended_on__isnull=True)


def in_field_then(path: str) -> Q:
    """Return what an expert of a field had on the day that stands in the row as ``asked_on``."""
    begun = Q(started_on__isnull=True) | Q(started_on__lte=OuterRef("asked_on"))
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("asked_on"))
    place = Q(node__path=path) | Q(node__path__startswith=f"{path}/")
    return Q(Exists(ExpertSpecialty.objects.filter(place, begun, running, expert=OuterRef("pk"))))


class ExpertList(LabelledList):
    """The pool, today or as it was on a day."""

    audience, needs, party = "bureau", Capability.READ_ALL, "person"
    title = gettext_lazy("Experts")
    template_name = "bureau/experts.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(gettext_lazy("Name"), "person.name", key=True, link=expert_url),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Professional title"), "title"),
        Column(gettext_lazy("Specialties"), first_specialties),
        Column(gettext_lazy("Source"), "source"),
        *LABEL_COLUMNS,
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_ends_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets: ClassVar[Sequence[Facet]] = (
        Facet("status", gettext_lazy("State"), ExpertStatus.choices),
        Facet("field", gettext_lazy("Field"), fields_of, many=True, fits=in_field),
        Facet("level", gettext_lazy("Level of the title"), TitleLevel.choices, lookup="title_level"),
        Facet("source", gettext_lazy("Source"), ExpertSource.choices),
    )
    search_fields: ClassVar[Sequence[str]] = ("person__name", "person__sort_key", "number", "title")
    search_hint = gettext_lazy("Name, former name, initials, number, title")
    search_also = (person_once_named("person"),)
    sorts = (
        Sort("number", gettext_lazy("By number"), ("number",)),
        Sort("term", gettext_lazy("Term ends first"), ("term_ends_on",)),
    )
    export_name = "experts"
    empty_title = gettext_lazy("The pool is empty")
    empty_text = gettext_lazy("Register one, or import the roster: a dry run shows every fault by its cell.")

    def rows(self) -> QuerySet[Expert]:
        """Return the experts with their specialties, their points and their label."""
        return self.labelled(with_first_specialties(visible_to(self.user).select_related("person"), self.day))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say what this person may do here."""
        found = {
            "may_register": may(self.user, Capability.REGISTER),
            "may_import": may(self.user, Capability.IMPORT),
        }
        return super().get_context_data(**(found | kwargs))


def state_then(row: Any) -> str:  # noqa: ANN401 - an expert with what ``as_of`` adds
    """Return the standing of the day, drawn as a status word."""
    return status(ExpertStatus(row.status_then))


class ExpertsThen(ExpertList):
    """The pool as it was on another day, and where everybody worked then."""

    columns = (
        Column(gettext_lazy("Name"), "person_name_then", key=True, link=lambda row: f"{expert_url(row)}?on={row.day}"),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Employer on that day"), "employer_then"),
        Column(gettext_lazy("Professional title"), "title_then"),
        Column(gettext_lazy("Specialties"), first_specialties),
        Column(gettext_lazy("Source"), "source"),
        *LABEL_COLUMNS,
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_then)),
        Column(gettext_lazy("State"), state_then),
        Column(gettext_lazy("Since"), lambda row: full_day(row.since_then), cut=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), ExpertStatus.choices, lookup="status_then"),
        Facet("field", gettext_lazy("Field"), fields_of, fits=in_field_then),
        Facet("level", gettext_lazy("Level of the title"), TitleLevel.choices, lookup="level_then"),
        Facet("source", gettext_lazy("Source"), ExpertSource.choices),
    )
    search_fields = ("person_name_then", "person__name", "person__sort_key", "number", "employer_then")
    search_hint = gettext_lazy("Name, initials, number, employer")
    sorts = (
        Sort("number", gettext_lazy("By number"), ("number",)),
        Sort("term", gettext_lazy("Term ends first"), ("term_then",)),
    )
    empty_title = gettext_lazy("No expert had a standing on this day")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[Expert]:
        """Return the experts of the day, each with his employer of that day."""
        return as_of(super().rows(), self.day).annotate(day=Value(self.day.isoformat()), asked_on=Value(self.day))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Offer no step: a past day is read only."""
        return super().get_context_data(**({"may_register": False, "may_import": False} | kwargs))


ExpertList.then = ExpertsThen


class OneExpert(OneObject):
    """A visible expert by his number."""

    audience, lookup = "bureau", "number"

    def rows(self) -> QuerySet[Expert]:
        """Return the visible experts."""
        return visible_to(self.user).select_related("person", "bureau")


def has_account(row: Expert) -> bool:
    """Return whether somebody signs in as this expert."""
    return users_of_person(row.person_id).exists()


class ExpertPage(OneExpert, DatedPage, SectionsPage):
    """One expert, as of a day."""

    needs = Capability.READ_ALL

    @cached_property
    def standing(self) -> ExpertStatus | None:
        """The standing of the day that is asked about."""
        return standing_on(self.object, self.day)

    def tabs(self) -> Sequence[Tab]:
        """Return what binds him, what he did, who he is."""
        return (
            Tab("ties", _("Employers and recusals")),
            Tab("work", _("Work and training")),
            Tab("standing", _("Standing")),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say the standing of the day in the title."""
        row: Expert = self.object
        facts = {
            "name": person_name_on(row.person, self.day),
            "state": self.standing.label if self.standing else _("not in the pool"),
            "day": full_day(self.day),
        }
        title = facts["name"] if self.standing == row.status else _("%(name)s: %(state)s") % facts
        if not self.is_now:
            title = _("%(name)s on %(day)s: %(state)s") % facts
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return the tab that is asked for; beside it the standing of the day."""
        row: Expert = self.object
        edits = self.is_now and may(self.user, Capability.REGISTER)
        return Layout(
            crumbs=((_("Experts"), reverse("pages:experts")), (row.number, "")),
            meta=(title_on(row, self.day)[0], *((row.get_source_display(),) if self.is_now else ())),
            status=self.standing,
            acts=tuple(self._acts()),
            main=self._main(edits=edits),
            beside=(
                parts.standing(row, self.day, self.standing, points=self.points, term=self.term),
                parts.specialties(row, self.day, edits=edits),
                parts.person(row, self.day, edits=edits),
            ),
        )

    @cached_property
    def points(self) -> int:
        """The sum of the points that run on the day that is asked about."""
        person = self.object.person_id
        return -running_points_of_persons([person], self.day).get(person, 0)

    @cached_property
    def term(self) -> date | None:
        """The end of the term as it was given by the day that is asked about."""
        return term_on(self.object, self.day)

    def _main(self, *, edits: bool) -> tuple[Section, ...]:
        row: Expert = self.object
        shown = self.request.GET.get("tab", "ties")
        if shown == "work":
            decides = self.is_now and may(self.user, Capability.CONFIRM)
            return (
                parts.seats(row, self.day),
                parts.training(row, self.day),
                *parts.credit(row, self.user, self.day, points=self.points, decides=decides),
            )
        if shown == "standing":
            return (
                sanctions(sanctions_visible_to(self.user).filter(expert=row), self.day),
                parts.standings(row, self.day),
                *parts.titles(row, self.day),
                checklist(row, self.day, *self._check_act(edits=edits)),
                parts.undertakings(row, self.day),
                confirmations_section(row, self.day, *paper_acts(row, self.day, edits=edits)),
                renewals_section(row, self.day),
            )
        return (
            parts.employers(row, self.day, edits=edits),
            posts(row.person, self.day),
            near_relations(row.person, self.day, edits=edits),
            parts.recusals(row, self.day, edits=edits),
            parts.absences(row, self.day, edits=edits),
        )

    def _check_act(self, *, edits: bool) -> tuple[Act, ...]:
        """Return the step that fills the checklist in, for who has not gone."""
        row: Expert = self.object
        if not edits or row.status in {ExpertStatus.REMOVED, ExpertStatus.LEFT}:
            return ()
        return (Act(_("Fill in the checklist"), reverse("pages:expert-checks", args=[row.number])),)

    def _acts(self) -> list[Act]:
        row: Expert = self.object
        found: list[Act] = []
        if self.is_now and may(self.user, Capability.REGISTER):
            if any(state == row.status for state, _action in TRANSITIONS):
                found.append(Act(_("Change the standing"), reverse("pages:expert-move", args=[row.number])))
            if row.status in {ExpertStatus.ACTIVE, ExpertStatus.SUSPENDED}:
                found.append(Act(_("Propose a sanction"), reverse("pages:expert-sanction", args=[row.number])))
            found += entered_acts(row, pages="expert")
            found.append(Act(_("Hand facts over"), reverse("pages:expert-hand-over", args=[row.number])))
            if row.status == ExpertStatus.ACTIVE and is_renewable(row.bureau, row.term_ends_on, self.today):
                found.append(Act(_("Renew the term"), reverse("pages:expert-renew", args=[row.number])))
            if row.status in {ExpertStatus.ACTIVE, ExpertStatus.SUSPENDED} and not has_account(row):
                address = reverse("pages:expert-invite", args=[row.number])
                found.append(Act(_("Invite the owner to claim the entry"), address))
            if (row.status, ExpertAction.LEAVE) in TRANSITIONS:
                found.append(Act(_("Leave the pool"), reverse("pages:expert-leave", args=[row.number])))
        return found


urls = [
    path("experts/", ExpertList.as_view(), name="experts"),
    path("experts/<str:number>/", ExpertPage.as_view(), name="expert"),
]
