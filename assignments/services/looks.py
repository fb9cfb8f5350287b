"""Noting who looked at the list before a draw (R-61), and who took a table about draws away."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from assignments.enums import DrawStatus
from assignments.models import Draw, EligibilityLook, EvaluationTask, ReReviewTask
from assignments.rules.eligibility import same_look
from assignments.selectors.eligibility import Eligibility
from assignments.selectors.tasks import rules_of_task
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import NotAllowed


@transaction.atomic
def note_look(
    *,
    of: EvaluationTask | ReReviewTask,
    answers: Sequence[Eligibility],
    asked_on: date,
    by_name: bool,
    by: User,
    at: datetime,
) -> EligibilityLook | None:
    """Count and journal a look at who may take the task or sit on the panel; None for a further page of the same look.

    Their number stands in the frozen list of the next draw. The pages, filters and files that somebody opens about
    the same day within ``look_minutes`` are one look.
    """
    if by.bureau_id != of.bureau_id:
        raise NotAllowed
    is_task = isinstance(of, EvaluationTask)
    base = of if isinstance(of, EvaluationTask) else of.evaluation
    subject = {"task": of if is_task else None, "re_review": None if is_task else of}
    minutes = rules_of_task(base, asked_on).value("look_minutes")
    rows = EligibilityLook.objects.filter(**subject, asked_on=asked_on, by_name=by_name, looked_by=by)
    last = rows.order_by("-pk").first()
    if last and same_look(last.looked_at, at, minutes=minutes):
        return None
    look = EligibilityLook.objects.create(
        bureau=of.bureau, **subject, asked_on=asked_on, by_name=by_name, looked_by=by, looked_at=at
    )
    Draw.objects.filter(**subject, status=DrawStatus.CONFIGURED).update(previews=F("previews") + 1)
    eligible = sum(answer.is_eligible for answer in answers)
    facts = {"by_name": by_name, "on": asked_on, "eligible": eligible, "excluded": len(answers) - eligible}
    record(actor=by, action="eligibility.looked", subject=of, facts=facts)
    return look


@transaction.atomic
def note_export(
    *, of: EvaluationTask | ReReviewTask, answers: Sequence[Eligibility], asked_on: date, by: User, at: datetime
) -> None:
    """Journal that the answers left as a file, whoever looked before; the look itself is counted like any other."""
    note_look(of=of, answers=answers, asked_on=asked_on, by_name=True, by=by, at=at)
    record(actor=by, action="eligibility.exported", subject=of, facts={"rows": len(answers), "on": asked_on})


@transaction.atomic
def note_table(*, bureau: Bureau, table: str, rows: int, by: User) -> None:
    """Journal that a table of the draws against chance, which names people, left as a file."""
    if by.bureau_id != bureau.pk or not may(by, Capability.WITNESS):
        raise NotAllowed
    record(actor=by, action="draws.statistics_exported", subject=bureau, facts={"table": table, "rows": rows})
