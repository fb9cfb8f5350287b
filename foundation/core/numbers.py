"""Whole numbers as addresses and forms write them."""

import re
from typing import Final

MOST_ID: Final = 2**63 - 1
_DIGITS: Final = re.compile(r"[0-9]{1,19}")


def id_of(text: str) -> int | None:
    """Return the id that ``text`` names; None for what no row can have (signs, other digits than 0 to 9, too large)."""
    number = int(text) if _DIGITS.fullmatch(text) else 0
    return number if 1 <= number <= MOST_ID else None
