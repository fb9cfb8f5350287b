"""Courses, attendance, hours, certificates."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Register the room."""

    name = "training"
