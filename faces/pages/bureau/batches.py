"""Batches: the list, the page of one with its forecast, its seats and its rules, the record as a file."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from assignments.enums import BatchStatus, ReReviewStatus
from assignments.models import Assignment, AssignmentBatch
from assignments.selectors.batch_proofs import proof_words
from assignments.selectors.batches import (
    experts_of,
    nameable,
    naming_agreed,
    naming_running,
    pairs_of,
    seats_of,
    tasks_of,
    turn_of,
    visible_to,
    with_task_count,
)
from assignments.selectors.eligibility import reason_words
from assignments.selectors.forecast import is_fillable
from assignments.transitions import GONE
from disclosure.selectors import publishable_batches
from faces.pages.bureau.batch_candidates import urls as candidate_urls
from faces.pages.bureau.batch_letters import letters_section
from faces.pages.bureau.batch_letters import urls as letter_urls
from faces.pages.bureau.batch_opening import urls as opening_urls
from faces.pages.bureau.batch_publication import urls as file_urls
from faces.pages.bureau.batch_sections import (
    MILLIONTHS,
    early_section,
    loads_section,
    pairs_section,
    rules_section,
    seated_section,
    state_section,
)
from faces.pages.bureau.batch_seed import seed_section
from faces.pages.bureau.batch_setup import urls as setup_urls
from faces.pages.bureau.batch_steps import urls as step_urls
from faces.pages.bureau.batch_widening import urls as widening_urls
from faces.pages.bureau.batch_widening import widening_section
from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.enums import ApprovalStatus
from foundation.taxonomy.models import Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import BatchPair, BatchTask
    from experts.models import Expert
    from foundation.approvals.models import Approval

serve_shapes(wait=("PREPARED",), run=("SOLVING",), done=("SEATED", "SENT"))
OVER: Final = frozenset({ReReviewStatus.DONE, ReReviewStatus.STOPPED})
TURNS: Final[Mapping[str, tuple[StrOrPromise, str]]] = {
    "commit": (gettext_lazy("Hand in the commitment"), "batch-commit"),
    "reveal": (gettext_lazy("Show the nonce"), "batch-reveal"),
    "type": (gettext_lazy("Type the public value"), "batch-value"),
    "confirm": (gettext_lazy("Confirm the public value"), "batch-value-confirm"),
    "submit": (gettext_lazy("Submit for approval"), "batch-submit"),
    "notify": (gettext_lazy("Tell everybody"), "batch-notify"),
}
SHOWN_RULES: Final = 3


def batch_url(row: AssignmentBatch) -> str:
    """Return the page of a batch."""
    return reverse("pages:batch", args=[row.number])


class Batches(ListPage):
    """All batches of the bureau, void attempts among them."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/batches.html"
    title = gettext_lazy("Batch assignments")
    columns = (
        Column(gettext_lazy("Number"), "number", key=True, link=batch_url),
        Column(gettext_lazy("Title"), "title"),
        Column(gettext_lazy("Re-reviews"), "task_count", num=True),
        Column(gettext_lazy("Attempt"), "attempt", num=True),
        Column(gettext_lazy("Drawn on"), lambda row: formats.moment(row.drawn_at) if row.drawn_at else "—"),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("status", gettext_lazy("State"), BatchStatus.choices),)
    search_fields = ("number", "title", "commitment")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("old", gettext_lazy("Oldest first"), ("pk",)),
    )
    export_name = "batches"
    empty_title = gettext_lazy("No batch has been prepared yet")
    empty_text = gettext_lazy("Many re-reviews at once, such as a year’s ex-ante evaluations: choose them together.")

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the bureau's batches."""
        return with_task_count(visible_to(self.user))


