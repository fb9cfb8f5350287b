"""Sanctions of firms and experts: the list, and one sanction with its tasks, reply, papers and end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db.models import QuerySet, Value
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import LiftingStatus, RevocationStatus, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import Sanction
from appraisals.selectors import party_name, sanctions_on, sanctions_visible_to, unanswered, work_number, work_title
from faces.documents.sanctions import number_of, sanction_paper
from faces.pages.bureau.experts import expert_url
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.access import today
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.credit_words import end_word, free_word, reply_section, reply_words, sanction_word
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from faces.pages.shared.statuses import serve_shapes
from faces.pages.shared.templatetags.gp import status
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.selectors import of_subject as approvals_of
from foundation.papers.enums import PaperStatus
from foundation.papers.selectors import of_subject as papers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from foundation.papers.models import Paper

serve_shapes(
    wait=("DRAFTED", "ASKED"),
    run=("TOLD", "PROPOSED"),
    done=("GRANTED", "SENT"),
    void=("DROPPED", "REVOKED"),
    hold=("ENDED",),
)
DECIDED: Final = (SanctionStatus.IN_FORCE, SanctionStatus.ENDED)
BEFORE: Final = (SanctionStatus.DRAFTED, SanctionStatus.TOLD, SanctionStatus.PROPOSED)


def sanction_url(row: Sanction) -> str:
    """Return the page of a sanction."""
    return reverse("pages:sanction", args=[row.pk])


def begun(row: Any) -> bool:  # noqa: ANN401 - a sanction with the asked day
    """Return whether it held or had held on the day that the list shows."""
    return row.started_on is not None and row.started_on <= asked(row)


def asked(row: Any) -> date:  # noqa: ANN401 - a sanction with the asked day
    """Return the day that the list shows."""
    return date.fromisoformat(row.day)


def years_of(rows: QuerySet[Sanction]) -> list[tuple[int, str]]:
    """Return the years in which sanctions were proposed, newest first."""
    years = rows.order_by("-proposed_on__year").values_list("proposed_on__year", flat=True).distinct()[:20]
    return [(year, str(year)) for year in years]


def reply_of(row: Sanction) -> Cell:
    """Return where the reply of the party stands today."""
    return reply_words(getattr(row, "reply", None), row.reply_until, today())


class SanctionList(DatedList):
    """Every sanction of firms and experts, those that were dropped too."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Sanctions")
    template_name = "bureau/sanctions.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(gettext_lazy("Firm or expert"), party_name, key=True, link=sanction_url),
        Column(gettext_lazy("Sanction"), sanction_word),
        Column(gettext_lazy("From"), lambda row: full_day(row.started_on)),
        Column(gettext_lazy("Until"), lambda row: end_word(row, today())),
        Column(gettext_lazy("Party’s reply"), lambda row: reply_of(row).text),
        Column(gettext_lazy("State"), "status", status=True),
        Column(gettext_lazy("Reason"), "reason", cut=True),
    )
    facets: ClassVar[Sequence[Facet]] = (
        Facet("status", gettext_lazy("State"), SanctionStatus.choices),
        Facet("kind", gettext_lazy("Sanction"), SanctionKind.choices),
        Facet("year", gettext_lazy("Year"), years_of, lookup="proposed_on__year"),
    )
    search_fields: ClassVar[Sequence[str]] = (
        "firm__organisation__name", "firm__organisation__sort_key", "expert__person__name", "expert__person__sort_key",
        "reason",
    )  # fmt: skip
    search_hint = gettext_lazy("Name, initials, words")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("end", gettext_lazy("Ends first"), ("ends_on",)),
    )
    export_name = "sanctions"
    empty_title = gettext_lazy("No sanction was proposed")
    empty_text = gettext_lazy("A sanction is proposed on the page of the firm or the expert.")

    def rows(self) -> QuerySet[Sanction]:
        """Return the visible sanctions with their parties."""
        return sanctions_visible_to(self.user).select_related("firm__organisation", "expert__person", "reply")


