"""What an application must hold before it can be handed in. Rules R-12, R-14, R-47."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from admissions.enums import ApplicationKind
from foundation.rulesets.rules import Rule

EXPERT_ITEMS: Final = ["title_certificate", "work_record", "no_violation_3_years"]
RULES: Final = (
    Rule("expert_admission_items", "R-14", EXPERT_ITEMS, "items of the checklist", "DEFAULT"),
    Rule("self_registration", "R-47", default=False, unit="yes or no", tag="DEFAULT"),
    Rule("admission_notice_workdays", "R-47", 5, "working days", "DEFAULT"),
)
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    ApplicationKind.FIRM: ("name", "uscc", "kind", "form", "legal_person", "address", "phone", "founded_on"),
    ApplicationKind.EXPERT: ("title", "level", "works_since", "employer", "employed_since", "main"),
}
OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    ApplicationKind.FIRM: ("staff_count",),
    ApplicationKind.EXPERT: ("others", "email"),
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
