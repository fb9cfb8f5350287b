"""Choices of papers."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PaperStatus(TextChoices):
    """Where a paper stands."""

    DRAFT = "DRAFT", _("draft")
    ISSUED = "ISSUED", _("issued")
    VOID = "VOID", _("void")


class DeliveryWay(TextChoices):
    """How a paper reached its addressee."""

    HAND = "HAND", _("by hand")
    POST = "POST", _("by post")
    ELECTRONIC = "ELECTRONIC", _("electronically")
    PUBLIC = "PUBLIC", _("by public notice")
