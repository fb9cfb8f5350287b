"""What identifies a body or a person, and how often sealed numbers are read. Rules R-51, R-52, R-67."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin

from foundation.core.errors import Refusal
from foundation.core.identifiers import id_facts, is_uscc
from foundation.rulesets.rules import Rule

IDLE_DAYS: Final = 90
RULES: Final = (
    Rule("reveals_a_day", "R-51", 30, "readings a reader and day", "DEFAULT"),
    Rule("idle_account_days", "R-52", IDLE_DAYS, "days", "DEFAULT", is_fixed=True),
    Rule("gone_account_days", "R-67", 30, "days", "DEFAULT"),
)
ABSENT: Final = "无"
NEAR_LENGTH: Final = 3  # characters; of a shorter name another character is another name


@lru_cache(maxsize=4_096)
def sort_key_of(name: str) -> str:
    """Return pinyin and initials of a name, so that it sorts and is found by either: ``zhangsan zs``."""
    full = "".join(lazy_pinyin(name))
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{full} {initials}".lower()[:200]


def same_name(name: str) -> str:
    """Return a name as it is compared: full-width brackets and inner spaces make no difference (edge case 4)."""
    return name.replace("（", "(").replace("）", ")").replace(" ", "").replace("\u3000", "").replace("·", "·")


def near_name(one: str, other: str) -> bool:
    """Return whether two different names may be one that was written differently.

    They sound the same in pinyin, or one character of three and more is another, missing or too many.
    """
    first, second = sorted((same_name(one), same_name(other)), key=len)
    if first == second:
        return False
    if sort_key_of(first) == sort_key_of(second):
        return True
    if len(second) < NEAR_LENGTH or len(second) - len(first) > 1:
        return False
    begin = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    return first[begin + (len(first) == len(second)) :] == second[begin + 1 :]


def near_keys(name: str) -> set[str]:
    """Return keys of which two names that are ``near_name`` share one: to look for them without comparing all pairs.

    The name, what it is without each one of its characters, and how it sounds. A shared key proves nothing.
    """
    plain = same_name(name)
    places = range(len(plain)) if len(plain) >= NEAR_LENGTH else ()
    return {plain, sort_key_of(plain), *(plain[:place] + plain[place + 1 :] for place in places)}


def uscc_refusal(uscc: str | None, absent_reason: str) -> Refusal | None:
    """Return why a unified social credit code cannot stand; a body without one needs a reason. GB 32100—2015."""
    if uscc is None:
        return None if absent_reason.strip() else Refusal("uscc_missing", "", {"field": "uscc"})
    if not is_uscc(uscc):
        return Refusal("uscc_wrong", "", {"field": "uscc", "uscc": uscc}, "GB 32100—2015")
    return None


def id_refusal(number: str) -> Refusal | None:
    """Return why a national ID number cannot stand; empty is allowed. GB 11643—1999."""
    if number and id_facts(number) is None:
        return Refusal("id_wrong", "", {"field": "id_number"}, "GB 11643—1999")
    return None


def phone_refusal(number: str) -> Refusal | None:
    """Return why a telephone number, as it is kept, cannot stand: 5 to 20 digits, a country's + before them."""
    digits = number.removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or not 5 <= len(digits) <= 20:  # noqa: PLR2004 - as said
        return Refusal("phone_wrong", "", {"field": "phone"})
    return None


def account_refusal(number: str) -> Refusal | None:
    """Return why a bank account number cannot stand: 8 to 30 digits."""
    if not number.isascii() or not number.isdigit() or not 8 <= len(number) <= 30:  # noqa: PLR2004 - as said
        return Refusal("account_wrong", "", {"field": "account"})
    return None


def ancestors(links: Iterable[tuple[int, int]], wanted: Iterable[int]) -> dict[int, set[int]]:
    """Return whom each of ``wanted`` follows, directly or through others; without a predecessor: left out.

    ``links`` are pairs (predecessor, successor). A circle, which no day can bring about, ends where it began.
    """
    before: dict[int, set[int]] = {}
    for predecessor, successor in links:
        before.setdefault(successor, set()).add(predecessor)
    found = {}
    for key in set(wanted) & set(before):
        seen: set[int] = set()
        open_ = [key]
        while open_:
            fresh = before.get(open_.pop(), set()) - seen - {key}
            seen |= fresh
            open_ += fresh
        if seen:
            found[key] = seen
    return found
