"""Who is listed for one re-review of a batch: each fit opens to its parts, with the chance before the seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from assignments.selectors.batches import candidates_of, tasks_of, visible_to
from faces.pages.shared.sections import Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch, BatchTask
    from assignments.selectors.batches import BatchCandidate

SHOWN: Final = 500
PERMILLE: Final = 1000
MILLIONTHS: Final = 1_000_000


class BatchCandidates(SectionsPage):
    """Everybody listed for one re-review, the best fitted first."""

    audience, needs, lookup = "bureau", Capability.READ_ALL, "number"

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the bureau's batches."""
        return visible_to(self.user)

    def task(self) -> BatchTask:
        """Return the re-review that the address names; 404 for none of the batch."""
        found = next((row for row in tasks_of(self.object) if row.place == self.kwargs["place"]), None)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Name the re-review in the title."""
        task = self.task()
        title = _("Listed for %(number)s") % {"number": task.re_review.number}
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return the list, and how a fit is made."""
        batch, task = self.object, self.task()
        found = candidates_of(batch, task)
        headings = (_("Expert"), _("Employer"), _("Field"), _("Quality"), _("Turn"), _("Fit"), _("Chance"))
        grid = Grid(headings, [_line(one) for one in found[:SHOWN]], frozenset({2, 3, 4, 5, 6}))
        empty = _("Look at the forecast: it shows who is listed, and how well each fits.")
        more = len(found) - SHOWN
        note = _("%(n)d more with less.") % {"n": more} if more > 0 else ""
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Field"), _("how near the expert’s specialty stands to the one asked for, in the tree")),
            (_("Quality"), _("how earlier opinions were judged, drawn to the average where there are few")),
            (_("Turn"), _("who served longest ago comes first")),
            (_("Fit"), _("the product of the three")),
            (_("Chance"), _("of a seat on this panel, fixed before any seed; “—” before the freeze")),
        ]
        crumbs = ((_("Batch assignments"), reverse("pages:batches")), (batch.number, _url(batch)))
        return Layout(
            crumbs=crumbs,
            meta=(task.re_review.evaluation.title, _("panel of %(n)s") % {"n": task.re_review.panel_size}),
            main=(Section(_("Listed experts"), grid=grid, count=len(found), empty=empty, note=note),),
            beside=(Section(_("How a fit is made"), pairs=pairs),),
        )


def _url(batch: AssignmentBatch) -> str:
    return reverse("pages:batch", args=[batch.number])


def _line(one: BatchCandidate) -> tuple[Cell | object, ...]:
    field = f"{one.match_permille / PERMILLE:g}"
    if one.missing_levels:
        field = _("%(match)s (%(n)d levels apart)") % {"match": field, "n": one.missing_levels}
    quality = _("%(quality)s (%(n)d opinions)") % {"quality": f"{one.quality:.2f}", "n": one.opinions}
    return (
        Cell(one.expert.person.name, reverse("pages:expert", args=[one.expert.number])),
        one.employer or "—",
        field,
        quality,
        f"{one.turn_permille / PERMILLE:g}",
        f"{one.fit / MILLIONTHS:.3f}",
        "—" if one.chance_permille is None else f"{one.chance_permille / 10:g} %",
    )


urls = [path("batches/<str:number>/tasks/<int:place>/", BatchCandidates.as_view(), name="batch-candidates")]
