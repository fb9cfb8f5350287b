"""The register of firms: the list, and one firm as of any day."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet, Value
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import sanctions_visible_to
from credit.selectors import running_points
from evaluators.enums import FirmAction, FirmKind, FirmStatus
from evaluators.models import Firm
from evaluators.selectors import as_of, is_renewable, standing_on, term_on, visible_to, with_counts
from evaluators.transitions import TRANSITIONS
from faces.pages.bureau import firm_identity as who
from faces.pages.bureau import firm_sections as parts
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.tie_sections import contacts, pool_experts
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.columns import Column
from faces.pages.shared.entry_words import checklist, confirmations_section, entered_acts, renewals_section
from faces.pages.shared.facets import Facet
from faces.pages.shared.former_names import body_once_named
from faces.pages.shared.labels import LABEL_COLUMNS, LabelledList
from faces.pages.shared.lists import Sort
from faces.pages.shared.objects import OneObject, Tab
from faces.pages.shared.sections import Act, Layout, Section, SectionsPage
from faces.pages.shared.templatetags.gp import status
from faces.pages.shared.yearly_steps import paper_acts
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from parties.selectors import name_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


def firm_url(row: Firm) -> str:
    """Return the page of a firm."""
    return reverse("pages:firm", args=[row.number])


class FirmList(LabelledList):
    """The register, today or as it was on a day."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Firms")
    template_name = "bureau/firms.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(gettext_lazy("Firm"), "organisation.name", key=True, link=firm_url),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Code"), "organisation.uscc", cut=True),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Lead evaluators"), "leads", num=True),
        Column(gettext_lazy("Staff"), "staff", num=True),
        *LABEL_COLUMNS,
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_ends_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets: ClassVar[Sequence[Facet]] = (
        Facet("status", gettext_lazy("State"), FirmStatus.choices),
        Facet("kind", gettext_lazy("Kind"), FirmKind.choices),
    )
    search_fields: ClassVar[Sequence[str]] = (
        "organisation__name",
        "organisation__uscc",
        "organisation__sort_key",
        "number",
    )
    search_also = (body_once_named("organisation"),)
    search_hint = gettext_lazy("Name, initials, code, number")
    sorts = (
        Sort("number", gettext_lazy("By number"), ("number",)),
        Sort("term", gettext_lazy("Term ends first"), ("term_ends_on",)),
    )
    export_name = "firms"
    empty_title = gettext_lazy("No firm is registered")
    empty_text = gettext_lazy("Register one, or import the roster: a dry run shows every fault by its cell.")

    def rows(self) -> QuerySet[Firm]:
        """Return the firms with their people counted, their points and their label."""
        found: QuerySet[Firm] = with_counts(visible_to(self.user).select_related("organisation"), self.day)
        return self.labelled(found)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say what this person may do here."""
        found = {
            "may_register": may(self.user, Capability.REGISTER),
            "may_import": may(self.user, Capability.IMPORT),
        }
        return super().get_context_data(**(found | kwargs))


def state_then(row: Any) -> str:  # noqa: ANN401 - a firm with what ``as_of`` adds
    """Return the standing of the day, drawn as a status word."""
    return status(FirmStatus(row.status_then))


class FirmsThen(FirmList):
    """The register as it was on another day: whoever had a standing then, under the name of that day.

    Without the kind, which is kept without days: a later roster may have changed it.
    """

    columns = (
        Column(gettext_lazy("Firm"), "name_then", key=True, link=lambda row: f"{firm_url(row)}?on={row.day}"),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Code"), "organisation.uscc", cut=True),
        Column(gettext_lazy("Legal representative"), lambda row: row.legal_person_then or "—", cut=True),
        Column(gettext_lazy("Address"), lambda row: row.address_then or "—", cut=True),
        Column(gettext_lazy("Lead evaluators"), "leads", num=True),
        Column(gettext_lazy("Staff"), "staff", num=True),
        Column(gettext_lazy("Qualifications that held"), "qualified", num=True),
        *LABEL_COLUMNS,
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_then)),
        Column(gettext_lazy("State"), state_then),
        Column(gettext_lazy("Since"), lambda row: full_day(row.since_then), cut=True),
    )
    facets = (Facet("status", gettext_lazy("State"), FirmStatus.choices, lookup="status_then"),)
    search_fields = (
        "name_then", "organisation__name", "organisation__uscc", "organisation__sort_key", "number",
        "legal_person_then",
    )  # fmt: skip
    sorts = (
        Sort("number", gettext_lazy("By number"), ("number",)),
        Sort("term", gettext_lazy("Term ends first"), ("term_then",)),
    )
    empty_title = gettext_lazy("No firm had a standing on this day")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[Firm]:
        """Return the firms of the day, with people, papers and points as they stood."""
        return as_of(super().rows(), self.day).annotate(day=Value(self.day.isoformat()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Offer no step: a past day is read only."""
        return super().get_context_data(**({"may_register": False, "may_import": False} | kwargs))


FirmList.then = FirmsThen


class OneFirm(OneObject):
    """A visible firm by its number."""

    audience, lookup = "bureau", "number"

    def rows(self) -> QuerySet[Firm]:
        """Return the visible firms."""
        return visible_to(self.user).select_related("organisation", "bureau")


