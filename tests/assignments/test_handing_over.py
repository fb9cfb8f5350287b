"""Work that goes from one clerk to another: all chosen tasks or none, by the giver or the section head, and what stays."""

import pytest
from django.test import Client
from django.urls import reverse

from assignments.enums import TaskStatus
from assignments.models import EvaluationPlan, EvaluationTask, WorkHandOver
from assignments.selectors.handing_over import open_tasks_of, parts_that_stay
from assignments.services.assignments import AssignmentRefused
from assignments.services.handing_over import hand_over_work
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.notices.models import Notice
from tests.factories.assigned import batch_office, prepared
from tests.factories.assignments import PlanFactory, TaskFactory
from tests.factories.draw_tables import TODAY, PanelTable
from tests.factories.foundation import BureauFactory, UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office(BureauFactory())


@pytest.fixture
def giver(people):
    return people["clerk"]


@pytest.fixture
def other(giver):
    return UserFactory(bureau=giver.bureau, role=Role.CLERK, name="接手的人")


def task_of(clerk, **facts):
    plan = EvaluationPlan.objects.filter(bureau=clerk.bureau).first() or PlanFactory(bureau=clerk.bureau)
    return TaskFactory(bureau=clerk.bureau, plan=plan, clerk=clerk, **facts)


def refused(**facts):
    before = Entry.objects.count()
    with pytest.raises(AssignmentRefused) as caught:
        hand_over_work(**({"words": "", "on": TODAY} | facts))
    assert Entry.objects.count() == before
    return caught.value.refusal.code


def test_chosen_tasks_go_to_the_other_and_the_list_keeps_how_they_stood(giver, other):
    first, second, kept = (task_of(giver, status=status) for status in ("PLANNED", "FIELDWORK", "DRAFT"))

    row = hand_over_work(giver=giver, to=other, tasks=[first, second], words="调岗", by=giver, on=TODAY)
    EvaluationTask.objects.filter(pk=first.pk).update(status=TaskStatus.STOPPED)

    assert set(open_tasks_of(giver)) == {kept}
    assert EvaluationTask.objects.get(pk=second.pk).clerk == other
    row.refresh_from_db()
    assert {(one["number"], one["status"]) for one in row.tasks} == {
        (first.number, "PLANNED"),
        (second.number, "FIELDWORK"),
    }
    assert Entry.objects.filter(action="tasks.handed_over").count() == 2
    assert Entry.objects.filter(action="tasks.work_handed_over", subject_id=row.pk).count() == 1
    assert Notice.objects.get(user=other).code == "work_handed_over"


def test_section_head_gives_the_work_of_somebody_who_is_gone(people, giver, other):
    task = task_of(giver)

    hand_over_work(giver=giver, to=other, tasks=[task], words="离职", by=people["head"], on=TODAY)

    assert list(open_tasks_of(other)) == [task]


def test_what_is_not_his_over_or_for_nobody_is_refused_whole(giver, other):
    mine, over = task_of(giver), task_of(giver, status=TaskStatus.ARCHIVED)
    theirs = task_of(other)
    given = {"giver": giver, "by": giver}

    assert refused(**given, to=other, tasks=[mine, theirs]) == "not_theirs"
    assert refused(**given, to=other, tasks=[mine, over]) == "not_theirs"
    assert refused(**given, to=other, tasks=[]) == "not_theirs"
    assert refused(**given, to=giver, tasks=[mine]) == "same_clerk"
    for to in (UserFactory(bureau=giver.bureau, role=Role.SUPERVISOR), UserFactory(role=Role.CLERK)):
        assert refused(**given, to=to, tasks=[mine]) == "no_clerk"
    assert EvaluationTask.objects.get(pk=mine.pk).clerk == giver
    assert not WorkHandOver.objects.exists()


def test_nobody_else_gives_it_away(giver, other):
    task = task_of(giver)
    strangers = [other, UserFactory(role=Role.SECTION_HEAD), UserFactory(bureau=giver.bureau, role=Role.SUPERVISOR)]

    for by in strangers:
        with pytest.raises(NotAllowed):
            hand_over_work(giver=giver, to=other, tasks=[task], words="", by=by, on=TODAY)


@pytest.mark.rule("R-42")
def test_part_in_a_draw_or_batch_under_way_stays():
    table = PanelTable()
    draw = table.set_up()
    other = UserFactory(bureau=table.task.bureau, role=Role.CLERK)
    desk = batch_office()
    batch = prepared(desk)

    row = hand_over_work(giver=table.operator, to=other, tasks=[table.task], words="", by=table.operator, on=TODAY)

    assert row.stays == [{"number": draw.number, "role": "OPERATOR"}]
    assert draw.parties.get(role="OPERATOR").user == table.operator
    assert parts_that_stay(desk.witness) == [{"number": batch.number, "role": "WITNESS"}]


def test_page_lists_hands_over_and_prints(people, giver, other):
    task = task_of(giver)
    clients = {name: Client() for name in ("giver", "head", "other")}
    for name, user in (("giver", giver), ("head", people["head"]), ("other", other)):
        clients[name].force_login(user)
    url = reverse("pages:work-hand-overs")
    assert task.title in clients["giver"].get(url).content.decode()
    assert task.title in clients["head"].get(url, {"of": giver.pk}).content.decode()
    assert clients["other"].get(url, {"of": giver.pk}).status_code == 404
    assert clients["giver"].get(url, {"of": "²"}).status_code == 404

    answer = clients["head"].post(f"{url}?of={giver.pk}", {"to": other.pk, "tasks": [task.pk], "words": "轮岗"})

    row = WorkHandOver.objects.get()
    assert answer.url == reverse("pages:work-hand-over", args=[row.pk])
    assert all(word in clients["other"].get(answer.url).content.decode() for word in (task.title, "轮岗", giver.name))
    paper = clients["other"].get(reverse("pages:work-hand-over-paper", args=[row.pk]))
    assert paper.content.startswith(b"%PDF")
    assert "没有可移交的任务" in clients["giver"].get(url).content.decode()
