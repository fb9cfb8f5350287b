"""From commission to archive: versions, checks, sign-off, acceptance, payment."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Register the room."""

    name = "delivery"

    def ready(self) -> None:
        """Register the rules, what decided approvals do, and who reads which files."""
        from delivery.rules import RULES  # noqa: PLC0415 - the register is filled at start
        from foundation.approvals.rules import when_agreed, when_returned  # noqa: PLC0415
        from foundation.files.permissions import serve_owner  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415

        register(*RULES)
        when_agreed("LETTER", "delivery.services.commissions.letter_agreed")
        when_returned("LETTER", "delivery.services.commissions.letter_returned")
        when_agreed("LEAD", "delivery.services.leads.lead_change_agreed")
        when_returned("LEAD", "delivery.services.leads.lead_change_returned")
        when_agreed("PAYMENT", "delivery.services.instalments.payment_agreed")
        when_returned("PAYMENT", "delivery.services.instalments.payment_returned")
        serve_owner("delivery.reportversion", "delivery.selectors.versions_visible_to")
        serve_owner("papers.paper", "delivery.selectors.papers_visible_to")
        serve_owner("delivery.signoff", "delivery.selectors.sign_offs_visible_to")
        serve_owner("delivery.clockstop", "delivery.selectors.clock_stops_visible_to")
        serve_owner("delivery.sitevisit", "delivery.selectors.site_visits_visible_to")
        serve_owner("delivery.earlierreport", "delivery.selectors.earlier_reports_visible_to")
