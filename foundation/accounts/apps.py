"""Users, roles and capabilities."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register the room."""

    name = "foundation.accounts"
    label = "accounts"
