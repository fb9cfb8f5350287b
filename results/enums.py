"""Choices of results."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RectificationStatus(TextChoices):
    """Where a rectification stands."""

    ASKED = "ASKED", _("asked")
    REPORTED = "REPORTED", _("reported")
    CLOSED = "CLOSED", _("closed")
    RETURNED = "RETURNED", _("returned")


class RectificationAction(TextChoices):
    """What is done to a rectification."""

    REPORT = "REPORT", _("report on the rectification")
    CLOSE = "CLOSE", _("close the rectification")
    RETURN = "RETURN", _("return the rectification")


class AdoptionOutcome(TextChoices):
    """What became of a proposal."""

    FULLY = "FULLY", _("fully adopted")
    PARTLY = "PARTLY", _("partly adopted")
    NOT = "NOT", _("not adopted")
