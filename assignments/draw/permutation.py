"""The order of the frozen list: a whole permutation from a key that nobody alone could choose."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

RFC3797: Final = "rfc3797"
GONGPING_1: Final = "gongping-1"
LARGEST_POOL: Final[Mapping[str, int]] = {RFC3797: 65_535, GONGPING_1: 1_000_000}


def order(algorithm: str, key: bytes, size: int) -> list[int]:
    """Return the whole permutation of 1..``size`` that ``key`` gives, first place first.

    ``rfc3797`` is the selection of RFC 3797 §4 carried on to the end of the pool; ``gongping-1`` is that of
    docs/draws.md. Raise ``ValueError`` for an unknown algorithm, an empty key or a pool that is empty or too large.
    """
    if algorithm not in LARGEST_POOL:
        message = f"unknown algorithm {algorithm!r}; choose one of {', '.join(LARGEST_POOL)}"
        raise ValueError(message)
    if not isinstance(key, bytes) or not key:
        message = "the key must be at least one byte"
        raise ValueError(message)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= LARGEST_POOL[algorithm]:
        message = f"a pool for {algorithm} holds 1 to {LARGEST_POOL[algorithm]} candidates, not {size!r}"
        raise ValueError(message)
    if algorithm == RFC3797:
        return _taken_in_turn(hashlib.md5, key, size, index_bytes=2)  # the RFC names MD5
    return _taken_in_turn(hashlib.sha256, key, size, index_bytes=4)


def _taken_in_turn(
    hash_of: Callable[[bytes], "hashlib._Hash"], key: bytes, size: int, *, index_bytes: int
) -> list[int]:
    pool = list(range(1, size + 1))
    take, number = pool.pop, int.from_bytes
    return [
        take(number(hash_of(index + key + index).digest(), "big") % (size - turn))
        for turn, index in ((turn, turn.to_bytes(index_bytes, "big")) for turn in range(size))
    ]
