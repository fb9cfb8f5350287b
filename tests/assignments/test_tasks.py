"""Tasks: what may be added, who sees them, their course, their tracks, their side exits."""

from datetime import date

import pytest

from assignments.enums import (
    AssignmentStatus,
    Executor,
    FirmTrack,
    FirmTrackAction,
    PlanStatus,
    ReportTrack,
    ReportTrackAction,
    TaskAction,
    TaskKind,
    TaskStatus,
)
from assignments.models import EvaluationTask, TaskMove
from assignments.rules.tasks import ACTIVITIES, commissioner_refusal, is_assistance
from assignments.selectors.tasks import (
    amounts_by_kind,
    current_firm,
    hand_actions,
    line_of,
    report_actions,
    rules_of_task,
    visible_to,
)
from assignments.services.tasks import (
    TaskDraft,
    TaskRefused,
    add_task,
    add_tasks,
    amend_task,
    move_by_hand,
    move_firm_track,
    move_report_by_hand,
    move_report_track,
    move_task,
    recommission,
    stop_task,
)
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from tests.factories.assignments import (
    TODAY,
    DrawFactory,
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmAssignmentFactory,
    FirmFactory,
    PlanFactory,
    ProjectFactory,
    ReReviewFactory,
    TaskFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.foundation import (
    BureauFactory,
    RoleGrantFactory,
    RuleSetFactory,
    RuleValueFactory,
    SectionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LAST_OLD, FIRST_NEW = date(2021, 1, 27), date(2021, 1, 28)


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


@pytest.fixture
def plan(clerk):
    return PlanFactory(bureau=clerk.bureau)


def added(plan, clerk, **facts):
    unit = facts.pop("unit", None) or UnitFactory(bureau=plan.bureau)
    given = {
        "kind": TaskKind.KEY_PROJECT, "unit": unit, "title": "演示任务", "executor": Executor.FIRM,
        "budget_year": 2019, "amount_cents": 500, "by": clerk, "on": TODAY,
    }  # fmt: skip
    return add_task(plan=plan, **(given | facts))


def two_rule_sets(bureau):
    """The texts of 2020 know neither rule; those of 2021 do."""
    old = RuleSetFactory(bureau=bureau, effective_to=LAST_OLD)
    RuleValueFactory(rule_set=old, key="commissioner_rule", value=False)
    RuleValueFactory(rule_set=old, key="assistance_kinds", value=[])
    return old, RuleSetFactory(bureau=bureau, effective_from=FIRST_NEW)


def test_added_task_has_its_number_its_years_its_move_and_its_entry(plan, clerk):
    first, second = added(plan, clerk), added(plan, clerk, assessment_year=2021, fee_limit_cents=7)

    assert (first.number, second.number) == ("评〔2020〕1号", "评〔2020〕2号")
    assert (second.budget_year, second.work_year, second.assessment_year) == (2019, 2020, 2021)
    assert (first.status, first.clerk, first.assessment_year, second.fee_limit_cents) == ("PLANNED", clerk, 2020, 7)
    assert list(first.moves.values_list("status", "moved_on", "moved_by")) == [("PLANNED", TODAY, clerk.pk)]
    assert Entry.objects.filter(action="tasks.added", subject_id=first.pk).count() == 1


def test_numbers_begin_anew_with_each_year_and_bureau(plan, clerk):
    added(plan, clerk)
    other = UserFactory(role=Role.CLERK)

    numbers = [
        added(PlanFactory(bureau=clerk.bureau, work_year=2021), clerk).number,
        added(PlanFactory(bureau=other.bureau), other).number,
    ]

    assert numbers == ["评〔2021〕1号", "评〔2020〕1号"]


def test_many_tasks_are_added_together_or_not_at_all(plan, clerk):
    unit = UnitFactory(bureau=plan.bureau)
    drafts = [TaskDraft(TaskKind.EX_ANTE, f"演示{n}", Executor.UNIT, unit, 2021, n) for n in range(3)]

    with pytest.raises(TaskRefused):
        add_tasks(
            plan=plan, drafts=[*drafts, TaskDraft(TaskKind.EX_ANTE, " ", Executor.UNIT, unit, 2021, 1)], clerk=clerk,
            by=clerk, on=TODAY,
        )  # fmt: skip
    assert (EvaluationTask.objects.count(), Entry.objects.count()) == (0, 0)

    assert [task.number for task in add_tasks(plan=plan, drafts=drafts, clerk=clerk, by=clerk, on=TODAY)] == [
        "评〔2020〕1号", "评〔2020〕2号", "评〔2020〕3号",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"title": "  "}, "title_missing", "title"),
        ({"amount_cents": -1}, "bad_amount", "amount"),
        ({"fee_limit_cents": -1}, "bad_amount", "amount"),
        ({"budget_year": 1900}, "bad_year", "budget_year"),
    ],
)
def test_task_without_sense_is_refused_and_nothing_stays(plan, clerk, facts, code, field):
    with pytest.raises(TaskRefused) as caught:
        added(plan, clerk, **facts)

    assert (caught.value.refusal.code, caught.value.refusal.facts["field"]) == (code, field)
    assert (EvaluationTask.objects.count(), Entry.objects.count()) == (0, 0)


