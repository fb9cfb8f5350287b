"""The tree of specialties over the API: the same services, the same refusals."""

import pytest
from django.test import Client

from foundation.core import clock
from foundation.taxonomy.models import Node
from tests.factories.assigned import NOW
from tests.factories.foundation import office

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E55")]
PLACE = "/api/v1/specialties/"


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


def posted(client, path, **given):
    return client.post(f"{PLACE}{path}", given, content_type="application/json")


def test_tree_is_kept_over_the_api_as_on_the_pages():
    people = office()
    client = Client()
    client.force_login(people["clerk"])
    made = {}
    for code, name, under in (("A", "农业", None), ("A1", "水利", "A"), ("B", "工程", None), ("B1", "水工", "B")):
        more = {"under": made[under]} if under else {}
        answer = posted(client, "", tree="SPECIALTY", code=code, name=name, **more)
        assert answer.status_code == 201
        made[code] = answer.json()["id"]

    assert posted(client, f"{made['A']}/rename/", name="农林").json()["name"] == "农林"
    assert posted(client, f"{made['A1']}/move/", under=made["B"]).json()["path"] == "B/A1"
    merged = posted(client, f"{made['B1']}/merge/", into=made["A1"]).json()
    assert (merged["retired_on"], merged["successor"]) == ("2020-06-01", made["A1"])
    assert posted(client, f"{made['A']}/retire/").json()["retired_on"] == "2020-06-01"
    assert posted(client, f"{made['A']}/revive/").json()["retired_on"] is None
    again = posted(client, "", tree="SPECIALTY", code="A", name="别的")
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")
    living = client.get(PLACE, {"is_living": "true"}).json()["results"]
    assert {row["code"] for row in living} == {"A", "A1", "B"}


def test_reader_and_stranger_change_no_tree():
    people = office()
    client, reader, stranger = Client(), Client(), Client()
    client.force_login(people["clerk"])
    reader.force_login(people["leader"])
    stranger.force_login(office()["clerk"])
    pk = posted(client, "", tree="SPECIALTY", code="A", name="农业").json()["id"]

    assert posted(reader, f"{pk}/rename/", name="新").status_code == 403
    assert posted(stranger, f"{pk}/rename/", name="新").status_code == 404
    assert Node.objects.get().name == "农业"
