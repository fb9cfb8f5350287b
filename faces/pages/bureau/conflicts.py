"""Conflicts that others found: reported from a seat, the party heard, decided with what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import ConflictOutcome, ConflictSource, ConflictStatus
from appraisals.models import ConflictReport
from appraisals.selectors import conflict_party, conflicts_visible_to, flow_of, reportable_by, work_number, work_title
from appraisals.services import reject_conflict, reply_to_conflict, report_conflict, uphold_conflict
from assignments.models import Declaration
from faces.pages.bureau.experts import expert_url
from faces.pages.bureau.firms import firm_url
from faces.pages.bureau.re_reviews import re_review_url
from faces.pages.bureau.tasks import task_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.credit_words import reply_section
from faces.pages.shared.delivery_forms import textarea, upload
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.own_credit import FILES, ReplyForm
from faces.pages.shared.sections import Act, Cell, Layout, Section, SectionsPage
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment

serve_shapes(wait=("HEARING",))
JOINS = (
    "bureau", "assignment__task", "assignment__re_review__evaluation", "assignment__firm__organisation",
    "assignment__expert__person",
)  # fmt: skip


def conflict_url(row: ConflictReport) -> str:
    """Return the page of a reported conflict."""
    return reverse("pages:conflict", args=[row.pk])


class ConflictList(ListPage):
    """Every reported conflict."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Reported conflicts")
    columns = (
        Column(gettext_lazy("Firm or expert"), conflict_party, key=True, link=conflict_url),
        Column(gettext_lazy("Task"), lambda row: work_title(row.assignment)),
        Column(gettext_lazy("Found by"), "source"),
        Column(gettext_lazy("Reported on"), lambda row: full_day(row.reported_on)),
        Column(gettext_lazy("Reply until"), lambda row: full_day(row.reply_until)),
        Column(gettext_lazy("What it did"), lambda row: row.get_outcome_display() or "—"),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), ConflictStatus.choices),
        Facet("source", gettext_lazy("Found by"), ConflictSource.choices),
        Facet("outcome", gettext_lazy("What it did"), ConflictOutcome.choices),
    )
    search_fields = (
        "words", "assignment__firm__organisation__name", "assignment__expert__person__name", "assignment__task__title",
    )  # fmt: skip
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-pk",)),)
    export_name = "conflicts"
    empty_title = gettext_lazy("No conflict was reported")
    empty_text = gettext_lazy("Report one from the seat on a re-review’s page, or from the firm on a task’s page.")

    def rows(self) -> QuerySet[ConflictReport]:
        """Return the visible reports."""
        return conflicts_visible_to(self.user).select_related(*JOINS)


class OneConflict(OneObject):
    """A visible report."""

    audience = "bureau"

    def rows(self) -> QuerySet[ConflictReport]:
        """Return the visible reports with what they are about."""
        joins = "reported_by", "decided_by", "credit_event", "reply__given_by", "reply__answered_by", "file"
        return conflicts_visible_to(self.user).select_related(*JOINS, *joins)


