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
