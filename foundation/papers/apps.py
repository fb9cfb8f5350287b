"""Numbers per kind and year; the register of papers."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Register the room."""

    name = "foundation.papers"
