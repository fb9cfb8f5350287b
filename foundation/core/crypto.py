"""Field encryption: AES-GCM with key ids, and keyed blind indexes for equality.

``GONGPING_FIELD_KEYS`` lists the keys, the newest first. The first one seals and indexes; all of them open and find.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed text is kept: ``model`` as ``app.Model``, its column, and the blind index beside it with its use.

    ``holds_json``: the column holds JSON in which some of the texts are sealed.
    """

    model: str
    column: str
    index: str = ""
    use: str = ""
    holds_json: bool = False


_COLUMNS: Final[list[SealedColumn]] = []


def keep_sealed(*columns: SealedColumn) -> None:
    """Say at start where a room keeps sealed text, so that a change of keys reaches it."""
    _COLUMNS.extend(column for column in columns if column not in _COLUMNS)


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Return every place where sealed text is kept, in the order in which the rooms said so."""
    return tuple(_COLUMNS)


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


def key_of(sealed: str) -> str:
    """Return the short name of the key under which a text is sealed."""
    return sealed.partition(".")[0]


def blind_index(text: str, *, use: str) -> str:
    """Return the keyed hash by which equal values are found without being read; empty stays empty.

    It is what is written: the first key makes it. What is looked for is asked by ``blind_indexes``.
    """
    return _index(settings.GONGPING_FIELD_KEYS[0], text, use) if text else ""


def blind_indexes(text: str, *, use: str) -> tuple[str, ...]:
    """Return the hash of ``text`` under each key, the newest first: while keys change, equal values bear either."""
    return tuple(_index(secret, text, use) for secret in settings.GONGPING_FIELD_KEYS) if text else ()


def _index(secret: str, text: str, use: str) -> str:
    return hmac.new(_key(secret, f"index/{use}"), text.encode(), hashlib.sha256).hexdigest()
