"""Work that goes from one clerk to another: a task, or all that lies under somebody's hands (工作交接)."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import EvaluationTask, WorkHandOver
from assignments.selectors.handing_over import open_tasks_of, parts_that_stay
from assignments.services.assignments import AssignmentRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.notices.services import notify


@transaction.atomic
def hand_over(*, task: EvaluationTask, to: User, by: User, on: date) -> EvaluationTask:
    """Give an open task to another clerk; raise ``AssignmentRefused`` for somebody who may not keep tasks."""
    require(by, Capability.PLAN)
    task = EvaluationTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if by.bureau_id != task.bureau_id:
        raise NotAllowed
    _require_clerk(to, task.bureau_id)
    _give(task, to, by=by, on=on)
    return task


@transaction.atomic
def hand_over_work(
    *, giver: User, to: User, tasks: Collection[EvaluationTask], words: str, by: User, on: date
) -> WorkHandOver:
    """Give open tasks of a clerk to another, all or none; the giver himself or a section head does it.

    What stays is said: in a draw or a batch under way nobody takes over another's part, whose nonce lies on his own
    device (R-42). Raise ``NotAllowed`` for others, ``AssignmentRefused`` for nothing to give, for tasks that are not
    the giver's or are over, and for a receiver who is the giver or keeps no tasks.
    """
    if by.bureau_id is None or giver.bureau_id != by.bureau_id:
        raise NotAllowed
    if not (may(by, Capability.CONFIRM) or (by.pk == giver.pk and may(by, Capability.PLAN))):
        raise NotAllowed
    if to.pk == giver.pk:
        message = _("The work goes to somebody else.")
        raise AssignmentRefused(Refusal("same_clerk", message, {"field": "to"}))
    _require_clerk(to, by.bureau_id)
    keys = {task.pk for task in tasks}
    rows = list(open_tasks_of(giver).filter(pk__in=keys).select_for_update(of=("self",)))
    if not keys or len(rows) < len(keys):
        message = _("Choose open tasks that this person keeps.")
        raise AssignmentRefused(Refusal("not_theirs", message, {"field": "tasks"}))
    listed = [{"number": row.number, "title": row.title, "status": row.status} for row in rows]
    for task in rows:
        _give(task, to, by=by, on=on)
    made = WorkHandOver.objects.create(
        bureau_id=by.bureau_id, giver=giver, receiver=to, words=words.strip()[:300], tasks=listed,
        stays=parts_that_stay(giver), made_by=by, made_on=on,
    )  # fmt: skip
    facts = {"from": giver.pk, "to": to.pk, "tasks": len(rows), "stays": len(made.stays), "on": on}
    record(actor=by, action="tasks.work_handed_over", subject=made, facts=facts)
    notify(users=[to], code="work_handed_over", facts={"n": len(rows)}, path=f"/bureau/hand-over/{made.pk}/")
    return made


def _require_clerk(to: User, bureau_id: int) -> None:
    if to.bureau_id != bureau_id or not to.is_active or not may(to, Capability.PLAN):
        message = _("This person does not keep tasks of the bureau.")
        raise AssignmentRefused(Refusal("no_clerk", message, {"field": "to"}))


def _give(task: EvaluationTask, to: User, *, by: User, on: date) -> None:
    before, task.clerk = task.clerk_id, to
    task.save(update_fields=["clerk"])
    record(actor=by, action="tasks.handed_over", subject=task, facts={"from": before, "to": to.pk, "on": on})
