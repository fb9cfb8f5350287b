"""Choices of the bureau."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SectionKind(TextChoices):
    """What a section of a bureau does."""

    PERFORMANCE = "PERFORMANCE", _("performance section")
    BUSINESS = "BUSINESS", _("business section")
    PROCUREMENT = "PROCUREMENT", _("procurement section")
    TREASURY = "TREASURY", _("treasury section")
    LEGAL = "LEGAL", _("legal section")
    DISCIPLINE = "DISCIPLINE", _("discipline inspection")
