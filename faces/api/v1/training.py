"""Courses, sessions, attendance and certificates."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from faces.api.serializers import EVERYBODY, Ask, Choice, NounSerializer, Visible, phrase, text
from faces.api.views import NounView, bureau_of, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties import selectors as parties
from training import selectors as training
from training import services
from training.enums import Audience
from training.models import Attendance, Certificate, Course, Session


class CourseSerializer(NounSerializer[Course]):
    """A course; ``hours_tenths`` are tenths of an hour."""

    class Meta:
        model = Course
        fields = ("id", "title", "audience", "hours_tenths", "words")


class CourseAsk(Ask):
    """A new course."""

    title = phrase(120)
    audience = Choice(Audience)
    hours_tenths = serializers.IntegerField(min_value=1, max_value=9_999)
    words = phrase(500, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"words": "", **attrs}


class CourseView(NounView[Course]):
    """Courses: everybody may know what is taught."""

    needs = EVERYBODY
    make_needs = Capability.TRAIN
    serializer_class = CourseSerializer
    filterset_fields = ("audience",)

    def rows(self, user: User) -> QuerySet[Course]:
        """Return the courses that the reader may see."""
        return training.visible_to(user)

    @make(CourseAsk)
    def create(self, given: dict[str, Any], by: User) -> Course:
        """Open a course."""
        return services.open_course(bureau=bureau_of(by), by=by, on=clock.today(), **given)


def sessions(user: User) -> QuerySet[Session]:
    """Return the holdings of the courses that somebody may see."""
    return Session.objects.filter(course__in=training.visible_to(user))


class SessionSerializer(NounSerializer[Session]):
    """One holding of a course."""

    course_title = text("course.title")

    class Meta:
        model = Session
        fields = ("id", "course", "course_title", "held_on", "place", "teacher")


class SessionAsk(Ask):
    """One holding."""

    course = Visible(training.visible_to)
    held_on = serializers.DateField()
    place = phrase(120)
    teacher = phrase(120, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"teacher": "", **attrs}


class SessionView(NounView[Session]):
    """Holdings of visible courses."""

    needs = EVERYBODY
    make_needs = Capability.TRAIN
    serializer_class = SessionSerializer
    filterset_fields = ("course", "held_on")

    def rows(self, user: User) -> QuerySet[Session]:
        """Return the holdings that the reader may see."""
        return sessions(user).select_related("course")

    @make(SessionAsk)
    def create(self, given: dict[str, Any], by: User) -> Session:
        """Write one holding of a course."""
        return services.hold_session(by=by, on=clock.today(), **given)

    @verb(needs=Capability.TRAIN)
    def issue_certificates(self, row: Session, _given: dict[str, Any], by: User) -> None:
        """Give a certificate to everybody who attended the whole course."""
        services.issue_certificates(session=row, by=by, on=clock.today())


class AttendanceSerializer(NounSerializer[Attendance]):
    """Who was there, and for whom."""

    person_name = text("person.name")
    organisation_name = text("organisation.name")

    class Meta:
        model = Attendance
        fields = ("id", "session", "person", "person_name", "organisation", "organisation_name", "hours_tenths")


class AttendanceAsk(Ask):
    """Who was there, for whom, and for how many tenths of an hour; without hours the whole course."""

    session = Visible(sessions)
    person = Visible(parties.persons_visible_to)
    organisation = Visible(parties.organisations_visible_to, required=False)
    hours_tenths = serializers.IntegerField(min_value=1, max_value=9_999, required=False)


class AttendanceView(NounView[Attendance]):
    """Attendances; an outsider sees himself and the people of his organisation."""

    needs = EVERYBODY
    make_needs = Capability.TRAIN
    serializer_class = AttendanceSerializer
    filterset_fields = ("session", "person", "organisation")

    def rows(self, user: User) -> QuerySet[Attendance]:
        """Return the attendances that the reader may see."""
        return training.attendances_visible_to(user).select_related("person", "organisation")

    @make(AttendanceAsk)
    def create(self, given: dict[str, Any], by: User) -> Attendance:
        """Write who was there; a second entry replaces the first."""
        session, draft = given.pop("session"), services.AttendanceDraft(**given)
        return services.record_attendance(session=session, drafts=[draft], by=by, on=clock.today())[0]


class CertificateSerializer(NounSerializer[Certificate]):
    """A certificate of attendance."""

    class Meta:
        model = Certificate
        fields = ("id", "attendance", "code", "issued_on")


class CertificateView(NounView[Certificate]):
    """Certificates of visible attendances."""

    needs = EVERYBODY
    serializer_class = CertificateSerializer
    filterset_fields = ("attendance", "code")

    def rows(self, user: User) -> QuerySet[Certificate]:
        """Return the certificates that the reader may see."""
        return training.certificates_visible_to(user)
