"""Text on its way into a spreadsheet: it stays text."""

from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula, even after it was saved as .csv.

    Plain numbers with a sign stay as they are.
    """
    if not text.startswith(FORMULA_STARTS):
        return text
    body = text[1:].replace(",", "").replace(".", "", 1)
    return text if text[0] in "+-" and body.isdecimal() else f"'{text}"
