"""The plan of a year: opened once, moved by its table, issued only when approved and numbered."""

import json

import pytest

from assignments.enums import Executor, PlanAction, PlanStatus, TaskKind
from assignments.models import EvaluationPlan, PlanMove
from assignments.selectors.plans import (
    carried_tasks,
    line_of,
    next_plan,
    plan_of,
    totals_of,
    visible_to,
    work_years,
)
from assignments.services.plans import PlanRefused, count_classified, move_plan, open_plan, submit_plan
from assignments.services.tasks import add_task
from assignments.transitions import PLAN
from foundation.accounts.enums import Role
from foundation.approvals.selectors import waiting_for
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from tests.factories.assignments import TODAY, PlanFactory, TaskFactory, UnitFactory
from tests.factories.foundation import BureauFactory, UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return office()


def moved(plan, *actions, by, **more):
    for action in actions:
        plan = move_plan(plan=plan, action=action, by=by, on=TODAY, **more)
    return plan


def approved(plan, desk):
    approval = submit_plan(plan=plan, by=desk["clerk"], on=TODAY)
    agree(approval=approval, by=desk["head"], on=TODAY)
    return agree(approval=approval, by=desk["leader"], on=TODAY)


def test_plan_goes_from_opening_to_the_end_of_the_year(desk):
    plan = open_plan(bureau=desk["bureau"], work_year=2020, by=desk["clerk"], on=TODAY)
    unit = UnitFactory(bureau=desk["bureau"])
    add_task(
        plan=plan, kind=TaskKind.KEY_PROJECT, unit=unit, title="演示任务", executor=Executor.FIRM, budget_year=2019,
        amount_cents=1, by=desk["clerk"], on=TODAY,
    )  # fmt: skip
    plan = moved(plan, PlanAction.DRAFT, PlanAction.CO_SIGN, PlanAction.TABLE, by=desk["clerk"])
    approved(plan, desk)

    plan = moved(plan, PlanAction.ISSUE, by=desk["clerk"], letter_number=" 历财绩〔2020〕3号 ")

    assert (plan.status, plan.letter_number, plan.issued_on) == (PlanStatus.ISSUED, "历财绩〔2020〕3号", TODAY)
    assert [(step.status, step.state) for step in line_of(plan)][3:] == [
        ("MEETING", "done"), ("ISSUED", "now"), ("DONE", "ahead")
    ]  # fmt: skip
    assert [step.by for step in line_of(plan)][4] == desk["clerk"].name
    assert moved(plan, PlanAction.CLOSE, by=desk["clerk"]).status == PlanStatus.DONE


def test_second_plan_of_a_year_and_a_year_without_sense_are_refused(desk):
    open_plan(bureau=desk["bureau"], work_year=2020, by=desk["clerk"], on=TODAY)
    entries = Entry.objects.count()

    for year, code in ((2020, "plan_exists"), (1999, "bad_year"), (9999, "bad_year")):
        with pytest.raises(PlanRefused) as caught:
            open_plan(bureau=desk["bureau"], work_year=year, by=desk["clerk"], on=TODAY)
        assert caught.value.refusal.code == code

    assert (EvaluationPlan.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.CLERK, Role.SECTION_HEAD}])
def test_only_who_plans_opens_and_moves(role):
    plan = TaskFactory().plan
    user = UserFactory(bureau=plan.bureau, role=role)

    with pytest.raises(NotAllowed):
        open_plan(bureau=plan.bureau, work_year=2021, by=user, on=TODAY)
    with pytest.raises(NotAllowed):
        move_plan(plan=plan, action=PlanAction.DRAFT, by=user, on=TODAY)

    plan.refresh_from_db()
    assert plan.status == PlanStatus.COLLECTING


