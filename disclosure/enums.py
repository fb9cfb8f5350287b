"""Choices of publication."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PublicationKind(TextChoices):
    """What is published."""

    RATING = "RATING", _("rating")
    DRAW = "DRAW", _("draw record")
    REPORT = "REPORT", _("report")
    CERTIFICATE = "CERTIFICATE", _("certificate")
    REGISTER = "REGISTER", _("register")
