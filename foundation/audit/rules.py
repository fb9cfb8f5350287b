"""The chain's arithmetic, free of any database."""

import hashlib
import json
from typing import Final

GENESIS: Final = b'{"product":"gongping","type":"gongping/journal/1"}'
GENESIS_HASH: Final = hashlib.sha256(GENESIS).hexdigest()


def link_hash(*, number: int, sealed_at_us: int, previous: str, text: str) -> str:
    """Return h_n in hex; ``previous`` is h_{n−1} in hex, ``text`` the entry's canonical text."""
    digest = hashlib.sha256(text.encode()).digest()
    body = number.to_bytes(8, "big") + sealed_at_us.to_bytes(8, "big") + bytes.fromhex(previous) + digest
    return hashlib.sha256(body).hexdigest()


def payload_hash(*, salt: str, data: str) -> str:
    """Return the SHA-256 by which an entry's text holds its private payload."""
    return hashlib.sha256(f"{salt}{data}".encode()).hexdigest()


def text_of(value: object) -> str:
    """Return canonical JSON text of ``value``."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
