"""Choices of trees."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TreeKind(TextChoices):
    """What a tree sorts."""

    SPECIALTY = "SPECIALTY", _("specialties")
    FINDING = "FINDING", _("finding codes")
