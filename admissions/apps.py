"""Applications for the register and the pool."""

from django.apps import AppConfig


class AdmissionsConfig(AppConfig):
    """Register the room."""

    name = "admissions"

    def ready(self) -> None:
        """Register the rules, and say who may download proofs."""
        from admissions.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        serve_owner("admissions.application", "admissions.selectors.visible_to")
