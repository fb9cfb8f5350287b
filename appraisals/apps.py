"""The firm's and the expert's year, and sanctions."""

from django.apps import AppConfig


class AppraisalsConfig(AppConfig):
    """Register the room."""

    name = "appraisals"

    def ready(self) -> None:
        """Register the rules, what sanctions do and when they end, and who downloads papers of recognised grades."""
        from appraisals.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from evaluators.selectors import serve_suspension_ends  # noqa: PLC0415
        from foundation.approvals.rules import when_agreed, when_returned  # noqa: PLC0415
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415
        from parties.permissions import ask_before_moving  # noqa: PLC0415

        register(*RULES)
        ask_before_moving("appraisals.selectors.sanctions.standing_refusals")
        when_agreed("SANCTION", "appraisals.services.sanctions.sanction_agreed")
        serve_owner("appraisals.recognisedgrade", "appraisals.selectors.recognised_visible_to")
        serve_owner("appraisals.handoveranswer", "appraisals.selectors.hand_over_answers_visible_to")
        serve_owner("papers.paper", "appraisals.selectors.papers_visible_to")
        serve_owner("appraisals.sanctionreply", "appraisals.selectors.replies_visible_to")
        serve_owner("appraisals.liftingapplication", "appraisals.selectors.liftings_visible_to")
        serve_owner("appraisals.conflictreport", "appraisals.selectors.conflicts.conflict_files_of")
        serve_owner("appraisals.conflictreply", "appraisals.selectors.conflict_replies_visible_to")
        serve_suspension_ends("appraisals.selectors.suspension_ends")
        when_returned("SANCTION", "appraisals.services.sanctions.sanction_returned")
