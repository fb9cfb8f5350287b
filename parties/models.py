"""Persons, organisations and the dated facts between them. Each stands here once, whatever roles it plays."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau, Section
from foundation.core import clock
from parties.enums import (
    SUCCESSIONS,
    ContactOf,
    EmploymentKind,
    FormerFactKind,
    KinKind,
    OrganisationKind,
    PairGround,
    RelationshipKind,
    RevealKind,
    SameName,
)


class Organisation(models.Model):
    """A body: firm, employer, budget unit, university."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=200, blank=True)
    uscc = models.CharField(max_length=18, null=True, blank=True)
    uscc_absent_reason = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=12, choices=OrganisationKind.choices)
    legal_person = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    founded_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "uscc"], name="uscc_once_per_bureau")]
        indexes = [models.Index(fields=["bureau", "name"], name="organisation_by_name")]

    def __str__(self) -> str:
        """Name the organisation."""
        return f"{self.name} #{self.pk}"


class FormerName(models.Model):
    """A name that an organisation bore until a day; past papers keep it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=120)
    until_on = models.DateField()

    def __str__(self) -> str:
        """Name the former name."""
        return f"{self.name} #{self.pk}"


class FormerFact(models.Model):
    """A legal representative or an address that an organisation had until a day, and why or from what that is known."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="former_facts")
    kind = models.CharField(max_length=12, choices=FormerFactKind.choices)
    value = models.CharField(max_length=200)
    until_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "kind", "until_on"], name="former_fact_by_day")]

    def __str__(self) -> str:
        """Name the former fact."""
        return f"{self.organisation_id} {self.kind} #{self.pk}"


class Relationship(models.Model):
    """A dated relation: ``subject`` is superior of / merged into / … ``other``.

    A merger, split or conversion also says whether scores and sanctions pass to the successor.
    """

    subject = models.ForeignKey(Organisation, models.PROTECT, related_name="relationships")
    kind = models.CharField(max_length=16, choices=RelationshipKind.choices)
    other = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    passes_scores = models.BooleanField(default=False)
    passes_sanctions = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SUCCESSIONS) | Q(passes_scores=False, passes_sanctions=False),
                name="only_successors_inherit",
            )
        ]

    def __str__(self) -> str:
        """Name the relation."""
        return f"{self.subject} {self.kind} {self.other} #{self.pk}"


class BudgetUnit(models.Model):
    """An evaluated organisation (预算单位): 单位编码, superior 主管部门, the business section that answers for it."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="budget_unit")
    code = models.CharField(max_length=20)
    superior = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="subordinates")
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    is_bureau_itself = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "code"], name="unit_code_once")]

    def __str__(self) -> str:
        """Name the unit."""
        return f"{self.code} #{self.pk}"


class Person(models.Model):
    """A human, once. ID number, phone and bank account are sealed; the indexes find equal ones.

    ``joined_into``: this record was found to be the same human as another one, which holds everything since.
    ``contact_masked_on``: since then nobody is shown how to reach or to pay this person, who left on own wish.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    sort_key = models.CharField(max_length=120, blank=True)
    id_sealed = models.CharField(max_length=200, blank=True)
    id_index = models.CharField(max_length=64, null=True, blank=True)
    phone_sealed = models.CharField(max_length=200, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    account_sealed = models.CharField(max_length=200, blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=120, blank=True)
    born_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)
    joined_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="joined")
    joined_on = models.DateField(null=True, blank=True)
    contact_masked_on = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "id_index"], name="person_once_per_id_number"),
            models.CheckConstraint(
                condition=Q(joined_into__isnull=True, joined_on__isnull=True)
                | Q(joined_into__isnull=False, joined_on__isnull=False) & ~Q(joined_into=models.F("id")),
                name="person_joined_into_another",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "name"], name="person_by_name")]

    def __str__(self) -> str:
        """Name the person."""
        return f"{self.name} #{self.pk}"


