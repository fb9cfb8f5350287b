"""Closing a year: rehearsed by looking, done once, undone until the first act of the new year."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.services import freeze_year, thaw_year
from assignments.enums import PlanStatus
from assignments.models import EvaluationPlan, EvaluationTask, PlanMove
from assignments.services.plans import open_plan
from desk.models import YearEnd
from desk.permissions import may_close_year
from desk.selectors.year_end import closing_of, first_act_of, year_review
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal


class YearEndRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The year cannot be closed or reopened."""


@transaction.atomic
def close_year(*, bureau: Bureau, year: int, by: User, on: date) -> YearEnd:
    """Close ``year``: freeze the firms' assessment, carry open work with its old numbers, open the next plan.

    Firm tasks without a final rating count in the next assessment year. Undertakings, caps and numbers belong to their
    calendar year and end by themselves; the report says how many. Raise ``YearEndRefused`` before 1 November of the
    year, without a plan, or where it is closed already.
    """
    bureau = Bureau.objects.select_for_update().get(pk=bureau.pk)
    if not may_close_year(by, bureau):
        raise NotAllowed
    if on < date(year, 11, 1):
        raise YearEndRefused(Refusal("too_early", _("A year is closed from 1 November of that year.")))
    if closing_of(bureau, year):
        raise YearEndRefused(Refusal("closed_before", _("This year is closed already.")))
    if not EvaluationPlan.objects.filter(bureau=bureau, work_year=year).exists():
        raise YearEndRefused(Refusal("no_plan", _("This year has no plan; there is nothing to close.")))
    review = year_review(bureau, year)
    confirmed = freeze_year(bureau=bureau, year=year, by=by, on=on)
    carried = [task.pk for task in review.carried_tasks]
    EvaluationTask.objects.filter(pk__in=carried).update(assessment_year=year + 1)
    opened = None
    if not review.next_plan_exists and may(by, Capability.PLAN):
        opened = open_plan(bureau=bureau, work_year=year + 1, by=by, on=on).pk
    report: dict[str, Any] = {
        "open_tasks": review.open_tasks,
        "carried": carried,
        "confirmed": confirmed,
        "opened_plan": opened,
        "firm_undertakings": review.firm_undertakings,
        "expert_undertakings": review.expert_undertakings,
        "pending_approvals": review.pending_approvals,
        "proposals": [proposal.pk for proposal in review.proposals],
    }
    row = YearEnd.objects.create(bureau=bureau, year=year, closed_by=by, closed_on=on, report=report)
    record(actor=by, action="desk.year_closed", subject=row, facts={"year": year, **report})
    return row


@transaction.atomic
def undo_closing(*, bureau: Bureau, year: int, by: User, on: date) -> YearEnd:
    """Reopen ``year`` as it was; raise ``YearEndRefused`` once the new year has its first act."""
    bureau = Bureau.objects.select_for_update().get(pk=bureau.pk)
    if not may_close_year(by, bureau):
        raise NotAllowed
    row = closing_of(bureau, year)
    if row is None:
        raise YearEndRefused(Refusal("not_closed", _("This year is open.")))
    if act := first_act_of(bureau, year + 1):
        message = _("The new year has begun (%(act)s); its first act ends the time to undo.") % {"act": act_word(act)}
        raise YearEndRefused(Refusal("new_year_began", message, {"act": act}))
    EvaluationTask.objects.filter(pk__in=row.report["carried"], assessment_year=year + 1).update(assessment_year=year)
    thaw_year(rows=row.report["confirmed"], year=year, by=by, on=on)
    _take_back_plan(row.report["opened_plan"])
    row.undone_on = on
    row.save(update_fields=["undone_on"])
    record(actor=by, action="desk.year_reopened", subject=row, facts={"year": year, "on": on})
    return row


def _take_back_plan(pk: int | None) -> None:
    """Delete the plan that the closing opened: it holds nothing yet, and the journal keeps that it was there."""
    for plan in EvaluationPlan.objects.filter(pk=pk or 0, status=PlanStatus.COLLECTING):
        PlanMove.objects.filter(plan=plan).delete()
        plan.delete()


def act_word(act: str) -> str:
    """Return the first act of a year in words."""
    return {"TASK": _("a task"), "PLAN": _("a plan"), "PAPER": _("a paper"), "UNDERTAKING": _("an undertaking")}[act]
