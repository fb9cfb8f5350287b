"""Tokens: a program signs in with a secret of which only the hash is kept."""

import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from faces.api.models import Token
from foundation.accounts.models import User


class TokenAuthentication(BaseAuthentication):
    """Read ``Authorization: Token <secret>``."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Return user and token, None without the header; raise ``AuthenticationFailed`` for a bad or ended token."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        if len(words) != 2:  # noqa: PLR2004 - keyword and secret
            raise AuthenticationFailed(_("Write: Authorization: Token <secret>."))
        digest = hashlib.sha256(words[1]).hexdigest()
        token = Token.objects.select_related("user__bureau").filter(digest=digest, ended_at__isnull=True).first()
        if token is None or not token.user.is_active or token.expires_at <= timezone.now():
            raise AuthenticationFailed(_("This token is unknown, ended or expired."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """Name the scheme, so that a stranger gets 401."""
        return self.keyword
