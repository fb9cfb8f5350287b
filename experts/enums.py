"""Choices of the expert pool."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExpertStatus(TextChoices):
    """Standing in the pool."""

    APPLIED = "APPLIED", _("applied")
    TO_CORRECT = "TO_CORRECT", _("to be corrected")
    NOTICE = "NOTICE", _("public notice")
    ACTIVE = "ACTIVE", _("in the pool")
    SUSPENDED = "SUSPENDED", _("suspended")
    REMOVED = "REMOVED", _("removed")
    LEFT = "LEFT", _("left on own wish")


class ExpertAction(TextChoices):
    """What can be done to a standing."""

    RETURN = "RETURN", _("return for correction")
    RESUBMIT = "RESUBMIT", _("submit again")
    ANNOUNCE = "ANNOUNCE", _("open the public notice")
    ADMIT = "ADMIT", _("admit")
    SUSPEND = "SUSPEND", _("suspend")
    RESTORE = "RESTORE", _("restore")
    REMOVE = "REMOVE", _("remove")
    REINSTATE = "REINSTATE", _("take back into the register")
    LEAVE = "LEAVE", _("leave")
    REAPPLY = "REAPPLY", _("apply again")


class ExpertSource(TextChoices):
    """Whose expert."""

    OWN = "OWN", _("own pool")
    SHARED = "SHARED", _("shared pool")
    GUEST = "GUEST", _("guest for one task")


class TitleLevel(TextChoices):
    """Level of the professional title."""

    ACADEMICIAN = "ACADEMICIAN", _("academician")
    SENIOR = "SENIOR", _("senior")
    INTERMEDIATE = "INTERMEDIATE", _("intermediate")


class SpecialtyChange(TextChoices):
    """What an expert asks about a specialty of his."""

    ADD = "ADD", _("add it")
    END = "END", _("end it")


class AskStatus(TextChoices):
    """What became of something that was asked."""

    ASKED = "ASKED", _("asked")
    ACCEPTED = "ACCEPTED", _("accepted")
    REFUSED = "REFUSED", _("refused")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
