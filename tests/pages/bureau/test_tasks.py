"""The tasks' pages: the list with facets and sums, the page with its line, every action."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import EvaluationTask
from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant
from tests.factories.assignments import FirmAssignmentFactory, PlanFactory, TaskFactory, UnitFactory
from tests.factories.foundation import SectionFactory, UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return office()


@pytest.fixture
def clerk(client, desk):
    client.force_login(desk["clerk"])
    return client


def many(plan, count):
    units = [UnitFactory(bureau=plan.bureau) for _ in range(3)]
    clerk = UserFactory(bureau=plan.bureau)
    EvaluationTask.objects.bulk_create(
        EvaluationTask(
            bureau=plan.bureau, plan=plan, number=f"评〔2020〕{n}号", kind="EX_ANTE", unit=units[n % 3], title=f"任务{n}",
            executor="UNIT", budget_year=2021, work_year=2020, assessment_year=2020, amount_cents=n, clerk=clerk,
        )
        for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_list_costs_at_most_eight_queries(clerk, desk, count):
    many(PlanFactory(bureau=desk["bureau"]), count)
    address = reverse("pages:tasks")
    clerk.get(address)

    with CaptureQueriesContext(connection) as seen:
        page = clerk.get(address)

    assert len(page.context["object_list"]) == min(count, 50)
    assert len(seen) <= 8, "\n".join(query["sql"][:300] for query in seen.captured_queries)


def test_list_sums_what_it_shows_and_ticks_the_work_year_of_the_strip(clerk, desk):
    plan = PlanFactory(bureau=desk["bureau"])
    older = PlanFactory(bureau=desk["bureau"], work_year=2019)
    first = TaskFactory(plan=plan, amount_cents=3_000_000, title="污水处理")
    TaskFactory(plan=plan, amount_cents=4_000_000, executor="BUREAU")
    TaskFactory(plan=older, amount_cents=5_000_000)
    TaskFactory(amount_cents=9_000_000)

    page = clerk.get(reverse("pages:tasks"))
    every = clerk.get(reverse("pages:tasks") + "?year=2020&year=2019")
    found = clerk.get(reverse("pages:tasks") + "?q=污水")
    unit = clerk.get(reverse("pages:tasks") + f"?unit={first.unit_id}")

    assert [(each.context["count"], each.context["sum_cents"]) for each in (page, every, found, unit)] == [
        (2, 7_000_000), (3, 12_000_000), (1, 3_000_000), (1, 3_000_000)
    ]  # fmt: skip
    assert {group.name: sum(option.count for option in group.options) for group in page.context["facets"]} == {
        "kind": 2, "executor": 2, "status": 2, "route": 2, "year": 3, "unit": 2,
    }  # fmt: skip


def test_export_has_the_three_years_and_plain_amounts(clerk, desk):
    task = TaskFactory(plan__bureau=desk["bureau"], amount_cents=376_300_000_000, number="评〔2020〕7号")

    text = clerk.get(reverse("pages:tasks") + "?export=csv").content.decode("utf-8-sig")

    assert text.splitlines()[1].split(",") == [
        "评〔2020〕7号", task.title, task.unit.organisation.name, "重点项目评价", "第三方机构", "抽取",
        "2019", "2020", "2020", "376300", "计划",
    ]  # fmt: skip


def test_task_page_links_only_to_pages_that_let_the_reader_in(client, desk):
    unit = UnitFactory(bureau=desk["bureau"])
    business = UserFactory(bureau=desk["bureau"], role=Role.BUSINESS_SECTION)
    unit.section = SectionFactory(bureau=desk["bureau"])
    unit.save()
    RoleGrant.objects.filter(user=business).update(section=unit.section)
    task = TaskFactory(plan=PlanFactory(bureau=desk["bureau"]), unit=unit)
    seat = FirmAssignmentFactory(task=task)
    firm_page = reverse("pages:firm", args=[seat.firm.number])
    people = reverse("pages:task", args=[task.number]) + "?tab=people"

    client.force_login(desk["clerk"])
    clerks = client.get(people).content.decode()
    client.force_login(business)
    business_page = client.get(people)

    assert firm_page in clerks
    assert business_page.status_code == 200
    assert firm_page not in business_page.content.decode()


def test_step_of_the_head_is_not_repeated_beside_the_page(clerk, desk):
    task = TaskFactory(plan=PlanFactory(bureau=desk["bureau"]))

    page = clerk.get(reverse("pages:task", args=[task.number]))

    assert page.content.decode().count(page.context["primary"].url) == 1
    assert page.context["waits"]


@pytest.mark.parametrize(("status", "state"), [("ACCEPTED", "done"), ("FINAL", "now")])
def test_last_step_is_done_once_it_is_reached(clerk, desk, status, state):
    task = TaskFactory(plan=PlanFactory(bureau=desk["bureau"]), status=status)

    steps = clerk.get(reverse("pages:task", args=[task.number])).context["steps"]

    here = steps[-1] if status == "ACCEPTED" else steps[-2]
    assert here.state == state
