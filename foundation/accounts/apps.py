"""Users, roles and capabilities."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Register the room."""

    name = "foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Say where the sealed secrets of second factors are kept."""
        from foundation.core.crypto import SealedColumn, keep_sealed  # noqa: PLC0415 - the register is filled at start

        keep_sealed(SealedColumn("mfa.Authenticator", "data", holds_json=True))
