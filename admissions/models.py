"""Applications, what was given with them, and what became of them. The register is written on admission only."""

from django.db import models
from django.db.models import Q

from admissions.enums import (
    ApplicationKind,
    ApplicationStatus,
    ConfirmationStatus,
    ObjectionOutcome,
    RenewalStatus,
)
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.files.models import StoredFile


class Application(models.Model):
    """What one account applies for. ``notice`` is the copy that the public notice shows, frozen when it opens.

    Without an applicant it is the public notice of an entry that ``entered_by`` wrote into the register or the pool.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    applicant = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=6, choices=ApplicationKind.choices)
    status = models.CharField(max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.DRAFT)
    status_since = models.DateField()
    title = models.CharField(max_length=120, blank=True)
    profile = models.JSONField(default=dict, blank=True)
    undertaking_version = models.CharField(max_length=20, blank=True)
    undertaken_on = models.DateField(null=True, blank=True)
    undertaken_at = models.DateTimeField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    announced_on = models.DateField(null=True, blank=True)
    notice_until = models.DateField(null=True, blank=True)
    notice = models.JSONField(default=dict, blank=True)
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="NOTICE") | Q(announced_on__isnull=False, notice_until__isnull=False),
                name="application_in_notice_has_days",
            ),
            models.CheckConstraint(
                condition=~Q(status="ADMITTED") | Q(firm__isnull=False) | Q(expert__isnull=False),
                name="admitted_application_has_entry",
            ),
            models.CheckConstraint(
                condition=Q(applicant__isnull=False, entered_by__isnull=True)
                | Q(applicant__isnull=True, entered_by__isnull=False, firm__isnull=False)
                | Q(applicant__isnull=True, entered_by__isnull=False, expert__isnull=False),
                name="application_has_applicant_or_entry",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status"], name="application_by_status")]

    def __str__(self) -> str:
        """Name the application."""
        return f"{self.kind} {self.title} #{self.pk}"


class ApplicationPerson(models.Model):
    """A person named in an application: the lead evaluators of a firm, the expert himself. Numbers are sealed."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="people")
    name = models.CharField(max_length=60)
    id_sealed = models.CharField(max_length=200)
    id_index = models.CharField(max_length=64, db_index=True)
    phone_sealed = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=60, blank=True)
    works_since = models.DateField(null=True, blank=True)
    certificate_number = models.CharField(max_length=60, blank=True)
    certificate_valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "id_index"], name="application_person_once")]

    def __str__(self) -> str:
        """Name the person."""
        return f"{self.name} #{self.pk}"


class ApplicationItem(models.Model):
    """One admission item: the applicant's proof with its source and last day, the bureau's answer with its remark."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="items")
    code = models.CharField(max_length=40)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=100, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    is_met = models.BooleanField(null=True, blank=True)
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "code"], name="application_item_once")]

    def __str__(self) -> str:
        """Name the item."""
        return f"{self.code} #{self.pk}"


class ApplicationMove(models.Model):
    """A step of an application, with the words that were given for it."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="moves")
    status = models.CharField(max_length=10, choices=ApplicationStatus.choices)
    moved_on = models.DateField()
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        """Name the step."""
        return f"{self.application_id} {self.status} #{self.pk}"


class Objection(models.Model):
    """What somebody said against an admission while its public notice ran, and what the bureau decided about it."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="objections")
    raised_on = models.DateField()
    raised_by = models.CharField(max_length=100, blank=True)
    words = models.CharField(max_length=500)
    outcome = models.CharField(max_length=9, choices=ObjectionOutcome.choices, default=ObjectionOutcome.OPEN)
    answer = models.CharField(max_length=300, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="OPEN") | (Q(decided_on__isnull=False) & ~Q(answer="")),
                name="decided_objection_has_answer",
            )
        ]

    def __str__(self) -> str:
        """Name the objection."""
        return f"{self.application_id} {self.outcome} #{self.pk}"


class OfEntry(models.Model):
    """Something about an entry that stands: exactly one firm of the register or one expert of the pool."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(firm__isnull=False, expert__isnull=True) | Q(firm__isnull=True, expert__isnull=False),
                name="%(class)s_of_one_entry",
            )
        ]

    def __str__(self) -> str:
        """Name it by its entry."""
        return f"{self.firm_id or self.expert_id} #{self.pk}"

    @property
    def entry(self) -> Firm | Expert:
        """The firm or the expert."""
        found = self.firm or self.expert
        assert found is not None, "a constraint keeps one of the two"  # noqa: S101 - for the type only
        return found


class EntryCheck(OfEntry):
    """The answer to one item of an entry's admission checklist: with its proof, who issued it, its last day.

    An item that is looked at again is a row more: what held on a day is the newest row of each code by then.
    """

    code = models.CharField(max_length=40)
    is_met = models.BooleanField()
    remark = models.CharField(max_length=300, blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=100, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    checked_on = models.DateField()

    class Meta(OfEntry.Meta):
        pass


class Confirmation(OfEntry):
    """That an entry's facts of ``year`` were confirmed, or which of them changed: {field: new value}.

    With ``paper`` a clerk entered it from a signed paper: ``confirmed_on`` is the day that stands on it.
    """

    year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=ConfirmationStatus.choices, default=ConfirmationStatus.CONFIRMED)
    changes = models.JSONField(default=dict, blank=True)
    confirmed_on = models.DateField()
    confirmed_at = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    paper = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    signed_by = models.CharField(max_length=60, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    decided_on = models.DateField(null=True, blank=True)

    class Meta(OfEntry.Meta):
        constraints = [
            *OfEntry.Meta.constraints,
            models.UniqueConstraint(fields=["firm", "year"], name="firm_confirmed_once_a_year"),
            models.UniqueConstraint(fields=["expert", "year"], name="expert_confirmed_once_a_year"),
        ]


class Renewal(OfEntry):
    """An application for a further term of an entry."""

    status = models.CharField(max_length=9, choices=RenewalStatus.choices, default=RenewalStatus.ASKED)
    words = models.CharField(max_length=300, blank=True)
    asked_on = models.DateField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    decided_on = models.DateField(null=True, blank=True)

    class Meta(OfEntry.Meta):
        constraints = [
            *OfEntry.Meta.constraints,
            models.UniqueConstraint(fields=["firm"], condition=Q(status="ASKED"), name="one_open_renewal_of_firm"),
            models.UniqueConstraint(fields=["expert"], condition=Q(status="ASKED"), name="one_open_renewal_of_expert"),
            models.CheckConstraint(condition=~Q(status="REFUSED") | ~Q(answer=""), name="refused_renewal_has_answer"),
        ]


class Invitation(OfEntry):
    """An address, good for one account until ``valid_to``, under which an entry's owner claims it; only its hash."""

    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_on = models.DateField()
    valid_to = models.DateField()
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    used_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta(OfEntry.Meta):
        pass
