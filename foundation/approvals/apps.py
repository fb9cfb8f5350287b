"""Approval chains over any record."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Register the room."""

    name = "foundation.approvals"

    def ready(self) -> None:
        """Register the rules and what an agreed change of a rule does."""
        from foundation.approvals.rules import (  # noqa: PLC0415 - the register is filled at start
            RULES,
            when_agreed,
            when_returned,
        )
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        when_agreed("RULES", "foundation.approvals.services.value_agreed")
        when_returned("RULES", "foundation.approvals.services.value_returned")
