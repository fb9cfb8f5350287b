"""Publishing a certificate so that the check page knows its code."""

from datetime import date

from django.db import transaction

from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.permissions import may_publish
from disclosure.rules import masked_name
from disclosure.services.copies import Copy, freeze_copy
from foundation.accounts.models import User
from foundation.core.errors import NotAllowed
from training.models import Certificate

BODY_TYPE = "gongping/certificate-publication/1"


@transaction.atomic
def publish_certificate(*, certificate: Certificate, by: User, on: date) -> Publication:
    """Let the check page answer for a certificate; the holder's name is masked.

    Raise ``PublicationRefused`` where it does so already.
    """
    attendance = certificate.attendance
    course = attendance.session.course
    if not may_publish(by, course.bureau):
        raise NotAllowed
    body = {
        "type": BODY_TYPE,
        "bureau": course.bureau.name,
        "code": certificate.code,
        "course": course.title,
        "held_on": attendance.session.held_on.isoformat(),
        "hours_tenths": attendance.hours_tenths,
        "holder": masked_name(attendance.person.name),
        "issued_on": certificate.issued_on.isoformat(),
    }
    copy = Copy(
        kind=PublicationKind.CERTIFICATE,
        subject=certificate,
        title=course.title,
        work_year=attendance.session.held_on.year,
        body=body,
        slug=certificate.code.upper(),
        is_demo=attendance.person.is_demo,
    )
    return freeze_copy(copy, bureau=course.bureau, by=by, on=on)