class ConflictPage(OneConflict, SectionsPage):
    """One reported conflict: what is said, the reply, the decision and what it did."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say whose conflict."""
        row: ConflictReport = self.object
        facts = {"name": conflict_party(row), "number": work_number(row.assignment)}
        title = _("Conflict of interest: %(name)s, %(number)s") % facts
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return the words, the hearing and the decision."""
        row: ConflictReport = self.object
        seat = row.assignment
        url = firm_url(seat.firm) if seat.firm else ""
        url = expert_url(seat.expert) if seat.expert else url
        where = re_review_url(seat.re_review) if seat.re_review else ""
        where = task_url(seat.task) if seat.task else where
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Firm or expert"), Cell(conflict_party(row), url)),
            (_("Task"), Cell(work_number(seat), where)),
            (_("Found by"), row.get_source_display()),
            (_("Entered by"), f"{full_day(row.reported_on)} {row.reported_by.name}"),
            (_("Reply until"), full_day(row.reply_until)),
        ]
        if row.letter:
            pairs.append((_("Letter from outside"), row.letter))
        if row.file is not None:
            pairs.append((_("Evidence"), Cell(row.file.original_name, reverse("pages:file", args=[row.file.pk]))))
        acts = []
        heard = getattr(row, "reply", None)
        if row.status == ConflictStatus.HEARING:
            if may(self.user, Capability.CONFIRM) and row.reported_by_id != self.user.pk:
                acts.append(Act(_("Decide"), reverse("pages:conflict-decide", args=[row.pk])))
            if heard is None and may(self.user, Capability.REGISTER):
                acts.append(Act(_("Enter the party’s reply"), reverse("pages:conflict-reply-for", args=[row.pk])))
        return Layout(
            crumbs=((_("Reported conflicts"), reverse("pages:conflicts")), (f"#{row.pk}", "")),
            meta=(work_title(seat),),
            status=row,
            acts=tuple(acts),
            main=(
                Section(_("What is reported"), said=row.words),
                reply_section(heard, empty=_("The party has not replied.")),
                self._decision(row),
            ),
            beside=(Section(_("About this report"), pairs=pairs),),
        )

    def _decision(self, row: ConflictReport) -> Section:
        if row.decided_by is None or row.decided_on is None:
            return Section(
                _("Decision"), empty=_("Not decided yet: the section head decides once the party was heard.")
            )
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Decided"), f"{full_day(row.decided_on)} {row.decided_by.name}"),
            (_("Reason"), Cell(row.reason, said=True)),
        ]
        if row.outcome:
            pairs.insert(1, (_("What it did"), row.get_outcome_display()))
        if row.credit_event is not None:
            url = reverse("pages:credit-event", args=[row.credit_event.pk])
            pairs.append((_("Violation recorded"), Cell(_("a conflict of interest kept back"), url)))
        return Section(_("Decision"), pairs=pairs)


class ConflictForm(ActionForm):
    """Which conflict, whose letter, the evidence."""

    words = forms.CharField(label=gettext_lazy("Which conflict"), max_length=1000, widget=textarea(5))
    letter = forms.CharField(
        label=gettext_lazy("Whose letter"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Only for a letter from outside: who wrote, when. Add its scan below."),
    )
    file = forms.FileField(label=gettext_lazy("Evidence"), required=False, widget=upload(FILES))

    def proof(self) -> tuple[str, bytes] | None:
        """Return name and content of the file; None without any."""
        file = self.cleaned_data["file"]
        return (file.name, file.read()) if file else None


class SeatConflict(ActionView):
    """Report a conflict about one seat, or about the firm of a task."""

    audience, needs = "bureau", Capability.READ_ALL
    title, submit_label = gettext_lazy("Report a conflict of interest"), gettext_lazy("Report it, and hear the party")
    form_class = ConflictForm
    made: ConflictReport | None = None

    def rows(self) -> QuerySet[Assignment]:
        """Return the assignments that may be reported."""
        return reportable_by(self.user).select_related("firm__organisation", "expert__person", "task", "re_review")

    def get_success_url(self) -> str:
        """Return the report's page; without one, the list."""
        return conflict_url(self.made) if self.made else reverse("pages:conflicts")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who is heard, and that the draw holds."""
        seat: Assignment = self.object
        name = seat.firm.organisation.name if seat.firm else seat.expert.person.name if seat.expert else ""
        return [
            _("%(name)s is told what is said, not who says it, and may reply.") % {"name": name},
            _("The section head decides. The draw itself stays valid: who was wrongly listed is replaced."),
        ]

    def act(self, form: ConflictForm) -> str:
        """Report it."""
        given = form.cleaned_data
        self.made = report_conflict(
            assignment=self.object,
            words=given["words"],
            letter=given["letter"],
            file=form.proof(),
            by=self.user,
            on=self.today,
        )
        return _("The conflict is reported; the party is told and may reply.")


class ConflictStep(OneConflict, ActionView):
    """A step of a report; afterwards back to its page."""

    def object_url(self) -> str:
        """Return the report's page."""
        return conflict_url(self.object)


