"""Many re-reviews opened at once: what is ready, one batch of all of them, all or nothing with a reason for each."""

from datetime import date, timedelta

import pytest

from assignments.enums import ReReviewKind, ReReviewStatus, TaskKind, TaskStatus
from assignments.models import AssignmentBatch, ReReviewTask
from assignments.rules.tasks import usual_review
from assignments.selectors.batches import ready_tasks, tasks_of
from assignments.services import batches
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed
from tests.factories.assigned import NOW, TODAY, batch_office, issue
from tests.factories.assignments import PlanFactory, ReReviewFactory, TaskFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DUE = TODAY + timedelta(days=14)


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    """Return a bureau with an issued plan and three ex-ante evaluations that nobody reviews yet."""
    found = batch_office(reviews=0)
    issue(found.plan)
    found.tasks = [TaskFactory(plan=found.plan, clerk=found.clerk, kind=TaskKind.EX_ANTE) for _ in range(3)]
    return found


def opened(desk, **facts):
    """Open a batch of the tasks of ``desk``, or of what ``facts`` says otherwise."""
    openings = [batches.Opening(task, panel_size=3, node=desk.node) for task in desk.tasks]
    given = {
        "title": "事前评估",
        "openings": openings,
        "due_on": DUE,
        "witness": desk.witness,
        "by": desk.clerk,
        "on": TODAY,
    }
    return batches.open_batch(**given | facts)


def refused(desk, **facts):
    """Return the refusal, after a look that nothing was written."""
    before = (Entry.objects.count(), ReReviewTask.objects.count())
    with pytest.raises(DomainError) as caught:
        opened(desk, **facts)
    assert (Entry.objects.count(), ReReviewTask.objects.count()) == before
    assert not AssignmentBatch.objects.exists()
    return caught.value.refusal


@pytest.mark.parametrize(
    ("kind", "status", "found"),
    [
        (TaskKind.EX_ANTE, TaskStatus.PLANNED, ReReviewKind.EX_ANTE),
        (TaskKind.EX_ANTE, TaskStatus.PLAN_REVIEW, ReReviewKind.WORK_PLAN),
        (TaskKind.KEY_PROJECT, TaskStatus.SUBMITTED, ReReviewKind.REPORT),
        (TaskKind.KEY_PROJECT, TaskStatus.PLANNED, None),
        (TaskKind.EX_ANTE, TaskStatus.ACCEPTED, None),
        (TaskKind.EX_ANTE, TaskStatus.STOPPED, None),
    ],
)
def test_ready_is_what_has_something_to_review(desk, kind, status, found):
    task = TaskFactory(plan=desk.plan, clerk=desk.clerk, kind=kind, status=status)

    assert (task in ready_tasks(desk.clerk)) is (found is not None)
    for asked in ReReviewKind:
        assert (task in ready_tasks(desk.clerk, asked)) is (asked == found)
    if found:
        assert usual_review(kind=kind, status=status) == found


@pytest.mark.parametrize(
    ("kind", "status", "is_ready"),
    [
        ("EX_ANTE", ReReviewStatus.OPEN, False),
        ("EX_ANTE", ReReviewStatus.DONE, False),
        ("EX_ANTE", ReReviewStatus.STOPPED, True),
        ("WORK_PLAN", ReReviewStatus.OPEN, True),
    ],
)
def test_task_with_such_a_review_is_not_ready_again(desk, kind, status, is_ready):
    ReReviewFactory(evaluation=desk.tasks[0], kind=kind, status=status)

    assert (desk.tasks[0] in ready_tasks(desk.clerk)) is is_ready


def test_report_that_came_back_is_ready_for_a_second_review(desk):
    task = TaskFactory(plan=desk.plan, clerk=desk.clerk, status=TaskStatus.SUBMITTED)
    ReReviewFactory(evaluation=task, kind=ReReviewKind.REPORT, status=ReReviewStatus.DONE)

    assert task in ready_tasks(desk.clerk)


def test_nothing_is_ready_before_the_plan_is_issued_or_in_another_bureau(desk):
    TaskFactory(plan=PlanFactory(bureau=desk.bureau, work_year=2021), clerk=desk.clerk, kind=TaskKind.EX_ANTE)

    assert list(ready_tasks(desk.clerk)) == desk.tasks
    assert list(ready_tasks(batch_office().clerk)) == []


def test_all_reviews_are_opened_and_stand_in_one_batch(desk):
    other = TaskFactory(plan=desk.plan, clerk=desk.clerk, status=TaskStatus.SUBMITTED)
    openings = [batches.Opening(task, panel_size=3, node=desk.node) for task in desk.tasks]
    openings.append(batches.Opening(other, panel_size=5, node=desk.node))

    batch = opened(desk, openings=openings, by_correspondence=True, place="")

    found = {task.re_review.evaluation: task.re_review for task in tasks_of(batch)}
    assert list(found) == [*desk.tasks, other]
    assert {row.kind for row in found.values()} == {ReReviewKind.EX_ANTE, ReReviewKind.REPORT}
    assert [row.panel_size for row in found.values()] == [3, 3, 3, 5]
    assert {(row.due_on, row.by_correspondence, row.node, row.status) for row in found.values()} == {
        (DUE, True, desk.node, ReReviewStatus.OPEN)
    }
    other.refresh_from_db()
    assert other.status == TaskStatus.EXPERT_REVIEW
    assert list(ready_tasks(desk.clerk)) == []


def test_one_task_that_refuses_opens_none_and_each_says_why(desk):
    ReReviewFactory(evaluation=desk.tasks[0], kind=ReReviewKind.EX_ANTE)
    openings = [batches.Opening(task, 4 if task == desk.tasks[1] else 3, desk.node) for task in desk.tasks]

    refusal = refused(desk, openings=openings)

    assert refusal.code == "tasks_refuse"
    assert [(row["task"], row["number"], row["code"]) for row in refusal.facts["tasks"]] == [
        (desk.tasks[0].pk, desk.tasks[0].number, "already_open"),
        (desk.tasks[1].pk, desk.tasks[1].number, "panel_size"),
    ]
    assert all(row["message"] for row in refusal.facts["tasks"])


def test_what_a_batch_refuses_opens_nothing_either(desk):
    assert refused(desk, witness=desk.clerk).code == "same_person"
    assert refused(desk, openings=[]).code == "not_free"
    twice = [batches.Opening(desk.tasks[0], 3, desk.node)] * 2
    assert refused(desk, openings=twice).code == "task_twice"
    assert {row["code"] for row in refused(desk, due_on=date(2020, 5, 1)).facts["tasks"]} == {"day_past"}
    for by in (desk.witness, UserFactory(role="CLERK")):
        with pytest.raises(NotAllowed):
            opened(desk, by=by)
