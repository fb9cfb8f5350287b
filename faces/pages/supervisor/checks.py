"""What a supervisor takes away: the journal's head as an anchor, the chain checked now, the leaves of a draw."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DrawStatus
from assignments.selectors.batches import visible_to as batches_visible_to
from assignments.selectors.draws import visible_to
from assignments.services.batches import open_leaves as open_batch_leaves
from assignments.services.draws import open_leaves
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from foundation.accounts.enums import Capability
from foundation.audit.selectors import head, verify_chain
from foundation.audit.services import anchor
from foundation.core.cells import neutral
from foundation.core.errors import DomainError, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.draw import Opening
    from assignments.models import AssignmentBatch, Draw

BOM: Final = "\ufeff"  # so that spreadsheet programs read the Chinese


class AnchorForm(ActionForm):
    """To whom the head is handed."""

    handed_to = forms.CharField(
        label=gettext_lazy("Handed to"),
        max_length=120,
        help_text=gettext_lazy("For example: printed and filed at the discipline office."),
    )


class TakeAnchor(FormPage):
    """Write down the journal's head as it leaves the machine."""

    audience, needs, title = "supervisor", Capability.AUDIT, gettext_lazy("Take an anchor")
    form_class, submit_label = AnchorForm, gettext_lazy("Take the anchor")

    def get_success_url(self) -> str:
        """Go home."""
        return reverse("pages:supervisor-home")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what an anchor is good for."""
        return [_("The journal is sealed. A later journal that does not hold this head has been rebuilt.")]

    def act(self, form: AnchorForm) -> str:
        """Seal, and show the head."""
        row = anchor(handed_to=form.cleaned_data["handed_to"])
        return _("Anchor %(number)s: %(hash)s") % {"number": row.number, "hash": row.hash}


class CheckChain(FormPage):
    """Compute the whole chain of the journal again."""

    audience, needs, title = "supervisor", Capability.AUDIT, gettext_lazy("Check the journal now")
    submit_label = gettext_lazy("Check now")

    def get_success_url(self) -> str:
        """Go home."""
        return reverse("pages:supervisor-home")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say how much is computed."""
        return [_("Every entry is computed again, %(n)s in all. Nothing is changed.") % {"n": head()[0]}]

    def act(self, _form: ActionForm) -> str:
        """Say that it holds, or which entry is the first that does not."""
        report = verify_chain()
        if report.first_bad:
            message = _("The journal does not hold from entry %(n)s on.") % {"n": report.first_bad}
            raise DomainError(Refusal("journal_broken", message, {"entry": report.first_bad}))
        return _("The journal holds: %(n)s entries, head %(hash)s.") % {"n": report.number, "hash": report.hash[:16]}


class OpenBatchLeaves(ActionView):
    """Open every leaf of a batch that is drawn or void: who stood behind which number."""

    audience, needs, lookup = "supervisor", Capability.WITNESS, "number"
    title, submit_label = gettext_lazy("Open the leaves of the batch"), gettext_lazy("Open and download")
    danger = True

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the batches that have a record."""
        return batches_visible_to(self.user).filter(record__isnull=False).exclude(commitment="")

    def object_url(self) -> str:
        """Return the batch."""
        return reverse("pages:batch", args=[self.object.number])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it is written down."""
        return [_("The file names everybody on the list. That it was opened, and by whom, stands in the journal.")]

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Hand out the file."""
        try:
            openings = open_batch_leaves(batch=self.object, by=self.user)
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)
        return leaves_file(openings, f"batch-{self.object.pk}-leaves.csv")


class OpenLeaves(ActionView):
    """Open every leaf of a draw that is over: who stood behind which number, who was kept off, and the salts."""

    audience, needs, lookup = "supervisor", Capability.WITNESS, "number"
    title, submit_label = gettext_lazy("Open the leaves of the draw"), gettext_lazy("Open and download")
    danger = True

    def rows(self) -> QuerySet[Draw]:
        """Return the draws that are over."""
        return visible_to(self.user).filter(status__in=[DrawStatus.DRAWN, DrawStatus.VOID]).exclude(commitment="")

    def object_url(self) -> str:
        """Return the room."""
        return reverse("pages:draw", args=[self.object.number])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it is written down."""
        return [_("The file names everybody on the list. That it was opened, and by whom, stands in the journal.")]

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Hand out the file."""
        draw: Draw = self.object
        try:
            openings = open_leaves(draw=draw, by=self.user)
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)
        return leaves_file(openings, f"draw-{draw.pk}-leaves.csv")


def leaves_file(openings: Sequence[Opening], name: str) -> HttpResponse:
    """Return opened leaves as a .csv that no cache keeps."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["number", "name", "ref", "reason", "salt"])
    writer.writerows(
        [row.number or "", neutral(row.name), neutral(row.ref), row.reason or "", row.salt] for row in openings
    )
    response = HttpResponse(BOM + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


urls = [
    path("journal/anchor/", TakeAnchor.as_view(), name="supervisor-anchor"),
    path("journal/check/", CheckChain.as_view(), name="supervisor-check"),
    path("batches/<str:number>/leaves/", OpenBatchLeaves.as_view(), name="supervisor-batch-leaves"),
    path("draws/<str:number>/leaves/", OpenLeaves.as_view(), name="supervisor-leaves"),
]