class FormerPersonName(models.Model):
    """A name that a person bore until a day; past papers and frozen lists keep it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=60)
    sort_key = models.CharField(max_length=120, blank=True)
    until_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "until_on"], name="former_person_name_by_day")]

    def __str__(self) -> str:
        """Name the former name."""
        return f"{self.name} #{self.pk}"


class EmploymentQuerySet(models.QuerySet["Employment"]):
    """Dated spells."""

    def touching(self, *, after: date, until: date) -> Self:
        """Keep spells that had begun by ``until`` and were still running after ``after``."""
        still_running = Q(ended_on__isnull=True) | Q(ended_on__gt=after)
        return self.filter(still_running, started_on__lte=until)

    def on(self, day: date) -> Self:
        """Keep the spells that run on ``day`` (the end day excluded)."""
        return self.touching(after=day, until=day)

    def asked(self) -> Self:
        """Keep the spells whose end the person has asked for and nobody has answered yet."""
        return self.filter(asked_on__isnull=False)


class Employment(models.Model):
    """A person with an organisation from a day to a day: the one table of who was where.

    ``asked_end_on`` is the end that the person himself declared on ``asked_on``: it counts for nothing until who keeps
    the register accepts it. ``end_answer`` are the words with which the last one was declined.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="employments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="employments")
    kind = models.CharField(max_length=16, choices=EmploymentKind.choices, default=EmploymentKind.EMPLOYEE)
    title = models.CharField(max_length=60, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)
    asked_end_on = models.DateField(null=True, blank=True)
    asked_on = models.DateField(null=True, blank=True)
    end_answer = models.CharField(max_length=200, blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_end_on__isnull=True, asked_on__isnull=True)
                | Q(asked_end_on__gte=models.F("started_on"), asked_on__isnull=False),
                name="asked_end_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("started_on")),
                name="employment_ends_after_start",
            ),
            models.UniqueConstraint(fields=["person", "organisation", "kind", "started_on"], name="employment_once"),
        ]
        indexes = [
            models.Index(fields=["asked_on"], condition=Q(asked_on__isnull=False), name="employment_by_asked_on"),
        ]

    def __str__(self) -> str:
        """Name the spell."""
        return f"{self.person} @ {self.organisation} #{self.pk}"


class PersonTie(models.Model):
    """Two persons who are near relations, from a day to a day, and who said so."""

    first = models.ForeignKey(Person, models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=KinKind.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="tie_of_two"),
            models.UniqueConstraint(
                fields=["first", "second", "kind"], condition=Q(ended_on__isnull=True), name="tie_once"
            ),
        ]

    def __str__(self) -> str:
        """Name the tie."""
        return f"{self.kind} #{self.pk}"


class SuspectedPair(models.Model):
    """Two records that may be one person: why, and what was answered. The lower number stands first."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    first = models.ForeignKey(Person, models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=12, choices=PairGround.choices)
    found_on = models.DateField()
    answer = models.CharField(max_length=8, choices=SameName.choices, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="pair_in_order"),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True) | ~Q(answer="") & Q(answered_on__isnull=False),
                name="pair_answered_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        """Name the pair."""
        return f"{self.first_id} {self.second_id} #{self.pk}"


class Contact(models.Model):
    """A dated contact of an organisation or of a section: 单位负责人, 财务负责人, 绩效联络员."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    of = models.CharField(max_length=8, choices=ContactOf.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="contacts")
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    duty = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    phone_sealed = models.CharField(max_length=200, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(of="SECTION", section__isnull=False, organisation__isnull=True)
                | ~Q(of="SECTION") & Q(section__isnull=True, organisation__isnull=False),
                name="contact_of_one",
            )
        ]

    def __str__(self) -> str:
        """Name the contact."""
        return f"{self.duty} #{self.pk}"


class Reveal(models.Model):
    """One reading of sealed numbers in clear: who, when, what for; ``count`` numbers at once."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=RevealKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    revealed_on = models.DateField()
    revealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["by", "revealed_on"], name="reveal_by_reader")]

    def __str__(self) -> str:
        """Name the reading."""
        return f"{self.what} #{self.pk}"


class Membership(models.Model):
    """For whom a user works here: an organisation (firm, unit) or the own person (expert)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(person__isnull=False), name="membership_of_something"
            )
        ]

    def __str__(self) -> str:
        """Name the membership."""
        return f"{self.user} #{self.pk}"