def test_unit_and_project_belong_to_the_bureau_and_together(plan, clerk):
    own = UnitFactory(bureau=plan.bureau)
    codes = []

    for facts in (
        {"unit": UnitFactory()},
        {"unit": own, "project": ProjectFactory()},
        {"unit": own, "project": ProjectFactory(unit=UnitFactory(bureau=plan.bureau))},
    ):
        with pytest.raises(TaskRefused) as caught:
            added(plan, clerk, **facts)
        codes.append(caught.value.refusal.code)

    assert codes == ["foreign_unit", "foreign_unit", "project_of_another"]
    assert added(plan, clerk, unit=own, project=ProjectFactory(unit=own)).project.unit == own


@pytest.mark.parametrize("status", PlanStatus)
def test_plan_takes_tasks_only_while_it_is_written_or_adjusted(plan, clerk, status):
    type(plan).objects.filter(pk=plan.pk).update(status=status, issued_on=TODAY)
    is_open = status in {PlanStatus.COLLECTING, PlanStatus.DRAFTING, PlanStatus.CO_SIGNING, PlanStatus.ADJUSTING}

    if is_open:
        added(plan, clerk)
    else:
        with pytest.raises(TransitionRefused):
            added(plan, clerk)

    assert EvaluationTask.objects.exists() == is_open


@pytest.mark.rule("R-09")
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"is_bureau_itself": True}, "bureau_evaluates_itself"),
        ({"is_own": True}, "own_evaluation"),
        ({"is_subordinate": True}, "commissioner_below"),
        ({"is_bureau_itself": True, "executor": Executor.BUREAU}, None),
        ({"is_bureau_itself": True, "is_on": False}, None),
        ({"is_own": True, "is_on": False}, None),
    ],
)
def test_commissioner_is_neither_the_evaluated_unit_nor_below_it(facts, code):
    given = {"executor": Executor.FIRM, "is_bureau_itself": False, "is_own": False, "is_subordinate": False}
    refusal = commissioner_refusal(**(given | {"is_on": True, "source": "财预〔2021〕6号"} | facts))

    assert (refusal.code if refusal else None) == code
    assert refusal is None or refusal.source == "财预〔2021〕6号"


@pytest.mark.rule("R-09")
def test_same_task_is_allowed_under_the_texts_of_2020_and_refused_under_those_of_2021(plan, clerk):
    two_rule_sets(plan.bureau)
    itself = UnitFactory(bureau=plan.bureau, is_bureau_itself=True)

    allowed = added(plan, clerk, unit=itself, on=LAST_OLD)
    with pytest.raises(TaskRefused) as caught:
        added(plan, clerk, unit=itself, on=FIRST_NEW)

    assert allowed.unit == itself
    assert (caught.value.refusal.code, caught.value.refusal.source) == ("bureau_evaluates_itself", "财预〔2021〕6号")
    assert EvaluationTask.objects.count() == 1


