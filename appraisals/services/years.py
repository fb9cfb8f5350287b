"""Computing and confirming the year of firms; every point opens to its parts."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import Standing
from appraisals.models import CommissionFeedback, FirmAppraisal
from appraisals.permissions import may_compute, may_confirm, may_give_feedback
from appraisals.rules import (
    FULL,
    compliance_part,
    feedback_part,
    hundredths,
    score_part,
    standing,
    total,
    training_part,
)
from appraisals.selectors import YearFacts, assessed_firms, facts_of_year
from assignments.enums import TaskStatus
from assignments.models import EvaluationTask
from assignments.selectors.tasks import current_assignment
from evaluators.models import Firm
from evaluators.services import record_assessed_years, withdraw_assessed_years
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets.selectors import Rules, rules_for


class AppraisalRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The year cannot be computed or confirmed."""


@transaction.atomic
def compute_year(*, bureau: Bureau, year: int, by: User, on: date) -> list[FirmAppraisal]:
    """Compute the year of every firm of the register; confirmed years stay as they are. Return what was computed.

    Judged by the rules in force on the year's last day. Raise ``AppraisalRefused`` for a year still to come.
    """
    if not may_compute(by, bureau):
        raise NotAllowed
    if year > on.year:
        raise AppraisalRefused(Refusal("year_to_come", _("That year has not begun.")))
    rules = rules_for(bureau=bureau, on=date(year, 12, 31))
    confirmed = FirmAppraisal.objects.filter(bureau=bureau, year=year, confirmed_on__isnull=False)
    firms = list(assessed_firms(bureau, year).exclude(pk__in=confirmed.values("firm_id")).order_by("pk"))
    facts = facts_of_year(
        firms,
        year,
        window_years=int(rules.value("assessment_window_years")),
        recognises=bool(rules.value("mutual_recognition")),
    )
    rows = [_appraisal(firm, year, facts[firm.pk], rules) for firm in firms]
    FirmAppraisal.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["firm", "year"],
        update_fields=["standing", "points_hundredths", "parts"],
    )
    record(actor=by, action="appraisals.computed", subject=bureau, facts={"year": year, "firms": len(rows), "on": on})
    return list(FirmAppraisal.objects.filter(bureau=bureau, year=year, firm__in=firms).order_by("pk"))


def _appraisal(firm: Firm, year: int, facts: YearFacts, rules: Rules) -> FirmAppraisal:
    weights = rules.value("appraisal_weights")
    parts = [
        score_part(facts.finals, weight=weights["score"], recognised=facts.recognised),
        compliance_part(facts.kept, weight=weights["compliance"]),
        training_part(facts.hours, needed_hours=int(rules.value("training_hours")), weight=weights["training"]),
        feedback_part(facts.feedback, weight=weights["feedback"]),
    ]
    found = Standing(
        standing(
            tasks=facts.tasks,
            reports=len(facts.finals),
            reports_in_window=facts.reports_in_window,
            small_sample=int(rules.value("small_sample")),
        )
    )
    points = None if found == Standing.NOT_ASSESSED else hundredths(total(parts, deduction=facts.deduction))
    plain = [part.plain() for part in parts]
    plain.append({"code": "deduction", "weight": 0, "hundredths": facts.deduction * 100, "exact": "", "facts": {}})
    return FirmAppraisal(
        bureau_id=firm.bureau_id, firm=firm, year=year, standing=found, points_hundredths=points, parts=plain
    )


@transaction.atomic
def confirm_appraisal(*, appraisal: FirmAppraisal, by: User, on: date) -> FirmAppraisal:
    """Confirm a firm's year, which then stays; raise ``AppraisalRefused`` where it was confirmed before."""
    row = FirmAppraisal.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=appraisal.pk)
    if not may_confirm(by, row.bureau):
        raise NotAllowed
    if row.confirmed_on is not None:
        message = _("The year was confirmed on %(day)s.") % {"day": row.confirmed_on.isoformat()}
        raise AppraisalRefused(Refusal("confirmed_before", message))
    row.confirmed_by, row.confirmed_on = by, on
    row.save(update_fields=["confirmed_by", "confirmed_on"])
    record_assessed_years(points={row.firm_id: row.points_hundredths}, year=row.year, by=by, on=on)
    facts = {"year": row.year, "standing": row.standing, "points_hundredths": row.points_hundredths}
    record(actor=by, action="appraisals.confirmed", subject=row, facts=facts)
    return row


@transaction.atomic
def freeze_year(*, bureau: Bureau, year: int, by: User, on: date) -> list[int]:
    """Confirm every year that nobody confirmed yet, at the closing of ``year``; return the rows confirmed here.

    What is missing is computed first by who keeps the register. The caller asks for the permission to close.
    """
    if may_compute(by, bureau):
        compute_year(bureau=bureau, year=year, by=by, on=on)
    rows = FirmAppraisal.objects.select_for_update(of=("self",)).filter(
        bureau=bureau, year=year, confirmed_on__isnull=True
    )
    points = dict(rows.order_by("pk").values_list("firm_id", "points_hundredths"))
    frozen = list(rows.order_by("pk").values_list("pk", flat=True))
    FirmAppraisal.objects.filter(pk__in=frozen).update(confirmed_by=by, confirmed_on=on)
    record_assessed_years(points=points, year=year, by=by, on=on)
    return frozen


@transaction.atomic
def thaw_year(*, rows: Sequence[int], year: int, by: User, on: date) -> None:
    """Take back what ``freeze_year`` confirmed: ``rows`` are open again and leave the register."""
    found = FirmAppraisal.objects.filter(pk__in=rows, year=year)
    withdraw_assessed_years(firm_ids=list(found.values_list("firm_id", flat=True)), year=year, by=by, on=on)
    found.update(confirmed_by=None, confirmed_on=None)


@transaction.atomic
def give_feedback(
    *, task: EvaluationTask, points: int, would_commission_again: bool, by: User, on: date, words: str = ""
) -> CommissionFeedback:
    """Answer for the commissioner, once, after acceptance: 0 to 100 points and whether it would commission again.

    Raise ``AppraisalRefused`` before acceptance, without a firm, out of range or a second time.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    if not may_give_feedback(by, task.bureau):
        raise NotAllowed
    seat = current_assignment(task)
    if seat is None or seat.firm is None or task.status not in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
        raise AppraisalRefused(Refusal("not_accepted", _("Feedback follows the acceptance of a firm's report.")))
    if not 0 <= points <= FULL:
        raise AppraisalRefused(Refusal("out_of_range", _("Points go from 0 to 100."), {"field": "points"}))
    if CommissionFeedback.objects.filter(task=task).exists():
        raise AppraisalRefused(Refusal("given_before", _("Feedback on this task was given before.")))
    row = CommissionFeedback.objects.create(
        task=task,
        firm=seat.firm,
        year=task.assessment_year,
        points=points,
        would_commission_again=would_commission_again,
        words=words.strip(),
        given_by=by,
        given_on=on,
    )
    facts = {"points": points, "would_commission_again": would_commission_again}
    record(actor=by, action="appraisals.feedback_given", subject=row, facts=facts)
    return row
