"""Figures of a year, a person's day, search: each from the rows that person may see."""

from datetime import date, timedelta

import pytest

from assignments.enums import DrawStatus, Executor, ReReviewKind, ReReviewStatus, TaskKind, TaskStatus
from assignments.models import Assignment, EvaluationPlan, ReReviewTask
from delivery.enums import InstalmentStatus
from delivery.models import ClockStop, Instalment
from desk.rules import mean_text, supply_state
from desk.selectors import pipeline, search, supply, today, work_years, year_grades, year_summary
from desk.services import close_year
from experts.models import ExpertSpecialty
from foundation.accounts.enums import Role
from foundation.approvals.services import submit
from foundation.taxonomy.models import Node
from projects.models import Project, SelfEvaluation, Target, WholeDepartmentPilot
from results.services import ask_rectification
from reviews.enums import RatingStatus
from reviews.models import Appeal
from tests.factories.assignments import ExpertFactory, ProjectFactory
from tests.factories.delivery import CommissionFactory
from tests.factories.disclosure import make_draw, make_firm, make_rating, make_task, make_unit, office
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

DAY = date(2020, 10, 19)


@pytest.fixture
def people(db):
    return office()


@pytest.mark.parametrize(
    ("total", "count", "wanted"),
    [(0, 0, None), (9608, 1, "96.08"), (19215, 2, "96.08"), (19217, 2, "96.09"), (30001, 3, "100.00"), (5, 1, "0.05")],
)
def test_mean_is_half_up_in_whole_numbers(total, count, wanted):
    assert mean_text(total, count) == wanted


@pytest.mark.rule("R-16")
@pytest.mark.parametrize(
    ("have", "need", "wanted"), [(0, 1, "LACKING"), (1, 1, "THIN"), (2, 1, "THIN"), (3, 1, "ENOUGH"), (0, 0, "ENOUGH")]
)
def test_supply_state(have, need, wanted):
    assert supply_state(have=have, need=need, ratio=3) == wanted


def test_empty_year_is_zeros(people):
    assert year_summary(people["bureau"], 2020) == {
        "key_evaluations": {"tasks": 0, "amount_wan": "0.00", "by_firms": 0, "by_bureau": 0},
        "ex_ante": {"tasks": 0, "amount_wan": "0.00", "re_reviewed": 0},
        "self_evaluations": {"projects": 0, "amount_wan": "0.00", "mean_score": None},
        "targets_published": 0,
        "whole_department_pilots": 0,
    }


def test_year_summary_counts_this_bureau_and_year_only(people):
    bureau = people["bureau"]
    make_task(people, amount_cents=33_333_333)
    make_task(people, kind=TaskKind.PPP, amount_cents=66_666_668)
    make_task(people, executor=Executor.BUREAU, kind=TaskKind.SPECIAL_BOND, amount_cents=1_000_000)
    ex_ante = make_task(people, executor=Executor.UNIT, kind=TaskKind.EX_ANTE, amount_cents=7)
    for status in (ReReviewStatus.OPEN, ReReviewStatus.STOPPED, ReReviewStatus.DONE):
        ReReviewTask.objects.create(
            bureau=bureau, number=f"F{status}", evaluation=ex_ante, kind=ReReviewKind.EX_ANTE, panel_size=3,
            due_on=DAY, status=status, created_by=people["clerk"],
        )  # fmt: skip
    make_task(people, year=2021)
    make_task(office())
    unit = make_unit(bureau)
    for number, score in enumerate((9608, 9607)):
        project = ProjectFactory(unit=unit, bureau=bureau)
        SelfEvaluation.objects.create(
            project=project, work_year=2020, budget_year=2019, amount_cents=1_000_000 + number, score_hundredths=score,
            submitted_on=DAY,
        )  # fmt: skip
        Target.objects.create(project=project, work_year=2020, budget_year=2020, published_on=DAY if number else None)
    WholeDepartmentPilot.objects.create(unit=unit, work_year=2020, budget_year=2020, forms_due_on=DAY)

    assert year_summary(bureau, 2020) == {
        "key_evaluations": {"tasks": 3, "amount_wan": "101.00", "by_firms": 2, "by_bureau": 1},
        "ex_ante": {"tasks": 1, "amount_wan": "0.00", "re_reviewed": 1},
        "self_evaluations": {"projects": 2, "amount_wan": "2.00", "mean_score": "96.08"},
        "targets_published": 1,
        "whole_department_pilots": 1,
    }
    assert work_years(bureau) == [2021, 2020]


