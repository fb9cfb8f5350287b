"""The draws of a year against chance, over the API: exact expectations, for who witnesses draws only."""

from fractions import Fraction

import pytest

from foundation.accounts.enums import Role
from tests.assignments.test_statistics import Year
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/years/2020/draw-statistics/"


@pytest.fixture
def year():
    made = Year()
    made.panel(made.task(firm=0), [(1, 2)], {0: [1], 1: [1], 2: [1]}, [0, 1], [(3, "late")])
    made.panel(made.task(firm=0), [(1, 2)], {0: [1], 1: [1], 2: [1]}, [0, 1])
    return made


def test_supervisor_reads_what_the_page_shows(client, year):
    client.force_login(UserFactory(bureau=year.bureau, role=Role.SUPERVISOR))

    body = client.get(ADDRESS).json()

    assert [(row["number"], row["drawn"], Fraction(row["expected"])) for row in body["experts"]][:1] == [
        ("E2", 0, Fraction(4, 3))
    ]
    assert {row["number"]: row["skipped"] for row in body["experts"] if row["skipped"]} == {"E2": {"late": 1}}
    assert [(row["one"], row["other"], row["met"], row["expected"]) for row in body["panels"]] == [
        ("E0", "E1", 2, "2/3")
    ]
    assert [(row["seats"], row["eligible"]) for row in body["lists"]] == [(2, 3), (2, 3)]
    assert (body["draws"], body["attempts"], body["direct_experts"]) == (2, {"1": 2}, {"direct": 0, "every": 4})


@pytest.mark.parametrize("role", [Role.CLERK, Role.EXPERT, Role.FIRM_ADMIN, Role.UNIT])
def test_others_do_not_read_it(client, year, role):
    client.force_login(UserFactory(bureau=year.bureau, role=role))

    assert client.get(ADDRESS).status_code == 403


def test_supervisor_of_another_bureau_reads_nothing_of_it(client, year):
    client.force_login(UserFactory(role=Role.SUPERVISOR))

    assert client.get(ADDRESS).json()["experts"] == []
    assert year.experts
