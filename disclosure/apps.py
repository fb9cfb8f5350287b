"""Frozen published copies: what the public may read."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """Register the room."""

    name = "disclosure"

    def ready(self) -> None:
        """Register the rules, and who corrects what was published of a rating that is opened again."""
        from disclosure.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.rulesets.rules import register  # noqa: PLC0415
        from reviews.rules import when_reopened  # noqa: PLC0415

        register(*RULES)
        when_reopened("disclosure.services.corrections.rating_reopened")