def kinds(lines):
    return [line.kind for line in lines]


@pytest.mark.rule("R-22")
def test_overdue_only_when_the_day_has_ended(people):
    task = make_task(people, status="FIELDWORK", due_on=DAY)

    assert kinds(today(people["clerk"], DAY).due) == ["REPORT_DUE"]
    late = today(people["clerk"], DAY + timedelta(days=1)).overdue
    assert [(line.key, line.days) for line in late] == [(task.number, -1)]
    assert kinds(today(people["clerk"], DAY - timedelta(days=7)).soon) == ["REPORT_DUE"]
    assert not today(people["clerk"], DAY - timedelta(days=8)).soon


def test_running_clock_stop_takes_a_task_off_the_list(people):
    task = make_task(people, status="FIELDWORK", due_on=DAY)
    ClockStop.objects.create(
        task=task, started_on=DAY, ended_on=DAY, reason="x", status="GRANTED", asked_by=people["clerk"]
    )

    assert not today(people["clerk"], DAY).due


def test_what_waits_depends_on_the_role(people):
    bureau = people["bureau"]
    make_rating(people, status=RatingStatus.RAW)
    told = make_rating(people, status=RatingStatus.TOLD, told_on=DAY, appeal_until=DAY)
    final = make_rating(people)
    Appeal.objects.create(
        rating=make_rating(people, status=RatingStatus.APPEALED), item=final.rubric_version.items.first(), ground="x",
        filed_by=people["clerk"], filed_on=DAY,
    )  # fmt: skip
    make_rating(people, status=RatingStatus.CONFIRMED)
    make_draw(people)
    make_draw(people, status=DrawStatus.FROZEN)
    planned = make_task(people, status="PLANNED", route="")
    submit(bureau=bureau, kind="LETTER", subject=planned, title="函", facts={}, by=people["clerk"], on=DAY)

    head = set(kinds(today(people["head"], DAY + timedelta(days=1)).waiting))
    leader = set(kinds(today(people["leader"], DAY).waiting))
    clerk = set(kinds(today(people["clerk"], DAY).waiting))

    assert {"APPROVAL", "APPEAL", "CONFIRM_RATING", "FINALISE_RATING", "PUBLISH_RATING", "TELL_FIRM"} <= head
    assert leader == {"APPEAL", "PUBLISH_RATING", "PUBLISH_DRAW"}
    assert {"CONTINUE_DRAW", "CHOOSE_ROUTE", "PUBLISH_DRAW", "TELL_FIRM"} <= clerk
    assert not {"APPROVAL", "APPEAL", "CONFIRM_RATING"} & clerk
    assert told.task.number not in [line.key for line in today(people["head"], DAY).waiting if line.on == DAY]


def test_many_tasks_with_one_next_step_are_one_line(people):
    for _turn in range(3):
        make_task(people, status="PLANNED", route="")

    (line,) = today(people["clerk"], DAY).waiting

    assert (line.kind, line.count, line.noun, line.status) == ("CHOOSE_ROUTE", 3, "tasks", "PLANNED")
    assert today(people["clerk"], DAY).waiting_count == 3
    assert today(UserFactory(bureau=people["bureau"], role=Role.CLERK), DAY).waiting == []


def test_missing_opinions_are_counted(people):
    task = make_task(people, status="EXPERT_REVIEW")
    review = ReReviewTask.objects.create(
        bureau=people["bureau"], number="F1", evaluation=task, kind=ReReviewKind.REPORT, panel_size=3, due_on=DAY,
        status=ReReviewStatus.REVIEWING, created_by=people["clerk"],
    )  # fmt: skip
    for _turn in range(2):
        expert = ExpertFactory(bureau=people["bureau"])
        Assignment.objects.create(
            bureau=people["bureau"], re_review=review, expert=expert, origin="DRAW", status="SERVING", assigned_on=DAY
        )

    found = today(people["clerk"], DAY)

    assert [line.text for line in found.waiting if line.kind == "OPINIONS_MISSING"] == ["0/2"]
    assert kinds(found.due) == ["REVIEW_DUE"]


def test_rectification_due_and_to_check(people):
    task = make_task(people)
    row = ask_rectification(task=task, words="x", due_on=DAY, by=people["clerk"], on=DAY - timedelta(days=9))
    assert kinds(today(people["clerk"], DAY).due) == ["RECTIFICATION_DUE"]
    row.status, row.reported_on = "REPORTED", DAY
    row.save()

    found = today(people["clerk"], DAY)

    assert "CHECK_RECTIFICATION" in kinds(found.waiting)
    assert not found.due


