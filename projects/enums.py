"""Choices of projects."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProjectKind(TextChoices):
    """What a project is."""

    POLICY = "POLICY", _("policy")
    WORKS = "WORKS", _("works")
    EQUIPMENT = "EQUIPMENT", _("equipment")
    OTHER = "OTHER", _("other")


class SpecialForm(TextChoices):
    """A special form of financing or buying."""

    PPP = "PPP", _("PPP")
    SPECIAL_BOND = "SPECIAL_BOND", _("special bond")
    PURCHASE = "PURCHASE", _("government purchase of services")


class BudgetKind(TextChoices):
    """The four budgets."""

    GENERAL = "GENERAL", _("general public budget")
    FUND = "FUND", _("government fund budget")
    CAPITAL = "CAPITAL", _("state capital budget")
    INSURANCE = "INSURANCE", _("social insurance fund budget")
