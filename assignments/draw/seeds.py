"""What makes the key of a draw: commitments, the parts of the seed, and the key itself."""

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

from assignments.draw.permutation import GONGPING_1, RFC3797
from foundation.core.canon import digest

HEX_64: Final = re.compile(r"[0-9a-f]{64}")
BEACON_VALUE: Final = re.compile(r"(?:[0-9a-f]{2}){16,128}")
NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,40})?")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")

Part = dict[str, Any]


def commitment(freeze: str, party: str, nonce: str) -> str:
    """Return the hash by which ``party`` binds itself to ``nonce`` (64 hex digits) for the freeze H, as hex."""
    document = {
        "freeze": _hex_64(freeze, "the freeze"),
        "nonce": _hex_64(nonce, "the nonce"),
        "party": _name(party),
        "type": "gongping/commit/1",
    }
    return digest(document)


def nonce_part(party: str, nonce: str | None) -> Part:
    """Return the seed part of a party; ``None`` is a nonce that was not revealed in time (profile O only)."""
    return {"id": _name(party), "kind": "nonce", "value": None if nonce is None else _hex_64(nonce, "the nonce")}


def numbers_part(source: str, values: Iterable[str], *, as_drawn: bool = False) -> Part:
    """Return the seed part of a lottery or an index: decimal numbers as cited, leading zeros dropped.

    Ascending by number, unless the freeze says that the order of drawing counts.
    """
    cleaned = [re.sub(r"^0+(?=[0-9])", "", str(value).strip()) for value in values]
    for value in cleaned:
        if not NUMBER.fullmatch(value):
            message = f"{value!r} is not a decimal number such as 12 or 3315.42"
            raise ValueError(message)
    if not cleaned:
        message = f"{source}: at least one number is needed"
        raise ValueError(message)
    return {"id": _name(source), "kind": "numbers", "value": cleaned if as_drawn else sorted(cleaned, key=Fraction)}


def beacon_part(source: str, round_number: int, value: str) -> Part:
    """Return the seed part of one round of a public beacon (``value``: 16 to 128 bytes as hex)."""
    if isinstance(round_number, bool) or not 0 <= round_number < 2**53 or not BEACON_VALUE.fullmatch(value):
        message = "a beacon needs its round and 16 to 128 bytes in lower-case hex"
        raise ValueError(message)
    return {"id": _name(source), "kind": "beacon", "round": round_number, "value": value}


def seed(freeze: str, parts: Sequence[Part], *, use: str = "draw") -> bytes:
    """Return the 32-byte seed of the freeze H and the parts in the freeze's order; ``use`` is draw or batch."""
    if use not in {"draw", "batch"}:
        message = f"a seed is for a draw or a batch, not for {use!r}"
        raise ValueError(message)
    document = {
        "freeze": _hex_64(freeze, "the freeze"),
        "parts": list(parts),
        "type": "gongping/seed/1",
        "use": use,
    }
    return bytes.fromhex(digest(document))


def rfc3797_key(sources: Iterable[Iterable[str]]) -> bytes:
    """Return the key string of RFC 3797 §4: in each source the numbers ascending, each ended by a period, then ``/``.

    A decimal keeps its period and loses trailing zeros; leading zeros are dropped. A silent source is a bare ``/``.
    """
    return "".join("".join(map(_rfc3797_number, sorted(source, key=Fraction))) + "/" for source in sources).encode()


def draw_key(algorithm: str, freeze: str, parts: Sequence[Part]) -> bytes:
    """Return the key of the draw: the seed for gongping-1; for rfc3797 the key string that begins with H in decimal."""
    if algorithm == GONGPING_1:
        return seed(freeze, parts)
    if algorithm != RFC3797:
        message = f"unknown algorithm {algorithm!r}"
        raise ValueError(message)
    return rfc3797_key([[str(int(_hex_64(freeze, "the freeze"), 16))], *map(_rfc3797_source, parts)])


def seed_text(algorithm: str, key: bytes) -> str:
    """Return the key as the record prints it: hex for gongping-1, the string itself for rfc3797."""
    return key.hex() if algorithm == GONGPING_1 else key.decode()


def _rfc3797_source(part: Part) -> list[str]:
    if part["kind"] == "numbers":
        return list(part["value"])
    return [] if part["value"] is None else [str(int(part["value"], 16))]


def _rfc3797_number(value: str) -> str:
    if not NUMBER.fullmatch(value):
        message = f"{value!r} is not a decimal number"
        raise ValueError(message)
    whole, _, decimals = value.partition(".")
    return f"{whole}.{decimals.rstrip('0')}"


def _hex_64(value: str, what: str) -> str:
    if not HEX_64.fullmatch(value):
        message = f"{what} must be 64 lower-case hexadecimal digits"
        raise ValueError(message)
    return value


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        message = f"{value!r} must be 1 to 64 of a-z, 0-9, '.', '_' and '-'"
        raise ValueError(message)
    return value