@pytest.mark.parametrize("rows", [1, 10])
def test_day_costs_the_same_however_much_there_is(people, rows, django_assert_max_num_queries):
    for _turn in range(rows):
        make_task(people, status="FIELDWORK", due_on=DAY)
        make_rating(people)
        make_draw(people)
    people["head"].bureau  # noqa: B018 - read once, as the shell does

    with django_assert_max_num_queries(33):
        today(people["head"], DAY)


def test_empty_bureau_has_no_plan(people):
    assert not today(people["clerk"], DAY).has_plan
    EvaluationPlan.objects.create(bureau=people["bureau"], work_year=2020)
    assert today(people["clerk"], DAY).has_plan


def test_supervisor_sees_dates_but_nothing_waits_for_him(people):
    make_task(people, status="FIELDWORK", due_on=DAY)
    make_rating(people)
    user = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)

    found = today(user, DAY)

    assert (kinds(found.due), found.waiting) == (["REPORT_DUE"], [])
    assert today(UserFactory(bureau=people["bureau"], role=Role.ADMINISTRATOR), DAY).due == []


def test_pipeline_and_grades(people):
    late = make_task(people, status="FIELDWORK", due_on=DAY - timedelta(days=1))
    make_task(people, status="FIELDWORK", executor=Executor.BUREAU)
    make_task(people, status="STOPPED")
    make_task(people, kind=TaskKind.EX_ANTE, executor=Executor.UNIT)
    make_rating(people)

    stages = {stage.status: stage for stage in pipeline(people["bureau"], 2020, on=DAY)}
    grades = year_grades(people["bureau"], 2020)

    assert stages["FIELDWORK"].boxes == ("late", "own")
    assert (stages["FIELDWORK"].own, stages["FIELDWORK"].late) == (1, 1)
    assert "STOPPED" in stages
    assert "REVISION" not in stages
    stopped = pipeline(people["bureau"], 2020, on=DAY, stopped_task_ids=frozenset({late.pk}))
    assert {stage.status: stage for stage in stopped}["FIELDWORK"].boxes == ("stop", "own")
    assert (grades.rated, grades.waiting, grades.own, grades.by_grade) == (1, 1, 1, {"GOOD": 1})


def test_supply_by_field(people):
    bureau = people["bureau"]
    root = Node.objects.create(bureau=bureau, tree="SPECIALTY", level=1, code="01", name="市政", path="01")
    leaf = Node.objects.create(
        bureau=bureau, tree="SPECIALTY", level=2, parent=root, code="0101", name="污水", path="01/0101"
    )
    expert = ExpertFactory(bureau=bureau)
    ExpertSpecialty.objects.create(expert=expert, node=leaf)
    ExpertSpecialty.objects.create(expert=expert, node=root)
    make_draw(people, seats=[{"stratum": 1, "name": "污水", "count": 2, "nodes": [leaf.pk]}])
    make_draw(people, status=DrawStatus.VOID, seats=[{"stratum": 1, "name": "污水", "count": 9, "nodes": [leaf.pk]}])

    (row,) = supply(bureau, 2020, on=DAY)

    assert (row.node, row.have, row.need, row.state) == (root, 1, 2, "LACKING")


def test_search_over_what_the_reader_may_see(people):
    bureau = people["bureau"]
    task = make_task(people, title="污水处理厂")
    firm = make_firm(bureau, name="污水咨询公司")
    project = ProjectFactory(unit=task.unit, bureau=bureau, name="污水管网")
    other = office()
    make_task(other, title="污水外局")

    found = {(hit.noun, hit.key) for hit in search(people["clerk"], " 污水 ")}

    assert found == {("task", task.number), ("firm", firm.number), ("project", str(project.pk))}
    assert search(people["clerk"], "  ") == []
    assert search(people["clerk"], "%' OR 1=1") == []
    assert search(UserFactory(bureau=bureau, role=Role.EXPERT), "污水") == []
    assert Project.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 30])
def test_search_costs_the_same(people, rows, django_assert_max_num_queries):
    for _turn in range(rows):
        make_task(people, title="污水")
        make_firm(people["bureau"], name="污水")

    with django_assert_max_num_queries(8):
        search(people["clerk"], "污水")


