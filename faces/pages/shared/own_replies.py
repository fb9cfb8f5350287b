"""Replies of whom it concerns: to a credit event, and to what was told before a sanction. Rule R-56.

An audience names itself, what it needs, its title and ``back``, the page of its own credit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import sanctions_visible_to
from appraisals.services import reply_to_sanction
from credit.selectors import visible_to as events_visible_to
from credit.services import reply_to_event
from faces.pages.shared.actions import ActionView
from faces.pages.shared.formats import full_day
from faces.pages.shared.own_credit import ReplyForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import Sanction
    from credit.models import CreditEvent


class OwnStep(ActionView):
    """Something said about one's own credit; afterwards back to it."""

    back: ClassVar[str] = ""

    def get_success_url(self) -> str:
        """Return the page of the own credit."""
        return reverse(f"pages:{self.back}")

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"{self.request.resolver_match.url_name if self.request.resolver_match else ''}-{self.object.pk}"


class Reply(OwnStep):
    """Said once, within the term."""

    submit_label, form_class = gettext_lazy("Send the reply"), ReplyForm

    def about(self) -> str:
        """Return the words that the reply is about."""
        raise NotImplementedError

    def send(self, **given: Any) -> None:  # noqa: ANN401 - words, file, by, on
        """Hand the reply in."""
        raise NotImplementedError

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what it is about, and until when."""
        return [self.about(), _("The term ends on %(day)s.") % {"day": full_day(self.object.reply_until)}]

    def act(self, form: ReplyForm) -> str:
        """Send it."""
        self.send(words=form.cleaned_data["words"], file=form.proof(), by=self.user, on=self.today)
        return _("Your reply is with the bureau; it answers in words.")


class EventReply(Reply):
    """Reply to an event."""

    def rows(self) -> QuerySet[CreditEvent]:
        """Return the reader's own events."""
        return events_visible_to(self.user)

    def about(self) -> str:
        """Return what is said to have happened."""
        return str(self.object.words)

    def send(self, **given: Any) -> None:  # noqa: ANN401
        """Hand the reply in."""
        reply_to_event(event=self.object, **given)


class SanctionReply(Reply):
    """Reply to what was told beforehand."""

    def rows(self) -> QuerySet[Sanction]:
        """Return the reader's own sanctions."""
        return sanctions_visible_to(self.user)

    def about(self) -> str:
        """Return the reason that was told."""
        return str(self.object.reason)

    def send(self, **given: Any) -> None:  # noqa: ANN401
        """Hand the reply in."""
        reply_to_sanction(sanction=self.object, **given)
