"""The expert's own letters: the invitations of batches, as they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import path

from assignments.selectors.batches import own_letters
from faces.documents.invitations import invitation_letter
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from assignments.models import BatchLetter


class OwnLetter(OneObject):
    """One letter as PDF; 404 for anybody else's."""

    audience, needs = "expert", Capability.EXPERT_DESK

    def rows(self) -> QuerySet[BatchLetter]:
        """Return the letters to the expert behind the page."""
        return own_letters(self.user)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG002 - the address names the letter
        """Return the paper, which no cache keeps."""
        letter: BatchLetter = self.object
        response = HttpResponse(invitation_letter(letter), content_type="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="invitation-{letter.pk}.pdf"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


urls = [path("letters/<int:pk>.pdf", OwnLetter.as_view(), name="own-letter")]