class SanctionsThen(SanctionList):
    """What had been put forward by another day, and where it stood then."""

    columns = (
        Column(gettext_lazy("Firm or expert"), "party_then", key=True, link=sanction_url),
        Column(gettext_lazy("Sanction"), sanction_word),
        Column(gettext_lazy("From"), lambda row: full_day(row.started_on) if begun(row) else "—"),
        Column(gettext_lazy("Until"), lambda row: end_word(row, asked(row)) if begun(row) else "—"),
        Column(gettext_lazy("State"), lambda row: status(SanctionStatus(row.status_then))),
        Column(gettext_lazy("Reason"), "reason", cut=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), SanctionStatus.choices, lookup="status_then"),
        Facet("kind", gettext_lazy("Sanction"), SanctionKind.choices),
        Facet("year", gettext_lazy("Year"), years_of, lookup="proposed_on__year"),
    )
    search_fields = ("party_then", "firm__organisation__sort_key", "expert__person__sort_key", "reason")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("end", gettext_lazy("Ends first"), ("ends_on",)),
    )
    empty_title = gettext_lazy("No sanction had been proposed by this day")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[Sanction]:
        """Return the sanctions of the day."""
        rows: QuerySet[Sanction] = sanctions_on(super().rows(), self.day)
        return rows.annotate(day=Value(self.day.isoformat()))


SanctionList.then = SanctionsThen


class OneSanction(OneObject):
    """A visible sanction."""

    audience = "bureau"

    def rows(self) -> QuerySet[Sanction]:
        """Return the visible sanctions with what their page shows."""
        joins = "bureau", "firm__organisation", "firm__bureau", "expert__person", "expert__bureau", "proposed_by"
        rows = sanctions_visible_to(self.user).select_related(*joins, "decided_by")
        return rows.select_related("reply__given_by", "reply__answered_by", "reply__file", "talk__recorded_by")


