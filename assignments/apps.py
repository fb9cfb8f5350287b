"""Plans, tasks, routes, eligibility, draws and the life of an assignment."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    """Register the room."""

    name = "assignments"

    def ready(self) -> None:
        """Register the rules, what an agreed approval does, and where sealed text is kept."""
        from assignments.rules import archive, batches, draws, eligibility, people, routes, tasks  # noqa: PLC0415 - the register is filled at start
        from foundation.approvals.rules import when_agreed, when_returned  # noqa: PLC0415
        from foundation.core.crypto import SealedColumn, keep_sealed  # noqa: PLC0415
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(
            *routes.RULES, *tasks.RULES, *eligibility.RULES, *people.RULES, *archive.RULES, *batches.RULES, *draws.RULES
        )
        when_agreed("PLAN", "assignments.services.plans.plan_agreed")
        when_returned("PLAN", "assignments.services.plans.plan_returned")
        when_agreed("APPOINTMENT", "assignments.services.routes.appointment_agreed")
        when_agreed("WIDENING", "assignments.services.widening.widening_agreed")
        when_agreed("BATCH", "assignments.services.batches.batch_agreed")
        when_returned("BATCH", "assignments.services.batches.batch_returned")
        serve_owner("assignments.assignment", "assignments.selectors.assignments.visible_to")
        serve_owner("assignments.award", "assignments.selectors.tasks.awards_visible_to")
        keep_sealed(
            SealedColumn("assignments.Draw", "secret_sealed"),
            SealedColumn("assignments.AssignmentBatch", "secret_sealed"),
        )
