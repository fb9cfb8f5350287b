"""Persons, organisations and the dated facts between them."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Register the room."""

    name = "parties"
