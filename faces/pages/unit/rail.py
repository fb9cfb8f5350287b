"""The rail of the unit pages."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.rail import RailGroup, RailItem


def build(_request: HttpRequest) -> list[RailGroup]:
    """Return the groups of lines."""
    items = (
        RailItem.to("pages:unit-home", _("Evaluations of our unit")),
        RailItem.to("pages:unit-contacts", _("Our contacts")),
        RailItem.to("pages:notices", _("Notices")),
    )
    return [RailGroup(_("Desk"), items)]
