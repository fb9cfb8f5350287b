"""The exchange face."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Register the face, what can be imported, and who may read an imported file."""

    name = "faces.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Load the nouns; name the selector of the files."""
        from faces.exchange import nouns  # noqa: F401, PLC0415 - models exist only now
        from foundation.files.permissions import serve_owner  # noqa: PLC0415 - the same

        serve_owner("exchange.importrun", "faces.exchange.runs.visible_to")
