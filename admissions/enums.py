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
