"""The plan's page at the turn of the year: the next plan, what the old year leaves, the steps of its end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import EvaluationPlan
from desk.models import YearEnd
from foundation.core import clock
from results.services import propose
from tests.factories.assignments import PlanFactory, ProjectFactory, TaskFactory
from tests.factories.disclosure import make_task
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
DAY = date(2020, 3, 30)
PLAN = "/bureau/plan/"
OPEN_2021 = "/bureau/plan/open/?year=2021"
CLOSE_2020 = "/bureau/year-end/close/?year=2020"


@pytest.fixture(autouse=True)
def _december():
    with clock.standing_at(datetime(2020, 12, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def plan(people):
    return PlanFactory(bureau=people["bureau"], status="ISSUED", issued_on=DAY, letter_number="历财绩〔2020〕1号")


def desk(client, user):
    client.cookies["gp_language"] = "zh-hans"
    client.force_login(user)
    return client


def words(page):
    assert page.status_code == 200
    return page.content.decode()


def test_clerk_opens_the_next_plan_from_this_one_and_finds_what_is_open(client, people, plan):
    open_task = TaskFactory(plan=plan, status="FIELDWORK")
    over = TaskFactory(plan=plan, status="ARCHIVED")
    clerk = desk(client, people["clerk"])
    assert f'href="{OPEN_2021}"' in words(clerk.get(PLAN))
    asked = words(clerk.get(OPEN_2021))
    assert 'value="2021"' in asked
    assert "以前年度1项未完任务" in asked

    done = clerk.post(OPEN_2021, {"work_year": "2021"}, follow=True)

    page = words(done)
    assert [task.number for task in done.context["carried"]] == [open_task.number]
    assert reverse("pages:task", args=[open_task.number]) in page
    assert reverse("pages:task", args=[over.number]) not in page
    assert "以前年度未完任务" in page
    assert done.context["figures"]["tasks"] == 0
    assert done.context["last_year"] == 2020


def test_year_of_the_strip_stays_this_one_until_it_is_chosen(client, people, plan):
    PlanFactory(bureau=people["bureau"], work_year=2021)
    clerk = desk(client, people["clerk"])

    page = clerk.get(PLAN)
    chosen = clerk.post(reverse("pages:work-year"), {"year": "2021", "next": PLAN}, follow=True)

    assert (page.context["plan"], page.context["next_plan"].work_year) == (plan, 2021)
    assert "查看2021年度计划" in words(page)
    assert OPEN_2021 not in words(page)
    assert chosen.context["plan"].work_year == 2021


@pytest.mark.parametrize("year", ["", "x", "-1", "99999999", "²", "2020"])
def test_open_page_bears_any_year_in_its_address_and_opens_none_without_sense(client, people, plan, year):
    clerk = desk(client, people["clerk"])

    assert clerk.get(reverse("pages:plan-open"), {"year": year}).status_code == 200
    assert clerk.post(reverse("pages:plan-open"), {"work_year": year}).status_code in {409, 422}
    assert EvaluationPlan.objects.count() == 1


@pytest.mark.parametrize("status", ["COLLECTING", "DRAFTING", "CO_SIGNING", "MEETING"])
def test_plan_that_is_not_in_force_offers_no_next_one(client, people, status):
    PlanFactory(bureau=people["bureau"], status=status)

    assert OPEN_2021 not in words(desk(client, people["clerk"]).get(PLAN))


def test_who_does_not_plan_sees_no_button(client, people, plan):
    page = words(desk(client, people["leader"]).get(PLAN))

    assert OPEN_2021 not in page
    assert "下年度计划尚未建立" in page
    assert client.get(OPEN_2021).status_code == 403


def test_proposals_of_last_year_lead_to_the_form_of_a_new_task(client, people):
    project = ProjectFactory(unit__bureau=people["bureau"])
    task = make_task(people, project=project, unit=project.unit)
    facts = {"words": "调减下年预算", "amount_cents": 3_000_000, "budget_year": 2021}
    propose(task=task, by=people["clerk"], on=clock.today(), **facts)
    PlanFactory(bureau=people["bureau"], work_year=2021)
    clerk = desk(client, people["clerk"])

    page = words(clerk.post(reverse("pages:work-year"), {"year": "2021", "next": PLAN}, follow=True))

    again = f"{reverse('pages:task-add')}?project={project.code}"
    assert "调减下年预算" in page
    assert f'href="{again}"' in page
    assert f'value="{project.code}"' in words(clerk.get(again))


def test_head_closes_the_year_that_the_address_names_whatever_the_strip_says(client, people, plan):
    PlanFactory(bureau=people["bureau"], work_year=2021)
    head = desk(client, people["head"])
    head.post(reverse("pages:work-year"), {"year": "2021", "next": PLAN})
    assert f'href="{CLOSE_2020}"' in words(head.get(PLAN))
    assert "2021" not in head.get("/bureau/year-end/?year=2020").context["title"]

    done = head.post(CLOSE_2020)

    assert done["Location"] == "/bureau/year-end/?year=2020"
    assert [row.year for row in YearEnd.objects.all()] == [2020]
    page = words(head.get(PLAN))
    assert CLOSE_2020 not in page


@pytest.mark.parametrize("year", ["x", "0", "99999", "²"])
def test_year_end_bears_any_year_in_its_address(client, people, plan, year):
    head = desk(client, people["head"])

    assert head.get("/bureau/year-end/", {"year": year}).context["year"] == 2020


@pytest.mark.parametrize("count", [1, 30])
def test_page_costs_the_same_for_one_and_for_many_open_tasks(client, people, plan, count):
    for _number in range(count):
        TaskFactory(plan=plan, status="FIELDWORK", clerk=people["clerk"])
    PlanFactory(bureau=people["bureau"], work_year=2021)
    clerk = desk(client, people["clerk"])
    clerk.post(reverse("pages:work-year"), {"year": "2021", "next": PLAN})
    clerk.get(PLAN)

    with CaptureQueriesContext(connection) as seen:
        page = clerk.get(PLAN)

    assert page.context["carried_count"] == count
    assert len(seen) <= 36, "\n".join(query["sql"][:160] for query in seen.captured_queries)
