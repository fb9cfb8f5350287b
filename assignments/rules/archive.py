"""How long the papers of an archived task are kept. Rule R-25."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from foundation.rulesets.rules import Rule

YEARS: Final = {"PROCUREMENT": 15, "VOUCHERS": 30, "OTHERS": 10}
LAW_YEARS: Final = 15  # of procurement papers: longer is free, shorter is not


def is_lawful(years: Mapping[str, int]) -> bool:
    """Return whether procurement papers are kept as long as the law has it, and every kind for some years."""
    return years["PROCUREMENT"] >= LAW_YEARS and min(years.values()) > 0


RULES: Final = (
    Rule("archive_years", "R-25", YEARS, "years", "LAW", "《中华人民共和国政府采购法》第四十二条", check=is_lawful),
)


def archive_until(*, kind: str, closed_on: date, years: Mapping[str, int]) -> date:
    """Return the first day on which papers of ``kind`` closed on a day need not be kept any more. Rule R-25.

    The years are counted from the end of the year in which the file was closed; an unknown kind keeps the longest.
    """
    return date(closed_on.year + 1 + years.get(kind, max(years.values())), 1, 1)
