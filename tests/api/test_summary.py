"""A work year in figures, computed from the rows."""

from datetime import date

import pytest

from assignments.enums import Executor, ReReviewKind, TaskKind, TaskStatus
from foundation.accounts.enums import Role
from projects.models import SelfEvaluation, Target, WholeDepartmentPilot
from tests.factories.assignments import PlanFactory, ProjectFactory, ReReviewFactory, TaskFactory, UnitFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 1)


def test_summary_has_the_official_shape_and_counts_only_the_year_of_the_bureau(client):
    clerk = UserFactory(role=Role.CLERK)
    plan = PlanFactory(bureau=clerk.bureau)
    unit = UnitFactory(bureau=clerk.bureau)
    TaskFactory(plan=plan, unit=unit, amount_cents=1_234_500_00)
    TaskFactory(plan=plan, unit=unit, amount_cents=500_00, executor=Executor.BUREAU)
    ex_ante = TaskFactory(plan=plan, unit=unit, kind=TaskKind.EX_ANTE, executor=Executor.BUREAU, amount_cents=8_610_400)
    TaskFactory(plan=plan, unit=unit, kind=TaskKind.EX_ANTE, executor=Executor.BUREAU, amount_cents=100)
    ReReviewFactory(evaluation=ex_ante, kind=ReReviewKind.EX_ANTE)
    TaskFactory(plan=PlanFactory(bureau=clerk.bureau, work_year=2021), unit=unit)
    TaskFactory(status=TaskStatus.PLANNED)
    for number, score in enumerate((9_607, 9_608, 9_610)):
        project = ProjectFactory(unit=unit)
        SelfEvaluation.objects.create(
            project=project, work_year=2020, budget_year=2019, amount_cents=100_00 * number, score_hundredths=score,
            submitted_on=DAY,
        )  # fmt: skip
        Target.objects.create(project=project, work_year=2020, budget_year=2020, published_on=DAY if number else None)
    WholeDepartmentPilot.objects.create(unit=unit, work_year=2020, budget_year=2020, forms_due_on=DAY)
    client.force_login(clerk)

    response = client.get("/api/v1/years/2020/summary/")

    assert response.status_code == 200
    assert response.json() == {
        "key_evaluations": {"tasks": 2, "amount_wan": "123.50", "by_firms": 1, "by_bureau": 1},
        "ex_ante": {"tasks": 2, "amount_wan": "8.61", "re_reviewed": 1},
        "self_evaluations": {"projects": 3, "amount_wan": "0.03", "mean_score": "96.08"},
        "targets_published": 2,
        "whole_department_pilots": 1,
    }


def test_empty_year_is_all_zero(client):
    client.force_login(UserFactory(role=Role.SUPERVISOR))

    body = client.get("/api/v1/years/2030/summary/").json()

    assert body["key_evaluations"] == {"tasks": 0, "amount_wan": "0.00", "by_firms": 0, "by_bureau": 0}
    assert body["self_evaluations"] == {"projects": 0, "amount_wan": "0.00", "mean_score": None}


@pytest.mark.parametrize("role", [Role.FIRM_ADMIN, Role.EXPERT, Role.UNIT, Role.BUSINESS_SECTION, Role.ADMINISTRATOR])
def test_who_does_not_read_all_gets_no_totals(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get("/api/v1/years/2020/summary/").status_code == 403


@pytest.mark.parametrize("year", ["abc", "-1", "99999999999999999999"])
def test_year_that_is_none_is_no_error(client, year):
    client.force_login(UserFactory(role=Role.CLERK))

    assert client.get(f"/api/v1/years/{year}/summary/").status_code in {200, 404}
