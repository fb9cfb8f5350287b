"""A firm's place is taken: the register, and every running task with an answer of its own. Rule R-49."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import TaskFate
from appraisals.selectors import running_tasks_of
from assignments.models import Assignment, EvaluationTask
from assignments.services.succession import pass_on
from assignments.services.tasks import recommission
from delivery.models import Commission
from delivery.services import carry_commission, end_commission
from evaluators.models import Firm
from evaluators.services import Heir, record_succession
from foundation.accounts.models import User
from foundation.core.errors import DomainError, Refusal
from foundation.rulesets.selectors import rules_for
from parties.enums import RelationshipKind
from parties.models import Relationship


class SuccessionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The place cannot be taken like this."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one running task; ``heir`` is who takes it over (none: the first successor)."""

    what: TaskFate
    heir: Firm | None = None


@transaction.atomic
def succeed(
    *,
    kind: RelationshipKind,
    predecessor: Firm,
    heirs: Sequence[Heir],
    fates: Mapping[int, Fate],
    by: User,
    on: date,
    closes: bool = True,
    note: str = "",
    accounts: Mapping[int, Firm] | None = None,
) -> list[Relationship]:
    """Let ``heirs`` take the place of ``predecessor``; ``fates`` answers for each running task by its key.

    ``accounts`` names by user which sign-in goes on for which heir; every other one closes with the record.
    Raise ``SuccessionRefused`` while a task has no answer, or one that does not fit, and as
    ``evaluators.services.record_succession`` and the steps of the tasks: all of it happens or nothing.
    """
    seats = [(seat, seat.task) for seat in running_tasks_of(predecessor) if seat.task is not None]
    for _seat, task in seats:
        if refusal := _fate_refusal(task, fates.get(task.pk), heirs, closes=closes, on=on):
            raise SuccessionRefused(refusal)
    made = record_succession(
        kind=kind, predecessor=predecessor, heirs=heirs, closes=closes, note=note, accounts=accounts, by=by, on=on
    )
    for seat, task in seats:
        _decide(seat, task, fates[task.pk], heirs, str(kind.label), by=by, on=on)
    return made


def _fate_refusal(
    task: EvaluationTask, fate: Fate | None, heirs: Sequence[Heir], *, closes: bool, on: date
) -> Refusal | None:
    facts = {"field": f"task_{task.pk}", "task": task.number}
    source = rules_for(bureau=task.bureau, on=on).source("successors_inherit")
    if fate is None:
        message = _("Say what becomes of %(task)s: the successor takes it over, or a firm is chosen anew.")
        return Refusal("choice_missing", message % facts, facts, source)
    if fate.what == TaskFate.STAY and closes:
        message = _("The record closes: %(task)s cannot stay with it.") % facts
        return Refusal("record_closes", message, facts, source)
    if fate.heir is not None and fate.heir.pk not in {one.firm.pk for one in heirs}:
        message = _("Only one of the successors can take over %(task)s.") % facts
        return Refusal("no_heir", message, facts, source)
    return None


def _decide(
    seat: Assignment, task: EvaluationTask, fate: Fate, heirs: Sequence[Heir], words: str, *, by: User, on: date
) -> None:
    if fate.what == TaskFate.STAY:
        return
    running = list(Commission.objects.filter(assignment=seat, ended_on__isnull=True))
    if fate.what == TaskFate.TAKE_OVER:
        heir = Firm.objects.select_related("organisation").get(pk=(fate.heir or heirs[0].firm).pk)
        reason = _("%(what)s: %(heir)s takes over") % {"what": words, "heir": heir.organisation.name}
        row = pass_on(assignment=seat, heir=heir, reason=reason, by=by, on=on)
        for commission in running:
            carry_commission(commission=commission, assignment=row, heir=heir, by=by, on=on)
        return
    for commission in running:
        end_commission(commission=commission, reason=words, by=by, on=on)
    recommission(task=task, reason=words, by=by, on=on)
