"""The register of firms."""

from django.apps import AppConfig


class EvaluatorsConfig(AppConfig):
    """Register the room."""

    name = "evaluators"

    def ready(self) -> None:
        """Register the rules, say who may download proofs, and where sealed text is kept."""
        from evaluators.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.core.crypto import SealedColumn, keep_sealed  # noqa: PLC0415
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        serve_owner("evaluators.qualification", "evaluators.selectors.qualifications_visible_to")
        serve_owner("evaluators.staffchange", "evaluators.selectors.staff_changes_visible_to")
        keep_sealed(
            SealedColumn("evaluators.StaffChange", "id_sealed"),
            SealedColumn("evaluators.StaffChange", "phone_sealed"),
        )
