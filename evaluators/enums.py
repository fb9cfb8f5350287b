"""Choices of the register of firms."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FirmKind(TextChoices):
    """Kind of firm."""

    CONSULTANCY = "CONSULTANCY", _("consultancy")
    ACCOUNTANTS = "ACCOUNTANTS", _("accountants")
    APPRAISERS = "APPRAISERS", _("asset appraisers")
    LAWYERS = "LAWYERS", _("law firm")
    RESEARCH = "RESEARCH", _("research institute")
    UNIVERSITY = "UNIVERSITY", _("university")
    OTHER = "OTHER", _("other")


class FirmStatus(TextChoices):
    """Standing in the register."""

    APPLIED = "APPLIED", _("applied")
    TO_CORRECT = "TO_CORRECT", _("to be corrected")
    NOTICE = "NOTICE", _("public notice")
    ACTIVE = "ACTIVE", _("in the register")
    SUSPENDED = "SUSPENDED", _("suspended")
    REMOVED = "REMOVED", _("removed")
    LEFT = "LEFT", _("left on own wish")
    CLOSED = "CLOSED", _("record closed")


class QualificationStatus(TextChoices):
    """Whether a qualification counts."""

    HANDED_IN = "HANDED_IN", _("handed in")
    ACCEPTED = "ACCEPTED", _("accepted")
    RETURNED = "RETURNED", _("returned")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


class QualificationAction(TextChoices):
    """What is done to a qualification."""

    ACCEPT = "ACCEPT", _("accept")
    RETURN = "RETURN", _("return")
    WITHDRAW = "WITHDRAW", _("withdraw")


class FirmAction(TextChoices):
    """What can be done to a standing."""

    RETURN = "RETURN", _("return for correction")
    RESUBMIT = "RESUBMIT", _("submit again")
    ANNOUNCE = "ANNOUNCE", _("open the public notice")
    ADMIT = "ADMIT", _("admit")
    SUSPEND = "SUSPEND", _("suspend")
    RESTORE = "RESTORE", _("restore")
    REMOVE = "REMOVE", _("remove")
    REINSTATE = "REINSTATE", _("take back into the register")
    LEAVE = "LEAVE", _("leave")
    REAPPLY = "REAPPLY", _("apply again")
    CLOSE = "CLOSE", _("close the record")


class StaffRole(TextChoices):
    """As what somebody belongs to a firm."""

    LEAD = "LEAD", _("lead evaluator")
    STAFF = "STAFF", _("staff")


class StaffMove(TextChoices):
    """What a firm reports of one of its people."""

    JOINED = "JOINED", _("joined")
    LEFT = "LEFT", _("left")


class StaffChangeStatus(TextChoices):
    """What became of a reported change."""

    REPORTED = "REPORTED", _("reported by the firm")
    TAKEN_OVER = "TAKEN_OVER", _("taken over")
    DECLINED = "DECLINED", _("not taken over")
    WITHDRAWN = "WITHDRAWN", _("taken back")
