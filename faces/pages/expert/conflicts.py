"""Conflicts of interest that were reported about me."""

from django.urls import path

from faces.pages.shared.own_conflicts import OwnConflictReply, OwnConflicts
from foundation.accounts.enums import Capability


class ExpertConflicts(OwnConflicts):
    """What was reported about me."""

    audience, needs, here = "expert", Capability.EXPERT_DESK, "expert-conflicts"


class ExpertConflictReply(OwnConflictReply):
    """My reply."""

    audience, needs, here = "expert", Capability.EXPERT_DESK, "expert-conflicts"


urls = [
    path("conflicts/", ExpertConflicts.as_view(), name="expert-conflicts"),
    path("conflicts/<int:pk>/reply/", ExpertConflictReply.as_view(), name="expert-conflicts-reply"),
]
