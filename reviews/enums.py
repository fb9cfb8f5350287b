"""Choices of reviews."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OpinionStatus(TextChoices):
    """Where an opinion stands."""

    DRAFT = "DRAFT", _("draft")
    SUBMITTED = "SUBMITTED", _("submitted")
    RETURNED = "RETURNED", _("returned for a formal defect")
    VOID = "VOID", _("void")


class OpinionAction(TextChoices):
    """What is done to an opinion."""

    SUBMIT = "SUBMIT", _("submit")
    RETURN = "RETURN", _("return")
    VOID = "VOID", _("void")


class FormalDefect(TextChoices):
    """The closed list of defects for which an opinion goes back."""

    MISSING_ITEM = "MISSING_ITEM", _("missing item")
    MISSING_PAGE = "MISSING_PAGE", _("missing page reference")
    MISSING_SIGNATURE = "MISSING_SIGNATURE", _("missing signature")


class Severity(TextChoices):
    """How grave a finding is."""

    MINOR = "MINOR", _("minor")
    MAJOR = "MAJOR", _("major")
    GRAVE = "GRAVE", _("grave")


class RatingStatus(TextChoices):
    """Where a rating stands."""

    RAW = "RAW", _("to be computed")
    ADJUSTED = "ADJUSTED", _("adjusted")
    CONFIRMED = "CONFIRMED", _("confirmed")
    TOLD = "TOLD", _("firm told")
    APPEALED = "APPEALED", _("under appeal")
    FINAL = "FINAL", _("final")


class RatingAction(TextChoices):
    """What is done to a rating."""

    ADJUST = "ADJUST", _("adjust")
    CONFIRM = "CONFIRM", _("confirm")
    TELL = "TELL", _("tell the firm")
    APPEAL = "APPEAL", _("appeal")
    DECIDE = "DECIDE", _("decide the appeal")
    FINALISE = "FINALISE", _("make final")
    REOPEN = "REOPEN", _("open again")


class ReportGrade(TextChoices):
    """Grade of the report quality."""

    EXCELLENT = "EXCELLENT", _("excellent")
    GOOD = "GOOD", _("good")
    QUALIFIED = "QUALIFIED", _("qualified")
    UNQUALIFIED = "UNQUALIFIED", _("unqualified")


class ProjectGrade(TextChoices):
    """Performance grade of the project."""

    A = "A", _("very good (A)")
    B = "B", _("good (B)")
    C = "C", _("medium (C)")
    D = "D", _("poor (D)")


class AppealStatus(TextChoices):
    """Where an appeal stands."""

    OPEN = "OPEN", _("open")
    UPHELD = "UPHELD", _("upheld")
    PARTLY = "PARTLY", _("partly upheld")
    REJECTED = "REJECTED", _("rejected")
    LAPSED = "LAPSED", _("lapsed with the rating")
