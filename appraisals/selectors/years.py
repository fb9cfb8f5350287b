"""The firm's year: who sees it, and the facts it is computed from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from django.db import models
from django.db.models import Count

from appraisals.models import CommissionFeedback, FirmAppraisal, RecognisedGrade
from assignments.enums import AssignmentStatus, TaskStatus
from assignments.models import Assignment, EvaluationTask
from assignments.transitions import GONE
from credit.selectors import running_points
from evaluators.enums import FirmStatus
from evaluators.models import Firm, Qualification
from evaluators.selectors import staff_person_ids, undertaken
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from parties.selectors import memberships_of
from reviews.enums import RatingStatus
from reviews.models import QualityRating
from training.selectors import hours_of


@dataclass(slots=True)
class YearFacts:
    """What is known of one firm's year."""

    tasks: int = 0
    finals: list[Fraction] = field(default_factory=list)
    recognised: int = 0
    reports_in_window: int = 0
    kept: dict[str, bool] = field(default_factory=dict)
    hours: list[int] = field(default_factory=list)
    feedback: list[int] = field(default_factory=list)
    deduction: int = 0


def assessed_firms(bureau: Bureau) -> models.QuerySet[Firm]:
    """Return the firms whose years are assessed: in the register, suspended, or removed from it."""
    return Firm.objects.filter(bureau=bureau, status__in=[FirmStatus.ACTIVE, FirmStatus.SUSPENDED, FirmStatus.REMOVED])


def visible_to(user: User) -> models.QuerySet[FirmAppraisal]:
    """Return the years of the bureau's firms; a firm sees its own, once confirmed."""
    rows = FirmAppraisal.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user).values("organisation_id")
    return rows.filter(firm__organisation_id__in=mine, confirmed_on__isnull=False)


def recognised_visible_to(user: User) -> models.QuerySet[RecognisedGrade]:
    """Return the recognised grades of the bureau's firms; a firm sees its own."""
    rows = RecognisedGrade.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user).values("organisation_id")
    return rows.filter(firm__organisation_id__in=mine)


def feedback_of(firm: Firm, year: int) -> models.QuerySet[CommissionFeedback]:
    """Return the commissioner's feedback on a firm's tasks of an assessment year."""
    rows = CommissionFeedback.objects.filter(firm=firm, year=year)
    return rows.select_related("task", "given_by").order_by("given_on", "pk")


def tasks_without_feedback(firm: Firm, year: int) -> models.QuerySet[EvaluationTask]:
    """Return the firm's accepted tasks of an assessment year on which nobody answered for the commissioner yet."""
    seats = Assignment.objects.filter(firm=firm, task__isnull=False).exclude(status__in=GONE)
    accepted = EvaluationTask.objects.filter(
        pk__in=seats.values("task"), assessment_year=year, status__in=[TaskStatus.ACCEPTED, TaskStatus.ARCHIVED]
    )
    return accepted.exclude(pk__in=CommissionFeedback.objects.values("task")).order_by("number")


def facts_of_year(firms: Sequence[Firm], year: int, *, window_years: int, recognises: bool) -> dict[int, YearFacts]:
    """Return the facts of each firm's assessment year, in a fixed number of queries.

    Where the bureau ``recognises`` them, final grades of other bureaus count as reports of its own. Rule R-30.
    """
    last_day = date(year, 12, 31)
    ids = [firm.pk for firm in firms]
    facts = {pk: YearFacts() for pk in ids}
    seats = Assignment.objects.filter(firm_id__in=ids, task__assessment_year=year).exclude(status__in=GONE)
    for firm_id, count in seats.order_by().values_list("firm_id").annotate(Count("pk")):
        facts[firm_id].tasks = count
    rated = QualityRating.objects.filter(
        status=RatingStatus.FINAL,
        commission__firm_id__in=ids,
        task__assessment_year__gt=year - window_years,
        task__assessment_year__lte=year,
    ).order_by("pk")
    for firm_id, assessed, score in rated.values_list("commission__firm_id", "task__assessment_year", "final"):
        facts[firm_id].reports_in_window += 1
        if assessed == year:
            facts[firm_id].finals.append(Fraction(score))
    if recognises:
        _add_recognised(facts, year, window_years)
    _add_compliance(facts, year, last_day)
    staff = staff_person_ids(ids, last_day)
    hours = hours_of({person for people in staff.values() for person in people}, year)
    for firm_id, people in staff.items():
        facts[firm_id].hours = [hours.get(person, 0) for person in sorted(people)]
    for firm_id, points in CommissionFeedback.objects.filter(firm_id__in=ids, year=year).values_list("firm", "points"):
        facts[firm_id].feedback.append(points)
    points_of = running_points([firm.organisation_id for firm in firms], last_day)
    for firm in firms:
        facts[firm.pk].deduction = min(points_of.get(firm.organisation_id, 0), 0)
    return facts


def _add_recognised(facts: dict[int, YearFacts], year: int, window_years: int) -> None:
    rows = RecognisedGrade.objects.filter(
        firm_id__in=facts, withdrawn_on__isnull=True, final_on__year__gt=year - window_years, final_on__year__lte=year
    )
    for firm_id, final_on, points in rows.order_by("pk").values_list("firm_id", "final_on", "points_hundredths"):
        row = facts[firm_id]
        row.reports_in_window += 1
        if final_on.year == year:
            row.tasks += 1
            row.recognised += 1
            row.finals.append(Fraction(points, 100))


def _add_compliance(facts: dict[int, YearFacts], year: int, last_day: date) -> None:
    accepted = undertaken(facts, year)
    valid: dict[tuple[int, str], bool] = {}
    for firm_id, name, valid_to in Qualification.objects.filter(firm_id__in=facts).values_list(
        "firm_id", "name", "valid_to"
    ):
        key = (firm_id, name)
        valid[key] = valid.get(key, False) or valid_to is None or valid_to >= last_day
    expired = {firm_id for (firm_id, _name), holds in valid.items() if not holds}
    bad = models.Q(decline_counts=True) | models.Q(status=AssignmentStatus.NO_ANSWER)
    unanswered = set(
        Assignment.objects.filter(bad, firm_id__in=facts, assigned_on__year=year).values_list("firm_id", flat=True)
    )
    for firm_id, row in facts.items():
        row.kept = {
            "undertaking": firm_id in accepted,
            "qualifications": firm_id not in expired,
            "answers": firm_id not in unanswered,
        }
