"""Credit events of a party."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Register the room."""

    name = "credit"

    def ready(self) -> None:
        """Register the rules, and say who may download evidence."""
        from credit.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        serve_owner("credit.creditevent", "credit.selectors.evidence_visible_to")
        serve_owner("credit.eventreply", "credit.selectors.replies_visible_to")
