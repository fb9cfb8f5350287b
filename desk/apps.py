"""Reads across rooms and the few verbs that touch all."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Register the room."""

    name = "desk"
