"""Two records found to be one person: everything of the one goes over to the other, and the one points there."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from admissions.services import drop_notice
from assignments.enums import AssignmentStatus
from assignments.models import Assignment
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
from foundation.rulesets.selectors import rules_for
from parties.enums import PairGround, SameName
from parties.models import Membership, Person, SuspectedPair
from parties.services import end_membership, find_pairs, refuse_joined

OPEN_SEATS: Final = (
    AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED, AssignmentStatus.ACCEPTED, AssignmentStatus.DECLARED,
    AssignmentStatus.SERVING,
)  # fmt: skip
# what tells the past of one record and is not told of the other: standings, lists of draws and batches, readings, pairs
STAYS: Final = frozenset({
    "assignments.batchpair", "assignments.drawentry", "assignments.drawexclusion", "experts.expertstanding",
    "parties.reveal", "parties.suspectedpair",
})  # fmt: skip


class JoinRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The two records cannot be joined."""


@transaction.atomic
def join_persons(
    *, kept: Person, joined: Person, reason: str, by: User, on: date, number_was_wrong: bool = False
) -> Person:
    """Let everything of ``joined`` belong to ``kept``: roles, employment, seats, training, credit, accounts.

    ``joined`` stays, empty, and leads to ``kept``; whoever is found by its number or telephone from now on is ``kept``.
    Raise ``JoinRefused`` for two ID numbers, unless one ``number_was_wrong``; for work in two firms (R-11); and while
    one of two pool entries still sits on a panel.
    """
    require(by, Capability.REGISTER)
    rows = Person.objects.select_for_update(of=("self",)).select_related("bureau")
    found = {row.pk: row for row in rows.filter(pk__in=[kept.pk, joined.pk]).order_by("pk")}
    kept, joined = found[kept.pk], found[joined.pk]
    _refuse(kept, joined, by=by, reason=reason, number_was_wrong=number_was_wrong)
    refuse_joined(kept)
    refuse_joined(joined)
    _join_posts(kept, joined, by=by, on=on)
    moved, stayed = Counter[str](), Counter[str]()
    _join_experts(kept, joined, moved, stayed, by=by, on=on)
    _join_accounts(kept, joined, on=on)
    for field in _pointing_at(Person):
        _move(field, joined, kept, moved, stayed)
    _fill(kept, joined, on=on)
    _remember(kept, joined, reason=reason, by=by, on=on)
    facts = {"joined": joined.pk, "moved": dict(moved), "stayed": dict(stayed), "reason": reason.strip(), "on": on}
    record(actor=by, action="parties.persons_joined", subject=kept, facts=facts)
    find_pairs(bureau=kept.bureau, on=on, among={kept.pk})
    return kept


def _refuse(kept: Person, joined: Person, *, by: User, reason: str, number_was_wrong: bool) -> None:
    if by.bureau_id != kept.bureau_id or by.bureau_id != joined.bureau_id:
        raise NotAllowed
    if kept.pk == joined.pk:
        raise JoinRefused(Refusal("same_record", _("Choose two different records."), {"field": "other"}))
    if not reason.strip():
        raise JoinRefused(
            Refusal("reason_missing", _("Say by what you know that it is one person."), {"field": "reason"})
        )
    if kept.id_index and joined.id_index and not number_was_wrong:
        message = _("They have two ID numbers: by these they are two persons. Say which number was wrong, if one was.")
        raise JoinRefused(Refusal("two_numbers", message, {"field": "number_was_wrong"}, "GB 11643—1999"))


def _join_posts(kept: Person, joined: Person, *, by: User, on: date) -> None:
    """End what the joined record does twice in one firm; raise ``JoinRefused`` for two firms. Rule R-11."""
    own = _posts(kept)
    for row in _posts(joined):
        elsewhere = [other for other in own if other.firm_id != row.firm_id]
        if elsewhere:
            message = _(
                "One record works for %(one)s, the other for %(two)s; nobody practises in two firms at once. End one."
            )
            names = {"one": elsewhere[0].firm.organisation.name, "two": row.firm.organisation.name}
            source = rules_for(bureau=kept.bureau, on=on).source("one_firm_per_practitioner")
            raise JoinRefused(Refusal("two_firms", message % names, {"firm": row.firm_id}, source))
        if any(type(other) is type(row) for other in own):
            end_practitioner(row=row, by=by, on=on, ends_employment=False)


