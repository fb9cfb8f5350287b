"""The register of firms."""

from django.apps import AppConfig


class EvaluatorsConfig(AppConfig):
    """Register the room."""

    name = "evaluators"

    def ready(self) -> None:
        """Register the rules, and say who may download proofs."""
        from evaluators.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        serve_owner("evaluators.qualification", "evaluators.selectors.qualifications_visible_to")
