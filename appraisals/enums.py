"""Choices of appraisals."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Standing(TextChoices):
    """How a firm did in a year."""

    NOT_ASSESSED = "NOT_ASSESSED", _("not assessed")
    SMALL_SAMPLE = "SMALL_SAMPLE", _("small sample")
    ASSESSED = "ASSESSED", _("assessed")


class SanctionKind(TextChoices):
    """What a sanction is."""

    TALK = "TALK", _("talk")
    SUSPENSION = "SUSPENSION", _("suspension")
    REMOVAL = "REMOVAL", _("removal from the register")


class RunningTasks(TextChoices):
    """What happens to running tasks."""

    FINISH = "FINISH", _("finish")
    HAND_OVER = "HAND_OVER", _("hand over")
    STOP = "STOP", _("stop")


class SanctionStatus(TextChoices):
    """Where a sanction stands."""

    PROPOSED = "PROPOSED", _("sanction proposed")
    IN_FORCE = "IN_FORCE", _("in force")
    REFUSED = "REFUSED", _("sanction not agreed")
    ENDED = "ENDED", _("sanction ended")


class SanctionAction(TextChoices):
    """What is done to a sanction."""

    DECIDE = "DECIDE", _("decide the sanction")
    REFUSE = "REFUSE", _("refuse the sanction")
    END = "END", _("end the sanction")


class TaskFate(TextChoices):
    """What becomes of a running task when another firm takes the place of the chosen one."""

    TAKE_OVER = "TAKE_OVER", _("the successor takes it over")
    ANEW = "ANEW", _("a firm is chosen anew")
    STAY = "STAY", _("it stays with the firm")
