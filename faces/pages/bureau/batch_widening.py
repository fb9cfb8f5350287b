"""When the list of a re-review of a batch runs out: which re-reviews were widened, and asking for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.selectors.batches import SEATED
from assignments.services import batches
from faces.pages.bureau.batch_steps import BatchStep
from faces.pages.bureau.draw_faults import WideningForm
from faces.pages.shared.sections import Act, Cell, Section
from foundation.approvals.selectors import running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch, BatchTask


def widening_section(batch: AssignmentBatch, tasks: Sequence[BatchTask], *, may_ask: bool) -> Section | None:
    """Return the re-reviews that let in who had no chance, or wait for it; None where there is nothing to tell."""
    if batch.status not in SEATED:
        return None
    approval = running("WIDENING", batch)
    asked = set(approval.facts["re_reviews"]) if approval else set()
    opened = {step["task"] for step in batch.steps if len(step["opened"]) > 1}
    pairs: list[tuple[StrOrPromise, Cell | object]] = []
    for task in tasks:
        if task.place in opened:
            pairs.append((task.re_review.number, Cell(_("opened"), shape="done")))
        elif task.approved_steps:
            pairs.append((task.re_review.number, Cell(_("approved, not needed yet"), shape="run")))
        elif task.re_review.number in asked:
            pairs.append((task.re_review.number, Cell(_("under approval"), shape="wait")))
    acts: tuple[Act, ...] = ()
    if may_ask and approval is None:
        acts = (Act(_("Ask for a widening"), reverse("pages:batch-widen", args=[batch.number])),)
    if not pairs and not acts:
        return None
    note = _("Who had no chance in the freeze is let in only where the list is exhausted, and only with approval.")
    return Section(_("Widening"), pairs=tuple(pairs), note=note, acts=acts)


class BatchWiden(BatchStep):
    """Ask that people without a chance may come in where the list is exhausted."""

    title, form_class = gettext_lazy("Ask for a widening"), WideningForm
    submit_label = gettext_lazy("Submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say whom it lets in, and where."""
        return [
            _("It lets in people who know the field and whom no rule refuses, but who had no chance in the freeze."),
            _("It is asked for every re-review whose empty seats nobody with a chance may take; for no other."),
            _("Once approved, they come in at the next call, in the order that the seed fixed. The record shows it."),
        ]

    def act(self, form: WideningForm) -> str:
        """Ask for it."""
        batches.ask_widening(batch=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The widening is under approval.")


urls = [path("batches/<str:number>/widening/", BatchWiden.as_view(), name="batch-widen")]
