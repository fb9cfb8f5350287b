"""How a notice leaves the system, and what became of it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(TextChoices):
    """By what a notice leaves the system."""

    MAIL = "MAIL", _("mail")
    SMS = "SMS", _("short message")


class MessageStatus(TextChoices):
    """What became of a message."""

    QUEUED = "QUEUED", _("waits to be sent")
    DELIVERED = "DELIVERED", _("sent")
    FAILED = "FAILED", _("not sent")
    NO_ADDRESS = "NO_ADDRESS", _("no address")
