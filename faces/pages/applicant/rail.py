"""The rail of the applicants' pages."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.access import signed_in_user
from faces.pages.shared.rail import RailGroup, RailItem
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may


def build(request: HttpRequest) -> list[RailGroup]:
    """Return the groups of lines."""
    if not may(signed_in_user(request), Capability.APPLY):
        return []
    items = (
        RailItem.to("pages:applicant-home", _("My application")),
        RailItem.to("pages:notices", _("Notices")),
    )
    return [RailGroup(_("Desk"), items)]
