"""From finding to money: ask, report, close; propose, adopt."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import TaskStatus
from assignments.models import EvaluationTask
from foundation.accounts.models import User
from foundation.approvals.selectors import agreed
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.core.money import yuan
from foundation.files.services import store
from foundation.notices.services import notify
from parties.selectors import users_of_organisation
from results.enums import AdoptionOutcome, RectificationAction, RectificationStatus
from results.models import Adoption, Proposal, Rectification
from results.permissions import may_ask, may_report
from results.rules import adoption_problem
from results.transitions import RECTIFICATION

EVIDENCE = frozenset({"pdf", "docx"})


class ResultRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The step cannot be taken."""


@transaction.atomic
def ask_rectification(*, task: EvaluationTask, words: str, due_on: date, by: User, on: date) -> Rectification:
    """Ask the evaluated unit to put something right by a day; raise ``ResultRefused`` before the report is accepted."""
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("unit").get(pk=task.pk)
    if not may_ask(by, task):
        raise NotAllowed
    if task.status not in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
        raise ResultRefused(Refusal("not_accepted", _("Rectification follows the acceptance of the report.")))
    if not words.strip():
        raise ResultRefused(Refusal("words_missing", _("Say what has to be put right."), {"field": "words"}))
    if due_on <= on:
        raise ResultRefused(Refusal("due_too_early", _("The due day lies after today."), {"field": "due_on"}))
    row = Rectification.objects.create(task=task, words=words.strip(), due_on=due_on, asked_by=by, asked_on=on)
    record(actor=by, action="results.rectification_asked", subject=row, facts={"task": task.pk, "due_on": due_on})
    notify(users=users_of_organisation(task.unit.organisation_id), code="rectification", facts={"due_on": str(due_on)})
    return row


@transaction.atomic
def report_rectification(
    *, rectification: Rectification, report: str, by: User, on: date, name: str = "", content: bytes = b""
) -> Rectification:
    """Report for the unit what was done, with a PDF or DOCX as evidence where there is one.

    Raise ``TransitionRefused`` after it was closed, ``ResultRefused`` without words, ``FileRefused`` for a bad file.
    """
    row = _locked(rectification)
    if not may_report(by, row.task):
        raise NotAllowed
    if not report.strip():
        raise ResultRefused(Refusal("words_missing", _("Write what was done."), {"field": "report"}))
    _move(row, RectificationAction.REPORT)
    row.report, row.reported_on = report.strip(), on
    if content:
        row.evidence = store(bureau=row.task.bureau, name=name, content=content, owner=row, by=by, accept=EVIDENCE)
    row.save(update_fields=["status", "report", "reported_on", "evidence"])
    sha256 = row.evidence.sha256 if row.evidence else ""
    record(actor=by, action="results.rectification_reported", subject=row, facts={"sha256": sha256, "on": on})
    return row


@transaction.atomic
def close_rectification(*, rectification: Rectification, by: User, on: date) -> Rectification:
    """Accept what the unit reported; raise ``TransitionRefused`` before it reported."""
    row = _locked(rectification)
    if not may_ask(by, row.task):
        raise NotAllowed
    _move(row, RectificationAction.CLOSE)
    row.closed_on = on
    row.save(update_fields=["status", "closed_on"])
    record(actor=by, action="results.rectification_closed", subject=row, facts={"on": on})
    return row


@transaction.atomic
def return_rectification(*, rectification: Rectification, words: str, by: User, on: date) -> Rectification:
    """Send the unit's report back with words; raise ``ResultRefused`` without them."""
    row = _locked(rectification)
    if not may_ask(by, row.task):
        raise NotAllowed
    if not words.strip():
        raise ResultRefused(Refusal("words_missing", _("Say what is still missing."), {"field": "words"}))
    _move(row, RectificationAction.RETURN)
    row.return_words = words.strip()
    row.save(update_fields=["status", "return_words"])
    record(actor=by, action="results.rectification_returned", subject=row, facts={"words": row.return_words, "on": on})
    users = users_of_organisation(row.task.unit.organisation_id)
    notify(users=users, code="rectification", facts={"due_on": str(row.due_on)})
    return row


