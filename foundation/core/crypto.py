"""Field encryption: AES-GCM with key ids, and keyed blind indexes for equality."""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


@lru_cache(maxsize=8)
def _key(secret: str, use: str) -> bytes:
    return hmac.new(secret.encode(), f"gongping/{use}".encode(), hashlib.sha256).digest()


def encrypt(text: str) -> str:
    """Return ``text`` sealed under the first of ``GONGPING_FIELD_KEYS``; empty stays empty."""
    if not text:
        return ""
    secret = settings.GONGPING_FIELD_KEYS[0]
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_key(secret, "field")).encrypt(nonce, text.encode(), None)
    return f"{key_id(secret)}.{urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(sealed: str) -> str:
    """Return the text of ``sealed``; raise ``ValueError`` where no configured key opens it."""
    if not sealed:
        return ""
    wanted, _dot, body = sealed.partition(".")
    for secret in settings.GONGPING_FIELD_KEYS:
        if key_id(secret) == wanted:
            raw = urlsafe_b64decode(body)
            return AESGCM(_key(secret, "field")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
    raise ValueError("No configured field key opens this value; add the old key to GONGPING_FIELD_KEYS.")


def key_id(secret: str) -> str:
    """Return the short public name of a key."""
    return hashlib.sha256(_key(secret, "id")).hexdigest()[:8]


def blind_index(text: str, *, use: str) -> str:
    """Return the keyed hash by which equal values are found without being read; empty stays empty.

    The last of ``GONGPING_FIELD_KEYS`` keys it, so that adding a new first key keeps old indexes valid.
    """
    if not text:
        return ""
    key = _key(settings.GONGPING_FIELD_KEYS[-1], f"index/{use}")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
