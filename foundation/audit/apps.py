"""The append-only, hash-chained journal."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Register the room."""

    name = "foundation.audit"
