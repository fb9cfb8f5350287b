"""Dated rule sets: value, unit, source."""

from django.apps import AppConfig


class RulesetsConfig(AppConfig):
    """Register the room."""

    name = "foundation.rulesets"

    def ready(self) -> None:
        """Register the rules that no room holds."""
        from foundation.rulesets.rules import RULES, register  # noqa: PLC0415 - the register is filled at start

        register(*RULES)
