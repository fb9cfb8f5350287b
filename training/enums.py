"""Choices of training."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Audience(TextChoices):
    """For whom a course is."""

    FIRMS = "FIRMS", _("firms")
    EXPERTS = "EXPERTS", _("experts")
    UNITS = "UNITS", _("budget units")
    STAFF = "STAFF", _("own staff")
