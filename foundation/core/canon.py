r"""Canonical JSON: one value, one sequence of bytes, so that a hash names a document.

UTF-8 without BOM or blanks. Keys ``[a-z0-9_]{1,64}``, sorted, unique. Integers up to 2^53 - 1 in size, strings, true,
false, null, arrays, objects; no floats (decimals travel as strings, as cited). The only escapes are
``\" \\ \b \f \n \r \t`` and lower-case ``\u00xx`` for the other controls. No Unicode normalisation; lone
surrogates are refused. Source: docs/draws.md, "Canonical JSON".
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn, TypeAlias

Canonical: TypeAlias = "bool | int | str | list[Canonical] | dict[str, Canonical] | None"

LARGEST_INTEGER: Final = 2**53 - 1
DEEPEST: Final = 64
KEY: Final = re.compile(r"[a-z0-9_]{1,64}")


class CanonError(ValueError):
    """The value has no canonical form, or the bytes are not in it; the sentence says where."""


def dumps(value: object) -> bytes:
    """Return the canonical bytes of ``value``; raise ``CanonError`` naming the path of what cannot be written."""
    _check(value, "$", DEEPEST)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def loads(data: bytes) -> Canonical:
    """Return the value written in ``data``; raise ``CanonError`` unless the bytes re-encode to themselves."""
    try:
        text = data.decode()
        value: Canonical = json.loads(
            text, parse_int=_integer, parse_float=_refuse_number, parse_constant=_refuse_number
        )
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}"
        raise CanonError(message) from error
    except RecursionError as error:
        message = f"nested deeper than {DEEPEST} levels"
        raise CanonError(message) from error
    except json.JSONDecodeError as error:
        message = f"not JSON: {error}"
        raise CanonError(message) from error
    again = dumps(value)
    if again != data:
        at = next((i for i, (a, b) in enumerate(zip(again, data, strict=False)) if a != b), min(len(again), len(data)))
        message = f"not canonical at byte {at}: the same value is written differently"
        raise CanonError(message)
    return value


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(document: dict[str, Any]) -> str:
    """Return the SHA-256 of a document's canonical bytes; it must carry a ``type``, which separates domains."""
    if not isinstance(document.get("type"), str):
        message = "a hashed document needs a type, for example gongping/freeze/1"
        raise CanonError(message)
    return sha256_hex(dumps(document))


def _check(value: object, path: str, depth: int) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            message = f"{path}: integers go up to 2^53 - 1; write larger numbers as strings"
            raise CanonError(message)
    elif isinstance(value, dict | list | tuple):
        if depth == 0:
            message = f"{path[:80]}: nested deeper than {DEEPEST} levels"
            raise CanonError(message)
        for name, inner in _parts(value, path):
            _check(inner, name, depth - 1)
    else:
        message = f"{path}: {type(value).__name__} has no canonical form; write decimals and dates as strings"
        raise CanonError(message)


def _parts(value: dict[Any, Any] | list[Any] | tuple[Any, ...], path: str) -> Iterator[tuple[str, object]]:
    if not isinstance(value, dict):
        for place, inner in enumerate(value):
            yield f"{path}[{place}]", inner
        return
    for key, inner in value.items():
        if not isinstance(key, str) or not KEY.fullmatch(key):
            message = f"{path}: key {key!r} is not 1 to 64 of a-z, 0-9 and _"
            raise CanonError(message)
        yield f"{path}.{key}", inner


def _check_text(value: str, path: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = f"{path}: half of a surrogate pair at character {error.start}"
        raise CanonError(message) from error


def _integer(digits: str) -> int:
    if len(digits) > len(str(-LARGEST_INTEGER)):
        _refuse_number(digits)
    return int(digits)


def _refuse_number(written: str) -> NoReturn:
    message = f"{written[:20]} is not an integer up to 2^53 - 1; write decimals as strings"
    raise CanonError(message)
