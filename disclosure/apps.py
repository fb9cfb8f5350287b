"""Frozen published copies: what the public may read."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """Register the room."""

    name = "disclosure"

    def ready(self) -> None:
        """Register the rules, who publishes a freeze's commitment, and who corrects a rating that is opened again."""
        from assignments.rules.draws import when_frozen  # noqa: PLC0415
        from disclosure.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.rulesets.rules import register  # noqa: PLC0415
        from reviews.rules import when_reopened  # noqa: PLC0415

        register(*RULES)
        when_reopened("disclosure.services.corrections.rating_reopened")
        when_frozen("disclosure.services.publish_commitments")
