"""Lead evaluators of all firms: load and certificates; and what does not fit together about them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db.models import Value
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic.base import TemplateView

from desk.enums import LeadFindingCode
from desk.selectors import LeadFinding, lead_findings, leads_with_load
from evaluators.selectors import with_certificates
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import EXPORTS, Sort, address
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section
from faces.pages.shared.years import day_asked
from foundation.accounts.enums import Capability
from parties.selectors import name_then, person_name_then

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

    from evaluators.models import LeadEvaluator

MOST_LOAD: Final = 9
FOLLOWS: Final[Mapping[LeadFindingCode, StrOrPromise]] = {
    LeadFindingCode.DIED: gettext_lazy("nothing can be signed: change the lead evaluator"),
    LeadFindingCode.LEFT: gettext_lazy("nothing can be signed: change the lead evaluator"),
    LeadFindingCode.EXPIRED: gettext_lazy("nothing can be signed until the new certificate is accepted"),
    LeadFindingCode.ELSEWHERE: gettext_lazy("nobody leads or works in two firms at once: ask the firm"),
    LeadFindingCode.SAME_DAYS: gettext_lazy("ask who was where; record it if the named one did not come"),
}
GRAVE: Final = frozenset({LeadFindingCode.DIED, LeadFindingCode.LEFT, LeadFindingCode.EXPIRED})


def loads_of(_rows: QuerySet[LeadEvaluator]) -> list[tuple[int, str]]:
    """Return the loads to narrow to."""
    return [(count, _("%(count)d tasks") % {"count": count}) for count in range(MOST_LOAD)]


class LeadList(DatedList):
    """Who leads today or led on a day, with how many tasks, until when certified."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Lead evaluators")
    template_name = "bureau/leads.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(
            gettext_lazy("Name"),
            "person.name",
            key=True,
            link=lambda row: reverse("pages:person", args=[row.person_id]),
        ),
        Column(gettext_lazy("Firm"), "firm.organisation.name", link=lambda row: f"{firm_url(row.firm)}?tab=people"),
        Column(gettext_lazy("Professional title"), "title"),
        Column(gettext_lazy("Certificate"), "certificate_number"),
        Column(gettext_lazy("Last day"), lambda row: full_day(row.certificate_valid_to)),
        Column(gettext_lazy("Running tasks"), "load", num=True),
    )
    facets: ClassVar[Sequence[Facet]] = (Facet("load", gettext_lazy("Running tasks"), loads_of),)
    search_fields: ClassVar[Sequence[str]] = (
        "person__name",
        "person__sort_key",
        "firm__organisation__name",
        "certificate_number",
    )
    search_hint = gettext_lazy("Name, initials, firm, certificate")
    sorts = (
        Sort("name", gettext_lazy("By name"), ("person__sort_key",)),
        Sort("certificate", gettext_lazy("Certificate ends first"), ("certificate_valid_to",)),
    )
    export_name = "lead-evaluators"
    empty_title = gettext_lazy("Nobody leads yet")
    empty_text = gettext_lazy("Enter lead evaluators on the pages of their firms, or import the roster of firms.")

    def rows(self) -> QuerySet[LeadEvaluator]:
        """Return who leads for a firm of the register on the day."""
        return leads_with_load(self.user, self.day, is_past=self.day < self.today)


class LeadsThen(LeadList):
    """Who led on another day: under the names, with the certificates and the tasks of that day."""

    columns = (
        Column(
            gettext_lazy("Name"),
            "name_then",
            key=True,
            link=lambda row: reverse("pages:person", args=[row.person_id]),
        ),
        Column(gettext_lazy("Firm"), "firm_then", link=lambda row: f"{firm_url(row.firm)}?tab=people&on={row.day}"),
        Column(gettext_lazy("Certificate"), "certificate_then"),
        Column(gettext_lazy("Last day"), lambda row: full_day(row.certificate_ends_then)),
        Column(gettext_lazy("Running tasks"), "load", num=True),
    )
    facets = ()
    search_fields = ("name_then", "person__sort_key", "firm_then", "certificate_then")
    sorts = (
        Sort("name", gettext_lazy("By name"), ("person__sort_key",)),
        Sort("certificate", gettext_lazy("Certificate ends first"), ("certificate_ends_then",)),
    )
    empty_title = gettext_lazy("Nobody led on this day")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[LeadEvaluator]:
        """Return who led on the day."""
        rows: QuerySet[LeadEvaluator] = (
            super()
            .rows()
            .annotate(
                day=Value(self.day.isoformat()),
                name_then=person_name_then("person", self.day),
                firm_then=name_then("firm__organisation", self.day),
            )
        )
        return with_certificates(rows, self.day)


