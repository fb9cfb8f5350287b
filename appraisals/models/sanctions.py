"""Sanctions of firms and experts: the ladder, what becomes of running tasks, talks, liftings, hand-overs."""

from django.db import models
from django.db.models import Q

from appraisals.enums import (
    AnswerOutcome,
    HandOverStatus,
    LiftingStatus,
    RevocationStatus,
    RunningTasks,
    SanctionKind,
    SanctionStatus,
)
from assignments.models import Assignment
from credit.models import Reply
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.files.models import StoredFile
from foundation.papers.models import Paper
from training.models import Certificate

ONE_PARTY = Q(firm__isnull=False, expert__isnull=True) | Q(firm__isnull=True, expert__isnull=False)
BEFORE_FORCE = ["DRAFTED", "TOLD", "PROPOSED"]


class Sanction(models.Model):
    """A step of the ladder, on the bureau's own register only; it takes hold when its approval is agreed."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=SanctionKind.choices)
    status = models.CharField(max_length=10, choices=SanctionStatus.choices, default=SanctionStatus.PROPOSED)
    months = models.PositiveSmallIntegerField(default=0)
    is_grave = models.BooleanField(default=False)
    started_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    running_tasks = models.CharField(max_length=10, choices=RunningTasks.choices, blank=True)  # before each was asked
    reason = models.CharField(max_length=500)
    basis = models.CharField(max_length=300, blank=True)  # 文号 and clause; empty: the bureau's own setting
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    told_on = models.DateField(null=True, blank=True)
    reply_until = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    served_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    dropped_reason = models.CharField(max_length=300, blank=True)
    needs_application = models.BooleanField(default=False)  # it does not end by itself
    needs_test = models.BooleanField(default=False)
    lifted_on = models.DateField(null=True, blank=True)  # the day on which the lifting was granted
    talk_on = models.DateField(null=True, blank=True)
    talk_place = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_PARTY, name="sanction_of_one_party"),
            models.CheckConstraint(
                condition=~Q(status__in=["IN_FORCE", "ENDED", "REVOKED"])
                | Q(started_on__isnull=False, decided_by__isnull=False),
                name="sanction_in_force_has_start",
            ),
            models.CheckConstraint(
                condition=~Q(status="TOLD") | Q(told_on__isnull=False, reply_until__isnull=False),
                name="told_sanction_has_term",
            ),
            models.UniqueConstraint(
                fields=["firm"], condition=Q(status__in=BEFORE_FORCE), name="one_proposed_sanction_per_firm"
            ),
            models.UniqueConstraint(
                fields=["expert"], condition=Q(status__in=BEFORE_FORCE), name="one_proposed_sanction_of_expert"
            ),
        ]

    def __str__(self) -> str:
        """Name the sanction."""
        return f"{self.kind} #{self.pk}"


class SanctionTask(models.Model):
    """What was chosen for one running task of the party, or for one seat of the expert, and when it was done."""

    sanction = models.ForeignKey(Sanction, models.PROTECT, related_name="tasks")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=RunningTasks.choices)
    chosen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    chosen_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sanction", "assignment"], name="sanction_asks_a_task_once")]

    def __str__(self) -> str:
        """Name the choice."""
        return f"{self.sanction} {self.choice} #{self.pk}"


class SanctionReply(Reply):
    """The party's reply to what it was told beforehand."""

    sanction = models.OneToOneField(Sanction, models.PROTECT, related_name="reply")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, outcome="")
                | (Q(answered_on__isnull=False, answered_by__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="sanction_reply_answered_in_words",
            )
        ]

    def __str__(self) -> str:
        """Name the reply."""
        return f"{self.sanction} #{self.pk}"


class TalkRecord(models.Model):
    """约谈记录: who was there, what was said, what was promised."""

    sanction = models.OneToOneField(Sanction, models.PROTECT, related_name="talk")
    held_on = models.DateField()
    place = models.CharField(max_length=120)
    present = models.CharField(max_length=300)
    words = models.CharField(max_length=2000)
    promised = models.CharField(max_length=1000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the record."""
        return f"{self.sanction} {self.held_on} #{self.pk}"


class LiftingApplication(models.Model):
    """解除暂停申请: the undertaking, a passed test where one is needed, and the bureau's answer."""

    sanction = models.ForeignKey(Sanction, models.PROTECT, related_name="liftings")
    status = models.CharField(max_length=8, choices=LiftingStatus.choices, default=LiftingStatus.ASKED)
    words = models.CharField(max_length=1000)
    undertaking_version = models.CharField(max_length=20)
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, blank=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    is_on_behalf = models.BooleanField(default=False)
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sanction"], condition=Q(status="ASKED"), name="one_lifting_asked_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status="ASKED") | Q(answered_on__isnull=False, answered_by__isnull=False),
                name="answered_lifting_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        """Name the application."""
        return f"{self.sanction} {self.status} #{self.pk}"


class SanctionRevocation(models.Model):
    """撤销: the bureau takes a decided sanction back because it was wrong; it takes hold when approval agrees."""

    sanction = models.ForeignKey(Sanction, models.PROTECT, related_name="revocations")
    status = models.CharField(max_length=8, choices=RevocationStatus.choices, default=RevocationStatus.PROPOSED)
    reason = models.CharField(max_length=500)
    basis = models.CharField(max_length=300, blank=True)  # a review decision, a judgement; empty: own correction
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sanction"], condition=Q(status="PROPOSED"), name="one_revocation_proposed_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED") | Q(decided_on__isnull=False, decided_by__isnull=False),
                name="decided_revocation_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        """Name the revocation."""
        return f"{self.sanction} {self.status} #{self.pk}"


class HandOver(models.Model):
    """移送: facts that another law punishes go to the authority that decides them, with the list of evidence."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=8, choices=HandOverStatus.choices, default=HandOverStatus.PROPOSED)
    addressee = models.CharField(max_length=120)
    words = models.CharField(max_length=2000)
    basis = models.CharField(max_length=500)
    evidence = models.JSONField(default=list)  # what the letter lists: words, one a line
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    sent_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_PARTY, name="hand_over_of_one_party"),
            models.CheckConstraint(
                condition=~Q(status="SENT") | Q(paper__isnull=False, sent_on__isnull=False),
                name="sent_hand_over_has_paper",
            ),
        ]

    def __str__(self) -> str:
        """Name the hand-over."""
        return f"{self.addressee} #{self.pk}"


class HandOverAnswer(models.Model):
    """What the authority wrote back to a hand-over; it may write more than once."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=13, choices=AnswerOutcome.choices)
    words = models.CharField(max_length=2000)
    letter_number = models.CharField(max_length=60, blank=True)
    answered_on = models.DateField()
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    entered_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__lte=models.F("entered_on")), name="hand_over_answer_entered_later"
            )
        ]

    def __str__(self) -> str:
        """Name the answer."""
        return f"{self.hand_over} #{self.pk}"