@transaction.atomic
def propose(*, task: EvaluationTask, words: str, amount_cents: int, budget_year: int, by: User, on: date) -> Proposal:
    """Propose how a result is used and put it on its way through approval. A proposed amount counts nowhere yet."""
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    if not may_ask(by, task):
        raise NotAllowed
    if task.status not in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
        raise ResultRefused(Refusal("not_accepted", _("A proposal follows the acceptance of the report.")))
    if not words.strip():
        raise ResultRefused(Refusal("words_missing", _("Write what is proposed."), {"field": "words"}))
    if amount_cents < 0:
        raise ResultRefused(Refusal("amount_negative", _("An amount is zero or more."), {"field": "amount"}))
    row = Proposal.objects.create(
        task=task,
        words=words.strip(),
        amount_cents=amount_cents,
        budget_year=budget_year,
        proposed_by=by,
        proposed_on=on,
    )
    submit(
        bureau=task.bureau,
        kind="PROPOSAL",
        subject=row,
        title=_("Use of the result of %(title)s") % {"title": task.title},
        facts={"task": task.number, "amount": yuan(amount_cents), "budget_year": budget_year},
        by=by,
        on=on,
        amount_cents=amount_cents,
    )
    record(actor=by, action="results.proposed", subject=row, facts={"amount_cents": amount_cents, "year": budget_year})
    return row


@transaction.atomic
def record_adoption(
    *,
    proposal: Proposal,
    outcome: AdoptionOutcome | str,
    decided_by_name: str,
    reference: str,
    amount_cents: int,
    decided_on: date,
    by: User,
    on: date,
) -> Adoption:
    """Record what became of a proposal, by whom, with 文号 or meeting; only this amount counts.

    Raise ``ResultRefused`` before the proposal was approved, where it was recorded before, where amount and outcome do
    not fit, or something is missing.
    """
    row = Proposal.objects.select_for_update(of=("self",)).select_related("task").get(pk=proposal.pk)
    if not may_ask(by, row.task):
        raise NotAllowed
    if Adoption.objects.filter(proposal=row).exists():
        raise ResultRefused(Refusal("recorded_before", _("What became of it was recorded before.")))
    if agreed("PROPOSAL", row) is None:
        raise ResultRefused(Refusal("not_agreed", _("The proposal has not been approved yet.")))
    if not decided_by_name.strip() or not reference.strip():
        message = _("Write who decided, and the letter number or meeting.")
        raise ResultRefused(Refusal("reference_missing", message, {"field": "reference"}))
    if decided_on > on:
        raise ResultRefused(Refusal("day_to_come", _("The day of the decision has not come."), {"field": "decided_on"}))
    if problem := adoption_problem(outcome, proposed_cents=row.amount_cents, adopted_cents=amount_cents):
        raise ResultRefused(Refusal(problem, _amount_words(problem), {"field": "amount"}))
    adoption = Adoption.objects.create(
        proposal=row,
        outcome=outcome,
        decided_by_name=decided_by_name.strip(),
        reference=reference.strip(),
        amount_cents=amount_cents,
        decided_on=decided_on,
        recorded_by=by,
    )
    facts = {"outcome": outcome, "amount_cents": amount_cents, "reference": adoption.reference}
    record(actor=by, action="results.adopted", subject=row, facts=facts)
    return adoption


def _amount_words(problem: str) -> str:
    return {
        "not_full": _("Fully adopted means the whole proposed amount."),
        "not_zero": _("Not adopted means no amount."),
        "not_between": _("Partly adopted means more than nothing and less than proposed."),
    }[problem]


def _locked(rectification: Rectification) -> Rectification:
    rows = Rectification.objects.select_for_update(of=("self",)).select_related("task__bureau", "task__unit")
    return rows.get(pk=rectification.pk)


def _move(row: Rectification, action: RectificationAction) -> None:
    after = RECTIFICATION.get((RectificationStatus(row.status), action))
    if after is None:
        message = _("The rectification is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="rectification", status=row.status, action=action, message=message)
    row.status = after
