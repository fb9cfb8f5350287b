"""Notices of a reader."""

from django.db import models

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.notices.models import Message, Notice


def visible_to(user: User) -> models.QuerySet[Notice]:
    """Return the reader's own notices."""
    return Notice.objects.filter(user=user)


def unread(user: User) -> models.QuerySet[Notice]:
    """Return the reader's notices that wait to be read."""
    return visible_to(user).filter(read_at__isnull=True)


def messages_visible_to(user: User) -> models.QuerySet[Message]:
    """Return the messages to people of the bureau and those it told, for who keeps its accounts; nobody else's."""
    if not may(user, Capability.MANAGE_ACCOUNTS):
        return Message.objects.none()
    rows = Message.objects.filter(notice__user__bureau_id=user.bureau_id or 0)
    return rows.select_related("notice__user")
