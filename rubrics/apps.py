"""Versioned rubrics and the indicator library."""

from django.apps import AppConfig


class RubricsConfig(AppConfig):
    """Register the room."""

    name = "rubrics"
