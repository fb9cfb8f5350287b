"""A project and its chain."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Register the room."""

    name = "projects"

    def ready(self) -> None:
        """Register the rules."""
        from foundation.rulesets.rules import register  # noqa: PLC0415
        from projects.rules import RULES  # noqa: PLC0415 - the register is filled at start

        register(*RULES)
