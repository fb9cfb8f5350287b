"""Choices of credit events."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CreditKind(TextChoices):
    """Violation or merit."""

    VIOLATION = "VIOLATION", _("violation")
    MERIT = "MERIT", _("merit")