@pytest.mark.rule("R-09")
def test_task_added_under_old_texts_is_refused_when_it_is_commissioned_under_new_ones(plan, clerk):
    two_rule_sets(plan.bureau)
    itself = UnitFactory(bureau=plan.bureau, is_bureau_itself=True)
    task = TaskFactory(plan=plan, unit=itself, status=TaskStatus.RECUSAL_CONFIRMED)

    with pytest.raises(TaskRefused):
        move_task(task=task, action=TaskAction.COMMISSION, by=clerk, on=FIRST_NEW)

    assert move_task(task=task, action=TaskAction.COMMISSION, by=clerk, on=LAST_OLD).status == TaskStatus.COMMISSIONED


@pytest.mark.rule("R-09")
def test_superior_commissions_for_its_subordinate_but_not_the_other_way(plan, clerk):
    top = UnitFactory(bureau=plan.bureau)
    middle = UnitFactory(bureau=plan.bureau, superior=top)
    low = UnitFactory(bureau=plan.bureau, superior=middle)
    codes = []

    for unit, commissioner in ((low, top), (low, middle), (top, low), (middle, low), (top, top)):
        try:
            added(plan, clerk, unit=unit, commissioner=commissioner)
            codes.append("")
        except TaskRefused as error:
            codes.append(error.refusal.code)

    assert codes == ["", "", "commissioner_below", "commissioner_below", "own_evaluation"]


@pytest.mark.rule("R-35")
def test_targets_monitoring_and_self_evaluation_are_only_help_since_2021(plan, clerk):
    two_rule_sets(plan.bureau)

    before = added(plan, clerk, kind=TaskKind.ASSIST_SELF, on=LAST_OLD)
    after = added(plan, clerk, kind=TaskKind.ASSIST_SELF, on=FIRST_NEW)

    assert (before.is_assistance, after.is_assistance) == (False, True)
    EvaluationTask.objects.update(status=TaskStatus.FIELDWORK)
    assert move_task(task=before, action=TaskAction.SUBMIT_DRAFT, by=clerk, on=FIRST_NEW).status == TaskStatus.DRAFT
    with pytest.raises(TransitionRefused):
        move_task(task=after, action=TaskAction.SUBMIT_DRAFT, by=clerk, on=FIRST_NEW)
    done = move_task(task=after, action=TaskAction.ACCEPT, by=clerk, on=FIRST_NEW)
    assert (done.firm_track, done.report_track) == (FirmTrack.SKIPPED, ReportTrack.SKIPPED)
    assert move_task(task=after, action=TaskAction.ARCHIVE, by=clerk, on=FIRST_NEW).status == TaskStatus.ARCHIVED


@pytest.mark.rule("R-35")
def test_coaching_consultation_and_work_groups_never_have_a_report():
    assert all(is_assistance(kind, kinds=[]) for kind in ACTIVITIES)
    assert not is_assistance(TaskKind.KEY_PROJECT, kinds=["ASSIST_SELF"])


@pytest.mark.edge("E12")
def test_rules_of_the_day_of_commission_stay_with_the_task(plan, clerk):
    old, new = two_rule_sets(plan.bureau)
    task = TaskFactory(plan=plan, status=TaskStatus.RECUSAL_CONFIRMED)

    before = rules_of_task(task, FIRST_NEW)
    task = move_task(task=task, action=TaskAction.COMMISSION, by=clerk, on=LAST_OLD)

    assert before.rule_set == new
    assert (rules_of_task(task, FIRST_NEW).rule_set, task.rule_set, task.commissioned_on) == (old, old, LAST_OLD)