class DecideForm(ActionForm):
    """Whether there is a conflict, and what follows."""

    finding = forms.ChoiceField(
        label=gettext_lazy("Finding"),
        choices=(("UPHELD", gettext_lazy("there is a conflict")), ("REJECTED", gettext_lazy("there is none"))),
        widget=forms.RadioSelect,
    )
    way = forms.ChoiceField(
        label=gettext_lazy("What becomes of the firm’s task"),
        required=False,
        choices=(
            ("HANDED_OVER", gettext_lazy("another firm is chosen")),
            ("TASK_STOPPED", gettext_lazy("the task stops")),
        ),
        widget=forms.RadioSelect,
    )
    is_undeclared = forms.BooleanField(
        label=gettext_lazy("The party knew of it and kept it back: a violation is recorded"), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, widget=textarea(4))

    def __init__(self, *args: Any, asks_way: bool = False, may_cost: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        """Ask for the way only of a firm whose work runs, for the credit only where others found it."""
        super().__init__(*args, **kwargs)
        if not asks_way:
            del self.fields["way"]
        if not may_cost:
            del self.fields["is_undeclared"]


class ConflictDecide(ConflictStep):
    """Decide, once the party was heard. Rule R-66."""

    needs = Capability.CONFIRM
    title, submit_label, danger = gettext_lazy("Decide about the conflict"), gettext_lazy("Decide"), True
    form_class = DecideForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form what it must ask."""
        row: ConflictReport = self.object
        found = super().get_form_kwargs()
        found["asks_way"] = flow_of(row.assignment) is None
        found["may_cost"] = row.source != ConflictSource.OWN
        denied = Declaration.objects.filter(assignment=row.assignment, has_conflict=False).exists()
        found["initial"] = {**found.get("initial", {}), "is_undeclared": denied}
        return found

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what upholding does now."""
        row: ConflictReport = self.object
        flow = flow_of(row.assignment)
        does = flow.label if flow else _("the firm leaves the task; choose below what becomes of it")
        return [
            row.words,
            _("Upheld now: %(does)s.") % {"does": does},
            _("The draw stays valid. What is published says why, without names."),
        ]

    def act(self, form: DecideForm) -> str:
        """Decide."""
        given = form.cleaned_data
        facts = {"report": self.object, "reason": given["reason"], "by": self.user, "on": self.today}
        if given["finding"] == "REJECTED":
            reject_conflict(**facts)
            return _("Decided: there is no conflict. Everything stays as it was.")
        row = uphold_conflict(**facts, way=given.get("way", ""), is_undeclared=given.get("is_undeclared", False))
        return _("Decided: %(does)s.") % {"does": row.get_outcome_display()}


class ConflictReplyFor(ConflictStep):
    """Enter the party's paper (代录)."""

    needs = Capability.REGISTER
    title, submit_label = gettext_lazy("Enter the party’s reply"), gettext_lazy("Enter the reply")
    form_class = ReplyForm

    def act(self, form: ReplyForm) -> str:
        """Enter it with its scan."""
        words = form.cleaned_data["words"]
        reply_to_conflict(report=self.object, words=words, file=form.proof(), by=self.user, on=self.today)
        return _("The reply is entered.")


urls = [
    path("conflicts/", ConflictList.as_view(), name="conflicts"),
    path("conflicts/<int:pk>/", ConflictPage.as_view(), name="conflict"),
    path("conflicts/<int:pk>/decide/", ConflictDecide.as_view(), name="conflict-decide"),
    path("conflicts/<int:pk>/reply/", ConflictReplyFor.as_view(), name="conflict-reply-for"),
    path("seats/<int:pk>/conflict/", SeatConflict.as_view(), name="seat-conflict"),
]
