"""The rail of the firm pages."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.rail import RailGroup, RailItem


def build(_request: HttpRequest) -> list[RailGroup]:
    """Return the groups of lines."""
    items = (
        RailItem.to("pages:firm-home", _("Our tasks")),
        RailItem.to("pages:firm-ratings", _("Our ratings")),
        RailItem.to("pages:firm-record", _("Our record"), under=(reverse("pages:firm-staff-changes"),)),
        RailItem.to("pages:firm-credit", _("Our credit")),
        RailItem.to("pages:firm-conflicts", _("Reported conflicts")),
        RailItem.to("pages:firm-left-out", _("Why we were not drawn")),
        RailItem.to("pages:firm-contacts", _("Our contacts")),
        RailItem.to("pages:notices", _("Notices")),
    )
    return [RailGroup(_("Desk"), items)]