def test_tracks_never_wait_for_each_other_and_the_archive_waits_for_both(clerk):
    task = TaskFactory(status=TaskStatus.ACCEPTED, bureau=clerk.bureau)

    for action in ReportTrackAction:
        task = move_report_track(task=task, action=action, by=clerk, on=TODAY)
    assert task.firm_track == FirmTrack.NONE
    with pytest.raises(TransitionRefused):
        move_task(task=task, action=TaskAction.ARCHIVE, by=clerk, on=TODAY)
    for action in (a for a in FirmTrackAction if a not in {FirmTrackAction.SKIP, FirmTrackAction.REOPEN}):
        task = move_firm_track(task=task, action=action, by=clerk, on=TODAY)

    assert (task.report_track, task.firm_track) == (ReportTrack.RECTIFIED, FirmTrack.TAIL_PAID)
    assert hand_actions(task) == [TaskAction.ARCHIVE]
    assert move_task(task=task, action=TaskAction.ARCHIVE, by=clerk, on=TODAY).status == TaskStatus.ARCHIVED


@pytest.mark.parametrize("executor", [Executor.BUREAU, Executor.UNIT])
def test_own_task_goes_through_the_year_by_hand_without_a_firm(clerk, executor):
    task = TaskFactory(executor=executor, bureau=clerk.bureau, plan__bureau=clerk.bureau, route="")

    while actions := hand_actions(task):
        task = move_by_hand(task=task, action=actions[-1], by=clerk, on=TODAY)
    assert (task.status, task.firm_track) == (TaskStatus.ACCEPTED, FirmTrack.SKIPPED)
    while actions := report_actions(task):
        task = move_report_by_hand(task=task, action=actions[0], by=clerk, on=TODAY)
    task = move_by_hand(task=task, action=TaskAction.ARCHIVE, by=clerk, on=TODAY)

    assert task.status == TaskStatus.ARCHIVED
    assert TaskAction.SELECT not in set(task.moves.values_list("action", flat=True))


def test_hand_takes_no_step_of_a_firm_and_no_stranger_takes_any(clerk):
    task = TaskFactory(status=TaskStatus.FIELDWORK, bureau=clerk.bureau, plan__bureau=clerk.bureau)
    leader = UserFactory(bureau=clerk.bureau, role=Role.BUREAU_LEADER)

    with pytest.raises(TransitionRefused):
        move_by_hand(task=task, action=TaskAction.SUBMIT_DRAFT, by=clerk, on=TODAY)
    for act in (move_by_hand, move_report_by_hand):
        with pytest.raises(NotAllowed):
            act(task=task, action=TaskAction.START, by=leader, on=TODAY)

    assert TaskMove.objects.filter(task=task).count() == 1


def test_stop_and_second_commission_need_a_reason_and_the_right_person(clerk):
    task = FirmAssignmentFactory(task__bureau=clerk.bureau, task__plan__bureau=clerk.bureau).task
    expert = UserFactory(bureau=clerk.bureau, role=Role.EXPERT)

    for act in (stop_task, recommission):
        with pytest.raises(TaskRefused):
            act(task=task, reason="  ", by=clerk, on=TODAY)
        with pytest.raises(NotAllowed):
            act(task=task, reason="机构退出", by=expert, on=TODAY)

    task.refresh_from_db()
    assert (task.status, task.assignments.get().status) == (TaskStatus.SELECTED, AssignmentStatus.DRAWN)


def test_second_commission_frees_the_task_and_keeps_the_first_firm_on_record(clerk):
    seat = FirmAssignmentFactory(
        task__bureau=clerk.bureau, task__plan__bureau=clerk.bureau, task__status=TaskStatus.FIELDWORK
    )
    assert current_firm(seat.task) == seat.firm

    task = recommission(task=seat.task, reason="机构退出", by=clerk, on=TODAY)

    seat.refresh_from_db()
    assert (task.status, task.route, task.commissioned_on) == (TaskStatus.PLANNED, "", None)
    assert (seat.status, seat.void_words, current_firm(task)) == (AssignmentStatus.VOID, "机构退出", None)