class BatchPage(SectionsPage):
    """One batch: the forecast or the result, who sits where, what each rule cost, who was named, the parties."""

    audience, needs, lookup = "bureau", Capability.READ_ALL, "number"
    template_name = "bureau/batch.html"

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the bureau's batches."""
        return (
            visible_to(self.user)
            .select_related("head", "witness", "started_by")
            .prefetch_related("parties__user", "values")
        )

    @cached_property
    def tasks(self) -> list[BatchTask]:
        """The re-reviews in their order."""
        return tasks_of(self.object)

    @cached_property
    def pairs(self) -> list[BatchPair]:
        """Who is named or kept away."""
        return pairs_of(self.object)

    @cached_property
    def experts(self) -> list[Expert]:
        """The pool by number."""
        return experts_of(self.object)

    @cached_property
    def seats(self) -> list[Assignment]:
        """Everybody whom the batch ever seated."""
        return seats_of(self.object)

    @cached_property
    def may_prepare(self) -> bool:
        """Whether this person may still change the batch."""
        return turn_of(self.object, self.user) == "prepare"

    def layout(self) -> Layout:
        """Return the result, the tasks and the loads; beside them the rules, who was named, the seed."""
        batch: AssignmentBatch = self.object
        return Layout(
            crumbs=((_("Batch assignments"), reverse("pages:batches")), (batch.number, "")),
            meta=(_("attempt %(n)d") % {"n": batch.attempt}, _("%(n)d re-reviews") % {"n": len(self.tasks)}),
            status=batch,
            acts=tuple(self._steps()),
            main=tuple(part for part in self._main() if part),
            beside=tuple(part for part in self._beside() if part),
        )

    def _main(self) -> Sequence[Section | None]:
        batch: AssignmentBatch = self.object
        return (
            state_section(batch, self.tasks, may_prepare=self.may_prepare),
            early_section(batch, self.tasks, self.today),
            seated_section(batch, self.tasks, self.experts, self.seats, self.pairs),
            letters_section(batch, self.user),
            loads_section(batch, self.experts),
            self._tasks(),
        )

    def _beside(self) -> Sequence[Section | None]:
        batch: AssignmentBatch = self.object
        widening = widening_section(batch, self.tasks, may_ask=self._runs_draws and self._left)
        pairs = pairs_section(batch, self.pairs, self._naming, may_prepare=self.may_prepare)
        return self._forecast(), rules_section(self.tasks), pairs, widening, seed_section(batch, self.user)

    @property
    def _runs_draws(self) -> bool:
        return may(self.user, Capability.DRAW) and self.object.bureau_id == self.user.bureau_id

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add the title, and that the page renews itself while the job runs."""
        found = {"title": self.object.title, "is_running": self.object.status == BatchStatus.SOLVING}
        return super().get_context_data(**(found | kwargs))

    def _act(self, label: StrOrPromise, page: str) -> Act:
        return Act(label, reverse(f"pages:{page}", args=[self.object.number]))

    def _steps(self) -> list[Act]:
        batch: AssignmentBatch = self.object
        turn = turn_of(batch, self.user)
        found = []
        if turn == "prepare":
            look = self._act(_("Look at the forecast"), "batch-look")
            freeze = self._act(_("Solve and freeze"), "batch-freeze")
            if self.pairs and self._naming is None:
                found += [self._act(_("Submit who is named"), "batch-submit-pairs")]
            found += [freeze, look] if is_fillable(batch) and self._may_freeze else [look]
        elif turn:
            found.append(self._act(*TURNS[turn]))
        found += self._calling()
        if self._runs_draws and batch.status in {BatchStatus.SEATED, BatchStatus.SENT} and self._left:
            found.append(self._act(_("Call the next"), "batch-replace"))
        if self._runs_draws and batch.status == BatchStatus.SOLVING:
            found.append(self._act(_("Look at the forecast"), "batch-look"))
        if nameable(self.user).filter(pk=batch.pk).exists():
            found.append(self._act(_("Open the names in the record"), "batch-names"))
        if publishable_batches(self.user).filter(pk=batch.pk).exists():
            found.append(self._act(_("Publish the record"), "publish-batch"))
        return found

    @cached_property
    def _naming(self) -> Approval | None:
        """The approval of who is named and kept away that waits, or agreed to them as they stand."""
        return naming_running(self.object) or naming_agreed(self.object, self.pairs)

    @property
    def _may_freeze(self) -> bool:
        return not self.pairs or (self._naming is not None and self._naming.status == ApprovalStatus.AGREED)

    @property
    def _left(self) -> bool:
        held = Counter(seat.re_review_id for seat in self.seats if seat.status not in GONE)
        return any(
            held[task.re_review_id] < task.re_review.panel_size
            for task in self.tasks
            if task.re_review.status not in OVER
        )

    def _listed(self, task: BatchTask) -> Cell | str:
        """Return how many are listed for a task, with the way to them."""
        if task.eligible is None:
            return "—"
        return Cell(task.eligible, reverse("pages:batch-candidates", args=[self.object.number, task.place]))

    def _tasks(self) -> Section:
        headings = (_("Re-review"), _("Task"), _("Field"), _("Seats"), _("Eligible"), _("Kept away by"), _("To do"))
        rows = [
            (
                Cell(task.re_review.number, reverse("pages:re-review", args=[task.re_review.number])),
                task.re_review.evaluation.title,
                self._fields(task),
                task.re_review.panel_size,
                self._listed(task),
                pgettext("between items", ", ").join(
                    f"{reason_words(code)} {people}" for code, people in task.removed[:SHOWN_RULES]
                )
                or "—",
                Cell("", acts=self._task_acts(task)),
            )
            for task in self.tasks
        ]
        return Section(_("Re-reviews"), grid=Grid(headings, rows, frozenset({3, 4})), count=len(rows))

    @cached_property
    def _names(self) -> dict[int, str]:
        """The names of the fields of typed seats: one query, none where no seat is typed."""
        keys = {seat["node"] for task in self.tasks for seat in task.seats}
        return dict(Node.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}

    def _fields(self, task: BatchTask) -> str:
        typed = [f"{self._names[seat['node']]} × {seat['count']}" for seat in task.seats]
        return pgettext("between items", ", ").join(typed) or task.node.name

    def _task_acts(self, task: BatchTask) -> tuple[Act, ...]:
        if not self.may_prepare:
            return ()
        place = [self.object.number, task.place]
        return (
            Act(_("Change the field"), reverse("pages:batch-field", args=place)),
            Act(_("Name or keep away"), reverse("pages:batch-pair", args=place)),
        )

    def _forecast(self) -> Section:
        batch: AssignmentBatch = self.object
        seats = sum(task.re_review.panel_size for task in self.tasks)
        pairs: list[tuple[StrOrPromise, Cell | object]] = [(_("Seats"), seats)]
        if batch.pool:
            pairs += [(_("Experts of the pool"), len(batch.pool)), (_("Tasks they may still take"), self._room)]
        if batch.solved:
            pairs += [
                (_("At most a year"), batch.solved["yearly_cap"]),
                (_("At most of one employer"), batch.solved["employer_max"]),
                (_("Greatest chance of a pair"), f"{batch.solved['chance_permille'] / 10:g} %"),
                (_("Expected fit of a seat"), f"{batch.solved['expected_total'] / MILLIONTHS / max(1, seats):.3f}"),
            ]
        aim = _("the worst fitted re-review first, then the total") if batch.evens_out else _("the total fit")
        pairs.append((_("What the batch aims at"), aim))
        note = _("Looked at %(n)d times before the freeze.") % {"n": batch.looks} if batch.looks else ""
        if proof := (batch.solved or {}).get("proof"):
            said = proof_words(proof, record=batch.record)
            pairs += [(_("What the proof says"), Cell(words, said=True)) for words in said]
        if apart := (batch.solved or {}).get("task_groups"):
            words = _("of %(units)d units, %(reviews)d re-reviews: nobody takes two of one unit (R-17)")
            pairs.append((_("Kept apart"), words % {"units": len(apart), "reviews": sum(map(len, apart))}))
            if (cost := (batch.solved or {}).get("apart_cost")) is not None:
                words = _("%(cost)s less expected fit a seat") % {"cost": f"{cost / MILLIONTHS / max(1, seats):.3f}"}
                pairs.append((_("What keeping apart costs"), words if cost else _("no expected fit is lost")))
        if batch.employer_quota:
            pairs.append((_("Of one employer in the whole batch"), batch.employer_quota))
        acts: tuple[Act, ...] = ()
        if self.may_prepare:
            quota = self._act(_("Limit an employer’s share"), "batch-quota")
            acts = (self._act(_("Change the aim"), "batch-floor"), quota)
        return Section(_("Pool and limits"), pairs=tuple(pairs), note=note, acts=acts)

    @property
    def _room(self) -> int:
        return sum(row["cap"] for row in self.object.pool)

    def _calling(self) -> list[Act]:
        """Return the call list of who was seated and has not answered."""
        batch: AssignmentBatch = self.object
        is_seated = batch.status in {BatchStatus.SEATED, BatchStatus.SENT}
        if not is_seated or not may(self.user, Capability.COMMISSION):
            return []
        return [
            Act(_("Call list"), f"{reverse('pages:calls')}?batch={batch.number}"),
            self._act(_("Notices of all meetings (PDF)"), "batch-letters"),
        ]


urls = [
    path("batches/", Batches.as_view(), name="batches"),
    *setup_urls,
    *opening_urls,
    *step_urls,
    *widening_urls,
    *candidate_urls,
    *letter_urls,
    *file_urls,
    path("batches/<str:number>/", BatchPage.as_view(), name="batch"),
]
