"""Half-written forms."""

from desk.models import Draft
from foundation.accounts.models import User


def draft_of(user: User, key: str) -> dict[str, list[str]]:
    """Return what ``user`` left half-written under ``key``; empty when there is nothing."""
    row = Draft.objects.filter(user=user, key=key).first()
    return dict(row.values) if row else {}
