"""The rail of the expert pages."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.rail import RailGroup, RailItem


def build(_request: HttpRequest) -> list[RailGroup]:
    """Return the groups of lines."""
    items = (
        RailItem.to("pages:expert-home", _("My reviews")),
        RailItem.to("pages:expert-record", _("My record")),
        RailItem.to("pages:expert-credit", _("My credit")),
        RailItem.to("pages:expert-conflicts", _("Reported conflicts")),
        RailItem.to("pages:expert-left-out", _("Why I was not drawn")),
        RailItem.to("pages:notices", _("Notices")),
    )
    return [RailGroup(_("Desk"), items)]
