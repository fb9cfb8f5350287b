"""The pool of experts."""

from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    """Register the room."""

    name = "experts"

    def ready(self) -> None:
        """Register the rules."""
        from experts.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
