"""Every list: whole, alike in cost for one row and for three, narrowed only by what it names."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from faces.api.urls import router
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from tests.api.world import more, new_world
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
NOUNS = [name for name, _view, _basename in router.registry]
ONE_ROW = {"bureaus"}  # a reader has one bureau


def listed(client, user, noun):
    """Return how many rows the list has and how many queries it took, for a person read anew."""
    client.force_login(User.objects.get(pk=user.pk))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/api/v1/{noun}/")
    assert response.status_code == 200, response.content
    return len(response.json()["results"]), len(queries)


def test_every_list_costs_the_same_at_one_row_and_at_three(client):
    world = new_world()
    more(world)
    listed(client, world.everybody, NOUNS[0])  # the first request of a process loads the middleware
    first = {noun: listed(client, world.everybody, noun) for noun in NOUNS}
    more(world)
    more(world)
    after = {noun: listed(client, world.everybody, noun) for noun in NOUNS}

    assert [noun for noun in NOUNS if first[noun][0] < 1] == []
    assert [noun for noun in NOUNS if after[noun][0] < 3 and noun not in ONE_ROW] == []
    assert {noun: (first[noun][1], after[noun][1]) for noun in NOUNS if after[noun][1] != first[noun][1]} == {}
    assert [noun for noun in NOUNS if after[noun][1] > 8] == []


@pytest.mark.parametrize("who", ["firm_user", "expert_user", "unit_user"])
def test_lists_of_outsiders_cost_the_same_too(client, who):
    world = new_world()
    row = more(world)
    reader = getattr(row, who)

    def costs():
        found = {}
        for noun in NOUNS:
            client.force_login(User.objects.get(pk=reader.pk))
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/api/v1/{noun}/")
            found[noun] = len(queries)
        return found

    before = costs()
    more(world)
    more(world)

    assert costs() == before
    assert max(before.values()) <= 8


@pytest.mark.parametrize("noun", NOUNS)
def test_detail_shows_what_the_list_shows(client, noun):
    world = new_world()
    more(world)
    client.force_login(world.everybody)
    row = client.get(f"/api/v1/{noun}/").json()["results"][0]
    key = row["number"] if noun == "tasks" else row["id"]

    response = client.get(f"/api/v1/{noun}/{key}/")

    assert response.status_code == 200
    assert response.json() == row


@pytest.mark.parametrize("noun", NOUNS)
def test_nothing_of_another_bureau_is_listed(client, noun):
    world = new_world()
    more(world)
    stranger = UserFactory(roles=[Role.CLERK, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SECTION_HEAD])
    client.force_login(stranger)

    rows = client.get(f"/api/v1/{noun}/").json()["results"]

    own = {"bureaus": 1, "accounts": 1, "measures": len(rows)}  # national measures are everybody's
    assert len(rows) == own.get(noun, 0)


@pytest.mark.parametrize("place", ["abc", "cD1hYmM=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cD0tMQ=="])
def test_place_that_no_page_gave_is_400(client, place):
    world = new_world()
    client.force_login(world.everybody)

    response = client.get(f"/api/v1/tasks/?after={place}")

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"after"}


def test_filter_narrows(client):
    world = new_world()
    row, _other = more(world), more(world)
    client.force_login(world.everybody)

    rows = client.get("/api/v1/tasks/", {"number": row.task.number, "work_year": 2020}).json()["results"]

    assert [one["id"] for one in rows] == [row.task.pk]


@pytest.mark.parametrize("value", ["x", "0", "-1", "99999999999999999999", "1.5", "1&unit=2x"])
def test_bad_value_of_a_filter_names_it(client, value):
    world = new_world()
    client.force_login(world.everybody)

    response = client.get(f"/api/v1/tasks/?unit={value}")

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"unit"}
