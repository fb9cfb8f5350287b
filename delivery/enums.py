"""Choices of delivery."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CommissionStatus(TextChoices):
    """Where a commission stands."""

    IN_APPROVAL = "IN_APPROVAL", _("letter under approval")
    GIVEN_BACK = "GIVEN_BACK", _("letter given back")
    AGREED = "AGREED", _("letter agreed, to be sent")
    SENT = "SENT", _("letter sent")
    ACCEPTED = "ACCEPTED", _("commission accepted")
    ENDED = "ENDED", _("commission ended")


class CommissionAction(TextChoices):
    """What is done to a commission."""

    AGREE = "AGREE", _("agree to the letter")
    GIVE_BACK = "GIVE_BACK", _("give the letter back")
    REVISE = "REVISE", _("correct the letter")
    SEND = "SEND", _("send the letter")
    ACCEPT = "ACCEPT", _("accept the commission")
    DECLINE = "DECLINE", _("decline the commission")
    CHANGE_LEAD = "CHANGE_LEAD", _("change the lead evaluator")
    END = "END", _("end the commission")


class LeadEventKind(TextChoices):
    """What happened about the lead evaluator of a commission."""

    CHANGE = "CHANGE", _("another lead evaluator")
    ABSENCE = "ABSENCE", _("did not come")


class LeadEventStatus(TextChoices):
    """Where that stands."""

    ASKED = "ASKED", _("asked by the firm")
    DECLINED = "DECLINED", _("not passed on")
    IN_APPROVAL = "IN_APPROVAL", _("under approval")
    AGREED = "AGREED", _("agreed")
    GIVEN_BACK = "GIVEN_BACK", _("given back")
    RECORDED = "RECORDED", _("recorded")


class LeadEventAction(TextChoices):
    """What the bureau and its approval do to a change."""

    PASS_ON = "PASS_ON", _("pass on to approval")
    DECLINE = "DECLINE", _("do not pass on")
    AGREE = "AGREE", _("agree")
    GIVE_BACK = "GIVE_BACK", _("give back")


class VersionKind(TextChoices):
    """What a version is."""

    WORK_PLAN = "WORK_PLAN", _("work plan")
    DRAFT = "DRAFT", pgettext_lazy("version", "draft")
    COMMENTS = "COMMENTS", _("version for comments")
    SUBMITTED = "SUBMITTED", _("version for review")
    FINAL = "FINAL", _("final report")


class VersionStatus(TextChoices):
    """Where a version stands."""

    RECEIVED = "RECEIVED", _("received")
    RETURNED = "RETURNED", _("returned")
    SUPERSEDED = "SUPERSEDED", _("superseded")
    ACCEPTED = "ACCEPTED", _("report accepted")


class VersionAction(TextChoices):
    """What is done to a version."""

    RETURN = "RETURN", _("return")
    SUPERSEDE = "SUPERSEDE", _("replace by a later one")
    ACCEPT = "ACCEPT", _("accept the report")


class CheckCode(TextChoices):
    """What the checks can find in a report."""

    HEAD_MISSING = "HEAD_MISSING", _("a head of the outline is missing")
    WEIGHTS_NOT_100 = "WEIGHTS_NOT_100", _("the weights do not add up to 100")
    TOTAL_NOT_SUM = "TOTAL_NOT_SUM", _("the printed total is not the sum")
    GRADE_NOT_SCORE = "GRADE_NOT_SCORE", _("the grade does not follow from the score")
    OTHER_UNIT = "OTHER_UNIT", _("another unit's name")
    WRONG_SIGNER = "WRONG_SIGNER", _("signed by another than the lead evaluator")
    COPIED_PASSAGE = "COPIED_PASSAGE", _("a passage of an earlier report")
    SAME_FILE = "SAME_FILE", _("the same file was handed in before")
    NO_TEXT = "NO_TEXT", _("no text can be read; scanned?")


class ClockStatus(TextChoices):
    """Where a clock-stop stands."""

    ASKED = "ASKED", _("asked")
    GRANTED = "GRANTED", _("granted")
    DENIED = "DENIED", _("denied")


class ClockAction(TextChoices):
    """What is done to a clock-stop."""

    GRANT = "GRANT", _("grant")
    DENY = "DENY", _("deny")


class SignatureWay(TextChoices):
    """How somebody signed."""

    WET_SCAN = "WET_SCAN", _("scan of the wet signature")
    CERTIFICATE = "CERTIFICATE", _("certificate")
    FINGER = "FINGER", _("finger on screen")


class InstalmentStatus(TextChoices):
    """Where an instalment stands."""

    PLANNED = "PLANNED", _("planned")
    ACCEPTED = "ACCEPTED", _("report accepted")
    INVOICED = "INVOICED", _("invoiced")
    APPROVED = "APPROVED", _("approved")
    REQUESTED = "REQUESTED", _("requested")
    PAID = "PAID", _("paid")
    HELD = "HELD", _("held")


class InstalmentAction(TextChoices):
    """What is done to an instalment."""

    ACCEPT = "ACCEPT", _("accept the work paid for")
    INVOICE = "INVOICE", _("enter the invoice")
    APPROVE = "APPROVE", _("approve the payment")
    GIVE_BACK = "GIVE_BACK", _("give the payment back")
    REQUEST = "REQUEST", _("request the payment")
    PAY = "PAY", _("record the payment")
    HOLD = "HOLD", _("hold")
    RELEASE = "RELEASE", _("release")
