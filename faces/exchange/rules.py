"""Rules of the exchange. No Django."""

from typing import Final

from foundation.rulesets.rules import Rule

RULES: Final = (
    Rule(
        "import_at_once_kb",
        "R-58",
        128,
        "kilobytes of a file that is checked and imported at once",
        "DEFAULT",
        check=lambda size: 0 <= size <= 20_480,
    ),
)
