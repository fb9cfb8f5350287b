"""Choices of publication."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class WithdrawnFor(TextChoices):
    """Why a copy is no longer live."""

    VERSION = "VERSION", _("replaced by the next version")
    CORRECTION = "CORRECTION", _("corrected")
    DECISION = "DECISION", _("withdrawn by the bureau")


class PublicationKind(TextChoices):
    """What is published."""

    RATING = "RATING", _("rating")
    DRAW = "DRAW", _("draw record")
    BATCH = "BATCH", _("record of a batch assignment")
    REPORT = "REPORT", _("report")
    CERTIFICATE = "CERTIFICATE", _("certificate")
    REGISTER = "REGISTER", _("register")


class CommitmentKind(TextChoices):
    """What a frozen list is for."""

    FIRM = "FIRM", _("a firm")
    PANEL = "PANEL", _("experts")
    BATCH = "BATCH", _("panels of many tasks at once")
