"""Choices of the desk."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AccountDoubt(TextChoices):
    """Why the holder of an account may be gone."""

    DIED = "DIED", _("the person has died")
    NOBODY = "NOBODY", _("works for nobody here any more")
    BODY_LEFT = "BODY_LEFT", _("the firm or unit is gone")
    POOL_LEFT = "POOL_LEFT", _("the expert left the pool")
    PERSON_LEFT = "PERSON_LEFT", _("somebody of this name left the firm or unit")
    IDLE = "IDLE", _("nobody has signed in for long")


class LeadFindingCode(TextChoices):
    """What does not fit together about a lead evaluator, the gravest first."""

    DIED = "DIED", _("died, and a task goes on")
    LEFT = "LEFT", _("left the firm, and a task goes on")
    EXPIRED = "EXPIRED", _("certificate run out, and a task goes on")
    TWO_FIRMS = "TWO_FIRMS", _("leads tasks of two firms")
    ELSEWHERE = "ELSEWHERE", _("works elsewhere, too")
    OVERLOADED = "OVERLOADED", _("more running tasks than allowed")
    SAME_DAYS = "SAME_DAYS", _("two tasks on site on the same days")
