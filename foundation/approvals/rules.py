"""Who has to say yes. Rule R-37."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from foundation.accounts.enums import Role
from foundation.approvals.enums import ApprovalKind
from foundation.rulesets.rules import Rule

KINDS: Final = tuple(ApprovalKind.values)
TWO_STEPS: Final = ("SECTION_HEAD", "BUREAU_LEADER")
CHAIN: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys(KINDS, TWO_STEPS),
    "ROUTE": ("SECTION_HEAD",),
    "LEAD": ("SECTION_HEAD",),
    "WIDENING": ("SECTION_HEAD",),
    "PROPOSAL": ("SECTION_HEAD",),
    "RATING": ("BUREAU_LEADER",),  # the section head confirms by submitting it
}
WITH_BUSINESS: Final = ("SECTION_HEAD", "BUSINESS_SECTION", "BUREAU_LEADER")
CHAIN_LARGE: Final[Mapping[str, Sequence[str]]] = {**CHAIN, "CONTRACT": WITH_BUSINESS, "PAYMENT": WITH_BUSINESS}


def is_chain_table(table: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether every chain has a step and names roles only."""
    known = set(Role.values)
    return all(chain and all(role in known for _place, role in positions(chain)) for chain in table.values())


def positions(chain: Sequence[str | Sequence[str]]) -> list[tuple[int, str]]:
    """Return (position, role) of every step; roles in an inner list share a position and run in parallel."""
    steps: list[tuple[int, str]] = []
    for position, entry in enumerate(chain, 1):
        roles = [entry] if isinstance(entry, str) else list(entry)
        steps += [(position, role) for role in roles]
    return steps


def _listed(chains: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {kind: list(roles) for kind, roles in chains.items()}


RULES: Final = (
    Rule("approval_chain", "R-37", _listed(CHAIN), "roles in order", "DEFAULT", check=is_chain_table),
    Rule("approval_chain_large", "R-37", _listed(CHAIN_LARGE), "roles in order", "DEFAULT", check=is_chain_table),
    Rule("approval_large_cents", "R-37", 100_000_000, "分", "DEFAULT"),
    Rule("reminder_days", "R-22", [-7, -3, 0, 1, 3], "days from the due day", "DEFAULT"),
)


def chain_for(table: Mapping[str, Any], kind: str) -> Sequence[str | Sequence[str]]:
    """Return the chain of ``kind``; a kind without one needs section head and bureau leader."""
    chain: Sequence[str | Sequence[str]] = table.get(kind) or TWO_STEPS
    return chain


_AGREED: Final[dict[str, str]] = {}
_RETURNED: Final[dict[str, str]] = {}


def when_agreed(kind: str, handler: str) -> None:
    """Let the dotted ``handler(approval=, by=, on=)`` run, in the same transaction, when an approval is agreed."""
    _AGREED[kind] = handler


def when_returned(kind: str, handler: str) -> None:
    """Let the dotted ``handler(approval=, by=, on=)`` run, in the same transaction, when one is given back."""
    _RETURNED[kind] = handler


def handler_of(kind: str, *, is_agreed: bool) -> str | None:
    """Return the dotted handler of a kind."""
    return (_AGREED if is_agreed else _RETURNED).get(kind)
