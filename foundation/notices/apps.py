"""In-app notices, mail and reminders."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Register the room."""

    name = "foundation.notices"
