"""Text on its way into a spreadsheet: it stays text."""

import re
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
TAKEN_FOR_NUMBERS: Final = re.compile(r"0\d+|\d{12,}|\d+[eE]\d+")


def neutral(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula, even after it was saved as .csv.

    Plain numbers with a sign stay as they are.
    """
    if not text.startswith(FORMULA_STARTS):
        return text
    body = text[1:].replace(",", "").replace(".", "", 1)
    return text if text[0] in "+-" and body.isdecimal() else f"'{text}"


def kept_text(text: str) -> str:
    """Return ``text`` for a .csv so that WPS and Excel keep its digits: a tab before what they would take for a number.

    Leading zeros would go, long numbers lose digits and 1E5 become a hundred thousand; the tab is not seen, and goes
    when the file is imported.
    """
    return f"\t{text}" if TAKEN_FOR_NUMBERS.fullmatch(text) else neutral(text)
