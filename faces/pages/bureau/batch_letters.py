"""The letters of a batch: one for each expert who was told, alone or all as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from assignments.selectors.batches import letters_of
from faces.documents.invitations import invitation_letter, invitation_letters
from faces.pages.bureau.batch_publication import BatchFile
from faces.pages.shared import formats
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from assignments.models import AssignmentBatch
    from foundation.accounts.models import User


def letters_section(batch: AssignmentBatch, user: User) -> Section | None:
    """Return who was written to, with each letter, for who commissions; None before anybody was."""
    letters = list(letters_of(batch)) if may(user, Capability.COMMISSION) else []
    if not letters:
        return None
    rows = [
        (
            Cell(letter.number, reverse("pages:batch-invitation", args=[batch.number, letter.pk])),
            Cell(letter.expert.person.name, reverse("pages:expert", args=[letter.expert.number])),
            len(letter.seats),
            formats.day(letter.written_on, with_year=True),
        )
        for letter in letters
    ]
    headings = (_("Letter number"), _("Expert"), _("Seats"), _("Dated"))
    acts = (Act(_("All letters (PDF)"), reverse("pages:batch-invitations", args=[batch.number])),)
    note = _("Each names the expert’s own reviews alone: no firm, no unit, no title, no other member.")
    grid = Grid(headings, rows, frozenset({2}))
    return Section(_("Letters to the experts"), grid=grid, acts=acts, note=note, count=len(rows))


class BatchInvitations(BatchFile):
    """Every letter of a batch as one file; 404 before anybody was told."""

    needs = Capability.COMMISSION

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the batches that wrote letters."""
        return super().rows().filter(letters__isnull=False).distinct()

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the batch
        """Return the file."""
        return self.given(invitation_letters(letters_of(self.object)), "invitations.pdf", "application/pdf")


class BatchInvitation(BatchInvitations):
    """One letter."""

    def get(self, request: HttpRequest, number: str, pk: int = 0) -> HttpResponse:  # noqa: ARG002 - as above
        """Return the file."""
        letter = get_object_or_404(letters_of(self.object), pk=pk)
        return self.given(invitation_letter(letter), f"invitation-{letter.pk}.pdf", "application/pdf")


urls = [
    path("batches/<str:number>/invitations.pdf", BatchInvitations.as_view(), name="batch-invitations"),
    path("batches/<str:number>/invitations/<int:pk>.pdf", BatchInvitation.as_view(), name="batch-invitation"),
]