def test_stopped_task_says_where_it_stopped_and_can_be_commissioned_again(clerk):
    task = TaskFactory(bureau=clerk.bureau, plan__bureau=clerk.bureau)
    for action in (TaskAction.SELECT, TaskAction.CONFIRM_RECUSAL):
        task = move_task(task=task, action=action, by=clerk, on=TODAY)

    task = stop_task(task=task, reason="项目取消", by=clerk, on=TODAY)
    line = line_of(task)

    assert line.is_stopped
    assert [step.status for step in line.steps if step.state == "now"] == [TaskStatus.RECUSAL_CONFIRMED]
    again = line_of(recommission(task=task, reason="项目恢复", by=clerk, on=TODAY))
    assert [step.status for step in again.steps if step.state == "now"] == [TaskStatus.PLANNED]


def test_planned_task_is_amended_and_a_new_fee_limit_takes_the_route_back(clerk):
    task = TaskFactory(bureau=clerk.bureau, plan__bureau=clerk.bureau)

    same = amend_task(task=task, title="新名", amount_cents=9, fee_limit_cents=40_000_000, by=clerk, on=TODAY)
    assert (same.title, same.amount_cents, same.route) == ("新名", 9, "DRAW")
    changed = amend_task(task=task, title="新名", amount_cents=9, fee_limit_cents=60_000_000, by=clerk, on=TODAY)
    assert (changed.fee_limit_cents, changed.route) == (60_000_000, "")


def test_amending_is_refused_once_a_draw_runs_or_the_firm_is_chosen(clerk):
    drawn = DrawFactory(task__bureau=clerk.bureau, task__plan__bureau=clerk.bureau).task
    chosen = TaskFactory(plan=drawn.plan, status=TaskStatus.SELECTED)

    with pytest.raises(TaskRefused) as caught:
        amend_task(task=drawn, title="新名", amount_cents=9, fee_limit_cents=1, by=clerk, on=TODAY)
    with pytest.raises(TransitionRefused):
        amend_task(task=chosen, title="新名", amount_cents=9, fee_limit_cents=1, by=clerk, on=TODAY)
    with pytest.raises(TaskRefused):
        amend_task(task=drawn, title="", amount_cents=9, fee_limit_cents=40_000_000, by=clerk, on=TODAY)
    with pytest.raises(NotAllowed):
        amend_task(task=drawn, title="x", amount_cents=9, fee_limit_cents=1, by=UserFactory(role=Role.CLERK), on=TODAY)

    drawn.refresh_from_db()
    assert (caught.value.refusal.code, drawn.fee_limit_cents, drawn.route) == ("route_in_use", 40_000_000, "DRAW")


