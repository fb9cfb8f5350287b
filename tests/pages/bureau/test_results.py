"""The pages of results: what a unit has to put right, what is proposed, what was adopted."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.core import clock
from parties.models import Membership
from results.enums import RectificationStatus
from results.models import Adoption, Proposal, Rectification
from results.services import ask_rectification, propose, report_rectification
from tests.factories.disclosure import DAY, make_task, office
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DUE = "2020-12-31"


@pytest.fixture(autouse=True)
def day():
    with clock.standing_at(datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def task(people):
    return make_task(people)


@pytest.fixture
def clerk(client, people):
    client.cookies["gp_language"] = "zh-hans"
    client.force_login(people["clerk"])
    return client


def asked(people, task):
    due_on = datetime.fromisoformat(DUE).date()
    return ask_rectification(task=task, words="补齐验收资料", due_on=due_on, by=people["clerk"], on=DAY)


def proposed(people, task):
    return propose(task=task, words="调减", amount_cents=3_000_000, budget_year=2021, by=people["clerk"], on=DAY)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["results", "proposals"])
def test_lists_cost_at_most_eight_queries(clerk, people, name, count):
    for _turn in range(count):
        task = make_task(people)
        asked(people, task)
        proposed(people, task)
    clerk.get(reverse(f"pages:{name}"))

    with CaptureQueriesContext(connection) as seen:
        page = clerk.get(reverse(f"pages:{name}"))

    assert len(page.context["object_list"]) == count
    assert len(seen) <= 8, "\n".join(query["sql"][:200] for query in seen.captured_queries)


def test_unit_is_asked_returned_and_the_matter_closed(clerk, people, task):
    ask = reverse("pages:rectification-ask", args=[task.number])
    assert clerk.post(ask, {"words": "补齐", "due_on": "x"}).status_code == 422
    assert clerk.post(ask, {"words": "补齐", "due_on": DAY.isoformat()}).status_code == 409
    assert not Rectification.objects.exists()
    clerk.post(ask, {"words": "补齐验收资料", "due_on": DUE})
    row = Rectification.objects.get()
    unit = UserFactory(bureau=people["bureau"], role=Role.UNIT)
    Membership.objects.create(user=unit, organisation=task.unit.organisation, started_on=DAY)
    report_rectification(rectification=row, report="已补一半", by=unit, on=DAY)

    clerk.post(reverse("pages:rectification-return", args=[row.pk]), {"words": "还缺照片"})
    page = clerk.get(reverse("pages:task-results", args=[task.number])).content.decode()
    assert "已补一半" in page
    assert "还缺照片" in page
    report_rectification(rectification=row, report="已补齐", by=unit, on=DAY)
    clerk.post(reverse("pages:rectification-close", args=[row.pk]))

    row.refresh_from_db()
    assert row.status == RectificationStatus.CLOSED
    assert clerk.post(reverse("pages:rectification-close", args=[row.pk])).status_code == 409


def test_proposal_is_approved_before_its_adoption_is_recorded(clerk, people, task):
    given = {"words": "调减下年预算", "amount": "3", "budget_year": "2021"}
    clerk.post(reverse("pages:proposal", args=[task.number]), given)
    row = Proposal.objects.get()
    assert row.amount_cents == 3_000_000
    adoption = reverse("pages:adoption", args=[row.pk])
    decision = {
        "outcome": "PARTLY", "amount": "1.2", "decided_by_name": "局党组会", "reference": "2020年第9次",
        "decided_on": DAY.isoformat(),
    }  # fmt: skip
    assert clerk.post(adoption, decision).status_code == 409
    assert not Adoption.objects.exists()
    agree(approval=Approval.objects.get(kind="PROPOSAL"), by=people["head"], on=DAY)
    assert clerk.post(adoption, decision | {"outcome": "FULLY"}).status_code == 409

    clerk.post(adoption, decision)

    assert Adoption.objects.get().amount_cents == 1_200_000
    for address in (reverse("pages:proposals"), reverse("pages:task-results", args=[task.number])):
        page = clerk.get(address).content.decode()
        assert "2020年第9次" in page
        assert "1.2 万元" in page


def test_nothing_is_offered_before_the_report_is_accepted(clerk, people):
    running = make_task(people, status="FIELDWORK")

    page = clerk.get(reverse("pages:task-results", args=[running.number]))

    assert page.context["layout"].acts == ()


def test_others_find_nothing(client, people, task):
    row, proposal = asked(people, task), proposed(people, task)
    stranger = office()["clerk"]
    client.force_login(stranger)
    for name, key in [
        ("task-results", task.number), ("rectification-ask", task.number), ("proposal", task.number),
        ("rectification-close", row.pk), ("rectification-return", row.pk), ("adoption", proposal.pk),
    ]:  # fmt: skip
        assert client.get(reverse(f"pages:{name}", args=[key])).status_code == 404, name
    client.force_login(people["leader"])
    assert client.post(reverse("pages:rectification-close", args=[row.pk])).status_code == 403
    row.refresh_from_db()
    assert row.status == RectificationStatus.ASKED
