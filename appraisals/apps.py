"""The firm's and the expert's year, and sanctions."""

from django.apps import AppConfig


class AppraisalsConfig(AppConfig):
    """Register the room."""

    name = "appraisals"

    def ready(self) -> None:
        """Register the rules and what an agreed sanction does."""
        from appraisals.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.approvals.rules import when_agreed, when_returned  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        when_agreed("SANCTION", "appraisals.services.sanctions.sanction_agreed")
        when_returned("SANCTION", "appraisals.services.sanctions.sanction_returned")
