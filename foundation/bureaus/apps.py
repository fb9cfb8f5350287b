"""The bureau, where visible_to begins."""

from django.apps import AppConfig


class BureausConfig(AppConfig):
    """Register the room."""

    name = "foundation.bureaus"
