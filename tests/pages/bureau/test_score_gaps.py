"""The page and the API of own scores against evaluations."""

import pytest
from django.urls import reverse

from foundation.accounts.enums import Role
from tests.desk.test_score_gaps import delivered, evaluated
from tests.factories.assignments import PlanFactory
from tests.factories.foundation import BureauFactory, UserFactory

pytestmark = pytest.mark.django_db
API = "/api/v1/years/2020/score-gaps/"


@pytest.fixture
def task():
    plan = PlanFactory(bureau=BureauFactory())
    row = evaluated(plan, own=9_608)
    delivered(row, "78.00")
    return row


@pytest.mark.edge("E15")
def test_page_shows_both_scores_and_the_gap_and_hands_them_out(client, task):
    client.force_login(UserFactory(bureau=task.bureau, role=Role.CLERK))
    address = reverse("pages:score-gaps") + "?year=2020"

    page = client.get(address).content.decode()

    assert all(text in page for text in ("96.08", "78.00", "+18.08", task.number, task.project.name))
    assert reverse("pages:score-gaps") in client.get(reverse("pages:projects")).content.decode()
    file = client.get(f"{address}&export=csv").content.decode("utf-8-sig")
    assert "+18.08" in file
    assert task.number in file
    assert client.get(f"{address}&export=xlsx").status_code == 200


@pytest.mark.edge("E15")
def test_api_gives_exact_points(client, task):
    client.force_login(UserFactory(bureau=task.bureau, role=Role.SUPERVISOR))

    (line,) = client.get(API).json()

    assert (line["task"], line["project"], line["budget_year"]) == (task.number, task.project.code, 2019)
    assert (line["own"], line["found"], line["gap"], line["is_confirmed"]) == ("2402/25", "78", "452/25", False)


@pytest.mark.parametrize("role", [Role.UNIT, Role.FIRM_ADMIN, Role.EXPERT, Role.BUSINESS_SECTION])
def test_who_does_not_read_all_sees_neither_page_nor_list(client, task, role):
    client.force_login(UserFactory(bureau=task.bureau, role=role))

    assert client.get(reverse("pages:score-gaps")).status_code in {302, 403, 404}
    assert client.get(API).status_code == 403


def test_another_bureau_sees_an_empty_page(client, task):
    client.force_login(UserFactory(role=Role.CLERK))

    page = client.get(reverse("pages:score-gaps") + "?year=2020").content.decode()

    assert task.number not in page
    assert client.get(API).json() == []