def _posts(person: Person) -> list[LeadEvaluator | Practitioner]:
    found: list[LeadEvaluator | Practitioner] = []
    for model in (LeadEvaluator, Practitioner):
        rows = model._default_manager.filter(person=person, ended_on__isnull=True)
        found += rows.select_related("firm__organisation").order_by("pk")
    return found


def _join_experts(
    kept: Person, joined: Person, moved: Counter[str], stayed: Counter[str], *, by: User, on: date
) -> None:
    """Let one pool entry remain: the seats and declarations of the other follow, its standings tell its own past."""
    own = Expert.objects.filter(person=kept).first()
    other = Expert.objects.filter(person=joined).first()
    if own is None or other is None:
        return
    seats = Assignment.objects.filter(expert__in=[own, other], status__in=OPEN_SEATS).select_related("re_review")
    if seat := seats.order_by("pk").first():
        number = seat.re_review.number if seat.re_review else ""
        message = _("Both are in the pool, and one still sits on the panel of %(number)s. Join them when it is over.")
        raise JoinRefused(Refusal("open_seat", message % {"number": number}, {"seat": seat.pk}))
    if (ExpertStatus(other.status), ExpertAction.LEAVE) in TRANSITIONS:
        reason = _("Is the same person as %(number)s.") % {"number": own.number}
        move_experts(experts=[other], action=ExpertAction.LEAVE, reason=reason, by=by, on=on, is_fact=True)
        drop_notice(entry=other, reason=reason, by=by, on=on)
    for field in _pointing_at(Expert):
        _move(field, other, own, moved, stayed)


def _join_accounts(kept: Person, joined: Person, *, on: date) -> None:
    """Leave one sign-in for one person: that of the joined record closes where the kept one has its own."""
    if Membership.objects.filter(person=kept, ended_on__isnull=True).exists():
        for row in Membership.objects.filter(person=joined, ended_on__isnull=True).order_by("pk"):
            end_membership(membership=row, by="system", on=on)


def _pointing_at(model: type[models.Model]) -> Iterator[Any]:
    """Yield every foreign key of another table that points at ``model``, of rooms above, too."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.field.model._meta.label_lower not in STAYS:
            yield relation.field


def _move(field: Any, old: models.Model, new: models.Model, moved: Counter[str], stayed: Counter[str]) -> None:  # noqa: ANN401 - any foreign key
    """Point the rows at the new record; what it has already stays where it is and says so."""
    table = field.model
    for row in table._base_manager.select_for_update(of=("self",)).filter(**{field.name: old}).order_by("pk"):
        setattr(row, field.attname, new.pk)
        try:
            with transaction.atomic():
                row.save(update_fields=[field.name])
        except IntegrityError:
            stayed[table._meta.label_lower] += 1
        else:
            moved[table._meta.label_lower] += 1


def _fill(kept: Person, joined: Person, *, on: date) -> None:
    """Give the kept record what only the other one knew; a number goes over with its index, which exists once."""
    fields = ["email", "born_on", "died_on", "bank_name", "account_sealed", "phone_sealed", "phone_index"]
    takes_number = not kept.id_index and bool(joined.id_index)
    if takes_number:
        kept.id_sealed, kept.id_index = joined.id_sealed, joined.id_index
        joined.id_sealed, joined.id_index = "", None
    for name in fields:
        setattr(kept, name, getattr(kept, name) or getattr(joined, name))
    joined.joined_into, joined.joined_on = kept, on
    joined.save(update_fields=["id_sealed", "id_index", "joined_into", "joined_on"])
    kept.save(update_fields=["id_sealed", "id_index", *fields])


def _remember(kept: Person, joined: Person, *, reason: str, by: User, on: date) -> None:
    first, second = sorted((kept, joined), key=lambda row: row.pk)
    facts = {"answer": SameName.SAME, "answered_on": on, "answered_by": by, "words": reason.strip()[:200]}
    SuspectedPair.objects.update_or_create(
        first=first,
        second=second,
        defaults=facts,
        create_defaults={**facts, "bureau": kept.bureau, "ground": PairGround.NAME, "found_on": on},
    )
