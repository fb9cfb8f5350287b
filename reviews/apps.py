"""Re-review panels, opinions, ratings, appeals."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Register the room."""

    name = "reviews"

    def ready(self) -> None:
        """Register the rules, what a returned approval does, and who reads the room's files."""
        from assignments.rules.batches import quality_from  # noqa: PLC0415
        from foundation.approvals.rules import when_returned  # noqa: PLC0415 - the registers are filled at start
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415
        from reviews.rules import RULES  # noqa: PLC0415

        register(*RULES)
        quality_from("reviews.selectors.feedback_of_experts")
        when_returned("RATING", "reviews.services.ratings.rating_returned")
        serve_owner("reviews.opinion", "reviews.selectors.opinions_visible_to")
        serve_owner("reviews.appeal", "reviews.selectors.appeals_visible_to")
