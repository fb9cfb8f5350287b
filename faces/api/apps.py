"""The api face."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Register the face."""

    name = "faces.api"
    label = "api"

    def ready(self) -> None:
        """Teach the schema how programs sign in."""
        from faces.api import schema  # noqa: F401, PLC0415 - importing registers it