class FirmPage(OneFirm, DatedPage, SectionsPage):
    """One firm, as of a day."""

    needs = Capability.READ_ALL

    @cached_property
    def standing(self) -> FirmStatus | None:
        """The standing of the day that is asked about."""
        return standing_on(self.object, self.day)

    def tabs(self) -> Sequence[Tab]:
        """Return record, people and papers, years and sanctions, who it is."""
        return (
            Tab("record", _("Track record")),
            Tab("people", _("People and papers")),
            Tab("years", _("Years and sanctions")),
            Tab("identity", _("Who it is")),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say the standing of the day in the title."""
        row: Firm = self.object
        facts = {
            "name": name_on(row.organisation, self.day),
            "state": self.standing.label if self.standing else _("not in the register"),
            "day": full_day(self.day),
        }
        title = facts["name"] if self.standing == row.status else _("%(name)s: %(state)s") % facts
        if not self.is_now:
            title = _("%(name)s on %(day)s: %(state)s") % facts
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return the tab that is asked for; beside it the standing of the day."""
        row: Firm = self.object
        return Layout(
            crumbs=((_("Firms"), reverse("pages:firms")), (row.number, "")),
            meta=(*((row.get_kind_display(),) if self.is_now else ()), row.organisation.uscc or ""),
            status=self.standing,
            acts=tuple(self._acts()),
            main=self._main(),
            beside=(
                parts.standing(row, self.day, self.standing, points=self.points, term=self.term),
                *(who.resemblance(row, self.today, edits=self._edits) if self.is_now else ()),
                parts.last_year(row, self.user, self.day),
                parts.training(row, self.day),
            ),
        )

    @property
    def _edits(self) -> bool:
        """Whether the register can be changed here: today, and the record is not closed."""
        return self.is_now and self.object.status != FirmStatus.CLOSED and may(self.user, Capability.REGISTER)

    @cached_property
    def points(self) -> int:
        """The sum of the points that run on the day that is asked about."""
        organisation = self.object.organisation_id
        return -running_points([organisation], self.day).get(organisation, 0)

    @cached_property
    def term(self) -> date | None:
        """The end of the term as it was given by the day that is asked about."""
        return term_on(self.object, self.day)

    def _main(self) -> tuple[Section, ...]:
        row: Firm = self.object
        shown = self.request.GET.get("tab", "record")
        edits = self._edits
        if shown == "people":
            return (
                who.leads(row, self.day, self.user, edits=edits),
                who.staff(row, self.day, edits=edits),
                pool_experts(row, self.day),
                contacts(row, self.day, edits=edits),
                who.papers(row, self.day, edits=edits),
                who.branches(row, self.day, edits=edits),
            )
        if shown == "years":
            return (
                parts.years(row, self.user, self.day),
                parts.recognised(row, self.user, self.day, edits=edits),
                parts.sanctions(sanctions_visible_to(self.user).filter(firm=row), self.day),
                parts.standings(row, self.day),
                confirmations_section(row, self.day, *paper_acts(row, self.day, edits=edits)),
                renewals_section(row, self.day),
            )
        if shown == "identity":
            return (
                who.identity(row, self.day, edits=edits),
                *who.former_facts(row, self.day),
                who.names(row, self.day, edits=edits),
                who.relations(row, self.day, edits=edits),
                checklist(row, self.day, *self._check_act(edits=edits)),
            )
        decides = self.is_now and may(self.user, Capability.CONFIRM)
        return (
            parts.scores(row, self.user, self.day),
            *parts.credit(row, self.user, self.day, points=self.points, decides=decides),
            parts.tasks(row, self.day),
        )

    def _check_act(self, *, edits: bool) -> tuple[Act, ...]:
        """Return the step that fills the checklist in, for who has not gone."""
        row: Firm = self.object
        if not edits or row.status in {FirmStatus.REMOVED, FirmStatus.LEFT, FirmStatus.CLOSED}:
            return ()
        return (Act(_("Fill in the checklist"), reverse("pages:firm-checks", args=[row.number])),)

    def _acts(self) -> list[Act]:
        row: Firm = self.object
        found: list[Act] = []
        if self.is_now and may(self.user, Capability.REGISTER):
            if any(state == row.status and action != FirmAction.CLOSE for state, action in TRANSITIONS):
                found.append(Act(_("Change the standing"), reverse("pages:firm-move", args=[row.number])))
            if row.status in {FirmStatus.ACTIVE, FirmStatus.SUSPENDED}:
                found.append(Act(_("Propose a sanction"), reverse("pages:firm-sanction", args=[row.number])))
                found.append(Act(_("Credit platform file"), reverse("pages:platform-firm", args=[row.number])))
            found += entered_acts(row, pages="firm")
            found.append(Act(_("Hand facts over"), reverse("pages:firm-hand-over", args=[row.number])))
            if row.status == FirmStatus.ACTIVE and is_renewable(row.bureau, row.term_ends_on, self.today):
                found.append(Act(_("Renew the term"), reverse("pages:firm-renew", args=[row.number])))
            if row.status in {FirmStatus.ACTIVE, FirmStatus.SUSPENDED}:
                found.append(
                    Act(_("Invite the owner to claim the entry"), reverse("pages:firm-invite", args=[row.number]))
                )
        return found


urls = [
    path("firms/", FirmList.as_view(), name="firms"),
    path("firms/<str:number>/", FirmPage.as_view(), name="firm"),
]
