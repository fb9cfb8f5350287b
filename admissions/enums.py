"""Choices of applications."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApplicationKind(TextChoices):
    """As what somebody applies."""

    FIRM = "FIRM", pgettext_lazy("application", "firm")
    EXPERT = "EXPERT", pgettext_lazy("application", "expert")


class ApplicationStatus(TextChoices):
    """How far an application is."""

    DRAFT = "DRAFT", pgettext_lazy("application", "being filled in")
    SUBMITTED = "SUBMITTED", pgettext_lazy("application", "handed in")
    TO_CORRECT = "TO_CORRECT", _("to be corrected")
    NOTICE = "NOTICE", _("public notice")
    ADMITTED = "ADMITTED", pgettext_lazy("application", "admitted")
    REFUSED = "REFUSED", pgettext_lazy("application", "refused")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("application", "withdrawn")


class ApplicationAction(TextChoices):
    """What can be done to an application."""

    SUBMIT = "SUBMIT", _("hand in")
    RETURN = "RETURN", _("return for correction")
    ANNOUNCE = "ANNOUNCE", _("open the public notice")
    ADMIT = "ADMIT", _("admit")
    REFUSE = "REFUSE", _("refuse")
    WITHDRAW = "WITHDRAW", _("withdraw")
    REAPPLY = "REAPPLY", _("apply again")


class ObjectionOutcome(TextChoices):
    """What became of an objection against an admission."""

    OPEN = "OPEN", pgettext_lazy("objection", "open")
    UPHELD = "UPHELD", pgettext_lazy("objection", "upheld")
    DISMISSED = "DISMISSED", pgettext_lazy("objection", "dismissed")


class ConfirmationStatus(TextChoices):
    """Whether the facts of a yearly confirmation stand."""

    CONFIRMED = "CONFIRMED", pgettext_lazy("confirmation", "confirmed unchanged")
    CHANGED = "CHANGED", pgettext_lazy("confirmation", "changes declared")
    TAKEN_OVER = "TAKEN_OVER", pgettext_lazy("confirmation", "changes taken over")
    DECLINED = "DECLINED", pgettext_lazy("confirmation", "changes not taken over")


class RenewalStatus(TextChoices):
    """What became of an application for a further term."""

    ASKED = "ASKED", pgettext_lazy("renewal", "applied for")
    GRANTED = "GRANTED", pgettext_lazy("renewal", "granted")
    REFUSED = "REFUSED", pgettext_lazy("renewal", "refused")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("renewal", "withdrawn")
