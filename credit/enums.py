"""Choices of credit events."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CreditKind(TextChoices):
    """Violation or merit."""

    VIOLATION = "VIOLATION", _("violation")
    MERIT = "MERIT", _("merit")


class CreditParty(TextChoices):
    """Whom a code of the catalogue is for."""

    FIRM = "FIRM", _("firms")
    EXPERT = "EXPERT", _("experts")
    BOTH = "BOTH", _("firms and experts")


class CreditCode(TextChoices):
    """The codes that are shipped; a bureau's own ones stand beside them in its rule set. Rule R-55."""

    LATE_REPORT = "LATE_REPORT", _("report handed in late")
    NO_RESPONSE = "NO_RESPONSE", _("notices left without an answer")
    PAPERS_STALE = "PAPERS_STALE", _("changed facts not reported to the register")
    LEAD_SWAPPED = "LEAD_SWAPPED", _("lead evaluator or team exchanged without asking")
    SUBCONTRACTED = "SUBCONTRACTED", _("work passed on to others")
    FALSE_REPORT = "FALSE_REPORT", _("false data or conclusions")
    COPIED = "COPIED", _("copied from another report")
    NO_SHOW = "NO_SHOW", _("absent from a meeting without a reason")
    LATE_OPINION = "LATE_OPINION", _("opinion handed in late")
    CARELESS = "CARELESS", _("opinion plainly not in line with the papers")
    SUBSTITUTE = "SUBSTITUTE", _("let somebody else review")
    LEAK = "LEAK", _("work secrets passed on")
    FAVOURS = "FAVOURS", _("money or favours taken or given")
    CONFLICT_HIDDEN = "CONFLICT_HIDDEN", _("a conflict of interest kept back")
    OTHER_LIGHT = "light", _("another lighter violation")
    OTHER_HEAVY = "heavy", _("another grave violation")
    PRAISED = "PRAISED", _("praised by a superior authority")
    MODEL_REPORT = "MODEL_REPORT", _("report named as a model")
    OTHER_MERIT = "merit", _("another merit")


class ReplyOutcome(TextChoices):
    """What the bureau answers to a reply."""

    UPHELD = "UPHELD", _("it stands")
    ACCEPTED = "ACCEPTED", _("the reply is accepted")
