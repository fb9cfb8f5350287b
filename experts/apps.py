"""The pool of experts."""

from django.apps import AppConfig


class ExpertsConfig(AppConfig):
    """Register the room."""

    name = "experts"

    def ready(self) -> None:
        """Register the rules, and say who may download proofs."""
        from experts.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        serve_owner("experts.expertspecialty", "experts.selectors.specialties_visible_to")
        serve_owner("experts.specialtyask", "experts.selectors.specialty_asks_visible_to")
