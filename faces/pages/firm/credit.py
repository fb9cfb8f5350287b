"""Our own credit: events, running total, sanctions, and what we reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from django.utils.translation import gettext_lazy

from evaluators.models import Firm
from evaluators.selectors import firm_of
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.own_credit import Own, layout_of
from faces.pages.shared.own_replies import EventReply, SanctionReply
from faces.pages.shared.sections import Layout, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from django.db.models import QuerySet


class FirmCredit(DatedPage, SectionsPage):
    """Our credit on a day (``?on=``)."""

    audience, needs = "firm", Capability.FIRM_DESK
    title = gettext_lazy("Our credit")

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own firm up."""
        super().setup(request, *args, **kwargs)
        firm = firm_of(request.user) if request.user.is_authenticated else None
        self.kwargs["pk"] = firm.pk if firm else 0

    def rows(self) -> QuerySet[Firm]:
        """Return the firm behind the reader."""
        firm = firm_of(self.user)
        return Firm.objects.filter(pk=firm.pk if firm else 0).select_related("organisation", "bureau")

    def layout(self) -> Layout:
        """Return the page."""
        return layout_of(
            Own(
                user=self.user,
                firm=self.object,
                expert=None,
                day=self.day,
                today=self.today,
                answers=self.is_now and may(self.user, Capability.FIRM_SIGN),
                prefix="firm",
            )
        )


class FirmEventReply(EventReply):
    """Reply to an event of ours."""

    audience, needs = "firm", Capability.FIRM_SIGN
    title, back = gettext_lazy("Our reply"), "firm-credit"


class FirmSanctionReply(SanctionReply):
    """Reply to what we were told beforehand."""

    audience, needs = "firm", Capability.FIRM_SIGN
    title, back = gettext_lazy("Our reply"), "firm-credit"


urls = [
    path("credit/", FirmCredit.as_view(), name="firm-credit"),
    path("credit/<int:pk>/reply/", FirmEventReply.as_view(), name="firm-credit-reply"),
    path("credit/sanctions/<int:pk>/reply/", FirmSanctionReply.as_view(), name="firm-sanction-reply"),
]
