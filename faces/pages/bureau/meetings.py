"""The papers of a panel's meeting: 评审会通知 and 签到表."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import path

from assignments.selectors.assignments import re_reviews_visible_to
from faces.documents.meetings import meeting_notice, sign_in_sheet
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from assignments.models import ReReviewTask


class MeetingPaper(OneObject, AudiencePage):
    """A paper of a panel's meeting."""

    audience, needs, lookup = "bureau", Capability.COMMISSION, "number"

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the panels that meet."""
        rows = re_reviews_visible_to(self.user).filter(by_correspondence=False)
        return rows.select_related("bureau", "evaluation__unit__organisation", "evaluation__clerk")

    def made(self) -> bytes:
        """Return the notice."""
        return meeting_notice(self.object, on=self.today)

    def get(self, _request: HttpRequest, **_names: str) -> HttpResponse:
        """Hand it out."""
        response = HttpResponse(self.made(), content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="meeting-{self.object.pk}.pdf"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


class SignIn(MeetingPaper):
    """The sheet on which who comes signs."""

    def made(self) -> bytes:
        """Return the sheet."""
        return sign_in_sheet(self.object)


urls = [
    path("re-reviews/<str:number>/notice.pdf", MeetingPaper.as_view(), name="meeting-notice"),
    path("re-reviews/<str:number>/sign-in.pdf", SignIn.as_view(), name="meeting-sign-in"),
]
