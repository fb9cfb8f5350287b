"""The register of firms: the list, and one firm as of any day."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.selectors import running_points
from evaluators.enums import FirmKind, FirmStatus
from evaluators.models import Firm
from evaluators.selectors import is_renewable, standing_on, visible_to, with_counts
from evaluators.transitions import TRANSITIONS
from faces.pages.bureau import firm_identity as who
from faces.pages.bureau import firm_sections as parts
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject, Tab
from faces.pages.shared.sections import Act, Layout, Section, SectionsPage
from faces.pages.shared.years import day_asked
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence


def firm_url(row: Firm) -> str:
    """Return the page of a firm."""
    return reverse("pages:firm", args=[row.number])


class FirmList(ListPage):
    """The register."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Firms")
    template_name = "bureau/firms.html"
    columns = (
        Column(gettext_lazy("Firm"), "organisation.name", key=True, link=firm_url),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Code"), "organisation.uscc", cut=True),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Lead evaluators"), "leads", num=True),
        Column(gettext_lazy("Staff"), "staff", num=True),
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_ends_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), FirmStatus.choices),
        Facet("kind", gettext_lazy("Kind"), FirmKind.choices),
    )
    search_fields = ("organisation__name", "organisation__uscc", "organisation__sort_key", "number")
    search_hint = gettext_lazy("Name, initials, code, number")
    sorts = (
        Sort("number", gettext_lazy("By number"), ("number",)),
        Sort("term", gettext_lazy("Term ends first"), ("term_ends_on",)),
    )
    export_name = "firms"
    empty_title = gettext_lazy("No firm is registered")
    empty_text = gettext_lazy("Register one, or import the roster: a dry run shows every fault by its cell.")

    def rows(self) -> QuerySet[Firm]:
        """Return the firms with their people counted."""
        return with_counts(visible_to(self.user).select_related("organisation"), self.today)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say what this person may do here."""
        found = {
            "may_register": may(self.user, Capability.REGISTER),
            "may_import": may(self.user, Capability.IMPORT),
        }
        return super().get_context_data(**(found | kwargs))


class OneFirm(OneObject):
    """A visible firm by its number."""

    audience, lookup = "bureau", "number"

    def rows(self) -> QuerySet[Firm]:
        """Return the visible firms."""
        return visible_to(self.user).select_related("organisation", "bureau")


class FirmPage(OneFirm, SectionsPage):
    """One firm, as of a day."""

    needs = Capability.READ_ALL

    @cached_property
    def day(self) -> date:
        """The day that is asked about: ``?on=``, else today."""
        return day_asked(self.request, otherwise=self.today)

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
            "name": row.organisation.name,
            "state": self.standing.label if self.standing else _("not in the register"),
            "day": full_day(self.day),
        }
        title = facts["name"] if self.standing == row.status else _("%(name)s: %(state)s") % facts
        if self.day != self.today:
            title = _("%(name)s on %(day)s: %(state)s") % facts
        return super().get_context_data(**({"title": title, "asked_day": self.day} | kwargs))

    def layout(self) -> Layout:
        """Return the tab that is asked for; beside it the standing of the day."""
        row: Firm = self.object
        return Layout(
            crumbs=((_("Firms"), reverse("pages:firms")), (row.number, "")),
            meta=(row.get_kind_display(), row.organisation.uscc or ""),
            status=row,
            acts=tuple(self._acts()),
            main=self._main(),
            beside=(
                parts.standing(row, self.day, self.standing, points=self.points),
                parts.last_year(row, self.user, self.today),
                parts.training(row, self.day),
            ),
        )

    @cached_property
    def points(self) -> int:
        """The sum of the points that run on the day that is asked about."""
        organisation = self.object.organisation_id
        return -running_points([organisation], self.day).get(organisation, 0)

    def _main(self) -> tuple[Section, ...]:
        row: Firm = self.object
        shown = self.request.GET.get("tab", "record")
        edits = may(self.user, Capability.REGISTER)
        if shown == "people":
            return (
                who.leads(row, self.day, self.user, edits=edits),
                who.staff(row, self.day, edits=edits),
                who.papers(row, self.day, edits=edits),
                who.branches(row, edits=edits),
            )
        if shown == "years":
            return (
                parts.years(row, self.user),
                parts.recognised(row, self.user, edits=edits),
                parts.sanctions(row, self.user),
                parts.standings(row),
            )
        if shown == "identity":
            return (
                who.identity(row),
                who.names(row, edits=edits),
                who.relations(row, edits=edits),
                who.checklist(row, edits=edits),
            )
        decides = may(self.user, Capability.CONFIRM)
        return (
            parts.scores(row, self.user),
            parts.credit(row, self.user, self.day, points=self.points, decides=decides),
            parts.tasks(row),
        )

    def _acts(self) -> list[Act]:
        row: Firm = self.object
        found = []
        if may(self.user, Capability.REGISTER):
            if any(status == row.status for status, _action in TRANSITIONS):
                found.append(Act(_("Change the standing"), reverse("pages:firm-move", args=[row.number])))
            if row.status in {FirmStatus.ACTIVE, FirmStatus.SUSPENDED}:
                found.append(Act(_("Propose a sanction"), reverse("pages:firm-sanction", args=[row.number])))
            if row.status == FirmStatus.ACTIVE and is_renewable(row.bureau, row.term_ends_on, self.today):
                found.append(Act(_("Renew the term"), reverse("pages:firm-renew", args=[row.number])))
        return found


urls = [
    path("firms/", FirmList.as_view(), name="firms"),
    path("firms/<str:number>/", FirmPage.as_view(), name="firm"),
]
