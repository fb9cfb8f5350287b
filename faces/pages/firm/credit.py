"""Our own credit: events, running total, sanctions, and what we reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import sanctions_visible_to
from appraisals.services import reply_to_sanction
from credit.selectors import visible_to as events_visible_to
from credit.services import reply_to_event
from evaluators.models import Firm
from evaluators.selectors import firm_of
from faces.pages.shared.actions import ActionView
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.formats import full_day
from faces.pages.shared.own_credit import Own, ReplyForm, layout_of
from faces.pages.shared.sections import Layout, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import Sanction
    from credit.models import CreditEvent


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


class OurReply(ActionView):
    """Say what we have to say, once, within the term. Rule R-56."""

    audience, needs = "firm", Capability.FIRM_SIGN
    title, submit_label = gettext_lazy("Our reply"), gettext_lazy("Send the reply")
    form_class = ReplyForm

    def get_success_url(self) -> str:
        """Return our credit."""
        return reverse("pages:firm-credit")

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"{self.request.resolver_match.url_name if self.request.resolver_match else ''}-{self.object.pk}"


class FirmEventReply(OurReply):
    """Reply to an event."""

    def rows(self) -> QuerySet[CreditEvent]:
        """Return our events."""
        return events_visible_to(self.user)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what it is about, and until when."""
        return [self.object.words, _("The term ends on %(day)s.") % {"day": full_day(self.object.reply_until)}]

    def act(self, form: ReplyForm) -> str:
        """Send it."""
        words = form.cleaned_data["words"]
        reply_to_event(event=self.object, words=words, file=form.proof(), by=self.user, on=self.today)
        return _("Your reply is with the bureau; it answers in words.")


class FirmSanctionReply(OurReply):
    """Reply to what we were told beforehand."""

    def rows(self) -> QuerySet[Sanction]:
        """Return our sanctions."""
        return sanctions_visible_to(self.user)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what it is about, and until when."""
        return [self.object.reason, _("The term ends on %(day)s.") % {"day": full_day(self.object.reply_until)}]

    def act(self, form: ReplyForm) -> str:
        """Send it."""
        words = form.cleaned_data["words"]
        reply_to_sanction(sanction=self.object, words=words, file=form.proof(), by=self.user, on=self.today)
        return _("Your reply is with the bureau; it answers in words.")


urls = [
    path("credit/", FirmCredit.as_view(), name="firm-credit"),
    path("credit/<int:pk>/reply/", FirmEventReply.as_view(), name="firm-credit-reply"),
    path("credit/sanctions/<int:pk>/reply/", FirmSanctionReply.as_view(), name="firm-sanction-reply"),
]
