"""Choices of rubrics."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scorer(TextChoices):
    """Who scores an item."""

    EXPERT = "EXPERT", _("expert")
    SECTION = "SECTION", _("section")
    SYSTEM = "SYSTEM", _("system")


class RubricStatus(TextChoices):
    """Where a version stands."""

    DRAFT = "DRAFT", _("draft")
    IN_FORCE = "IN_FORCE", _("in force")
    REPLACED = "REPLACED", _("replaced")
