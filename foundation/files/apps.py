"""Stored files: checked, hashed, one authorised download."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Register the room."""

    name = "foundation.files"
