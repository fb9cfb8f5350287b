"""A day beyond every calendar is refused where it comes in: one that were kept would break each later reckoning."""

import pytest

from tests.api.world import more, new_world
from tests.hostile.attack import FIRST_DAY, LAST_DAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_form_names_the_field(client, day):
    world = new_world()
    row = more(world)
    client.force_login(row.expert_user)

    response = client.post("/expert/record/absence/", {"started_on": day, "ended_on": day})

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"started_on", "ended_on"}
    assert row.expert.unavailabilities.count() == 1


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_api_names_the_field(client, day):
    world = new_world()
    row = more(world)
    client.force_login(row.expert_user)

    body = {"expert": row.expert.pk, "started_on": day, "ended_on": day}
    response = client.post("/api/v1/unavailabilities/", body, "application/json")

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"started_on", "ended_on"}
    assert row.expert.unavailabilities.count() == 1


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY, "x", "2020-02-30"])
def test_page_asked_about_such_a_day_answers_for_today(client, day):
    world = new_world()
    row = more(world)
    client.force_login(world.everybody)
    pages = (f"/bureau/tasks/{row.task.number}/eligible/", f"/bureau/re-reviews/{row.re_review.pk}/eligible/",
             f"/bureau/experts/{row.expert.number}/", f"/bureau/firms/{row.firm.number}/")  # fmt: skip

    assert [client.get(page, {"on": day}).status_code for page in pages] == [200, 200, 200, 200]
