"""Notices of a reader."""

from django.db import models

from foundation.accounts.models import User
from foundation.notices.models import Notice


def visible_to(user: User) -> models.QuerySet[Notice]:
    """Return the reader's own notices."""
    return Notice.objects.filter(user=user)


def unread(user: User) -> models.QuerySet[Notice]:
    """Return the reader's notices that wait to be read."""
    return visible_to(user).filter(read_at__isnull=True)
