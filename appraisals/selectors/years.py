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
from evaluators.selectors import predecessor_firms, staff_person_ids, undertaken
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from parties.selectors import memberships_of
from reviews.enums import RatingStatus
from reviews.models import QualityRating
from training.selectors import hours_of

OVER = (TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED)


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


def assessed_firms(bureau: Bureau, year: int) -> models.QuerySet[Firm]:
    """Return the firms whose ``year`` is assessed: in the register, suspended, removed, or closed after its end.

    Who took the place of a firm during the year answers for it. Rule R-49.
    """
    standing = models.Q(status__in=[FirmStatus.ACTIVE, FirmStatus.SUSPENDED, FirmStatus.REMOVED])
    closed_later = models.Q(status=FirmStatus.CLOSED, status_since__gt=date(year, 12, 31))
    return Firm.objects.filter(standing | closed_later, bureau=bureau)


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

    Where the bureau ``recognises`` them, final grades of other bureaus count as reports of its own. Rule R-30. What
    was done by a firm whose scores passed to one of ``firms`` by the year's end counts as its own. Rule R-49. Of the
    qualifications those count that the bureau recognised on the year's last day, whatever was accepted since.
    """
    last_day = date(year, 12, 31)
    ids = [firm.pk for firm in firms]
    facts = {pk: YearFacts() for pk in ids}
    counts_for = _counts_for(ids, last_day)
    _add_work(facts, counts_for, year, window_years)
    if recognises:
        _add_recognised(facts, counts_for, year, window_years)
    _add_compliance(facts, year, last_day)
    staff = staff_person_ids(ids, last_day)
    hours = hours_of({person for people in staff.values() for person in people}, year)
    for firm_id, people in staff.items():
        facts[firm_id].hours = [hours.get(person, 0) for person in sorted(people)]
    said = CommissionFeedback.objects.filter(firm_id__in=counts_for, year=year)
    for firm_id, points in said.values_list("firm", "points"):
        for pk in counts_for[firm_id]:
            facts[pk].feedback.append(points)
    points_of = running_points([firm.organisation_id for firm in firms], last_day)
    for firm in firms:
        facts[firm.pk].deduction = min(points_of.get(firm.organisation_id, 0), 0)
    return facts


def _counts_for(firm_ids: Sequence[int], on: date) -> dict[int, set[int]]:
    """Return for which firms the work of each firm counts: its own, and that of whose scores passed to it."""
    found = {pk: {pk} for pk in firm_ids}
    for heir, before in predecessor_firms(firm_ids, on, passing="scores").items():
        for pk in before:
            found.setdefault(pk, set()).add(heir)
    return found


def _add_work(facts: dict[int, YearFacts], counts_for: dict[int, set[int]], year: int, window_years: int) -> None:
    seats = Assignment.objects.filter(firm_id__in=counts_for, task__assessment_year=year).exclude(status__in=GONE)
    for firm_id, count in seats.order_by().values_list("firm_id").annotate(Count("pk")):
        for pk in counts_for[firm_id or 0]:
            facts[pk].tasks += count
    rated = QualityRating.objects.filter(
        status=RatingStatus.FINAL,
        commission__firm_id__in=counts_for,
        task__assessment_year__gt=year - window_years,
        task__assessment_year__lte=year,
    ).order_by("pk")
    for firm_id, assessed, score in rated.values_list("commission__firm_id", "task__assessment_year", "final"):
        for pk in counts_for[firm_id]:
            facts[pk].reports_in_window += 1
            if assessed == year:
                facts[pk].finals.append(Fraction(score))


def _add_recognised(facts: dict[int, YearFacts], counts_for: dict[int, set[int]], year: int, window_years: int) -> None:
    rows = RecognisedGrade.objects.filter(
        firm_id__in=counts_for,
        withdrawn_on__isnull=True,
        final_on__year__gt=year - window_years,
        final_on__year__lte=year,
    )
    for firm_id, final_on, points in rows.order_by("pk").values_list("firm_id", "final_on", "points_hundredths"):
        for row in (facts[pk] for pk in counts_for[firm_id]):
            row.reports_in_window += 1
            if final_on.year == year:
                row.tasks += 1
                row.recognised += 1
                row.finals.append(Fraction(points, 100))


def _add_compliance(facts: dict[int, YearFacts], year: int, last_day: date) -> None:
    accepted = undertaken(facts, year)
    valid: dict[tuple[int, str], bool] = {}
    papers = Qualification.objects.recognised_on(last_day)
    papers = papers.filter(firm_id__in=facts, lead__isnull=True, valid_from__lte=last_day)
    for firm_id, name, valid_to in papers.values_list("firm_id", "name", "valid_to"):
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
