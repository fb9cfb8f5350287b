"""Near relations of a person: who it is and what he works for, owns or heads, in one declaration."""

from datetime import date

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed
from parties.enums import EmploymentKind, KinKind
from parties.models import Person, PersonTie
from parties.permissions import may_keep_person
from parties.services import (
    EmploymentDraft,
    PersonDraft,
    body_by_name,
    record_employments,
    register_persons,
    tie_persons,
)


@transaction.atomic
def declare_kin(
    *,
    person: Person,
    kin: PersonDraft,
    kind: KinKind,
    body: str,
    body_kind: EmploymentKind,
    by: User,
    on: date,
) -> PersonTie:
    """Write a near relation of ``person`` with the body he belongs to; the person himself or who keeps the register.

    The relation is a record like everybody's, found again and not doubled. It counts in every draw from then on (R-07).
    """
    if not may_keep_person(by, person):
        raise NotAllowed
    other = register_persons(bureau=person.bureau, drafts=[kin], by=by, on=on)[0]
    source = "经办登记" if by.bureau_id == person.bureau_id and kin.asks else "本人申报"
    if body.strip():
        place = body_by_name(bureau=person.bureau, name=body, by=by, on=on)
        known = other.employments.on(on).filter(organisation=place, kind=body_kind)
        if not known.exists():
            spell = EmploymentDraft(other, place, on, kind=body_kind, source=source)
            record_employments(drafts=[spell], by=by, on=on)
    row = tie_persons(first=person, second=other, kind=kind, source=source, by=by, on=on)
    record(actor=by, action="parties.kin_declared", subject=person, facts={"kind": kind, "on": on})
    return row
