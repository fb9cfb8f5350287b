"""What a firm's past year changes in the next: its confirmed assessment and its running deductions. Rule R-46."""

from datetime import date

import pytest

from assignments.enums import TaskStatus
from assignments.rules.eligibility import points_fall_below
from assignments.selectors.eligibility import firm_eligibility
from credit.enums import CreditKind
from credit.models import CreditEvent
from evaluators.models import AssessedYear
from evaluators.services import record_assessed_years, withdraw_assessed_years
from tests.factories.assignments import PlanFactory, TaskFactory, ready_firm
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-46")]
DAY = date(2021, 5, 6)


@pytest.fixture
def task():
    people = office()
    plan = PlanFactory(bureau=people["bureau"], work_year=2021)
    return TaskFactory(plan=plan, bureau=people["bureau"], clerk=people["clerk"], status=TaskStatus.PLANNED)


def answer(task, firm, on=DAY):
    return firm_eligibility(task, on, [firm])[0]


def deduct(firm, points, occurred_on, expires_on, task):
    CreditEvent.objects.create(
        bureau=firm.bureau, organisation=firm.organisation, kind=CreditKind.VIOLATION, code="light", points=points,
        occurred_on=occurred_on, expires_on=expires_on, words="演示", recorded_by=task.clerk,
    )  # fmt: skip


@pytest.mark.parametrize(("points", "codes"), [(5999, ["assessed_low"]), (6000, []), (None, []), (0, ["assessed_low"])])
def test_assessment_below_the_bar_keeps_a_firm_out_of_the_next_year(task, points, codes):
    firm = ready_firm(task.bureau, year=2021)
    record_assessed_years(points={firm.pk: points}, year=2020, by=task.clerk, on=date(2020, 12, 28))

    found = answer(task, firm)

    assert [refusal.code for refusal in found.refusals] == codes
    assert found.free_on == (date(2022, 1, 1) if codes else None)


def test_only_the_year_before_counts(task):
    firm = ready_firm(task.bureau, year=2021)
    record_assessed_years(points={firm.pk: 1000}, year=2019, by=task.clerk, on=DAY)

    assert answer(task, firm).is_eligible


def test_reopened_year_bars_nobody(task):
    firm = ready_firm(task.bureau, year=2021)
    record_assessed_years(points={firm.pk: 1000}, year=2020, by=task.clerk, on=DAY)
    record_assessed_years(points={firm.pk: 2000}, year=2020, by=task.clerk, on=DAY)
    assert AssessedYear.objects.get().points_hundredths == 2000

    withdraw_assessed_years(firm_ids=[firm.pk], year=2020, by=task.clerk, on=DAY)

    assert answer(task, firm).is_eligible


def test_bureau_may_take_the_bar_away_from_a_day_on(task):
    firm = ready_firm(task.bureau, year=2021)
    record_assessed_years(points={firm.pk: 1000}, year=2020, by=task.clerk, on=DAY)
    rules = RuleSetFactory(bureau=task.bureau, effective_from=date(2021, 5, 6))
    RuleValueFactory(rule_set=rules, key="assessment_bar_points", value=0)

    assert answer(task, firm, on=date(2021, 5, 6)).is_eligible
    assert not answer(task, firm, on=date(2021, 5, 5)).is_eligible


def test_close_watch_bars_until_the_deductions_have_run_off(task):
    firm = ready_firm(task.bureau, year=2021)
    deduct(firm, -15, date(2021, 1, 10), date(2021, 7, 10), task)
    assert answer(task, firm).is_eligible
    deduct(firm, -15, date(2021, 4, 1), date(2021, 10, 1), task)

    found = answer(task, firm)

    assert [(refusal.code, refusal.facts["points"]) for refusal in found.refusals] == [("close_watch", 30)]
    assert found.free_on == date(2021, 7, 10)
    assert answer(task, firm, on=date(2021, 7, 9)).refusals != ()
    assert answer(task, firm, on=date(2021, 7, 10)).is_eligible


@pytest.mark.parametrize(
    ("running", "free_on"),
    [
        ([], None),
        ([(-29, date(2021, 6, 1))], None),
        ([(-30, date(2021, 6, 1))], date(2021, 6, 1)),
        ([(-20, date(2021, 6, 1)), (-20, date(2021, 8, 1))], date(2021, 6, 1)),
        ([(-40, date(2021, 9, 1)), (5, date(2021, 6, 1))], date(2021, 9, 1)),
        ([(-10, date(2021, 5, 20)), (10, date(2021, 6, 1)), (-30, date(2021, 8, 1))], date(2021, 8, 1)),
    ],
)
def test_first_day_from_which_the_points_stay_below_the_cut(running, free_on):
    assert points_fall_below(30, running) == free_on