class SanctionPage(OneSanction, SectionsPage):
    """One sanction: why, what runs, what the party says, its papers, and how it ends."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say whom it concerns, and what it is."""
        row: Sanction = self.object
        return super().get_context_data(**({"title": f"{party_name(row)}：{sanction_word(row)}"} | kwargs))

    def layout(self) -> Layout:
        """Return the sanction and what the reader may do."""
        row: Sanction = self.object
        reply = getattr(row, "reply", None)
        empty = _("No reply came.") if row.told_on else _("Nothing is told beforehand.")
        if row.status == SanctionStatus.DRAFTED:
            empty = _("The party is told when the notice is served; its term for a reply runs from then.")
        elif row.reply_until and reply is None and self.today <= row.reply_until:
            empty = _("The party may reply until %(day)s.") % {"day": full_day(row.reply_until)}
        main = [Section(_("Reason"), said=row.reason), self._tasks(), reply_section(reply, empty=empty)]
        if talk := getattr(row, "talk", None):
            pairs: list[tuple[StrOrPromise, Cell | object]] = [
                (_("Held on"), f"{full_day(talk.held_on)}，{talk.place}"),
                (_("Who was there"), talk.present),
                (_("What was said"), Cell(talk.words, said=True)),
                (_("What was promised"), Cell(talk.promised or "—", said=bool(talk.promised))),
            ]
            main.append(Section(_("Talk"), pairs=pairs))
        if row.needs_application:
            main.append(self._liftings())
        if revocations := self._revocations():
            main.append(revocations)
        return Layout(
            crumbs=((_("Sanctions"), reverse("pages:sanctions")), (f"#{row.pk}", "")),
            meta=(sanction_word(row), party_name(row)),
            status=row,
            acts=tuple(self._acts()),
            main=(*main, self._papers()),
            beside=(Section(_("The sanction"), pairs=self._pairs()),),
        )

    def _tasks(self) -> Section:
        row: Sanction = self.object
        joins = "assignment__task", "assignment__re_review__evaluation"
        lines: list[tuple[Cell | str, ...]] = []
        for one in row.tasks.select_related(*joins).order_by("assignment_id"):
            seat = one.assignment
            page = "pages:task" if seat.task is not None else "pages:re-review"
            number = work_number(seat)
            done = Cell(full_day(one.done_on), shape="done") if one.done_on else Cell(_("once decided"), shape="wait")
            lines.append((Cell(number, reverse(page, args=[number])), work_title(seat), one.get_choice_display(), done))
        missing = unanswered(row) if row.status in BEFORE else []
        for seat in missing:
            page = "pages:task" if seat.task is not None else "pages:re-review"
            number = work_number(seat)
            url = reverse(page, args=[number])
            lines.append((Cell(number, url), work_title(seat), Cell(_("not chosen yet"), shape="warn"), ""))
        return Section(
            _("Running tasks"),
            grid=Grid((_("Number"), _("Task"), _("What happens"), _("Done on")), lines),
            count=len(lines),
            empty=_("None was running.") if row.kind != SanctionKind.TALK else _("A talk leaves running tasks alone."),
        )

    def _liftings(self) -> Section:
        row: Sanction = self.object
        lines = [
            (
                full_day(one.asked_on),
                Cell(one.words, said=True),
                one.certificate.code if one.certificate else "—",
                Cell(_("file"), reverse("pages:file", args=[one.file_id])) if one.file_id else "—",
                Cell("", status=one),
                Cell(one.answer or "—", said=bool(one.answer)),
            )
            for one in row.liftings.select_related("certificate").order_by("-pk")
        ]
        headings = (_("Asked on"), _("Words"), _("Certificate"), _("Scan"), _("State"), _("Answer"))
        return Section(
            _("Applications for lifting"),
            grid=Grid(headings, lines),
            count=len(lines),
            empty=_("None was made."),
        )

    def _revocations(self) -> Section | None:
        lines = []
        for one in self.object.revocations.select_related("proposed_by").order_by("-pk"):
            approval = approvals_of(one).first()
            link = Cell(approval.title, reverse("pages:approval", args=[approval.pk])) if approval else "—"
            said, who = Cell(one.reason, said=True), f"{full_day(one.proposed_on)} {one.proposed_by.name}"
            lines.append((who, said, Cell(one.basis or "—", said=True), Cell("", status=one), link))
        headings = (_("Put forward"), _("Reason"), _("Basis"), _("State"), _("Approval"))
        return Section(_("Revocation"), grid=Grid(headings, lines), count=len(lines)) if lines else None

    def _papers(self) -> Section:
        row: Sanction = self.object
        keeps = may(self.user, Capability.REGISTER)
        lines = []
        for paper in papers_of(row).order_by("pk"):
            kind = SanctionPaper(paper.kind)
            acts: tuple[Act, ...] = ()
            if paper.status == PaperStatus.DRAFT:
                acts = (Act(_("Look at it"), reverse("pages:sanction-paper", args=[row.pk, kind])),)
                if keeps:
                    acts = (Act(_("Serve it"), reverse("pages:sanction-serve", args=[row.pk, kind])), *acts)
            url = reverse("pages:paper", args=[paper.pk])
            number = number_of(kind, paper)
            lines.append((Cell(number, url), paper.title, Cell("", status=paper), Cell("", acts=acts)))
        headings = (_("Number"), _("Paper"), _("State"), _("Action"))
        return Section(_("Papers"), grid=Grid(headings, lines), count=len(lines), empty=_("None is drafted yet."))

    def _pairs(self) -> list[tuple[StrOrPromise, Cell | object]]:
        row: Sanction = self.object
        url = f"{firm_url(row.firm)}?tab=years" if row.firm else ""
        url = f"{expert_url(row.expert)}?tab=standing" if row.expert else url
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Firm or expert"), Cell(party_name(row), url)),
            (_("Basis"), row.basis or _("bureau’s own setting")),
            (_("Put forward"), f"{full_day(row.proposed_on)} {row.proposed_by.name}"),
            (_("Told beforehand"), full_day(row.told_on)),
            (_("Reply until"), full_day(row.reply_until)),
            (_("Decided"), f"{full_day(row.started_on)} {row.decided_by.name if row.decided_by else ''}"),
            (_("Served"), full_day(row.served_on)),
            (_("Until"), end_word(row, self.today)),
        ]
        if row.kind == SanctionKind.SUSPENSION and row.status == SanctionStatus.IN_FORCE:
            pairs.append((_("First free day"), free_word(row)))
        if row.dropped_on:
            pairs.append((_("Dropped"), Cell(f"{full_day(row.dropped_on)} {row.dropped_reason}", said=True)))
        approval = approvals_of(row).first()
        if approval is not None:
            pairs.append((_("Approval"), Cell(approval.title, reverse("pages:approval", args=[approval.pk]))))
        return pairs

    def _acts(self) -> list[Act]:
        row: Sanction = self.object
        found, reply = [], getattr(row, "reply", None)
        keeps, decides = may(self.user, Capability.REGISTER), may(self.user, Capability.CONFIRM)
        own = [row.pk]
        if keeps and row.status in BEFORE and unanswered(row):
            found.append(Act(_("Choose for running tasks"), reverse("pages:sanction-tasks", args=own)))
        if row.status == SanctionStatus.DRAFTED and keeps:
            address = reverse("pages:sanction-serve", args=[row.pk, SanctionPaper.NOTICE])
            found.append(Act(_("Serve the notice"), address))
        if row.status == SanctionStatus.TOLD:
            if reply is not None and reply.answered_on is None and decides:
                found.append(Act(_("Answer the reply"), reverse("pages:sanction-answer", args=[reply.pk])))
            is_open = row.reply_until is not None and self.today <= row.reply_until
            if keeps and (not is_open or (reply is not None and reply.answered_on is not None)):
                found.append(Act(_("Submit for approval"), reverse("pages:sanction-submit", args=own)))
            if keeps and reply is None and is_open:
                found.append(Act(_("Enter a reply on paper"), reverse("pages:sanction-reply", args=own)))
        if keeps and row.status in (SanctionStatus.DRAFTED, SanctionStatus.TOLD):
            found.append(Act(_("Drop it"), reverse("pages:sanction-drop", args=own)))
        if row.status == SanctionStatus.IN_FORCE:
            found += self._in_force(row, keeps=keeps, decides=decides)
        if keeps and row.status in DECIDED and not row.revocations.filter(status=RevocationStatus.PROPOSED).exists():
            found.append(Act(_("Revoke it"), reverse("pages:sanction-revoke", args=own)))
        return found

    def _in_force(self, row: Sanction, *, keeps: bool, decides: bool) -> list[Act]:
        found = []
        if row.kind == SanctionKind.TALK and keeps:
            found.append(Act(_("Write the record of the talk"), reverse("pages:sanction-talk", args=[row.pk])))
        if row.needs_application and row.lifted_on is None:
            asked = row.liftings.filter(status=LiftingStatus.ASKED).first()
            if asked is not None and decides:
                found.append(Act(_("Answer the application"), reverse("pages:lifting-answer", args=[asked.pk])))
            elif asked is None and keeps:
                found.append(Act(_("Enter an application on paper"), reverse("pages:sanction-lift", args=[row.pk])))
        return found


class SanctionPdf(OneSanction):
    """What a paper of a sanction looks like, as long as it is a draft."""

    needs = Capability.READ_ALL

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ANN401, ARG002 - as in Django
        """Build the paper and hand it out; 404 where no such paper waits."""
        paper = draft_paper_of(self.object, kwargs["kind"])
        content = sanction_paper(self.object, SanctionPaper(paper.kind), paper, on=self.today)
        response = HttpResponse(content, content_type="application/pdf")
        response.headers["Content-Disposition"] = "inline; filename=paper.pdf"
        response.headers["Cache-Control"] = "private, no-store"
        return response


def draft_paper_of(row: Sanction, kind: str) -> Paper:
    """Return the paper of that kind that waits to be served; 404 where there is none."""
    paper = papers_of(row).filter(kind=kind, status=PaperStatus.DRAFT).first()
    if paper is None or kind not in SanctionPaper.values:
        raise Http404
    return paper


urls = [
    path("sanctions/", SanctionList.as_view(), name="sanctions"),
    path("sanctions/<int:pk>/", SanctionPage.as_view(), name="sanction"),
    path("sanctions/<int:pk>/papers/<str:kind>/", SanctionPdf.as_view(), name="sanction-paper"),
]
