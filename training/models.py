"""Courses, sessions, attendance, certificates."""

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from parties.models import Organisation, Person
from training.enums import Audience


class Course(models.Model):
    """A course; ``hours_tenths`` are tenths of an hour (学时)."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    hours_tenths = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(hours_tenths__gt=0), name="course_has_hours")]

    def __str__(self) -> str:
        """Name the course."""
        return f"{self.title} #{self.pk}"


class Session(models.Model):
    """One holding of a course."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions")
    held_on = models.DateField()
    place = models.CharField(max_length=120)
    teacher = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "held_on"], name="session_once_a_day")]

    def __str__(self) -> str:
        """Name the session."""
        return f"{self.course} {self.held_on} #{self.pk}"


class Attendance(models.Model):
    """A person's presence at a session, and for which organisation."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    hours_tenths = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="attendance_once")]

    def __str__(self) -> str:
        """Name the attendance."""
        return f"{self.person} #{self.pk}"


class Certificate(models.Model):
    """培训证书 for an attendance; ``code`` is what the check page asks for."""

    attendance = models.OneToOneField(Attendance, models.PROTECT, related_name="certificate")
    code = models.CharField(max_length=32, unique=True)
    issued_on = models.DateField()

    def __str__(self) -> str:
        """Name the certificate."""
        return f"{self.code} #{self.pk}"
