"""The pool: a person's role as expert."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from experts.enums import AskStatus, ExpertSource, ExpertStatus, SpecialtyChange, TitleLevel
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.files.models import StoredFile
from foundation.taxonomy.models import Node
from parties.models import Organisation, Person


class Expert(models.Model):
    """An expert (专家). ``status`` is the standing today; ExpertStanding tells every past day."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    source = models.CharField(max_length=8, choices=ExpertSource.choices, default=ExpertSource.OWN)
    title = models.CharField(max_length=60)
    title_level = models.CharField(max_length=12, choices=TitleLevel.choices)
    works_since = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=ExpertStatus.choices, default=ExpertStatus.APPLIED)
    status_since = models.DateField()
    admitted_on = models.DateField(null=True, blank=True)
    term_ends_on = models.DateField(null=True, blank=True)
    is_civil_servant = models.BooleanField(default=False)
    guest_for = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="expert_number_once"),
            models.CheckConstraint(
                condition=~Q(status="ACTIVE") | Q(admitted_on__isnull=False, term_ends_on__isnull=False),
                name="active_expert_has_term",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status"], name="expert_by_status"),
            models.Index(fields=["bureau", "title_level"], name="expert_by_title_level"),
            models.Index(fields=["bureau", "source"], name="expert_by_source"),
            models.Index(fields=["bureau", "term_ends_on"], name="expert_by_term"),
        ]

    def __str__(self) -> str:
        """Name the expert."""
        return f"{self.number} #{self.pk}"


class ExpertStandingQuerySet(models.QuerySet["ExpertStanding"]):
    """Standing by day."""

    def on(self, day: date) -> Self:
        """Keep the spell that holds on ``day`` (the end day excluded)."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class ExpertStanding(models.Model):
    """A spell of one standing with its reason."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="standings")
    status = models.CharField(max_length=10, choices=ExpertStatus.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = ExpertStandingQuerySet.as_manager()

    def __str__(self) -> str:
        """Name the spell."""
        return f"{self.expert} {self.status} #{self.pk}"


class ExpertTerm(models.Model):
    """A term in the pool: the day on which it was given or renewed, and the first day after it."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="terms")
    decided_on = models.DateField()
    ends_on = models.DateField()

    def __str__(self) -> str:
        """Name the term."""
        return f"{self.expert} {self.ends_on} #{self.pk}"


class FormerTitle(models.Model):
    """A professional title (职称) with its level that an expert had until a day; the one of today stands at him."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="former_titles")
    title = models.CharField(max_length=60)
    title_level = models.CharField(max_length=12, choices=TitleLevel.choices)
    until_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["expert", "until_on"], name="former_title_by_day")]

    def __str__(self) -> str:
        """Name the former title."""
        return f"{self.expert_id} {self.title} #{self.pk}"


class ExpertSpecialtyQuerySet(models.QuerySet["ExpertSpecialty"]):
    """Specialties by day."""

    def on(self, day: date) -> Self:
        """Keep what the expert had on ``day`` (the end day excluded)."""
        begun = Q(started_on__isnull=True) | Q(started_on__lte=day)
        return self.filter(begun, Q(ended_on__isnull=True) | Q(ended_on__gt=day))

    def running(self) -> Self:
        """Keep what has no end."""
        return self.filter(ended_on__isnull=True)


class ExpertSpecialty(models.Model):
    """What an expert is good at: a node of the specialty tree, from a day to a day.

    ``started_on`` empty: it was known before days were kept. ``reason`` and ``end_reason`` say why it was added and
    ended; who became main or no longer main has a row that ends and one that begins.
    """

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="specialties")
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    is_main = models.BooleanField(default=False)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    end_proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ExpertSpecialtyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "node"], condition=Q(ended_on__isnull=True), name="expert_specialty_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=models.F("started_on")),
                name="specialty_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        """Name the specialty."""
        return f"{self.expert} {self.node} #{self.pk}"


class SpecialtyAsk(models.Model):
    """An expert asks that a specialty be added to his own, or ended; who keeps the pool accepts or refuses it."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="specialty_asks")
    node = models.ForeignKey(Node, models.PROTECT, related_name="+")
    change = models.CharField(max_length=4, choices=SpecialtyChange.choices)
    reason = models.CharField(max_length=200)
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=AskStatus.choices, default=AskStatus.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "node", "change"], condition=Q(status="ASKED"), name="specialty_asked_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="REFUSED") | ~Q(words=""), name="refused_specialty_ask_has_words"
            ),
        ]
        indexes = [models.Index(fields=["status", "asked_on"], name="specialty_ask_by_status")]

    def __str__(self) -> str:
        """Name the ask."""
        return f"{self.expert_id} {self.change} {self.node_id} #{self.pk}"


class StandingRecusal(models.Model):
    """An organisation that an expert always steps back from."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="standing_recusals")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        """Name the recusal."""
        return f"{self.expert} {self.organisation} #{self.pk}"


class Unavailability(models.Model):
    """Days on which an expert is not free (both ends included)."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="unavailabilities")
    started_on = models.DateField()
    ended_on = models.DateField()
    words = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=models.F("started_on")), name="unavailability_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        """Name the days."""
        return f"{self.expert} {self.started_on} #{self.pk}"


class ExpertUndertaking(models.Model):
    """承诺书 of a year, its text's version and when it was accepted."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="undertakings")
    year = models.PositiveSmallIntegerField()
    text_version = models.CharField(max_length=20)
    accepted_on = models.DateField()
    accepted_at = models.DateTimeField(null=True, blank=True, default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["expert", "year"], name="expert_undertaking_once_a_year")]

    def __str__(self) -> str:
        """Name the undertaking."""
        return f"{self.expert} {self.year} #{self.pk}"
