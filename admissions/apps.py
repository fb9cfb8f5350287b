"""Applications for the register and the pool."""

from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    """Register the room."""

    name = "admissions"

    def ready(self) -> None:
        """Register the rules, say who may download proofs, and where sealed text is kept."""
        from admissions.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.core.crypto import SealedColumn, keep_sealed  # noqa: PLC0415
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        serve_owner("admissions.application", "admissions.selectors.files_visible_to")
        serve_owner("admissions.confirmation", "admissions.selectors.confirmations_visible_to")
        serve_owner("admissions.entrycheck", "admissions.selectors.checks_visible_to")
        keep_sealed(
            SealedColumn("admissions.ApplicationPerson", "id_sealed", index="id_index", use="id"),
            SealedColumn("admissions.ApplicationPerson", "phone_sealed"),
        )
