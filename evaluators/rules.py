"""Who may stand in the register, for how long, and who may lead. Rules R-10 to R-13."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from foundation.core.dates import years_after
from foundation.core.errors import Refusal
from foundation.rulesets.rules import Rule

ADMISSION_ITEMS: Final = ["legal_standing", "no_violation_3_years", "lead_evaluator", "proofs"]
SAME: Final = str.maketrans({"（": "(", "）": ")", "－": "-", **dict.fromkeys(" \u3000-·", "")})
MARKS: Final = ["legal_person", "address", "phone", "lead_evaluator"]


def is_days_before(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether the value lists days before something, each above nothing."""
    return bool(value) and all(isinstance(day, int) and day > 0 for day in value)


RULES: Final = (
    Rule("lead_work_years", "R-10", 5, "calendar years", "LAW", "财预〔2021〕6号"),
    Rule("one_firm_per_practitioner", "R-11", default=True, unit="yes or no", tag="LOCAL", is_fixed=True),
    Rule("firm_admission_items", "R-12", ADMISSION_ITEMS, "items of the checklist", "LOCAL"),
    Rule("register_term_years", "R-13", 3, "calendar years", "LOCAL"),
    Rule("renewal_window_days", "R-13", 90, "days", "DEFAULT"),
    Rule("successors_inherit", "R-49", default=True, unit="yes or no", tag="DEFAULT", is_fixed=True),
    Rule("one_of_a_family", "R-49", default=True, unit="yes or no", tag="DEFAULT"),
    Rule("likeness_marks", "R-50", MARKS, "facts that are compared", "DEFAULT"),
    Rule("expiry_reminder_days", "R-53", [90, 30, 7], "days before the last day", "DEFAULT", check=is_days_before),
    Rule("removal_years", "R-26", 3, "calendar years", "LOCAL"),
)


def term_ends_on(admitted_on: date, *, years: int) -> date:
    """Return the first day after the term that began on ``admitted_on``. Rule R-13."""
    return years_after(admitted_on, years)


def renewable_from(term_ends_on: date, *, days: int) -> date:
    """Return the first day on which a term can be renewed before it ends. Rule R-13."""
    return term_ends_on - timedelta(days=days)


def renewed_until(term_ends_on: date, *, on: date, years: int) -> date:
    """Return the end of a renewed term: it follows the old one without a gap, or begins ``on`` after a lapse."""
    return years_after(max(term_ends_on, on), years)


def lead_refusal(
    *, title: str, certificate_number: str, works_since: date, on: date, years: int, source: str
) -> Refusal | None:
    """Return why a person may not lead: neither title nor certificate, or too few years of work. Rule R-10."""
    if not title.strip() and not certificate_number.strip():
        return Refusal("lead_unqualified", "", {"field": "title"}, source)
    ready_on = years_after(works_since, years)
    if on < ready_on:
        return Refusal("lead_too_new", "", {"field": "works_since", "free_on": ready_on.isoformat()}, source)
    return None


def may_reapply_from(removed_on: date, *, years: int) -> date:
    """Return the first day on which a removed firm may apply again. Rule R-26."""
    return years_after(removed_on, years)


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells whether two firms have the same people behind them; ``leads`` are keys of persons.

    Former legal representatives and addresses count like those of today.
    """

    legal_person: str = ""
    address: str = ""
    phone: str = ""
    leads: frozenset[int] = frozenset()
    former_legal_persons: frozenset[str] = frozenset()
    former_addresses: frozenset[str] = frozenset()


def shared_marks(one: Marks, other: Marks, *, compared: Collection[str]) -> tuple[str, ...]:
    """Return which of the ``compared`` facts two firms share; an empty fact is shared with nobody. Rule R-50.

    Spaces, hyphens and the width of brackets make no difference.
    """
    own, others = _texts(one), _texts(other)
    found = {name for name in own if own[name] & others[name]}
    if one.leads & other.leads:
        found.add("lead_evaluator")
    return tuple(name for name in MARKS if name in found and name in compared)


def _texts(marks: Marks) -> dict[str, set[str]]:
    """Return every value of each text that is compared, today's and former ones."""
    values = {
        "legal_person": {marks.legal_person, *marks.former_legal_persons},
        "address": {marks.address, *marks.former_addresses},
        "phone": {marks.phone},
    }
    return {name: {same_text(text) for text in texts} - {""} for name, texts in values.items()}


def same_text(text: str) -> str:
    """Return a text as it is compared."""
    return text.translate(SAME).lower()


def one_of_each_family(heads: Mapping[int, int], eligible: Collection[int]) -> dict[int, int]:
    """Return who steps back for whom, so that of a head office and its branches one takes part. Rule R-49.

    ``heads`` names the head office of each branch; ``eligible`` are in order. The head office comes first, without it
    the first of its branches.
    """
    families: dict[int, list[int]] = {}
    for key in eligible:
        families.setdefault(head_of(heads, key), []).append(key)
    return {
        key: first
        for head, members in families.items()
        for first in [head if head in members else members[0]]
        for key in members
        if key != first
    }


def head_of(heads: Mapping[int, int], key: int) -> int:
    """Return the office at the top of a branch; a firm without one is its own. A circle ends where it began."""
    seen = {key}
    while (above := heads.get(key)) is not None and above not in seen:
        seen.add(above)
        key = above
    return key


def reminder_due(*, last_day: date, on: date, days: Iterable[int]) -> int | None:
    """Return which reminder is due on ``on`` for what ends with ``last_day``: the nearest day that was reached.

    None before the first one, 0 once it has run out. A day on which nothing ran is made up for: of several that were
    missed only the nearest is due. Rule R-53.
    """
    left = (last_day - on).days
    if left < 0:
        return 0
    return min((day for day in days if left <= day), default=None)
