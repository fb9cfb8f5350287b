"""Conflicts of interest that were reported about us."""

from django.urls import path

from faces.pages.shared.own_conflicts import OwnConflictReply, OwnConflicts
from foundation.accounts.enums import Capability


class FirmConflicts(OwnConflicts):
    """What was reported about us."""

    audience, needs, here = "firm", Capability.FIRM_DESK, "firm-conflicts"


class FirmConflictReply(OwnConflictReply):
    """Our reply."""

    audience, needs, here = "firm", Capability.FIRM_SIGN, "firm-conflicts"


urls = [
    path("conflicts/", FirmConflicts.as_view(), name="firm-conflicts"),
    path("conflicts/<int:pk>/reply/", FirmConflictReply.as_view(), name="firm-conflicts-reply"),
]
