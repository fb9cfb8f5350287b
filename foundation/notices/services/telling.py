"""Telling people in the system: a code and facts, never a firm's or a unit's name."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.accounts.models import User
from foundation.notices.models import Notice
from foundation.notices.services.outbox import WAYS, queue


@transaction.atomic
def notify(
    *, users: Iterable[User], code: str, facts: Mapping[str, Any] | None = None, path: str = "", once: str = ""
) -> int:
    """Give each active user one notice whose text is templates/notices/``code``.txt; return how many.

    Notices that somebody outside waits for are queued as messages, too. ``once`` names an occasion: whoever had its
    notice already gets none.
    """
    unique = {user.pk: user for user in users if user.is_active}
    if once:
        had = Notice.objects.filter(user__in=unique, once=once).values_list("user_id", flat=True)
        unique = {pk: user for pk, user in unique.items() if pk not in set(had)}
    rows = [Notice(user=user, code=code, facts=dict(facts or {}), path=path, once=once) for user in unique.values()]
    Notice.objects.bulk_create(rows, ignore_conflicts=bool(once))
    if code in WAYS:
        queue(rows if not once else list(Notice.objects.filter(user__in=unique, once=once)))
    return len(rows)


@transaction.atomic
def mark_read(*, user: User, at: datetime, pk: int | None = None) -> int:
    """Mark one notice of ``user``, or all of them, as read at ``at``; return how many changed."""
    rows = Notice.objects.filter(user=user, read_at__isnull=True)
    return (rows.filter(pk=pk) if pk is not None else rows).update(read_at=at)
