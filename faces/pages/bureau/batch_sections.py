"""The parts of a batch's page: what is to be known first, who sits where, the loads, what rules cost, who was named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.enums import BatchStatus, PairKind
from assignments.selectors.eligibility import reason_words
from assignments.selectors.forecast import early_meetings, is_fillable, loads_of, reasons_of, rule_costs
from faces.pages.shared import formats
from faces.pages.shared.draw_words import GROUNDS
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.approvals.enums import StepStatus
from foundation.approvals.selectors import of_subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment, AssignmentBatch, BatchPair, BatchTask
    from experts.models import Expert
    from foundation.approvals.models import Approval

MILLIONTHS: Final = 1_000_000
PERMILLE: Final = 1000
HUNDREDTHS: Final = 100
SHOWN_LOADS: Final = 80
SHOWN_EARLY: Final = 8


def state_section(batch: AssignmentBatch, tasks: Sequence[BatchTask], *, may_prepare: bool) -> Section | None:
    """Return what is to be known before anything else: a running job, why there is no answer, why it is void."""
    if batch.status == BatchStatus.SOLVING:
        words = _("%(done)d of %(all)d re-reviews looked at. The page renews itself.")
        return Section(_("Being solved"), said=words % {"done": batch.surveyed, "all": len(tasks)})
    if batch.failure and batch.status == BatchStatus.PREPARED:
        again = _act_again(batch) if may_prepare else ()
        said = "\n".join(filter(None, (str(batch.get_failure_display()), batch.failure_words)))
        note = _("Asked for by %(name)s at %(at)s; nothing was changed. The log of the server says more.")
        asked = {
            "name": batch.started_by.name if batch.started_by else "—",
            "at": formats.moment(batch.started_at) if batch.started_at else "—",
        }
        return Section(_("The job failed"), said=said, note=note % asked, acts=again)
    if batch.status == BatchStatus.VOID:
        ground = str(GROUNDS.get(batch.void_ground, ""))
        return Section(_("This attempt is void"), said=f"{ground}：{batch.void_words}")
    if batch.status == BatchStatus.PREPARED and batch.solved and not is_fillable(batch):
        reasons = reasons_of(batch)
        return Section(_("The seats cannot be filled"), template="bureau/batch_reasons.html", data=reasons)
    return None


def _act_again(batch: AssignmentBatch) -> tuple[Act, ...]:
    """Return the way to ask for the same job once more."""
    page = "batch-freeze" if batch.is_freezing else "batch-look"
    return (Act(_("Run again"), reverse(f"pages:{page}", args=[batch.number])),)


def early_section(batch: AssignmentBatch, tasks: Sequence[BatchTask], on: date) -> Section | None:
    """Return which panels meet so late that today is too early to draw them, while nothing is frozen. R-21."""
    found = early_meetings(batch, tasks, on)
    if not found:
        return None
    first = found[0][1]
    words = _("%(n)d re-reviews meet later than %(days)d working days from now: %(which)s.") % {
        "n": len(found),
        "days": first.facts["workdays"],
        "which": pgettext("between items", ", ").join(review.number for review, _early in found[:SHOWN_EARLY]),
    }
    note = _("A warning only: the batch may be drawn. Source: %(source)s (R-21)") % {"source": first.source}
    return Section(_("Drawn early"), said=words, note=note)


def seated_section(
    batch: AssignmentBatch,
    tasks: Sequence[BatchTask],
    experts: Sequence[Expert],
    seats: Sequence[Assignment],
    pairs: Sequence[BatchPair],
) -> Section | None:
    """Return tasks × experts: as drawn until the approval, then the seats; each pair opens to its fit."""
    if not batch.seed:
        return None
    held = {(seat.re_review_id, seat.expert_id): seat for seat in seats}
    named = {(pair.task_id, pair.expert_id) for pair in pairs if pair.kind == PairKind.PIN}
    rows = [
        {
            "task": task,
            "url": reverse("pages:re-review", args=[task.re_review.number]),
            "seats": [
                {
                    "name": experts[number].person.name,
                    "url": reverse("pages:expert", args=[experts[number].number]),
                    "employer": batch.pool[number]["employer"],
                    "fit": fit_words(task, experts[number]),
                    "seat": held.get((task.re_review_id, experts[number].pk)),
                    "is_named": (task.pk, experts[number].pk) in named,
                }
                for number in batch.panels[task.place]
            ],
        }
        for task in tasks
    ]
    return Section(_("Who sits where"), template="bureau/batch_seated.html", data=rows, count=len(rows))


def fit_words(task: BatchTask, expert: Expert) -> tuple[str, str]:
    """Return the fit of a pair and the parts it is made of; dashes where none is kept."""
    parts = task.fits.get(str(expert.pk))
    if parts is None:
        return "—", "—"
    value, _path, _missing, match, quality, opinions, turn = parts
    words = _("field %(match)s × quality %(quality)s (%(n)d opinions) × turn %(turn)s") % {
        "match": f"{match / PERMILLE:g}",
        "quality": f"{quality / HUNDREDTHS / HUNDREDTHS:.2f}",
        "n": opinions,
        "turn": f"{turn / PERMILLE:g}",
    }
    return f"{value / MILLIONTHS:.3f}", words


def loads_section(batch: AssignmentBatch, experts: Sequence[Expert]) -> Section:
    """Return the load of everybody who has one: expected before the draw, drawn after it."""
    some = loads_of(batch, experts)
    rows = [
        (
            Cell(one.expert.person.name, reverse("pages:expert", args=[one.expert.number])),
            one.employer or "—",
            one.cap,
            f"{one.permille / PERMILLE:g}",
        )
        for one in some[:SHOWN_LOADS]
    ]
    word = _("Load") if batch.seed else _("Expected load")
    headings = (_("Expert"), _("Employer"), _("May still take this year"), word)
    more = len(some) - len(rows)
    note = _("%(n)d more with less.") % {"n": more} if more > 0 else ""
    empty = _("Look at the forecast: it shows how the work would spread, before any seed is known.")
    return Section(_("Loads"), grid=Grid(headings, rows, frozenset({2, 3})), count=len(some), note=note, empty=empty)


def rules_section(tasks: Sequence[BatchTask]) -> Section:
    """Return how many pairs of task and expert each rule cost."""
    rows = [(str(reason_words(code)), people) for code, people in rule_costs(tasks)]
    headings = (_("Rule that says no"), _("Pairs"))
    empty = _("Known after the first look.")
    return Section(_("What each rule cost"), grid=Grid(headings, rows, frozenset({1})), empty=empty)


def pairs_section(
    batch: AssignmentBatch, pairs: Sequence[BatchPair], naming: Approval | None, *, may_prepare: bool
) -> Section:
    """Return who is named and kept away, and how the approval of it stands."""
    rows = [
        (
            pair.task.re_review.number,
            Cell(pair.expert.person.name, reverse("pages:expert", args=[pair.expert.number])),
            pair.get_kind_display(),
            Cell(pair.reason, said=True),
            Cell("", acts=_pair_acts(batch, pair) if may_prepare else ()),
        )
        for pair in pairs
    ]
    headings = (_("Re-review"), _("Expert"), _("How"), _("Reason"), _("To do"))
    return Section(
        _("Named and kept away"),
        grid=Grid(headings, rows),
        empty=_("Nobody: every seat is drawn."),
        pairs=_approval(batch, naming) if rows else (),
        note=_("Who is named counts as a direct appointment; all of it is approved before the freeze.") if rows else "",
        count=len(rows),
    )


def _approval(batch: AssignmentBatch, naming: Approval | None) -> tuple[tuple[StrOrPromise, Cell], ...]:
    """Return how the approval of who is named stands; after one that was given back with its words."""
    approval = naming or of_subject(batch).filter(kind="NAMING").first()
    if approval is None:
        return ((_("Approval"), Cell(_("not submitted yet"), shape="wait")),)
    shown = Cell(approval.get_status_display(), reverse("pages:approval", args=[approval.pk]))
    words = approval.steps.filter(status=StepStatus.RETURNED).values_list("words", flat=True).first()
    told = ((_("Given back because"), Cell(words, said=True)),) if words else ()
    return ((_("Approval"), shown), *told)


def _pair_acts(batch: AssignmentBatch, pair: BatchPair) -> tuple[Act, ...]:
    return (Act(_("Take back"), reverse("pages:batch-pair-drop", args=[batch.number, pair.pk])),)
