"""Why a rule said no: one shape for every refusal."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a rule said no: a stable code, a sentence for people, and the facts.

    ``source`` cites the rule (文号 and clause); empty means the bureau's own setting.
    """

    code: str
    message: str
    facts: dict[str, Any] = field(default_factory=dict)
    source: str = ""


class DomainError(Exception):
    """A service said no; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        """Carry the refusal."""
        super().__init__(refusal.message)
        self.refusal = refusal


class NotAllowed(DomainError):  # noqa: N818 - reads as a sentence
    """The person may not do this."""

    def __init__(self, message: str = "You may not do this.", *, code: str = "not_allowed") -> None:
        """Carry the sentence."""
        super().__init__(Refusal(code=code, message=message))


class TransitionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The thing is in a state in which this cannot be done."""

    def __init__(self, *, noun: str, status: str, action: str, message: str) -> None:
        """Carry noun, status and action as facts."""
        super().__init__(
            Refusal(code="wrong_state", message=message, facts={"noun": noun, "status": status, "action": action})
        )
