"""Choices of publication."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PublicationKind(TextChoices):
    """What is published."""

    RATING = "RATING", _("rating")
    DRAW = "DRAW", _("draw record")
    BATCH = "BATCH", _("record of a batch assignment")
    REPORT = "REPORT", _("report")
    CERTIFICATE = "CERTIFICATE", _("certificate")
    REGISTER = "REGISTER", _("register")
