"""Many re-reviews opened at once and put into one batch, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import AssignmentBatch, EvaluationTask
from assignments.rules.tasks import usual_review
from assignments.services.batches.facts import BatchRefused
from assignments.services.batches.preparing import prepare
from assignments.services.re_reviews import open_re_review
from assignments.services.seeding import SourceDraft
from foundation.accounts.models import User
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.taxonomy.models import Node


@dataclass(frozen=True, slots=True)
class Opening:
    """A task whose usual review is opened: by how many experts, and the field that they should know."""

    task: EvaluationTask
    panel_size: int
    node: Node


@transaction.atomic
def open_batch(
    *,
    title: str,
    openings: Sequence[Opening],
    due_on: date,
    witness: User,
    by: User,
    on: date,
    meets_on: date | None = None,
    place: str = "",
    by_correspondence: bool = False,
    third: User | None = None,
    sources: Sequence[SourceDraft] = (),
) -> AssignmentBatch:
    """Open the re-review of every task, with the same days and place, and put all of them into one batch.

    Raise ``BatchRefused`` where a task refuses: nothing is opened then, and ``tasks`` of its facts says why, by task.
    Whatever ``prepare`` refuses opens nothing either.
    """
    if len({one.task.pk for one in openings}) < len(openings):
        raise BatchRefused(Refusal("task_twice", _("A task stands here twice."), {"field": "tasks"}))
    fields, refused = {}, list[dict[str, Any]]()
    for one in openings:
        try:
            review = open_re_review(
                task=one.task,
                kind=usual_review(kind=one.task.kind, status=one.task.status),
                panel_size=one.panel_size,
                node=one.node,
                due_on=due_on,
                meets_on=meets_on,
                place=place,
                by_correspondence=by_correspondence,
                by=by,
                on=on,
            )
        except NotAllowed:
            raise
        except DomainError as error:
            said = {"code": error.refusal.code, "message": error.refusal.message}
            refused.append({"task": one.task.pk, "number": one.task.number} | said)
        else:
            fields[review] = one.node
    if refused:
        message = _("Nothing was opened: %(n)d of %(all)d tasks refuse. Leave these out, or put right what they say.")
        facts = {"field": "tasks", "tasks": refused}
        raise BatchRefused(Refusal("tasks_refuse", message % {"n": len(refused), "all": len(openings)}, facts))
    return prepare(title=title, fields=fields, witness=witness, third=third, sources=sources, by=by, on=on)
