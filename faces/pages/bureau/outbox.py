"""What left the system by mail or short message, and what did not: sent again by who keeps the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.bureau.notices import text_of
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from foundation.accounts.enums import Capability
from foundation.core import clock
from foundation.notices.enums import MessageStatus, Way
from foundation.notices.models import Message
from foundation.notices.selectors import messages_visible_to
from foundation.notices.services.outbox import send_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


def again_url(row: Message) -> str:
    """Return where a message that was not sent is sent again; empty for others."""
    if row.status not in {MessageStatus.FAILED, MessageStatus.NO_ADDRESS}:
        return ""
    return reverse("pages:message-again", args=[row.pk])


class Outbox(ListPage):
    """All messages to people of the bureau, the newest first."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS
    title = gettext_lazy("Outgoing messages")
    columns = (
        Column(gettext_lazy("Receiver"), "notice.user.name", key=True),
        Column(gettext_lazy("Way"), "get_way_display"),
        Column(gettext_lazy("Text of the message"), lambda row: text_of(row.notice)),
        Column(gettext_lazy("Address"), lambda row: row.sent_to or "—"),
        Column(gettext_lazy("State"), "status", status=True, link=again_url),
        Column(gettext_lazy("Tries"), "tries", num=True),
        Column(gettext_lazy("Sent at"), lambda row: formats.moment(row.sent_at) if row.sent_at else "—"),
        Column(gettext_lazy("Fault"), lambda row: row.fault or "—"),
    )
    facets = (
        Facet("status", gettext_lazy("State"), MessageStatus.choices),
        Facet("way", gettext_lazy("Way"), Way.choices),
    )
    search_fields = ("notice__user__name",)
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("old", gettext_lazy("Oldest first"), ("pk",)),
    )
    export_name = "messages"
    empty_title = gettext_lazy("No message has left the system yet")
    empty_text = gettext_lazy("Who is waited for is told by mail and short message, besides the notice in the system.")

    def rows(self) -> QuerySet[Message]:
        """Return the visible messages."""
        return messages_visible_to(self.user)


class SendAgain(ActionView):
    """Queue a message once more."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS
    title, submit_label = gettext_lazy("Send it again"), gettext_lazy("Send it again")

    def rows(self) -> QuerySet[Message]:
        """Return the visible messages."""
        return messages_visible_to(self.user)

    def object_url(self) -> str:
        """Return the list."""
        return reverse("pages:outbox")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is sent, to whom, and why it was not."""
        row: Message = self.object
        lines: list[StrOrPromise] = [f"{row.notice.user.name}　{row.get_way_display()}", text_of(row.notice)]
        if row.status == MessageStatus.NO_ADDRESS:
            lines.append(_("No address was known. Enter it at the person's page first."))
        return [*lines, row.fault] if row.fault else lines

    def act(self, _form: ActionForm) -> str:
        """Queue it."""
        send_again(message=self.object, by=self.user, at=clock.now())
        return _("The message is sent within a minute.")


urls = [
    path("outbox/", Outbox.as_view(), name="outbox"),
    path("outbox/<int:pk>/again/", SendAgain.as_view(), name="message-again"),
]
