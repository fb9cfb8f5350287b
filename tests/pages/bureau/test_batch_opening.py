"""The page on which many reviews are opened as one batch: what is ready, own settings by row, refusals by row."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.enums import ReReviewKind, TaskKind, TaskStatus
from assignments.models import AssignmentBatch, ReReviewTask
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from tests.factories.assigned import NOW, batch_office, issue
from tests.factories.assignments import ReReviewFactory, TaskFactory

pytestmark = pytest.mark.django_db
PAGE = "pages:batch-open"


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    found = batch_office(reviews=0, experts=0)
    issue(found.plan)
    found.tasks = [TaskFactory(plan=found.plan, clerk=found.clerk, kind=TaskKind.EX_ANTE) for _ in range(2)]
    found.tasks.append(TaskFactory(plan=found.plan, clerk=found.clerk, status=TaskStatus.SUBMITTED))
    return found


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def given(desk, **facts):
    found = {
        "title": "事前评估", "tasks": [task.pk for task in desk.tasks], "node": desk.node.pk, "panel_size": "3",
        "due_on": "2020-06-20", "witness": desk.witness.pk, "profile": "I",
    }  # fmt: skip
    return found | facts


def test_everything_that_is_ready_is_ticked_and_opened_with_own_fields_and_seats(desk):
    other = Node.objects.create(bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=1, code="02", name="污水", path="02")
    clerk = signed_in(desk.clerk)
    page = clerk.get(reverse(PAGE))
    text = page.content.decode()
    assert text.count(" checked aria-label") == 3
    assert all(task.number in text for task in desk.tasks)
    assert reverse(PAGE) in clerk.get(reverse("pages:batches")).content.decode()

    own = {f"field_{desk.tasks[0].pk}": "02", f"seats_{desk.tasks[1].pk}": "5"}
    answer = clerk.post(reverse(PAGE), given(desk, **own))

    batch = AssignmentBatch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("pages:batch", args=[batch.number]))
    rows = [(task.node, task.re_review.panel_size) for task in batch.tasks.order_by("place")]
    assert rows == [(other, 3), (desk.node, 5), (desk.node, 3)]


def test_table_is_narrowed_by_kind_and_nothing_need_be_ticked(desk):
    clerk = signed_in(desk.clerk)

    text = clerk.get(reverse(PAGE), {"kind": "REPORT"}).content.decode()
    assert [task.number in text for task in desk.tasks] == [False, False, True]
    text = clerk.get(reverse(PAGE), {"none": ""}).content.decode()
    assert (text.count(" checked aria-label"), desk.tasks[0].number in text) == (0, True)
    chosen = given(desk, tasks=[desk.tasks[0].pk])
    assert clerk.post(f"{reverse(PAGE)}?kind=REPORT", chosen).status_code == 422  # it is not on this table
    assert clerk.post(reverse(PAGE), chosen).status_code == 302
    assert ReReviewTask.objects.count() == 1


def test_mistakes_and_refusals_stand_in_their_row_and_nothing_is_opened(desk, monkeypatch):
    clerk = signed_in(desk.clerk)
    assert clerk.post(reverse(PAGE), given(desk, tasks=[])).status_code == 422
    wrong = clerk.post(reverse(PAGE), given(desk, **{f"field_{desk.tasks[0].pk}": "99"}))
    assert (wrong.status_code, "没有此编码的领域" in wrong.content.decode()) == (422, True)
    page = "faces.pages.bureau.batch_opening.ready_tasks"
    monkeypatch.setattr(page, lambda _user, _kind: desk_tasks(desk))  # somebody opened one meanwhile
    ReReviewFactory(evaluation=desk.tasks[1], kind=ReReviewKind.EX_ANTE)

    answer = clerk.post(reverse(PAGE), given(desk))

    rows = answer.context["form"].table()
    assert (answer.status_code, [bool(row.refusal) for row in rows]) == (409, [False, True, False])
    assert rows[1].refusal in answer.content.decode()
    assert (AssignmentBatch.objects.count(), ReReviewTask.objects.count()) == (0, 1)


def desk_tasks(desk):
    rows = type(desk.tasks[0]).objects.filter(pk__in=[task.pk for task in desk.tasks])
    return rows.select_related("bureau", "unit__organisation").order_by("number", "pk")


def test_who_may_not_open_reviews_or_run_draws_does_not_get_there(desk):
    for user in (desk.witness, desk.people["leader"]):
        client = signed_in(user)
        assert client.get(reverse(PAGE)).status_code == 403
        assert client.post(reverse(PAGE), given(desk)).status_code == 403
    other = batch_office(reviews=0, experts=0)
    assert desk.tasks[0].number not in signed_in(other.clerk).get(reverse(PAGE)).content.decode()


def test_page_costs_the_same_however_many_are_ready(desk):
    clerk = signed_in(desk.clerk)

    def cost():
        with CaptureQueriesContext(connection) as found:
            assert clerk.get(reverse(PAGE)).status_code == 200
        return len(found)

    cost()
    few = cost()
    for _ in range(5):
        TaskFactory(plan=desk.plan, clerk=desk.clerk, kind=TaskKind.EX_ANTE)
    assert cost() == few
