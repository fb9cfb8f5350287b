"""Who may be drawn: for every rule a person or firm that it removes, and the first free day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assignments.enums import AssignmentStatus, DeclineReason, TaskKind
from assignments.rules import eligibility as rule
from assignments.selectors.eligibility import expert_eligibility, firm_eligibility
from evaluators.models import FirmUndertaking
from experts.models import ExpertSpecialty, ExpertUndertaking
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.enums import EmploymentKind, RelationshipKind
from parties.models import Employment, Relationship
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmAssignmentFactory,
    OrganisationFactory,
    ReReviewFactory,
    TaskFactory,
    ready_firm,
)
from tests.factories.foundation import LONG_AGO, RuleSetFactory, RuleValueFactory
from training.enums import Audience
from training.models import Attendance, Course, Session

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)


@pytest.fixture
def review():
    return ReReviewFactory(meets_on=date(2020, 6, 3))


@pytest.fixture
def task():
    return TaskFactory()


def ready_expert(review, **facts):
    facts = {"admitted_on": date(2020, 1, 1)} | facts
    expert = ExpertFactory(bureau=review.bureau, **facts)
    ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=ON)
    node, _made = Node.objects.get_or_create(
        bureau=review.bureau, tree=TreeKind.SPECIALTY, level=1, code="01", defaults={"name": "财务", "path": "01"}
    )
    ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    return expert


def said(answers):
    return [(refusal.code, answer.free_on) for answer in answers for refusal in answer.refusals]


def of_expert(review, expert, on=ON):
    return said(expert_eligibility(review, on, [expert]))


def of_firm(task, firm, on=ON):
    return said(firm_eligibility(task, on, [firm]))


def employ(expert, organisation, started_on, ended_on=None, kind=EmploymentKind.EMPLOYEE):
    Employment.objects.create(
        person=expert.person, organisation=organisation, started_on=started_on, ended_on=ended_on, kind=kind
    )


def test_ready_people_are_eligible(review, task):
    assert of_expert(review, ready_expert(review)) == []
    assert of_firm(task, ready_firm(task.bureau)) == []


@pytest.mark.rule("R-07")
@pytest.mark.parametrize(
    ("ended_on", "on", "free_on"),
    [
        (None, ON, None),
        (date(2017, 6, 2), ON, date(2020, 6, 2)),
        (date(2017, 6, 1), ON, "free"),
        (date(2020, 2, 29), date(2023, 2, 28), date(2023, 3, 1)),
        (date(2020, 2, 29), date(2023, 3, 1), "free"),
    ],
)
def test_conflict_ends_on_the_third_anniversary(review, ended_on, on, free_on):
    expert = ready_expert(review, admitted_on=date(2022, 1, 1))
    ExpertUndertaking.objects.create(expert=expert, year=2023, text_version="1", accepted_on=ON)
    employ(expert, review.evaluation.unit.organisation, date(2010, 1, 1), ended_on)

    found = [entry for entry in of_expert(review, expert, on) if entry[0] == "unit_employer"]

    assert found == ([] if free_on == "free" else [("unit_employer", free_on)])


@pytest.mark.rule("R-07")
def test_evaluating_firm_and_staff_of_any_firm_conflict(review):
    firm = FirmAssignmentFactory(task=review.evaluation, status=AssignmentStatus.DECLARED).firm
    other = ready_firm(review.bureau)
    worked, owner = ready_expert(review), ready_expert(review)
    employ(worked, firm.organisation, date(2018, 1, 1), date(2019, 1, 1))
    employ(owner, other.organisation, date(2018, 1, 1), kind=EmploymentKind.ADVISER)

    assert of_expert(review, worked) == [("firm_employer", date(2022, 1, 1))]
    assert of_expert(review, owner) == [("firm_tie", None)]


@pytest.mark.rule("R-17")
def test_unit_met_lately_and_the_yearly_cap(review):
    met, busy = ready_expert(review), ready_expert(review)
    earlier = ReReviewFactory(evaluation__unit=review.evaluation.unit, evaluation__plan=review.evaluation.plan)
    ExpertAssignmentFactory(re_review=earlier, expert=met, assigned_on=date(2020, 3, 10), status="SIGNED")
    for _place in range(12):
        elsewhere = ReReviewFactory(evaluation__plan=review.evaluation.plan)
        ExpertAssignmentFactory(re_review=elsewhere, expert=busy, assigned_on=date(2020, 2, 1), status="SIGNED")

    assert of_expert(review, met) == [("cool_down", date(2020, 6, 8))]
    assert of_expert(review, met, date(2020, 6, 8)) == []
    assert of_expert(review, busy) == [("yearly_cap", date(2021, 1, 1))]


def allow_plan_reviewers(bureau):
    rules = RuleSetFactory(bureau=bureau, effective_from=date(2020, 1, 1))
    RuleValueFactory(rule_set=rules, key="plan_reviewer_rates", value=True)


@pytest.mark.edge("E43")
@pytest.mark.rule("R-65")
def test_reviewer_of_the_plan_rates_the_report_only_where_the_bureau_lets_him(review):
    expert, other = ready_expert(review), ready_expert(review)
    plan = ReReviewFactory(evaluation=review.evaluation, kind="WORK_PLAN")
    ExpertAssignmentFactory(re_review=plan, expert=expert, assigned_on=date(2020, 4, 1), status="PAID")
    result = ReReviewFactory(evaluation=review.evaluation, kind="RESULT")
    ExpertAssignmentFactory(re_review=result, expert=other, assigned_on=date(2019, 4, 1), status="PAID")
    assert [code for code, _free in of_expert(review, expert)] == ["reviewed_plan", "cool_down"]

    allow_plan_reviewers(review.bureau)

    assert of_expert(review, expert) == []
    assert of_expert(review, other) == [("same_task", None)]
    assert [code for code, _free in of_expert(result, expert)] == ["same_task", "cool_down"]


@pytest.mark.edge("E43")
@pytest.mark.rule("R-65")
@pytest.mark.parametrize(
    ("last", "free_on"), [(date(2017, 6, 1), None), (date(2017, 6, 2), date(2020, 6, 2)), (ON, date(2023, 6, 1))]
)
def test_who_coached_the_unit_waits_three_years_whatever_the_switch_says(review, last, free_on):
    allow_plan_reviewers(review.bureau)
    expert, idle = ready_expert(review), ready_expert(review)
    unit, plan = review.evaluation.unit, review.evaluation.plan
    help_for = {"evaluation__plan": plan, "evaluation__kind": TaskKind.COACHING, "evaluation__is_assistance": True}
    coaching = ReReviewFactory(evaluation__unit=unit, **help_for)
    ExpertAssignmentFactory(re_review=coaching, expert=expert, assigned_on=last, status="PAID")
    ExpertAssignmentFactory(re_review=coaching, expert=idle, assigned_on=last, status="DECLINED")
    ExpertAssignmentFactory(re_review=ReReviewFactory(**help_for), expert=idle, assigned_on=last, status="PAID")

    found = [answer for answer in of_expert(review, expert) if answer[0] != "cool_down"]

    assert found == ([("coached_unit", free_on)] if free_on else [])
    assert of_expert(review, idle) == []
    assert [code for code, _free in of_expert(coaching, ready_expert(coaching))] == []


@pytest.mark.edge("E41")
@pytest.mark.rule("R-18")
def test_third_decline_without_an_accepted_reason_takes_three_months(review):
    expert = ready_expert(review)
    for day in (3, 10, 20):
        ExpertAssignmentFactory(
            re_review=ReReviewFactory(evaluation__plan=review.evaluation.plan), expert=expert,
            status=AssignmentStatus.DECLINED, decline_reason=DeclineReason.BUSY, decline_counts=True,
            answered_at=datetime(2020, 5, day, 2, tzinfo=UTC),
        )  # fmt: skip

    assert of_expert(review, expert) == [("declined_often", date(2020, 8, 20))]
    assert of_expert(review, expert, date(2020, 8, 20)) == []


@pytest.mark.rule("R-18")
@pytest.mark.parametrize(
    ("days", "until"),
    [
        ([], None),
        ([date(2020, 1, 5), date(2020, 2, 5)], None),
        ([date(2019, 11, 5), date(2019, 12, 5), date(2020, 1, 5)], None),
        ([date(2020, 1, 5), date(2020, 2, 5), date(2020, 3, 5)], date(2020, 6, 5)),
        ([date(2020, 1, 5), date(2020, 2, 5), date(2020, 3, 5), date(2020, 4, 1)], date(2020, 7, 1)),
    ],
)
def test_declines_are_counted_by_calendar_year(days, until):
    assert rule.declined_out_until(days, limit=3, months=3) == until


@pytest.mark.rule("R-19")
def test_firm_that_evaluated_the_unit_two_years_running_waits_a_year():
    task = TaskFactory(plan__work_year=2022)
    firm = ready_firm(task.bureau, year=2022)
    for year in (2020, 2021):
        earlier = TaskFactory(plan__bureau=task.bureau, plan__work_year=year, unit=task.unit, work_year=year)
        FirmAssignmentFactory(task=earlier, firm=firm, status=AssignmentStatus.DECLARED)

    assert of_firm(task, firm, date(2022, 6, 1)) == [("same_unit", date(2023, 1, 1))]


@pytest.mark.rule("R-19")
def test_firm_gets_at_most_its_share_of_the_year(task):
    firm = ready_firm(task.bureau)
    others = [TaskFactory(plan=task.plan, bureau=task.bureau) for _place in range(5)]
    for other in others[:1]:
        FirmAssignmentFactory(task=other, firm=firm, status=AssignmentStatus.DECLARED)

    assert of_firm(task, firm) == [("over_share", date(2021, 1, 1))]
    TaskFactory(plan=task.plan, bureau=task.bureau)
    assert of_firm(task, firm) == []


@pytest.mark.rule("R-20")
def test_earlier_work_for_the_unit_and_the_ex_ante_evaluation_of_the_project_bar_a_firm(task):
    adviser, evaluator = ready_firm(task.bureau), ready_firm(task.bureau)
    Relationship.objects.create(
        subject=adviser.organisation, other=task.unit.organisation, kind=RelationshipKind.ADVISED,
        started_on=date(2016, 1, 1), ended_on=date(2018, 3, 1),
    )  # fmt: skip
    from tests.factories.assignments import ProjectFactory

    task.project = ProjectFactory(bureau=task.bureau, unit=task.unit)
    task.save(update_fields=["project"])
    early = TaskFactory(plan=task.plan, bureau=task.bureau, project=task.project, kind=TaskKind.EX_ANTE)
    FirmAssignmentFactory(task=early, firm=evaluator, status=AssignmentStatus.DECLARED)

    assert of_firm(task, adviser) == [("prior_work", date(2021, 3, 1))]
    assert ("did_ex_ante", None) in of_firm(task, evaluator)


@pytest.mark.rule("R-21")
@pytest.mark.parametrize(
    ("on", "meets_on", "early"),
    [
        (date(2020, 6, 1), date(2020, 6, 3), False),
        (date(2020, 6, 1), date(2020, 6, 4), True),
        (date(2020, 6, 5), date(2020, 6, 9), False),
    ],
)
def test_draw_is_early_when_more_than_two_working_days_lie_before_the_meeting(on, meets_on, early):
    assert rule.drawn_too_early(on=on, meets_on=meets_on, workdays=2, overrides={}) is early


@pytest.mark.rule("R-33")
def test_short_training_of_the_last_full_year_removes_an_expert_until_the_next(review):
    expert = ready_expert(review, admitted_on=LONG_AGO.replace(year=2016))
    assert of_expert(review, expert) == [("untrained", date(2021, 1, 1))]
    course = Course.objects.create(bureau=review.bureau, title="课", audience=Audience.choices[0][0], hours_tenths=200)
    session = Session.objects.create(course=course, held_on=date(2019, 5, 5), place="厅")
    Attendance.objects.create(
        session=session, person=expert.person, hours_tenths=200, recorded_by=review.evaluation.clerk
    )

    assert of_expert(review, expert) == []


@pytest.mark.rule("R-33")
@pytest.mark.parametrize(
    ("entered_on", "enough"),
    [(date(2018, 12, 31), False), (date(2019, 1, 1), True), (date(2020, 5, 1), True), (None, False)],
)
def test_newcomers_are_free_until_the_end_of_their_first_full_year(entered_on, enough):
    assert rule.trained_enough(tenths=0, hours=20, entered_on=entered_on, on=ON) is enough


@pytest.mark.edge("E42")
@pytest.mark.rule("R-38")
def test_people_of_one_employer_are_linked_so_that_one_of_them_sits(review):
    body = OrganisationFactory(bureau=review.bureau)
    first, second = ready_expert(review), ready_expert(review)
    for expert in (first, second):
        employ(expert, body, date(2015, 1, 1))

    links = [answer.links for answer in expert_eligibility(review, ON, [first, second])]

    assert links == [frozenset({f"organisation-{body.pk}"})] * 2


@pytest.mark.rule("R-41")
def test_undertaking_is_asked_anew_every_year(review, task):
    expert, firm = ready_expert(review), ready_firm(task.bureau)
    ExpertUndertaking.objects.update(year=2019)
    FirmUndertaking.objects.update(year=2019)

    assert of_expert(review, expert) == [("no_undertaking", None)]
    assert of_firm(task, firm) == [("no_undertaking", None)]


def test_absence_counts_on_the_day_of_the_meeting(review):
    expert = ready_expert(review)
    expert.unavailabilities.create(started_on=review.meets_on, ended_on=review.meets_on + timedelta(days=2))

    assert of_expert(review, expert) == [("not_free", date(2020, 6, 6))]


def test_standing_recusal_removes_until_it_ends(review):
    expert = ready_expert(review)
    expert.standing_recusals.create(
        organisation=review.evaluation.unit.organisation, reason="亲属", started_on=date(2020, 1, 1)
    )

    assert of_expert(review, expert) == [("standing_recusal", None)]