def test_each_role_sees_its_own_tasks_and_no_other():
    bureau = BureauFactory()
    section = SectionFactory(bureau=bureau)
    top = UnitFactory(bureau=bureau)
    unit = UnitFactory(bureau=bureau, section=section, superior=top)
    task = TaskFactory(bureau=bureau, plan__bureau=bureau, unit=unit, status=TaskStatus.SELECTED)
    other = TaskFactory(bureau=bureau, plan=task.plan)
    foreign = TaskFactory()
    firm, expert = FirmFactory(bureau=bureau), ExpertFactory(bureau=bureau)
    FirmAssignmentFactory(task=task, firm=firm, status=AssignmentStatus.NOTIFIED)
    review = ReReviewFactory(evaluation=task)
    ExpertAssignmentFactory(re_review=review, expert=expert, status=AssignmentStatus.ACCEPTED)
    business = UserFactory(bureau=bureau)
    RoleGrantFactory(user=business, role=Role.BUSINESS_SECTION, section=section)

    seen = {
        "clerk": visible_to(UserFactory(bureau=bureau, role=Role.CLERK)),
        "supervisor": visible_to(UserFactory(bureau=bureau, role=Role.SUPERVISOR)),
        "business": visible_to(business),
        "firm": visible_to(firm_user(firm)),
        "expert": visible_to(expert_user(expert)),
        "unit": visible_to(unit_user(unit)),
        "superior": visible_to(unit_user(top)),
        "another firm": visible_to(firm_user(FirmFactory(bureau=bureau))),
        "another expert": visible_to(expert_user(ExpertFactory(bureau=bureau))),
        "another unit": visible_to(unit_user(UnitFactory(bureau=bureau))),
        "administrator": visible_to(UserFactory(bureau=bureau, role=Role.ADMINISTRATOR)),
        "nobody": visible_to(UserFactory(bureau=None)),
    }

    assert {name: set(rows) for name, rows in seen.items()} == {
        "clerk": {task, other}, "supervisor": {task, other}, "business": {task}, "firm": {task}, "expert": {task},
        "unit": {task}, "superior": {task}, "another firm": set(), "another expert": set(), "another unit": set(),
        "administrator": set(), "nobody": set(),
    }  # fmt: skip
    assert foreign not in seen["clerk"]


@pytest.mark.parametrize("status", AssignmentStatus)
def test_firm_and_expert_learn_of_a_task_only_once_they_may(status):
    seat = FirmAssignmentFactory(status=status)
    chair = ExpertAssignmentFactory(status=status)
    gone = {AssignmentStatus.DECLINED, AssignmentStatus.NO_ANSWER, AssignmentStatus.VOID}

    assert visible_to(firm_user(seat.firm)).exists() == (status not in gone | {AssignmentStatus.DRAWN})
    assert visible_to(expert_user(chair.expert)).exists() == (
        status not in gone | {AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED}
    )


def test_line_carries_days_people_and_returns(clerk):
    task = TaskFactory(bureau=clerk.bureau, plan__bureau=clerk.bureau, status=TaskStatus.COMMISSIONED)
    for action in (TaskAction.SUBMIT_PLAN, TaskAction.RETURN_PLAN, TaskAction.SUBMIT_PLAN, TaskAction.NOTIFY_UNIT):
        task = move_task(task=task, action=action, by=clerk, on=date(2020, 7, 7), words="请补样本")

    steps = {step.status: step for step in line_of(task).steps}

    assert [steps[s].state for s in ("PLANNED", "PLAN_REVIEW", "UNIT_NOTIFIED", "FIELDWORK")] == [
        "done", "done", "now", "ahead"
    ]  # fmt: skip
    assert (steps["PLAN_REVIEW"].times, steps["PLAN_REVIEW"].is_returned) == (2, True)
    assert (steps["UNIT_NOTIFIED"].reached_on, steps["UNIT_NOTIFIED"].by) == (date(2020, 7, 7), clerk.name)


def test_line_of_a_reviewed_ex_ante_evaluation_shows_the_review(clerk):
    task = TaskFactory(executor=Executor.UNIT, kind=TaskKind.EX_ANTE, status=TaskStatus.SUBMITTED)
    assert TaskStatus.EXPERT_REVIEW not in [step.status for step in line_of(task).steps]

    task = move_task(task=task, action=TaskAction.REVIEW, by=clerk, on=TODAY)

    line = line_of(task)
    assert [step.status for step in line.steps if step.state == "now"] == [TaskStatus.EXPERT_REVIEW]
    assert (line.firm, len(line.report)) == ([], 6)


def test_amounts_are_summed_by_kind(plan):
    TaskFactory(plan=plan, amount_cents=3)
    TaskFactory(plan=plan, amount_cents=4)
    TaskFactory(plan=plan, amount_cents=5, kind=TaskKind.EX_ANTE)

    assert amounts_by_kind(EvaluationTask.objects.all()) == [("KEY_PROJECT", 2, 7), ("EX_ANTE", 1, 5)]
