"""Keeping half-written forms."""

from collections.abc import Mapping

from django.db import transaction

from desk.models import Draft
from foundation.accounts.models import User

LONGEST_KEY = 120


@transaction.atomic
def save_draft(*, user: User, key: str, data: Mapping[str, list[str]]) -> None:
    """Keep what ``user`` has written so far under ``key``, replacing what was there. No journal: it is no act."""
    values = {name: list(texts) for name, texts in data.items()}
    Draft.objects.update_or_create(user=user, key=key[:LONGEST_KEY], defaults={"values": values})


@transaction.atomic
def drop_draft(*, user: User, key: str) -> None:
    """Forget the draft: the form went in."""
    Draft.objects.filter(user=user, key=key[:LONGEST_KEY]).delete()
