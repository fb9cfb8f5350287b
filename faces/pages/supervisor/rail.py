"""The rail of the supervisor pages: everything may be read."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.rail import RailGroup, RailItem


def build(_request: HttpRequest) -> list[RailGroup]:
    """Return the groups of lines."""
    desk = (RailItem.to("pages:supervisor-home", _("To witness")), RailItem.to("pages:notices", _("Notices")))
    read = (
        RailItem.to("pages:tasks", _("Tasks")),
        RailItem.to("pages:draws", _("Draws")),
        RailItem.to("pages:supervisor-statistics", _("Draws against chance")),
        RailItem.to("pages:pool-health", _("Pool health")),
        RailItem.to("pages:re-reviews", _("Re-reviews")),
        RailItem.to("pages:ratings", _("Ratings")),
        RailItem.to("pages:publications", _("Publications")),
        RailItem.to("pages:firms", _("Firms")),
        RailItem.to("pages:experts", _("Experts")),
        RailItem.to("pages:credit-events", _("Credit events")),
        RailItem.to("pages:sanctions", _("Sanctions")),
        RailItem.to("pages:conflicts", _("Reported conflicts")),
        RailItem.to("pages:journal", _("Journal")),
        RailItem.to("pages:supervisor-reveals", _("Numbers read in clear")),
    )
    return [RailGroup(_("Desk"), desk), RailGroup(_("Read"), read)]
