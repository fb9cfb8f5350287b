"""Re-reviews: the list, and one opened to its panel and what came in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import AssignmentStatus, DrawStatus, ReReviewKind, ReReviewStatus
from assignments.models import Assignment, Draw, ReReviewTask
from assignments.selectors.assignments import re_reviews_visible_to
from assignments.selectors.batches import batch_of
from assignments.transitions import GONE
from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.files.models import StoredFile
from reviews.models import ExpertFeedback, FeeSheet, Opinion, PanelOpinion

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch

ANSWERING = frozenset({AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED})
RECUSABLE = frozenset(AssignmentStatus) - GONE - ANSWERING  # after the review, too: edge case 38
LEAVABLE = frozenset(
    {AssignmentStatus.ACCEPTED, AssignmentStatus.DECLARED, AssignmentStatus.SERVING, AssignmentStatus.SIGNED}
)


def re_review_url(row: ReReviewTask) -> str:
    """Return the page of a re-review."""
    return reverse("pages:re-review", args=[row.number])


class ReReviewList(ListPage):
    """The re-reviews of the bureau."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Re-reviews")
    columns = (
        Column(gettext_lazy("Number"), "number", key=True, link=re_review_url),
        Column(gettext_lazy("Task"), "evaluation.title"),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Seats"), "panel_size", num=True),
        Column(gettext_lazy("Meets on"), lambda row: formats.day(row.meets_on) if row.meets_on else "—"),
        Column(gettext_lazy("Due on"), lambda row: formats.day(row.due_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("kind", gettext_lazy("Kind"), ReReviewKind.choices),
        Facet("status", gettext_lazy("State"), ReReviewStatus.choices),
    )
    search_fields = ("number", "evaluation__title")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("due", gettext_lazy("Due first"), ("due_on",)),
    )
    export_name = "re-reviews"
    empty_title = gettext_lazy("No report has been reviewed yet")
    empty_text = gettext_lazy("Open the page of a task whose report was handed in for review, and organise one there.")

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the bureau's re-reviews."""
        return re_reviews_visible_to(self.user).select_related("evaluation")


class ReReviewPage(SectionsPage):
    """One re-review: its panel seat by seat, the calls, what came in, the panel's opinion, feedback and fees."""

    audience, needs, lookup = "bureau", Capability.READ_ALL, "number"

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the visible re-reviews."""
        return re_reviews_visible_to(self.user).select_related("evaluation__unit__organisation", "bureau", "node")

    @cached_property
    def seats(self) -> list[Assignment]:
        """Everybody who was called, in order."""
        rows = Assignment.objects.filter(re_review=self.object).select_related(
            "expert__person", "declaration", "draw", "presence"
        )
        return list(rows.prefetch_related("calls").order_by("pk"))

    @cached_property
    def draw(self) -> Draw | None:
        """The draw of the panel that holds."""
        return Draw.objects.filter(re_review=self.object).exclude(status=DrawStatus.VOID).order_by("-pk").first()

    @cached_property
    def batch(self) -> AssignmentBatch | None:
        """The batch that fills the panel."""
        return batch_of(self.object)

    @cached_property
    def opinions(self) -> dict[int, Opinion]:
        """The opinions by seat; drafts show only that they exist."""
        return {row.assignment_id: row for row in Opinion.objects.filter(re_review=self.object)}

    @cached_property
    def panel_opinion(self) -> PanelOpinion | None:
        """The panel's opinion, where it is drafted."""
        rows = PanelOpinion.objects.filter(re_review=self.object).select_related("drafted_by__expert__person")
        return rows.prefetch_related("signatures").first()

    @cached_property
    def feedback(self) -> dict[int, ExpertFeedback]:
        """The feedback given, by seat."""
        return {row.assignment_id: row for row in ExpertFeedback.objects.filter(assignment__in=self.seats)}

    @cached_property
    def letters(self) -> dict[int, int]:
        """The scans by which a clerk entered that somebody leaves, by seat."""
        rows = StoredFile.objects.filter(
            owner_kind="assignments.assignment", owner_id__in=[seat.pk for seat in self.seats if seat.status in GONE]
        )
        return {row.owner_id: row.pk for row in rows.only("owner_id") if row.owner_id}

    def layout(self) -> Layout:
        """Return panel, opinions, panel's opinion; beside them the meeting, feedback and fees."""
        row: ReReviewTask = self.object
        task = row.evaluation
        return Layout(
            crumbs=((_("Re-reviews"), reverse("pages:re-reviews")), (row.number, "")),
            meta=(task.title, row.get_kind_display(), task.unit.organisation.name),
            status=row,
            acts=tuple(self._steps()),
            main=(self._panel(), self._panels_opinion()),
            beside=(self._meeting(), self._fees()),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say the thing and its state in the title."""
        return super().get_context_data(**({"title": self._title()} | kwargs))

    def _title(self) -> str:
        row: ReReviewTask = self.object
        live = [seat for seat in self.seats if seat.status not in GONE]
        done = sum(1 for seat in live if (opinion := self.opinions.get(seat.pk)) and opinion.status == "SUBMITTED")
        words = _("%(kind)s: %(seated)d of %(seats)d seats taken, %(done)d opinions in")
        return words % {
            "kind": row.get_kind_display(),
            "seated": len(live),
            "seats": row.panel_size,
            "done": done,
        }

    def _steps(self) -> list[Act]:
        row: ReReviewTask = self.object
        if not may(self.user, Capability.COMMISSION):
            return []
        found = []
        live = [seat for seat in self.seats if seat.status not in GONE]
        if self.draw and row.status == ReReviewStatus.OPEN:
            found.append(Act(_("Go to the draw"), reverse("pages:draw", args=[self.draw.number])))
        elif self.batch and row.status in {ReReviewStatus.OPEN, ReReviewStatus.PANEL_READY}:
            found.append(Act(_("Go to the batch"), reverse("pages:batch", args=[self.batch.number])))
        elif not self.draw and row.status == ReReviewStatus.OPEN and may(self.user, Capability.DRAW):
            found.append(Act(_("Prepare the draw"), reverse("pages:draw-panel", args=[row.pk])))
        if row.status == ReReviewStatus.OPEN and not self.draw and not self.batch:
            found.append(Act(_("Who is eligible, and why not"), reverse("pages:eligibility-panel", args=[row.pk])))
            found.append(Act(_("Ask a guest expert"), reverse("pages:guest-add", args=[row.number])))
        seated = row.status in {ReReviewStatus.PANEL_READY, ReReviewStatus.REVIEWING}  # edge case 38: during it, too
        if seated and len(live) < row.panel_size and (self.draw or self.batch):
            page, number = (
                ("draw", self.draw.number) if self.draw else ("batch", self.batch.number if self.batch else "")
            )
            found.insert(0, Act(_("Call the next of the list"), reverse(f"pages:{page}", args=[number])))
        found = self._telling(live) + found
        if row.status == ReReviewStatus.PANEL_READY and live and all(seat.status == "DECLARED" for seat in live):
            found.insert(0, Act(_("Begin the review"), reverse("pages:re-review-begin", args=[row.number])))
        if row.status == ReReviewStatus.REVIEWING and self._all_in(live) and not self.panel_opinion:
            found.insert(0, Act(_("Draft the panel’s opinion"), reverse("pages:panel-draft", args=[row.number])))
        return found

    def _telling(self, live: list[Assignment]) -> list[Act]:
        """Return how who has not answered is told and called."""
        number = self.object.number
        found = []
        if any(seat.status == AssignmentStatus.DRAWN for seat in live):
            found.append(Act(_("Notify the panel"), reverse("pages:re-review-notify", args=[number])))
        if any(seat.status in ANSWERING for seat in live):
            found.append(Act(_("Call list"), f"{reverse('pages:calls')}?re_review={number}"))
        return found

    def _all_in(self, live: list[Assignment]) -> bool:
        return bool(live) and all(
            (opinion := self.opinions.get(seat.pk)) and opinion.status == "SUBMITTED" for seat in live
        )

    def _panel(self) -> Section:
        headings = (_("Seat"), _("Expert"), _("State"), _("Calls"), _("Opinion"), _("To do"))
        rows = [
            (
                Cell(seat.stratum or _("expert"), status=None),
                Cell(
                    f"{seat.expert.person.name}{'（' + _('leader') + '）' if seat.is_leader else ''}",
                    reverse("pages:expert", args=[seat.expert.number]),
                )
                if seat.expert
                else "—",
                Cell(self._remark(seat), status=seat),
                ", ".join(f"{formats.day(call.called_at)} {call.outcome_word}" for call in called(seat)) or "—",
                self._opinion_cell(seat),
                Cell("", acts=tuple(self._seat_acts(seat))),
            )
            for seat in self.seats
        ]
        empty = _("Nobody is seated yet. Prepare the draw, or ask a guest where the pool has nobody.")
        return Section(_("Panel"), grid=Grid(headings, rows), empty=empty, count=len(self.seats))

    def _remark(self, seat: Assignment) -> str:
        """Return why somebody is gone, else how he came to the meeting where that is worth saying."""
        came = getattr(seat, "presence", None)
        if seat.status in GONE or came is None or came.state == "CAME":
            return self._why_gone(seat)
        return f"{came.get_state_display()}：{came.words}"

    def _why_gone(self, seat: Assignment) -> str:
        """Return why somebody does not serve, and whether it counts against him; nothing for who does."""
        if seat.status not in GONE:
            return ""
        reason = seat.get_decline_reason_display() if seat.decline_reason else ""
        words = seat.void_words or seat.decline_words
        counts = _("counts as a decline") if seat.decline_counts else ""
        return "，".join(part for part in (str(reason), words, counts) if part)

    def _opinion_cell(self, seat: Assignment) -> Cell:
        opinion = self.opinions.get(seat.pk)
        if opinion is None:
            return Cell("—")
        if opinion.status in {"SUBMITTED", "RETURNED"}:
            return Cell(_("see the opinion"), reverse("pages:opinion", args=[opinion.pk]), status=opinion)
        return Cell("", status=opinion)

    def _seat_acts(self, seat: Assignment) -> list[Act]:
        gone = seat.status in GONE
        report = [] if gone else [Act(_("Report a conflict"), reverse("pages:seat-conflict", args=[seat.pk]))]
        if gone and seat.pk in self.letters:
            report.append(Act(_("Their own letter"), reverse("pages:file", args=[self.letters[seat.pk]])))
        return [*self._own_acts(seat), *report] if may(self.user, Capability.COMMISSION) else report

    def _own_acts(self, seat: Assignment) -> list[Act]:
        found = []
        if seat.status == AssignmentStatus.DRAWN:
            found.append(Act(_("Notify"), reverse("pages:seat-notify", args=[seat.pk])))
        if seat.status in ANSWERING:
            found.append(Act(_("Log a call"), reverse("pages:call", args=[seat.pk])))
        if seat.status == AssignmentStatus.ACCEPTED:
            found.append(Act(_("Enter the declaration"), reverse("pages:declare-for", args=[seat.pk])))
        opinion = self.opinions.get(seat.pk)
        serves = seat.status in {AssignmentStatus.DECLARED, AssignmentStatus.SERVING}
        if serves and self.object.status == "REVIEWING" and (opinion is None or opinion.status != "SUBMITTED"):
            found.append(Act(_("Enter the paper opinion"), reverse("pages:opinion-for", args=[seat.pk])))
        if seat.status in RECUSABLE and self._has_met:
            found.append(Act(_("Note who came"), reverse("pages:note-presence", args=[seat.pk])))
        if seat.status in RECUSABLE:
            found.append(Act(_("Recuse"), reverse("pages:recuse", args=[seat.pk])))
        if seat.status in LEAVABLE and not seat.is_leader and self.panel_opinion is None:
            found.append(Act(_("Name the leader"), reverse("pages:panel-leader", args=[seat.pk])))
        if seat.status == AssignmentStatus.SIGNED and seat.pk not in self.feedback:
            found.append(Act(_("Give feedback"), reverse("pages:expert-feedback", args=[seat.pk])))
        return found

    def _panels_opinion(self) -> Section:
        row = self.panel_opinion
        if row is None:
            words = _("It is drafted by the leader once every member has submitted his own opinion.")
            return Section(_("Opinion of the panel"), empty=words)
        signed = {one.assignment_id: one for one in row.signatures.all()}
        pairs: list[tuple[StrOrPromise, Cell | object]] = []
        for seat in self.seats:
            if seat.status in GONE or seat.expert is None:
                continue
            one = signed.get(seat.pk)
            if one is None:
                acts = (Act(_("Sign for him"), reverse("pages:panel-sign-for", args=[seat.pk])),)
                pairs.append((seat.expert.person.name, Cell(_("has not signed"), acts=acts if self._may else ())))
            else:
                pairs.append((seat.expert.person.name, one.dissent or _("agrees")))
        if row.asked_cents is not None and row.supported_cents is not None:
            pairs.append((_("Asked for"), formats.wan_with_unit(row.asked_cents)))
            pairs.append((_("Supported"), formats.wan_with_unit(row.supported_cents)))
            pairs.append((_("Saved"), formats.wan_with_unit(row.asked_cents - row.supported_cents)))
        return Section(_("Opinion of the panel"), said=row.words, pairs=tuple(pairs))

    @property
    def _has_met(self) -> bool:
        meets_on = self.object.meets_on
        return meets_on is not None and self.today >= meets_on

    @property
    def _may(self) -> bool:
        return may(self.user, Capability.COMMISSION)

    def _meeting(self) -> Section:
        row: ReReviewTask = self.object
        pairs = (
            (_("Task"), Cell(row.evaluation.number, reverse("pages:task", args=[row.evaluation.number]))),
            (_("Field of the experts"), row.node.name if row.node else _("not said yet")),
            (_("Meets on"), formats.day(row.meets_on, with_year=True) if row.meets_on else "—"),
            (_("Meeting place"), row.place or "—"),
            (_("Due on"), formats.day(row.due_on, with_year=True)),
            *([(_("Members from offices"), "、".join(row.office_members))] if row.office_members else []),
        )
        acts: tuple[Act, ...] = ()
        if self.draw:
            acts = (Act(_("See the draw"), reverse("pages:draw", args=[self.draw.number])),)
        if self._may and not row.by_correspondence:
            acts = (
                *acts,
                Act(_("Notice of the meeting (PDF)"), reverse("pages:meeting-notice", args=[row.number])),
                Act(_("Sign-in sheet (PDF)"), reverse("pages:meeting-sign-in", args=[row.number])),
            )
        if self._may and row.status == ReReviewStatus.OPEN:
            acts = (*acts, Act(_("Plan the field of the experts"), reverse("pages:re-review-field", args=[row.number])))
        if self._may and row.status not in {ReReviewStatus.DONE, ReReviewStatus.STOPPED}:
            acts = (
                *acts,
                Act(_("Stop the review"), reverse("pages:re-review-stop", args=[row.number])),
            )
        return Section(_("The meeting"), pairs=pairs, acts=acts)

    def _fees(self) -> Section:
        feedback = self.feedback
        sheets = FeeSheet.objects.filter(re_review=self.object).prefetch_related("fees").order_by("pk")
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (seat.expert.person.name, _("feedback %(points)d") % {"points": feedback[seat.pk].points})
            for seat in self.seats
            if seat.pk in feedback and seat.expert
        ]
        for sheet in sheets:
            gross = sum(fee.gross_cents for fee in sheet.fees.all())
            word = _("paid") if sheet.paid_on else _("not paid yet")
            url = reverse("pages:fee-sheet", args=[sheet.pk])
            pairs.append((f"{sheet.month:%Y-%m}", Cell(f"{formats.yuan(gross)} {word}", url)))
        acts: tuple[Act, ...] = ()
        if self._may and any(seat.status in {"SIGNED", "EVALUATED"} for seat in self.seats):
            acts = (Act(_("Enter the fees"), reverse("pages:fees-draft", args=[self.object.number])),)
        return Section(
            _("Feedback and fees"), pairs=tuple(pairs), acts=acts, empty=_("They follow the signatures of the panel.")
        )


class _Called:
    """A call with its outcome in words."""

    def __init__(self, called_at: datetime, outcome: str) -> None:
        self.called_at, self.outcome_word = called_at, OUTCOMES[outcome]


OUTCOMES = {
    "ACCEPTED": gettext_lazy("accepts"),
    "DECLINED": gettext_lazy("declines"),
    "NO_ANSWER": gettext_lazy("no answer"),
    "CALL_BACK": gettext_lazy("call back later"),
}


def called(seat: Assignment) -> list[_Called]:
    """Return the calls of a seat with their outcomes in words."""
    return [_Called(call.called_at, call.outcome) for call in seat.calls.all()]


urls = [
    path("re-reviews/", ReReviewList.as_view(), name="re-reviews"),
    path("re-reviews/<str:number>/", ReReviewPage.as_view(), name="re-review"),
]
