"""Courses, sessions, attendance, certificates."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal
from parties.models import Organisation, Person
from training.enums import Audience
from training.models import Attendance, Certificate, Course, Session


class TrainingRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The course, session or attendance cannot be written."""


@dataclass(frozen=True, slots=True)
class AttendanceDraft:
    """Somebody's presence; ``hours_tenths`` None: the whole course."""

    person: Person
    organisation: Organisation | None = None
    hours_tenths: int | None = None


@transaction.atomic
def open_course(
    *, bureau: Bureau, title: str, audience: Audience, hours_tenths: int, words: str, by: User, on: date
) -> Course:
    """Open a course of ``hours_tenths`` tenths of an hour; raise ``TrainingRefused`` for none."""
    require(by, Capability.TRAIN)
    if hours_tenths <= 0 or not title.strip():
        raise TrainingRefused(Refusal("course_incomplete", _("A course has a title and hours."), {"field": "hours"}))
    row = Course.objects.create(
        bureau=bureau, title=title.strip(), audience=audience, hours_tenths=hours_tenths, words=words
    )
    record(actor=by, action="training.course_opened", subject=row, facts={"hours_tenths": hours_tenths, "on": on})
    return row


@transaction.atomic
def hold_session(*, course: Course, held_on: date, place: str, teacher: str, by: User, on: date) -> Session:
    """Write one holding of a course; raise ``TrainingRefused`` for a second one on the same day."""
    require(by, Capability.TRAIN)
    if course.sessions.filter(held_on=held_on).exists():
        message = _("The course is held on that day already.")
        raise TrainingRefused(Refusal("session_exists", message, {"field": "held_on"}))
    row = Session.objects.create(course=course, held_on=held_on, place=place, teacher=teacher)
    record(actor=by, action="training.session_held", subject=row, facts={"held_on": held_on, "on": on})
    return row


@transaction.atomic
def record_attendance(*, session: Session, drafts: Sequence[AttendanceDraft], by: User, on: date) -> list[Attendance]:
    """Write who was there; nobody gets more hours than the course has, and a second entry replaces the first."""
    require(by, Capability.TRAIN)
    whole = session.course.hours_tenths
    rows = []
    for draft in drafts:
        hours = whole if draft.hours_tenths is None else draft.hours_tenths
        if not 0 <= hours <= whole:
            message = _("%(name)s: the hours lie between zero and those of the course.") % {"name": draft.person.name}
            raise TrainingRefused(Refusal("bad_hours", message, {"field": "hours"}))
        rows.append(
            Attendance(
                session=session,
                person=draft.person,
                organisation=draft.organisation,
                hours_tenths=hours,
                recorded_by=by,
            )
        )
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["session", "person"],
        update_fields=["organisation", "hours_tenths", "recorded_by"],
    )
    record(actor=by, action="training.attended", subject=session, facts={"persons": len(rows), "on": on})
    return list(Attendance.objects.filter(session=session).order_by("pk"))


@transaction.atomic
def issue_certificates(*, session: Session, by: User, on: date) -> list[Certificate]:
    """Give a certificate to everybody who attended the whole course and has none yet."""
    require(by, Capability.TRAIN)
    waiting = session.attendances.filter(certificate__isnull=True, hours_tenths__gte=session.course.hours_tenths)
    rows = [Certificate(attendance=row, code=secrets.token_hex(8), issued_on=on) for row in waiting.order_by("pk")]
    Certificate.objects.bulk_create(rows)
    record(actor=by, action="training.certified", subject=session, facts={"certificates": len(rows), "on": on})
    return rows