LeadList.then = LeadsThen


def tasks_words(row: LeadFinding) -> str:
    """Return the numbers of the tasks."""
    return pgettext("between items", ", ").join(row.tasks) or "—"


def facts_words(row: LeadFinding) -> str:
    """Return since when, on which days, where else."""
    if row.code == LeadFindingCode.SAME_DAYS:
        facts = {"since": full_day(row.since), "until": full_day(row.until), "days": row.days}
        return _("%(since)s to %(until)s, %(days)d days") % facts
    parts = [row.other, _("since %(day)s") % {"day": full_day(row.since)} if row.since else ""]
    return pgettext("between items", ", ").join(part for part in parts if part) or "—"


COLUMNS: Final = (
    Column(gettext_lazy("Lead evaluator"), "lead.person.name"),
    Column(gettext_lazy("Firm"), "lead.firm.organisation.name"),
    Column(gettext_lazy("What does not fit"), lambda row: row.code.label),
    Column(gettext_lazy("Tasks"), tasks_words),
    Column(gettext_lazy("Facts"), facts_words),
)


class LeadFindings(AudiencePage, TemplateView):
    """What does not fit together, on a day (``?on=``)."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "supervisor/home.html"

    @cached_property
    def found(self) -> Sequence[LeadFinding]:
        """The findings of the reader's bureau."""
        if self.user.bureau is None:
            raise Http404
        day = day_asked(self.request, otherwise=self.today)
        return lead_findings(self.user.bureau, day, is_past=day < self.today)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Show the page, or hand it out as a file."""
        if make := EXPORTS.get(request.GET.get("export", "")):
            return make(COLUMNS, self.found, name="lead-findings")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the findings, and beside them what each means."""
        title = _("Lead evaluators: nothing that does not fit together")
        if self.found:
            title = _("Lead evaluators: %(count)d things do not fit together") % {"count": len(self.found)}
        return super().get_context_data(**({"title": title, "layout": self.layout()} | kwargs))

    def layout(self) -> Layout:
        """Return one line for each."""
        lines = [
            (
                Cell(one.lead.person.name, reverse("pages:person", args=[one.lead.person_id])),
                Cell(one.lead.firm.organisation.name, f"{firm_url(one.lead.firm)}?tab=people"),
                Cell(one.code.label, shape="over" if one.code in GRAVE else "warn"),
                Cell(tasks_words(one), reverse("pages:commission", args=[one.tasks[0]]) if len(one.tasks) == 1 else ""),
                facts_words(one),
            )
            for one in self.found
        ]
        files = tuple(
            Act(_("Download as %(kind)s") % {"kind": kind}, address(self.request, {"export": kind})) for kind in EXPORTS
        )
        return Layout(
            main=(
                Section(
                    _("What does not fit together"),
                    grid=Grid([column.label for column in COLUMNS], lines),
                    count=len(lines),
                    empty=_("Nobody leads two tasks on the same days, more than allowed, or without what it takes."),
                    acts=files if lines else (),
                ),
            ),
            beside=(
                Section(
                    _("What follows"),
                    pairs=tuple((code.label, words) for code, words in FOLLOWS.items()),
                    note=_("Days on site run from the begin of the fieldwork until the draft is handed in."),
                    acts=(Act(_("All lead evaluators"), reverse("pages:leads")),),
                ),
            ),
        )


urls = [
    path("leads/", LeadList.as_view(), name="leads"),
    path("leads/findings/", LeadFindings.as_view(), name="lead-findings"),
]
