"""The register: an organisation's role as evaluating firm."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from evaluators.enums import FirmKind, FirmStatus, QualificationStatus, StaffChangeStatus, StaffMove, StaffRole
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.files.models import StoredFile
from parties.models import Organisation, Person


class Firm(models.Model):
    """A third-party firm (第三方机构). ``status`` is the standing today; FirmStanding tells every past day."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=FirmKind.choices)
    status = models.CharField(max_length=10, choices=FirmStatus.choices, default=FirmStatus.APPLIED)
    status_since = models.DateField()
    admitted_on = models.DateField(null=True, blank=True)
    term_ends_on = models.DateField(null=True, blank=True)
    staff_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="firm_number_once"),
            models.CheckConstraint(
                condition=~Q(status="ACTIVE") | Q(admitted_on__isnull=False, term_ends_on__isnull=False),
                name="active_firm_has_term",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status"], name="firm_by_status"),
            models.Index(fields=["bureau", "kind"], name="firm_by_kind"),
            models.Index(fields=["bureau", "term_ends_on"], name="firm_by_term"),
        ]

    def __str__(self) -> str:
        """Name the firm."""
        return f"{self.number} #{self.pk}"


class FirmStandingQuerySet(models.QuerySet["FirmStanding"]):
    """Standing by day."""

    def on(self, day: date) -> Self:
        """Keep the spell that holds on ``day`` (the end day excluded)."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class FirmStanding(models.Model):
    """A spell of one standing with its reason."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="standings")
    status = models.CharField(max_length=10, choices=FirmStatus.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = FirmStandingQuerySet.as_manager()

    def __str__(self) -> str:
        """Name the spell."""
        return f"{self.firm} {self.status} #{self.pk}"


class FirmTerm(models.Model):
    """A term in the register: the day on which it was given or renewed, and the first day after it."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="terms")
    decided_on = models.DateField()
    ends_on = models.DateField()

    def __str__(self) -> str:
        """Name the term."""
        return f"{self.firm} {self.ends_on} #{self.pk}"


class CarriedBar(models.Model):
    """A suspension or removal that ran at a firm whose place ``firm`` took: it holds for ``firm`` until its day."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="carried_bars")
    predecessor = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=FirmStatus.choices)
    started_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "predecessor", "status"], name="bar_carried_once"),
            models.CheckConstraint(condition=Q(status__in=["SUSPENDED", "REMOVED"]), name="carried_bar_is_a_sanction"),
        ]

    def __str__(self) -> str:
        """Name the bar."""
        return f"{self.firm} {self.status} #{self.pk}"


class LikenessSetAside(models.Model):
    """Somebody looked at what a firm shares with a removed one and says why it means nothing."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    removed = models.ForeignKey(Firm, models.PROTECT, related_name="+")
    marks = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="likeness_set_aside_with_reason"),
        ]
        indexes = [models.Index(fields=["firm", "removed"], name="likeness_by_firm")]

    def __str__(self) -> str:
        """Name the decision."""
        return f"{self.firm} {self.removed} #{self.pk}"


class QualificationQuerySet(models.QuerySet["Qualification"]):
    """Qualifications by day."""

    def valid_on(self, day: date) -> Self:
        """Keep what counted on ``day``: accepted by then, and both ends included."""
        running = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        return self.recognised_on(day).filter(running, valid_from__lte=day)

    def recognised_on(self, day: date) -> Self:
        """Keep what the bureau recognised on ``day``.

        What a firm handed in counts from its acceptance; what the bureau entered itself it vouches for from the first
        day on; what was withdrawn counted until that day, and accepted anew counts from then.
        """
        former = FormerAcceptance.objects.filter(qualification=models.OuterRef("pk"))
        entered = Q(~models.Exists(former), handed_in_by__isnull=True) | Q(accepted_on__isnull=True)
        now = Q(entered | Q(accepted_on__lte=day), status=QualificationStatus.ACCEPTED)
        return self.filter(now | Q(models.Exists(former.filter(started_on__lte=day, ended_on__gt=day))))


class Qualification(models.Model):
    """A qualification of a firm, or of one of its lead evaluators, from a day to a day; renewed, it is a row more.

    ``is_certificate``: the practising certificate by which ``lead`` may lead. ``accepted_by`` is empty for what came
    before acceptances were kept.
    """

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="qualifications")
    lead = models.ForeignKey(
        "evaluators.LeadEvaluator", models.PROTECT, null=True, blank=True, related_name="qualifications"
    )
    name = models.CharField(max_length=80)
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=100)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    is_certificate = models.BooleanField(default=False)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=QualificationStatus.choices, default=QualificationStatus.ACCEPTED)
    handed_in_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_on = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)  # why it was returned or withdrawn

    objects = QualificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "name", "number", "valid_from"], name="qualification_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["RETURNED", "WITHDRAWN"]) | ~Q(words=""), name="returned_paper_has_words"
            ),
            models.CheckConstraint(
                condition=Q(is_certificate=False) | Q(lead__isnull=False), name="certificate_is_a_leads"
            ),
        ]
        indexes = [models.Index(fields=["status", "valid_to"], name="qualification_by_last_day")]

    def __str__(self) -> str:
        """Name the qualification."""
        return f"{self.name} #{self.pk}"


class FormerAcceptance(models.Model):
    """From which day a qualification had counted that was withdrawn on ``ended_on``: past days keep it."""

    qualification = models.ForeignKey(Qualification, models.PROTECT, related_name="former_acceptances")
    started_on = models.DateField()
    ended_on = models.DateField()

    def __str__(self) -> str:
        """Name the spell."""
        return f"{self.qualification} {self.ended_on} #{self.pk}"


class LeadEvaluator(models.Model):
    """主评人: a qualified person of a firm, from a day to a day."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="lead_evaluators")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    title = models.CharField(max_length=60)
    certificate_number = models.CharField(max_length=60, blank=True)
    certificate_valid_to = models.DateField(null=True, blank=True)
    works_since = models.DateField()
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_on__isnull=True), name="lead_evaluator_in_one_firm"
            )
        ]

    def __str__(self) -> str:
        """Name the lead evaluator."""
        return f"{self.person} #{self.pk}"


