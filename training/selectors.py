"""Courses and hours."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Sum

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.selectors import memberships_of
from training.models import Attendance, Certificate, Course


def visible_to(user: User) -> models.QuerySet[Course]:
    """Return the courses of the reader's bureau: everybody may know what is taught."""
    return Course.objects.filter(bureau_id=user.bureau_id or 0)


def attendances_visible_to(user: User) -> models.QuerySet[Attendance]:
    """Return who attended; an outsider sees himself and the people of his organisation."""
    rows = Attendance.objects.filter(session__course__bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user)
    return rows.filter(
        models.Q(person_id__in=mine.values("person_id")) | models.Q(organisation_id__in=mine.values("organisation_id"))
    )


def certificates_visible_to(user: User) -> models.QuerySet[Certificate]:
    """Return the certificates of visible attendances."""
    return Certificate.objects.filter(attendance__in=attendances_visible_to(user))


def hours_of(person_ids: Iterable[int], year: int, *, until: date | None = None) -> dict[int, int]:
    """Return the tenths of an hour that each person attended in a calendar year; without any: left out.

    With ``until`` only what was held by that day.
    """
    rows = Attendance.objects.filter(person_id__in=person_ids, session__held_on__year=year)
    if until is not None:
        rows = rows.filter(session__held_on__lte=until)
    return dict(rows.order_by().values_list("person_id").annotate(Sum("hours_tenths")))


def hours_of_organisations(organisation_ids: Iterable[int], year: int) -> dict[int, int]:
    """Return the tenths of an hour attended for each organisation in a calendar year."""
    rows = Attendance.objects.filter(organisation_id__in=organisation_ids, session__held_on__year=year)
    return dict(rows.order_by().values_list("organisation_id").annotate(Sum("hours_tenths")))
