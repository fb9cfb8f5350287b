"""Choices of an approval."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ApprovalKind(TextChoices):
    """Acts with outside effect: each kind has its chain in the rule set."""

    PLAN = "PLAN", _("plan")
    ADMISSION = "ADMISSION", _("admission")
    ROUTE = "ROUTE", _("way of procurement")
    APPOINTMENT = "APPOINTMENT", _("direct appointment")
    BATCH = "BATCH", _("batch assignment")
    NAMING = "NAMING", _("naming and keeping away in a batch")
    LETTER = "LETTER", _("commission letter")
    LEAD = "LEAD", _("change of the lead evaluator")
    CONTRACT = "CONTRACT", _("contract")
    RATING = "RATING", _("rating")
    SANCTION = "SANCTION", _("sanction")
    PAYMENT = "PAYMENT", _("payment")
    PUBLICATION = "PUBLICATION", _("publication")
    PROPOSAL = "PROPOSAL", _("proposal for using results")
    WIDENING = "WIDENING", _("widening of a list")
    RULES = "RULES", _("change of a rule")


class ApprovalStatus(TextChoices):
    """Where an approval stands."""

    PENDING = "PENDING", _("under approval")
    AGREED = "AGREED", _("agreed")
    RETURNED = "RETURNED", _("returned")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


class StepStatus(TextChoices):
    """Where one step stands."""

    WAITING = "WAITING", _("not yet reached")
    OPEN = "OPEN", _("waiting for a decision")
    AGREED = "AGREED", _("agreed")
    RETURNED = "RETURNED", _("returned")
    SKIPPED = "SKIPPED", _("not needed")


class ApprovalAction(TextChoices):
    """What is done to an approval."""

    AGREE = "AGREE", _("agree")
    FINISH = "FINISH", _("take the last step")
    GIVE_BACK = "GIVE_BACK", _("give back")
    WITHDRAW = "WITHDRAW", _("withdraw")
