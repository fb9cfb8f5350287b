"""The exchange face."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Register the face, its rules, what can be imported, and who may read an imported file."""

    name = "faces.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Load the nouns; register the rules; name the selector of the files."""
        from faces.exchange import nouns  # noqa: F401, PLC0415 - models exist only now
        from faces.exchange.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.files.permissions import serve_owner  # noqa: PLC0415 - the same
        from foundation.rulesets.rules import register  # noqa: PLC0415 - the same

        register(*RULES)
        serve_owner("exchange.importrun", "faces.exchange.runs.visible_to")