def placed(lines):
    return [(line.kind, line.noun, line.key, line.days) for line in lines]


def contract_to_pay(due_on):
    commission = CommissionFactory(task__status=TaskStatus.ACCEPTED)
    Instalment.objects.create(
        commission=commission, position=1, amount_cents=1, status=InstalmentStatus.ACCEPTED, due_on=due_on
    )
    return commission


@pytest.mark.rule("R-32")
@pytest.mark.parametrize(("days", "place"), [(-1, "overdue"), (0, "due"), (7, "soon"), (8, "")])
def test_payment_stands_on_its_day_until_it_is_paid(db, days, place):
    commission = contract_to_pay(DAY + timedelta(days=days))
    clerk, task = commission.task.clerk, commission.task

    seen = today(clerk, DAY)

    wanted = [("PAYMENT_DUE", "commission", task.number, days)]
    assert {name: placed(getattr(seen, name)) for name in ("overdue", "due", "soon")} == {
        name: wanted if name == place else [] for name in ("overdue", "due", "soon")
    }
    Instalment.objects.update(status=InstalmentStatus.PAID, paid_on=DAY)
    assert "PAYMENT_DUE" not in str(today(clerk, DAY))


@pytest.mark.rule("R-32")
@pytest.mark.parametrize(
    ("day", "own", "warned"),
    [
        (date(2020, 10, 31), None, False),
        (date(2020, 11, 1), None, True),
        (date(2020, 12, 31), None, True),
        (date(2020, 11, 30), "12-01", False),
        (date(2020, 12, 1), "12-01", True),
    ],
)
def test_unpaid_instalments_are_warned_of_before_the_books_close(db, day, own, warned):
    commission = contract_to_pay(date(2021, 3, 1))
    Instalment.objects.create(commission=commission, position=2, amount_cents=1, is_tail=True)
    stranger = contract_to_pay(date(2021, 3, 1))
    if own:
        rule_set = RuleSetFactory(bureau=commission.task.bureau)
        RuleValueFactory(rule_set=rule_set, key="closing_warning_from", value=own)

    seen = today(commission.task.clerk, day)
    lines = [line for line in seen.waiting if line.kind == "BOOKS_CLOSE"]

    assert stranger.task.bureau_id != commission.task.bureau_id
    assert [(line.noun, line.count, line.on) for line in lines] == (
        [("payments", 2, date(2020, 12, 31))] if warned else []
    )
    assert seen.waiting_count == len(seen.waiting)


def turning(user, on):
    return [
        (line.kind, line.noun, line.key) for line in today(user, on).waiting if line.kind in {"OPEN_PLAN", "CLOSE_YEAR"}
    ]


@pytest.mark.parametrize(
    ("on", "planner", "closer"),
    [
        (date(2020, 10, 31), [], []),
        (date(2020, 11, 1), [("OPEN_PLAN", "plan-of", "2021")], []),
        (date(2021, 1, 1), [("OPEN_PLAN", "plan-of", "2021")], [("CLOSE_YEAR", "end-of", "2020")]),
        (date(2021, 10, 31), [("OPEN_PLAN", "plan-of", "2021")], [("CLOSE_YEAR", "end-of", "2020")]),
        (date(2026, 1, 1), [], []),
    ],
)
def test_turn_of_the_year_waits_for_who_plans_and_who_closes(people, on, planner, closer):
    make_task(people)
    make_task(office(), year=on.year)  # another bureau's

    assert turning(people["clerk"], on) == planner
    assert turning(people["head"], on) == [*closer, *planner]


def test_nothing_of_the_turn_waits_once_it_is_done(people):
    make_task(people)
    EvaluationPlan.objects.create(bureau=people["bureau"], work_year=2021)
    close_year(bureau=people["bureau"], year=2020, by=people["head"], on=date(2020, 12, 28))

    assert turning(people["head"], date(2021, 1, 4)) == []


def test_tasks_with_the_same_next_step_are_put_together_by_work_year(people):
    for year in (2020, 2020, 2020, 2021, 2021, 2021, 2021):
        make_task(people, year=year, status="PLANNED", route="")

    lines = [line for line in today(people["clerk"], date(2021, 1, 4)).waiting if line.kind == "CHOOSE_ROUTE"]

    assert sorted((line.year, line.count, line.noun, line.key) for line in lines) == [
        (2020, 3, "tasks", "PLANNED"), (2021, 4, "tasks", "PLANNED")
    ]  # fmt: skip
