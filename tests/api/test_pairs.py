"""Suspected pairs over the API: looked for, told apart, joined."""

from datetime import date

import pytest
from django.test import Client

from foundation.core import clock
from parties.models import SuspectedPair
from tests.factories.assigned import NOW
from tests.factories.assignments import ExpertFactory, PersonFactory, expert_user
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/suspected-pairs/"
BORN = date(1970, 1, 1)


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def alike(people):
    """Give two records of one name and one birthday."""
    return [PersonFactory(bureau=people["bureau"], name="张三", born_on=BORN, id_index=None) for _turn in range(2)]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def posted(client, path, **given):
    return client.post(f"/api/v1/{path}", given, content_type="application/json")


def found(client):
    assert posted(client, "suspected-pairs/look/").json() == {"found": 1}
    (row,) = client.get(f"{PLACE}?answer=").json()["results"]
    return row


def test_pair_is_found_told_apart_and_never_asked_again(people, alike):
    clerk = signed_in(people["clerk"])
    row = found(clerk)
    assert ([row["first"], row["second"]], row["ground"]) == ([one.pk for one in alike], "NAME_BIRTH")

    answer = posted(clerk, f"suspected-pairs/{row['id']}/apart/", words="两份证件不同")

    assert (answer.status_code, answer.json()["answer"], answer.json()["words"]) == (200, "OTHER", "两份证件不同")
    assert posted(clerk, f"suspected-pairs/{row['id']}/apart/", words="再答").json()["code"] == "pair_answered"
    assert posted(clerk, "suspected-pairs/look/").json() == {"found": 0}


def test_pair_is_joined_into_the_record_that_is_kept(people, alike):
    clerk = signed_in(people["clerk"])
    row = found(clerk)
    address = f"suspected-pairs/{row['id']}/join/"

    stranger = posted(clerk, address, kept=PersonFactory(bureau=people["bureau"]).pk, reason="同一人")
    joined = posted(clerk, address, kept=alike[1].pk, reason="同一身份证")

    assert (stranger.status_code, list(stranger.json()["errors"])) == (400, ["kept"])
    assert joined.status_code == 204  # the record does not stand for itself any more
    alike[0].refresh_from_db()
    assert alike[0].joined_into == alike[1]


def test_any_two_records_are_joined_from_the_person(people):
    one, two = (PersonFactory(bureau=people["bureau"]) for _turn in range(2))
    address = f"persons/{one.pk}/join/"

    assert posted(signed_in(people["leader"]), address, other=two.pk, reason="同").status_code == 403
    refused = posted(signed_in(people["clerk"]), address, other=one.pk, reason="同")
    answer = posted(signed_in(people["clerk"]), address, other=two.pk, reason="同一身份证")

    assert (refused.status_code, refused.json()["code"]) == (409, "same_record")
    assert answer.json()["id"] == one.pk
    two.refresh_from_db()
    assert two.joined_into == one


def test_only_the_bureau_reads_pairs_and_only_the_register_answers(people, alike):
    expert = ExpertFactory(bureau=people["bureau"])
    row = found(signed_in(people["clerk"]))

    assert signed_in(expert_user(expert)).get(PLACE).status_code == 403
    leader = signed_in(people["leader"])
    assert leader.get(f"{PLACE}{row['id']}/").status_code == 200
    assert posted(leader, f"suspected-pairs/{row['id']}/apart/", words="不").status_code == 403
    assert posted(leader, "suspected-pairs/look/").status_code == 403
    assert SuspectedPair.objects.get().answer == ""
