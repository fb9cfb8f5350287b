"""The composition root, as an app that brings commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Register the commands."""

    name = "config"
    label = "composition"
