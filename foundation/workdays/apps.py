"""The calendar of working days."""

from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    """Register the room."""

    name = "foundation.workdays"

    def ready(self) -> None:
        """Register the rules."""
        from foundation.rulesets.rules import register  # noqa: PLC0415 - the register is filled at start
        from foundation.workdays.rules import RULES  # noqa: PLC0415

        register(*RULES)