class Practitioner(models.Model):
    """从业人员: nobody practises in two firms at once."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="practitioners")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    duty = models.CharField(max_length=60, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_on__isnull=True), name="practitioner_in_one_firm"
            )
        ]

    def __str__(self) -> str:
        """Name the practitioner."""
        return f"{self.person} #{self.pk}"


class StaffChange(models.Model):
    """What a firm reports of its own people: who joined or left, as what, from ``day`` on. The bureau takes it over.

    ``lead`` or ``practitioner`` is the post that ended, or the one with which a taking over began. The sealed numbers
    are empty once it is settled: from then on the person's own record keeps them.
    """

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="staff_changes")
    move = models.CharField(max_length=6, choices=StaffMove.choices)
    role = models.CharField(max_length=5, choices=StaffRole.choices)
    lead = models.ForeignKey(LeadEvaluator, models.PROTECT, null=True, blank=True, related_name="+")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=60)
    id_sealed = models.TextField(blank=True)
    phone_sealed = models.TextField(blank=True)
    title = models.CharField(max_length=60, blank=True)
    certificate_number = models.CharField(max_length=60, blank=True)
    works_since = models.DateField(null=True, blank=True)
    duty = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=StaffChangeStatus.choices, default=StaffChangeStatus.REPORTED)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reported_on = models.DateField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)  # why it was not taken over

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(status="DECLINED") | ~Q(words=""), name="declined_staff_change"),
            models.CheckConstraint(
                condition=~Q(move="LEFT") | Q(lead__isnull=False) | Q(practitioner__isnull=False),
                name="staff_who_left_had_a_post",
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(move="LEFT", status="REPORTED"), name="lead_reported_left_once"
            ),
            models.UniqueConstraint(
                fields=["practitioner"], condition=Q(move="LEFT", status="REPORTED"), name="staff_reported_left_once"
            ),
        ]
        indexes = [models.Index(fields=["status", "reported_on"], name="staff_change_by_status")]

    def __str__(self) -> str:
        """Name the change."""
        return f"{self.firm_id} {self.move} {self.role} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the bureau has still to answer it."""
        return self.status == StaffChangeStatus.REPORTED


class Branch(models.Model):
    """分支机构 without legal personality: cannot contract or be scored alone; with it, it registers itself."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="branches")
    name = models.CharField(max_length=120)
    uscc = models.CharField(max_length=18, blank=True)
    has_legal_personality = models.BooleanField(default=False)
    own_firm = models.ForeignKey(Firm, models.PROTECT, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        """Name the branch."""
        return f"{self.name} #{self.pk}"


class FirmUndertaking(models.Model):
    """承诺书 of a year, its text's version and when it was accepted."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="undertakings")
    year = models.PositiveSmallIntegerField()
    text_version = models.CharField(max_length=20)
    accepted_on = models.DateField()
    accepted_at = models.DateTimeField(null=True, blank=True, default=clock.now)
    accepted_by = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "year"], name="firm_undertaking_once_a_year")]

    def __str__(self) -> str:
        """Name the undertaking."""
        return f"{self.firm} {self.year} #{self.pk}"


class AdmissionCheck(models.Model):
    """One item of the admission checklist with its proof, who issued it and its last day."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="admission_checks")
    code = models.CharField(max_length=40)
    is_met = models.BooleanField()
    remark = models.CharField(max_length=300, blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=100, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    checked_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "code"], name="admission_check_once")]

    def __str__(self) -> str:
        """Name the check."""
        return f"{self.code} #{self.pk}"


class AssessedYear(models.Model):
    """The confirmed result of a firm's yearly assessment (年度考核), in hundredths of a point; null: 未评定."""

    firm = models.ForeignKey(Firm, models.PROTECT, related_name="assessed_years")
    year = models.PositiveSmallIntegerField()
    points_hundredths = models.PositiveIntegerField(null=True, blank=True)
    recorded_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "year"], name="firm_assessed_once_a_year")]

    def __str__(self) -> str:
        """Name the result."""
        return f"{self.firm} {self.year} #{self.pk}"
