"""Choices of rule sets."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceTag(TextChoices):
    """Where a rule comes from."""

    LAW = "LAW", _("national text")
    LOCAL = "LOCAL", _("local measure")
    DEFAULT = "DEFAULT", _("own setting")


class ChangeStatus(TextChoices):
    """Where a proposed change of a rule stands."""

    PROPOSED = "PROPOSED", _("proposed")
    APPLIED = "APPLIED", _("in the rule set")
    REFUSED = "REFUSED", _("not agreed")
