"""Notices on their way out of the system: queued in the act's transaction, sent after it, tried again when it fails."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.core.identifiers import masked_mail, masked_phone
from foundation.notices.enums import MessageStatus, Way
from foundation.notices.models import Message, Notice
from foundation.notices.services.gateways import Gateway, GatewayError, MailGateway, sms_gateway

WAITS: Final = (Way.MAIL, Way.SMS)  # somebody outside is waited for
WAYS: Final[Mapping[str, Sequence[Way]]] = {
    "assignment_waits": WAITS,
    "commission_sent": WAITS,
    "conflict_reported": WAITS,
    "sanction_told": WAITS,
    "version_returned": WAITS,
    "clock_stop_decided": (Way.MAIL,),
    "confirmation_due": (Way.MAIL,),
    "qualification_ends": (Way.MAIL,),
    "rating_told": (Way.MAIL,),
    "rectification": (Way.MAIL,),
    "renewal_due": (Way.MAIL,),
    "unit_notified": (Way.MAIL,),
}
PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
AT_ONCE: Final = 200
_SOURCES: Final[dict[Way, str]] = {}


def reach_by(way: Way, source: str) -> None:
    """Let the dotted ``source(user)`` say the address of a user for a way; an empty one means there is none."""
    _SOURCES[way] = source


def queue(notices: Sequence[Notice]) -> None:
    """Queue what leaves the system, in the caller's transaction; one message for each notice and way."""
    rows = [Message(notice=notice, way=way) for notice in notices for way in WAYS.get(notice.code, ())]
    if rows:
        Message.objects.bulk_create(rows, ignore_conflicts=True)


def send_due(*, at: datetime) -> int:
    """Send what is due by ``at``; return how many were handed over. Each is a transaction of its own."""
    due = Message.objects.filter(status=MessageStatus.QUEUED, due_at__lte=at).order_by("due_at", "pk")
    return sum(_send(pk, at) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _send(pk: int, at: datetime) -> bool:
    can_skip = connection.features.has_select_for_update_skip_locked
    rows = Message.objects.select_for_update(of=("self",), skip_locked=can_skip).select_related("notice__user")
    row = rows.filter(pk=pk, status=MessageStatus.QUEUED).first()
    if row is None:  # another worker has it
        return False
    to = _address(row)
    row.tries += 1
    if to:
        _hand_over(row, to, at)
    else:
        row.status = MessageStatus.NO_ADDRESS
    row.save()
    return row.status == MessageStatus.DELIVERED


def _hand_over(row: Message, to: str, at: datetime) -> None:
    way = Way(row.way)
    row.sent_to = masked_phone(to) if way == Way.SMS else masked_mail(to)
    gateway: Gateway = sms_gateway() if way == Way.SMS else MailGateway()
    try:
        row.receipt = gateway.send(to=to, text=text_of(row.notice, way), reference=f"{way.lower()}-{row.pk}")[:120]
    except GatewayError as error:
        row.fault = str(error)[:300]
        if row.tries > len(PAUSES):
            row.status = MessageStatus.FAILED
        else:
            row.due_at = at + PAUSES[row.tries - 1]
        return
    row.status, row.sent_at, row.fault = MessageStatus.DELIVERED, at, ""


def text_of(notice: Notice, way: Way) -> str:
    """Return the words that leave the system: those of the notice (neither firm nor unit is named), where to go."""
    with translation.override(settings.LANGUAGE_CODE):
        words = render_to_string(f"notices/{notice.code}.txt", {**notice.facts, "facts": notice.facts}).strip()
        if way == Way.SMS:
            return f"【公评】{words}"
        return f"{words}\n\n{settings.GONGPING_PUBLIC_URL}{notice.path}\n"


def _address(row: Message) -> str:
    source = _SOURCES.get(Way(row.way))
    user = row.notice.user
    found = str(import_string(source)(user)) if source and user.is_active else ""
    return found.strip()


@transaction.atomic
def send_again(*, message: Message, by: User, at: datetime) -> Message:
    """Queue a message once more that failed or had no address; raise ``TransitionRefused`` for any other."""
    row = Message.objects.select_for_update(of=("self",)).select_related("notice__user").get(pk=message.pk)
    if not may(by, Capability.MANAGE_ACCOUNTS) or row.notice.user.bureau_id != by.bureau_id:
        raise NotAllowed
    if row.status not in {MessageStatus.FAILED, MessageStatus.NO_ADDRESS}:
        words = _("Only a message that was not sent is sent again.")
        raise TransitionRefused(noun="message", status=row.status, action="SEND_AGAIN", message=words)
    row.status, row.tries, row.due_at = MessageStatus.QUEUED, 0, at
    row.save(update_fields=["status", "tries", "due_at"])
    record(actor=by, action="notices.sent_again", subject=row, facts={"way": row.way, "at": at})
    return row
