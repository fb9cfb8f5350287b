"""A person goes: leaves the pool on own wish, or has died. Roles end, sign-ins close, the record stays."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.services import drop_notice
from appraisals.models import Sanction
from appraisals.services import lapse_liftings, lapse_sanctions
from assignments.models import Assignment
from desk.services.joining import OPEN_SEATS
from evaluators.models import LeadEvaluator, Practitioner
from evaluators.services import end_practitioner
from experts.enums import ExpertAction, ExpertStatus
from experts.models import Expert
from experts.services import move_experts
from experts.transitions import TRANSITIONS
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from parties.models import Membership, Person
from parties.services import end_membership, mask_contact, refuse_joined
from reviews.services import step_back


class LeavingRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The person cannot go yet."""


@transaction.atomic
def leave_pool(*, expert: Expert, reason: str, asks_erasure: bool, by: User, on: date) -> Expert:
    """Let an expert leave the pool on own wish; he himself or who keeps the pool says so (edge case 50).

    Asked to erase his data, nobody is shown any more how to reach or pay him, and he cannot sign in; what he did, and
    the ID number that fee sheets need, stay sealed as long as archives must be kept. Raise ``LeavingRefused`` while he
    sits on a panel.
    """
    seats = Assignment.objects.filter(expert=expert, status__in=OPEN_SEATS).select_related("re_review").order_by("pk")
    if numbers := [seat.re_review.number for seat in seats if seat.re_review]:
        message = _("Still sits on: %(numbers)s. Hand in the opinion or give the seat back first, then leave.")
        raise LeavingRefused(Refusal("open_seat", message % {"numbers": "、".join(numbers)}, {"field": "reason"}))
    row = move_experts(experts=[expert], action=ExpertAction.LEAVE, reason=reason, by=by, on=on)[0]
    drop_notice(entry=row, reason=reason.strip() or _("Has left the pool."), by=by, on=on)
    if asks_erasure:
        mask_contact(person=row.person, reason=reason, by=by, on=on)
        for membership in Membership.objects.filter(person=row.person_id, ended_on__isnull=True).order_by("pk"):
            end_membership(membership=membership, by="system", on=on)
    return row


@transaction.atomic
def record_death(*, person: Person, died_on: date, by: User, on: date, at: datetime) -> list[str]:
    """Write that a person has died, and return the re-reviews in which he must be replaced (edge case 37).

    Employment, posts and the standing end on that day, open seats are void, the sign-in closes, a sanction on its way
    falls away with its approval, an application to lift one falls away, and a public notice ends. Raise
    ``LeavingRefused`` for a day that has not come, or where it is written already.
    """
    require(by, Capability.REGISTER)
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if by.bureau_id != person.bureau_id:
        raise NotAllowed
    refuse_joined(person)
    if died_on > on or (person.born_on and died_on < person.born_on):
        raise LeavingRefused(
            Refusal("day_wrong", _("The day lies before the birth or after today."), {"field": "died_on"})
        )
    if person.died_on is not None:
        raise LeavingRefused(Refusal("died_before", _("This is written already."), {"field": "died_on"}))
    person.died_on = died_on
    person.save(update_fields=["died_on"])
    for spell in person.employments.select_for_update(of=("self",)).filter(ended_on__isnull=True).order_by("pk"):
        spell.ended_on, spell.asked_end_on, spell.asked_on = max(died_on, spell.started_on), None, None
        spell.save(update_fields=["ended_on", "asked_end_on", "asked_on"])
    for model in (LeadEvaluator, Practitioner):
        for post in model._default_manager.filter(person=person, ended_on__isnull=True).order_by("pk"):
            end_practitioner(row=post, by=by, on=died_on)
    replaced = _leave_seats(person, by=by, at=at)
    expert = Expert.objects.filter(person=person).first()
    if expert is not None and (ExpertStatus(expert.status), ExpertAction.LEAVE) in TRANSITIONS:
        move_experts(experts=[expert], action=ExpertAction.LEAVE, reason=_("Has died."), by=by, on=on, is_fact=True)
    for membership in Membership.objects.filter(person=person, ended_on__isnull=True).order_by("pk"):
        end_membership(membership=membership, by="system", on=on)
    if expert is not None:
        drop_notice(entry=expert, reason=_("Has died."), by=by, on=on)
        lapse_sanctions(expert=expert, by=by, on=on)
        lapse_liftings(sanctions=Sanction.objects.filter(expert=expert), reason=_("Has died."), by=by, on=on)
    record(actor=by, action="parties.death_recorded", subject=person, facts={"died_on": died_on, "on": on})
    return replaced


def _leave_seats(person: Person, *, by: User, at: datetime) -> list[str]:
    seats = Assignment.objects.filter(expert__person=person, status__in=OPEN_SEATS).order_by("pk")
    found = []
    for seat in seats.select_related("re_review"):
        step_back(assignment=seat, words=_("Has died."), by=by, at=at, is_decided=True)
        found += [seat.re_review.number] if seat.re_review else []
    return found
