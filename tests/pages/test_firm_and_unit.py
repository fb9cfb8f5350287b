"""What a firm and a unit see: cost of their first pages, their record, what they were asked to put right."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.enums import AssignmentStatus, TaskStatus
from evaluators.models import FirmUndertaking
from foundation.accounts.enums import Role
from foundation.core import clock
from foundation.files.models import StoredFile
from results.enums import RectificationStatus
from results.models import Rectification
from tests.delivery.test_versions import report
from tests.factories.assignments import (
    FirmAssignmentFactory,
    TaskFactory,
    UnitFactory,
    firm_user,
    ready_firm,
    unit_user,
)
from tests.factories.delivery import NOW, CommissionFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


def page(name, *args):
    return reverse(f"pages:{name}", args=args)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_home_of_a_firm_costs_the_same_for_any_number_of_tasks(client, count):
    first = CommissionFactory()
    plan = first.task.plan
    for number in range(count):
        task = TaskFactory(plan=plan, status=TaskStatus.COMMENTS, due_on=date(2020, 6, number + 2))
        seat = FirmAssignmentFactory(task=task, firm=first.firm, status=AssignmentStatus.DECLARED)
        commission = CommissionFactory(task=task, assignment=seat, lead_evaluator=first.lead_evaluator)
        VersionFactory(commission=commission)
    client.force_login(firm_user(first.firm))
    client.get(page("firm-home"))

    with CaptureQueriesContext(connection) as seen:
        home = client.get(page("firm-home"))

    assert len(home.context["to_do"]) == count + 1
    assert len(seen) <= 19, "\n".join(query["sql"][:200] for query in seen.captured_queries)


def test_home_of_a_firm_names_what_is_overdue_first_and_says_so(client):
    late = CommissionFactory(
        task__status=TaskStatus.FIELDWORK, task__due_on=date(2020, 5, 20), sent_on=date(2020, 4, 1)
    )
    task = TaskFactory(plan=late.task.plan, status=TaskStatus.COMMISSIONED, due_on=date(2020, 9, 30))
    seat = FirmAssignmentFactory(task=task, firm=late.firm, status=AssignmentStatus.DECLARED)
    CommissionFactory(task=task, assignment=seat, lead_evaluator=late.lead_evaluator)
    client.force_login(firm_user(late.firm))

    home = client.get(page("firm-home"))

    assert [(row.task, row.is_over) for row in home.context["to_do"]] == [(late.task, True), (task, False)]
    assert home.context["over"] == 1


def test_home_of_a_firm_without_tasks_says_what_comes(client):
    firm = ready_firm(UnitFactory().bureau)
    client.force_login(firm_user(firm))

    home = client.get(page("firm-home"))

    assert (home.status_code, home.context["to_do"]) == (200, [])
    assert 'class="empty' in home.content.decode()


def test_firm_sees_its_record_and_accepts_the_undertaking_once(client):
    firm = ready_firm(UnitFactory().bureau, year=2019)
    client.force_login(firm_user(firm))
    record = client.get(page("firm-record")).content.decode()

    answer = client.post(page("firm-undertaking"))

    assert f'href="{page("firm-undertaking")}"' in record
    assert firm.lead_evaluators.get().person.name in record
    assert (answer.status_code, answer.url) == (302, page("firm-record"))
    assert FirmUndertaking.objects.filter(firm=firm, year=2020).count() == 1
    assert f'href="{page("firm-undertaking")}"' not in client.get(page("firm-record")).content.decode()


def test_member_of_a_firm_cannot_accept_the_undertaking(client):
    firm = ready_firm(UnitFactory().bureau, year=2019)
    client.force_login(firm_user(firm, Role.FIRM_MEMBER))

    assert client.post(page("firm-undertaking")).status_code == 403
    assert not FirmUndertaking.objects.filter(year=2020).exists()


@pytest.fixture
def asked():
    task = TaskFactory(status=TaskStatus.ACCEPTED)
    return Rectification.objects.create(
        task=task, words="补记三笔固定资产", due_on=date(2020, 7, 1), asked_by=task.clerk, asked_on=date(2020, 5, 29)
    )


def test_unit_reports_with_evidence_what_it_put_right(client, asked):
    user = unit_user(asked.task.unit)
    client.force_login(user)
    home = client.get(page("unit-home")).content.decode()
    rectify = page("unit-rectify", asked.pk)
    data = {"report": "已补记", "evidence": SimpleUploadedFile("凭证.pdf", report())}

    answer = client.post(rectify, data)

    asked.refresh_from_db()
    assert (f'href="{rectify}"' in home, "补记三笔固定资产" in home) == (True, True)
    assert (answer.status_code, asked.status, asked.report) == (302, RectificationStatus.REPORTED, "已补记")
    assert client.get(page("file", asked.evidence_id)).status_code == 200
    assert "已补记" in client.get(page("unit-task", asked.task.number)).content.decode()


def test_hostile_evidence_is_refused_and_nothing_is_kept(client, asked):
    client.force_login(unit_user(asked.task.unit))
    evil = SimpleUploadedFile("凭证.pdf", b"<html><script>alert(1)</script>")

    answer = client.post(page("unit-rectify", asked.pk), {"report": "已补记", "evidence": evil})

    asked.refresh_from_db()
    assert (answer.status_code, asked.status) == (409, RectificationStatus.ASKED)
    assert "已补记" in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_other_units_find_neither_task_nor_rectification(client, asked):
    client.force_login(unit_user(UnitFactory(bureau=asked.task.bureau)))
    number = asked.task.number
    pages = [page("unit-task", number), page("unit-comment", number), page("unit-rectify", asked.pk)]

    assert {client.get(each).status_code for each in pages} == {404}


@pytest.mark.parametrize("count", [1, 3, 12])
def test_home_of_a_unit_costs_the_same_for_any_number_of_tasks(client, asked, count):
    for _number in range(count):
        task = TaskFactory(plan=asked.task.plan, unit=asked.task.unit, status=TaskStatus.COMMENTS)
        Rectification.objects.create(
            task=task, words="整改", due_on=date(2020, 7, 1), asked_by=task.clerk, asked_on=date(2020, 5, 29)
        )
    client.force_login(unit_user(asked.task.unit))
    client.get(page("unit-home"))

    with CaptureQueriesContext(connection) as seen:
        home = client.get(page("unit-home"))

    assert len(home.context["tasks"]) == count + 1
    assert len(seen) <= 14, "\n".join(query["sql"][:200] for query in seen.captured_queries)
