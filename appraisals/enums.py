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

    DRAFTED = "DRAFTED", _("sanction being prepared")
    TOLD = "TOLD", _("told beforehand")
    DROPPED = "DROPPED", _("sanction dropped")
    PROPOSED = "PROPOSED", _("sanction proposed")
    IN_FORCE = "IN_FORCE", _("in force")
    REFUSED = "REFUSED", _("sanction not agreed")
    ENDED = "ENDED", _("sanction ended")
    REVOKED = "REVOKED", _("sanction revoked")


class SanctionAction(TextChoices):
    """What is done to a sanction."""

    TELL = "TELL", _("tell the party beforehand")
    DROP = "DROP", _("drop the sanction")
    LAPSE = "LAPSE", _("let the sanction fall away")
    SUBMIT = "SUBMIT", _("submit the sanction for approval")
    DECIDE = "DECIDE", _("decide the sanction")
    REFUSE = "REFUSE", _("refuse the sanction")
    END = "END", _("end the sanction")
    REVOKE = "REVOKE", _("revoke the sanction")


class TaskFate(TextChoices):
    """What becomes of a running task when another firm takes the place of the chosen one."""

    TAKE_OVER = "TAKE_OVER", _("the successor takes it over")
    ANEW = "ANEW", _("a firm is chosen anew")
    STAY = "STAY", _("it stays with the firm")


class SanctionPaper(TextChoices):
    """The papers of a sanction; each has its own series of numbers."""

    NOTICE = "SANCTION_NOTICE", _("notice before a sanction")
    DECISION = "SANCTION_DECISION", _("decision on a sanction")
    TALK = "TALK_NOTICE", _("call to a talk")
    TALK_RECORD = "TALK_RECORD", _("record of a talk")
    LIFTING = "LIFTING_DECISION", _("decision on a lifting")
    REVOCATION = "REVOCATION_DECISION", _("decision to revoke a sanction")
    HAND_OVER = "HAND_OVER", _("hand-over letter")


class AnswerOutcome(TextChoices):
    """What the authority says to a hand-over."""

    TAKEN_UP = "TAKEN_UP", _("taken up")
    MORE_WANTED = "MORE_WANTED", _("wants more evidence")
    NOT_COMPETENT = "NOT_COMPETENT", _("not for it to decide")
    DECIDED = "DECIDED", _("decided")


class LiftingStatus(TextChoices):
    """Where an application for lifting stands."""

    ASKED = "ASKED", _("lifting asked for")
    GRANTED = "GRANTED", _("lifting granted")
    REFUSED = "REFUSED", _("lifting refused")
    LAPSED = "LAPSED", _("application fell away")


class RevocationStatus(TextChoices):
    """Where the revocation of a sanction stands."""

    PROPOSED = "PROPOSED", _("revocation proposed")
    AGREED = "AGREED", _("revocation agreed")
    REFUSED = "REFUSED", _("revocation not agreed")


class HandOverStatus(TextChoices):
    """Where a hand-over to another authority stands."""

    PROPOSED = "PROPOSED", _("hand-over proposed")
    AGREED = "AGREED", _("hand-over agreed")
    REFUSED = "REFUSED", _("hand-over not agreed")
    SENT = "SENT", _("handed over")


class HandOverAction(TextChoices):
    """What is done to a hand-over."""

    DECIDE = "DECIDE", _("agree to the hand-over")
    REFUSE = "REFUSE", _("refuse the hand-over")
    SEND = "SEND", _("send the hand-over letter")


class ConflictSource(TextChoices):
    """Who found a conflict."""

    OWN = "OWN", _("the party itself")
    BUREAU = "BUREAU", _("the bureau")
    SUPERVISOR = "SUPERVISOR", _("the supervisor")
    UNIT = "UNIT", _("the evaluated unit")
    OUTSIDE = "OUTSIDE", _("a letter from outside")


class ConflictStatus(TextChoices):
    """Where a reported conflict stands."""

    HEARING = "HEARING", _("party being heard")
    UPHELD = "UPHELD", _("upheld")
    REJECTED = "REJECTED", _("rejected")


class ConflictOutcome(TextChoices):
    """What an upheld conflict did."""

    NEXT_CALLED = "NEXT_CALLED", _("seat free before the meeting, next of the list")
    STOPPED_REVIEW = "STOPPED_REVIEW", _("stopped during the review, to be replaced")
    OPINION_VOID = "OPINION_VOID", _("opinion void, rating computed again")
    CORRECTED = "CORRECTED", _("final rating opened again, publication corrected")
    HANDED_OVER = "HANDED_OVER", _("task given free for another firm")
    TASK_STOPPED = "TASK_STOPPED", _("task stopped")
    RECORDED = "RECORDED", _("work over before; on record")
