"""A unit's own score beside the evaluation's: the gap is shown, and neither is touched."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.enums import Executor, TaskKind, TaskStatus
from delivery.enums import VersionKind, VersionStatus
from delivery.models import ReportVersion
from desk.selectors import score_gaps
from projects.models import SelfEvaluation
from reviews.models import ProjectResult
from reviews.services import set_project_result
from tests.factories.assignments import PlanFactory, ProjectFactory, TaskFactory, UnitFactory
from tests.factories.delivery import CommissionFactory, VersionFactory
from tests.factories.foundation import BureauFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 9, 30)


@pytest.fixture
def plan():
    return PlanFactory(bureau=BureauFactory())


def evaluated(plan, *, own=None, budget_year=2019, **facts):
    """A project whose unit gave itself ``own`` hundredths, and a task that evaluates it."""
    project = ProjectFactory(unit=UnitFactory(bureau=plan.bureau))
    if own is not None:
        SelfEvaluation.objects.create(
            project=project, work_year=2020, budget_year=budget_year, amount_cents=1, score_hundredths=own,
            submitted_on=date(2020, 3, 1),
        )  # fmt: skip
    return TaskFactory(
        plan=plan, bureau=plan.bureau, unit=project.unit, project=project, **({"budget_year": 2019} | facts)
    )


def delivered(task, score, **facts):
    """A report of a firm whose table sums to ``score``."""
    commission = CommissionFactory(task=task)
    row = VersionFactory(commission=commission, task=task, **({"kind": VersionKind.SUBMITTED} | facts))
    ReportVersion.objects.filter(pk=row.pk).update(project_score_text=score)
    return row


@pytest.mark.edge("E15")
def test_gap_between_own_score_and_firms_is_shown_and_neither_is_changed(plan):
    wide, small = evaluated(plan, own=9_608), evaluated(plan, own=8_000)
    version = delivered(wide, "78.00")
    delivered(small, "81.50")

    lines = score_gaps(plan.bureau, 2020)

    assert [(line.task, line.own, line.found, line.gap, line.is_confirmed) for line in lines] == [
        (wide, Fraction("96.08"), 78, Fraction("18.08"), False),
        (small, 80, Fraction("81.5"), Fraction("-1.5"), False),
    ]
    assert {line.firm_name for line in lines} == {version.commission.firm_name, lines[1].firm_name} - {""}
    people = office(plan.bureau)
    set_project_result(task=wide, score=Fraction("77.25"), version=version, by=people["head"], on=ON)

    line = score_gaps(plan.bureau, 2020)[0]

    assert (line.found, line.gap, line.is_confirmed) == (Fraction("77.25"), Fraction("18.83"), True)
    assert SelfEvaluation.objects.get(project=wide.project).score_hundredths == 9_608
    assert ProjectResult.objects.get().score == str(Fraction("77.25"))
    version.refresh_from_db()
    assert version.project_score_text == "78.00"


def test_only_what_has_both_scores_of_one_budget_year_is_a_gap(plan):
    delivered(evaluated(plan), "78.00")  # the unit gave itself nothing
    evaluated(plan, own=9_000)  # nothing was delivered
    delivered(evaluated(plan, own=9_000, budget_year=2018), "78.00")
    delivered(evaluated(plan, own=9_000, kind=TaskKind.EX_ANTE), "78.00")
    delivered(evaluated(plan, own=9_000, status=TaskStatus.STOPPED), "78.00")
    returned = delivered(evaluated(plan, own=9_000), "78.00")
    ReportVersion.objects.filter(pk=returned.pk).update(status=VersionStatus.RETURNED, return_words="错文件")
    delivered(evaluated(PlanFactory(bureau=plan.bureau, work_year=2021), own=9_000), "78.00")
    delivered(evaluated(PlanFactory(bureau=BureauFactory()), own=9_000), "78.00")

    assert score_gaps(plan.bureau, 2020) == []


def test_newest_report_counts_and_a_task_of_the_bureau_names_no_firm(plan):
    task = evaluated(plan, own=9_000, executor=Executor.BUREAU)
    for number, score in ((1, "70.00"), (2, "75.00")):
        row = VersionFactory(commission=None, task=task, number=number, kind=VersionKind.SUBMITTED)
        ReportVersion.objects.filter(pk=row.pk).update(project_score_text=score)

    (line,) = score_gaps(plan.bureau, 2020)

    assert (line.found, line.firm_name) == (75, "")


def test_queries_do_not_grow(plan):
    delivered(evaluated(plan, own=9_000), "78.00")
    with CaptureQueriesContext(connection) as one:
        assert len(score_gaps(plan.bureau, 2020)) == 1
    for _number in range(2):
        delivered(evaluated(plan, own=9_000), "78.00")

    with CaptureQueriesContext(connection) as three:
        assert len(score_gaps(plan.bureau, 2020)) == 3

    assert len(three) == len(one) == 5
