"""From finding to money: rectification, proposal, adoption."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Register the room."""

    name = "results"

    def ready(self) -> None:
        """Say who may download evidence."""
        from foundation.files.permissions import serve_owner  # noqa: PLC0415 - registered at start

        serve_owner("results.rectification", "results.selectors.visible_to")
