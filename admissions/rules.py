"""What an application must hold before it can be handed in. Rules R-12, R-14, R-47, R-59, R-60."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from admissions.enums import ApplicationKind
from foundation.rulesets.rules import Rule

EXPERT_ITEMS: Final = ["title_certificate", "work_record", "no_violation_3_years"]
RULES: Final = (
    Rule("expert_admission_items", "R-14", EXPERT_ITEMS, "items of the checklist", "DEFAULT"),
    Rule("self_registration", "R-47", default=False, unit="yes or no", tag="DEFAULT"),
    Rule("admission_notice_workdays", "R-47", 5, "working days", "DEFAULT"),
    Rule("confirmation_reminder_days", "R-59", [0, 30, 60], "days after 1 January", "DEFAULT"),
    Rule("renewal_reminder_days", "R-59", [90, 30, 7], "days before the end of the term", "DEFAULT"),
    Rule("claim_days", "R-60", 14, "days", "DEFAULT"),
)
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    ApplicationKind.FIRM: ("name", "uscc", "kind", "form", "legal_person", "address", "phone", "founded_on"),
    ApplicationKind.EXPERT: ("title", "level", "works_since", "employer", "employed_since", "main"),
}
OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    ApplicationKind.FIRM: ("staff_count",),
    ApplicationKind.EXPERT: ("others", "email"),
}
CHANGEABLE: Final[Mapping[str, tuple[str, ...]]] = {
    ApplicationKind.FIRM: ("legal_person", "address", "phone", "staff_count"),
    ApplicationKind.EXPERT: ("title", "level", "employer", "employed_since"),
}
MOST_PEOPLE: Final = 50
MOST_FILES: Final = 60
PROOF_LIMIT_BYTES: Final = 20 * 1024 * 1024
OPENED_AN_HOUR: Final = 30


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing: in which part, and what; ``why`` is empty, ``expired``, ``unmet`` or a rule's code."""

    part: str
    what: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of one item: whether a file is there and the last day on which it holds."""

    has_file: bool
    valid_to: date | None = None


def profile_gaps(kind: str, profile: Mapping[str, Any]) -> list[Gap]:
    """Return the facts that are not filled in."""
    return [Gap("profile", name) for name in REQUIRED[kind] if not profile.get(name)]


def proof_gaps(items: Sequence[str], proofs: Mapping[str, Proof], *, on: date) -> list[Gap]:
    """Return the items without a proof that holds on ``on``; the last day itself still counts."""
    gaps = []
    for code in items:
        proof = proofs.get(code)
        if proof is None or not proof.has_file:
            gaps.append(Gap("items", code))
        elif proof.valid_to is not None and proof.valid_to < on:
            gaps.append(Gap("items", code, "expired"))
    return gaps


def is_reminded_of_year(on: date, *, days: Sequence[int]) -> bool:
    """Return whether ``on`` is a day on which unconfirmed entries are reminded. Rule R-59: counted from 1 January."""
    return (on - date(on.year, 1, 1)).days in set(days)


def terms_reminded_of(on: date, *, days: Sequence[int]) -> dict[date, int]:
    """Return the ends of terms that are reminded of on ``on``, each with its days before. Rule R-59."""
    return {on + timedelta(days=before): before for before in days}


def declared_changes(kind: str, present: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs from the present facts: a field left empty stays as it is, an unknown one is no fact."""
    changes = {}
    for name in CHANGEABLE[kind]:
        value = given.get(name)
        value = value.strip() if isinstance(value, str) else value
        if value not in (None, "") and value != present.get(name):
            changes[name] = value
    return changes


def claimable_until(made_on: date, *, days: int) -> date:
    """Return the last day on which an invitation of ``made_on`` can be used. Rule R-60."""
    return made_on + timedelta(days=days)
