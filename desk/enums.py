"""Choices of what is read across rooms."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LeadFindingCode(TextChoices):
    """What does not fit together about a lead evaluator, the gravest first."""

    DIED = "DIED", _("died, and a task goes on")
    LEFT = "LEFT", _("left the firm, and a task goes on")
    EXPIRED = "EXPIRED", _("certificate run out, and a task goes on")
    TWO_FIRMS = "TWO_FIRMS", _("leads tasks of two firms")
    ELSEWHERE = "ELSEWHERE", _("works elsewhere, too")
    OVERLOADED = "OVERLOADED", _("more running tasks than allowed")
    SAME_DAYS = "SAME_DAYS", _("two tasks on site on the same days")
