"""Giving and ending tokens."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from faces.api.models import Token
from foundation.accounts.models import User
from foundation.audit.services import record

DAYS: Final = 90


@transaction.atomic
def give_token(*, user: User, name: str, days: int = DAYS) -> tuple[Token, str]:
    """Return a new token of ``user`` and its secret, which is shown this once."""
    secret = f"gp_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user,
        name=name,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(actor=user, action="api.token_given", subject=token, facts={"name": name, "days": days})
    return token, secret


@transaction.atomic
def end_token(*, token: Token, by: User) -> Token:
    """End a token of ``by``; ending it again changes nothing."""
    token = Token.objects.select_for_update().get(pk=token.pk, user=by)
    if token.ended_at is None:
        token.ended_at = timezone.now()
        token.save(update_fields=["ended_at"])
        record(actor=by, action="api.token_ended", subject=token, facts={"name": token.name})
    return token