def test_clerk_of_another_bureau_touches_nothing(desk):
    plan = PlanFactory(bureau=BureauFactory())

    for act in (
        lambda: open_plan(bureau=plan.bureau, work_year=2021, by=desk["clerk"], on=TODAY),
        lambda: move_plan(plan=plan, action=PlanAction.DRAFT, by=desk["clerk"], on=TODAY),
        lambda: count_classified(plan=plan, count=1, by=desk["clerk"], on=TODAY),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert list(visible_to(desk["clerk"])) == []


def test_plan_moves_as_its_table_says_and_no_other_way(desk):
    plan = TaskFactory(plan__bureau=desk["bureau"]).plan
    plan.status = PlanStatus.MEETING
    plan.save()
    approved(plan, desk)
    wrong = []

    for status in PlanStatus:
        for action in PlanAction:
            PlanMove.objects.all().delete()
            EvaluationPlan.objects.filter(pk=plan.pk).update(status=status, issued_on=TODAY)
            try:
                found = move_plan(
                    plan=plan, action=action, by=desk["clerk"], on=TODAY, letter_number="文〔2020〕1号", words="补充"
                ).status
            except TransitionRefused:
                found = None
            if found != PLAN.get((status, action)):
                wrong.append((status, action, found))

    assert wrong == []


def test_issue_needs_the_approval_and_the_letter_number(desk):
    plan = TaskFactory(plan__bureau=desk["bureau"], plan__status=PlanStatus.MEETING).plan
    codes = []

    for letter in ("文〔2020〕1号", ""):
        with pytest.raises(PlanRefused) as caught:
            move_plan(plan=plan, action=PlanAction.ISSUE, by=desk["clerk"], on=TODAY, letter_number=letter)
        codes.append(caught.value.refusal.code)
        if letter:
            approved(plan, desk)

    plan.refresh_from_db()
    assert codes == ["not_approved", "letter_number_missing"]
    assert (plan.status, plan.issued_on) == (PlanStatus.MEETING, None)


def test_letter_number_of_another_year_is_taken(desk):
    PlanFactory(bureau=desk["bureau"], work_year=2019, letter_number="文〔2020〕1号")
    plan = TaskFactory(plan__bureau=desk["bureau"], plan__status=PlanStatus.MEETING).plan
    approved(plan, desk)

    with pytest.raises(PlanRefused) as caught:
        move_plan(plan=plan, action=PlanAction.ISSUE, by=desk["clerk"], on=TODAY, letter_number="文〔2020〕1号")

    assert caught.value.refusal.code == "letter_number_taken"


def test_empty_plan_is_neither_tabled_nor_submitted(desk):
    plan = PlanFactory(bureau=desk["bureau"], status=PlanStatus.CO_SIGNING)

    with pytest.raises(PlanRefused) as tabled:
        move_plan(plan=plan, action=PlanAction.TABLE, by=desk["clerk"], on=TODAY)
    plan.status = PlanStatus.MEETING
    plan.save()
    with pytest.raises(PlanRefused) as submitted:
        submit_plan(plan=plan, by=desk["clerk"], on=TODAY)

    assert {tabled.value.refusal.code, submitted.value.refusal.code} == {"plan_empty"}


def test_plan_under_approval_stays_as_it_is_and_goes_back_to_drafting_when_returned(desk):
    plan = TaskFactory(plan__bureau=desk["bureau"], plan__status=PlanStatus.MEETING).plan
    approval = submit_plan(plan=plan, by=desk["clerk"], on=TODAY)

    with pytest.raises(PlanRefused) as caught:
        move_plan(plan=plan, action=PlanAction.DRAFT, by=desk["clerk"], on=TODAY)
    with pytest.raises(DomainError):
        submit_plan(plan=plan, by=desk["clerk"], on=TODAY)
    give_back(approval=approval, by=desk["head"], on=TODAY, words="项目太少")

    plan.refresh_from_db()
    assert caught.value.refusal.code == "under_approval"
    assert plan.status == PlanStatus.DRAFTING


def test_adjustment_has_a_reason_and_an_approval_of_its_own(desk):
    plan = TaskFactory(plan__bureau=desk["bureau"], plan__status=PlanStatus.MEETING).plan
    approved(plan, desk)
    plan = moved(plan, PlanAction.ISSUE, by=desk["clerk"], letter_number="文〔2020〕1号")

    with pytest.raises(PlanRefused) as silent:
        move_plan(plan=plan, action=PlanAction.ADJUST, by=desk["clerk"], on=TODAY)
    plan = moved(plan, PlanAction.ADJUST, by=desk["clerk"], words="增加一个项目")
    with pytest.raises(PlanRefused) as early:
        move_plan(plan=plan, action=PlanAction.ISSUE, by=desk["clerk"], on=TODAY, letter_number="文〔2020〕9号")
    approval = submit_plan(plan=plan, by=desk["clerk"], on=TODAY)
    assert list(waiting_for(desk["head"], TODAY)) == [approval]
    agree(approval=approval, by=desk["head"], on=TODAY)
    agree(approval=approval, by=desk["leader"], on=TODAY)
    plan = moved(plan, PlanAction.ISSUE, by=desk["clerk"], letter_number="文〔2020〕9号")

    assert (silent.value.refusal.code, early.value.refusal.code) == ("reason_missing", "not_approved")
    assert (plan.status, plan.letter_number) == (PlanStatus.ISSUED, "文〔2020〕9号")


def test_returned_adjustment_stays_open(desk):
    plan = TaskFactory(plan__bureau=desk["bureau"], plan__status=PlanStatus.ISSUED, plan__issued_on=TODAY).plan
    plan = moved(plan, PlanAction.ADJUST, by=desk["clerk"], words="增加一个项目")

    give_back(approval=submit_plan(plan=plan, by=desk["clerk"], on=TODAY), by=desk["head"], on=TODAY, words="说明用途")

    plan.refresh_from_db()
    assert plan.status == PlanStatus.ADJUSTING


def test_submitting_waits_for_the_committee_and_happens_once(desk):
    plan = TaskFactory(plan__bureau=desk["bureau"]).plan

    with pytest.raises(TransitionRefused):
        submit_plan(plan=plan, by=desk["clerk"], on=TODAY)
    EvaluationPlan.objects.filter(pk=plan.pk).update(status=PlanStatus.MEETING)
    approved(plan, desk)
    with pytest.raises(PlanRefused) as caught:
        submit_plan(plan=plan, by=desk["clerk"], on=TODAY)

    assert caught.value.refusal.code == "already_approved"


def test_classified_projects_are_only_counted(desk):
    plan = PlanFactory(bureau=desk["bureau"])

    assert count_classified(plan=plan, count=3, by=desk["clerk"], on=TODAY).classified_count == 3
    with pytest.raises(PlanRefused):
        count_classified(plan=plan, count=-1, by=desk["clerk"], on=TODAY)
    EvaluationPlan.objects.filter(pk=plan.pk).update(status=PlanStatus.DONE)
    with pytest.raises(TransitionRefused):
        count_classified(plan=plan, count=4, by=desk["clerk"], on=TODAY)

    plan.refresh_from_db()
    assert plan.classified_count == 3


def test_readers_of_the_desk_see_the_bureaus_plans_and_outsiders_none(desk):
    plan = PlanFactory(bureau=desk["bureau"])
    PlanFactory(bureau=desk["bureau"], work_year=2021)
    PlanFactory()

    assert plan_of(desk["leader"], 2020) == plan
    assert work_years(desk["clerk"]) == [2021, 2020]
    for role in (Role.FIRM_ADMIN, Role.EXPERT, Role.UNIT):
        assert list(visible_to(UserFactory(bureau=desk["bureau"], role=role))) == []


@pytest.mark.parametrize(
    ("status", "is_carried"), [("PLANNED", True), ("ACCEPTED", True), ("ARCHIVED", False), ("STOPPED", False)]
)
def test_open_task_of_an_earlier_year_stands_beside_the_new_plan(desk, status, is_carried):
    task = TaskFactory(plan=PlanFactory(bureau=desk["bureau"], work_year=2019), status=status)
    TaskFactory(plan__work_year=2019)  # another bureau's

    plan = open_plan(bureau=desk["bureau"], work_year=2021, by=desk["clerk"], on=TODAY)
    own = TaskFactory(plan=plan)

    entry = Entry.objects.get(action="plans.opened")
    assert list(carried_tasks(desk["bureau"], 2021)) == ([task] if is_carried else [])
    assert list(carried_tasks(desk["bureau"], 2022)) == ([task, own] if is_carried else [own])
    assert bool(plan.moves.get().words) == is_carried
    assert json.loads(entry.text)["facts"]["carried"] == ([task.number] if is_carried else [])
    assert (task.plan_id == plan.pk, [total.tasks for total in totals_of(plan)]) == (False, [1])


def test_next_plan_is_the_one_of_the_year_after(desk):
    plan, other = PlanFactory(bureau=desk["bureau"]), PlanFactory(work_year=2021)
    assert next_plan(plan) is None
    after = PlanFactory(bureau=desk["bureau"], work_year=2021)

    assert (next_plan(plan), next_plan(after), next_plan(other)) == (after, None, None)
