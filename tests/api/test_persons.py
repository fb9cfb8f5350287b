"""People over the API: how they are reached, numbers, ties; the same services, the same refusals."""

from datetime import date

import pytest
from django.test import Client

from foundation.core import clock
from foundation.core.crypto import decrypt, encrypt
from parties.models import Reveal
from tests.factories.assigned import NOW
from tests.factories.assignments import ExpertFactory, FirmFactory, PersonFactory, expert_user
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/persons/"


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def posted(client, path, **given):
    return client.post(f"/api/v1/{path}", given, content_type="application/json")


@pytest.mark.edge("E5")
def test_expert_and_clerk_say_how_he_is_reached_and_the_clerk_corrects_the_number(people):
    expert = ExpertFactory(bureau=people["bureau"])
    me, clerk = signed_in(expert_user(expert)), signed_in(people["clerk"])
    own, other = f"persons/{expert.person_id}/", f"persons/{PersonFactory(bureau=people['bureau']).pk}/"

    assert posted(me, f"{own}contact/", phone="13912345678", email="a@example.cn").status_code == 200
    assert posted(clerk, f"{own}contact/", email="b@example.cn").json()["email"] == "b@example.cn"
    assert posted(clerk, f"{own}contact/", email="b@example.cn").json()["code"] == "contact_unchanged"
    assert posted(me, f"{other}contact/", email="c@example.cn").status_code == 404
    asked = {"id_number": "11010519491231002X", "reason": "身份证已核对"}
    assert posted(me, f"{own}correct-number/", **asked).status_code == 403
    answer = posted(clerk, f"{own}correct-number/", **asked)
    assert (answer.status_code, answer.json()["born_on"]) == (200, "1949-12-31")

    expert.person.refresh_from_db()
    assert decrypt(expert.person.phone_sealed) == "13912345678"
    assert expert.person.born_on == date(1949, 12, 31)


@pytest.mark.edge("E49")
def test_ties_of_every_kind_are_made_over_the_api_and_ended_by_the_register(people):
    expert = ExpertFactory(bureau=people["bureau"])
    firm = FirmFactory(bureau=people["bureau"])
    me, clerk = signed_in(expert_user(expert)), signed_in(people["clerk"])
    asked = {
        "person": expert.person_id, "employer": firm.organisation.name, "kind": "OWNER", "started_on": "2018-01-01",
    }  # fmt: skip

    made = posted(me, "employments/", **asked)
    other = posted(me, "employments/", **asked | {"person": PersonFactory(bureau=people["bureau"]).pk})
    later = posted(clerk, "employments/", **asked | {"started_on": "2020-12-31"})

    assert (made.status_code, made.json()["kind"], made.json()["organisation"]) == (201, "OWNER", firm.organisation_id)
    assert (other.status_code, later.json()["code"]) == (400, "begins_later")
    end = f"employments/{made.json()['id']}/end/"
    assert posted(me, end, ended_on="2019-01-01").status_code == 403
    assert posted(clerk, end, ended_on="2019-01-01").json()["ended_on"] == "2019-01-01"
    assert posted(clerk, end, ended_on="2019-01-01").json()["code"] == "ended_before"


@pytest.mark.edge("E49")
def test_end_of_a_tie_is_asked_for_by_himself_and_answered_by_the_register_over_the_api(people):
    expert = ExpertFactory(bureau=people["bureau"])
    me, clerk = signed_in(expert_user(expert)), signed_in(people["clerk"])
    asked = {"person": expert.person_id, "employer": "某单位", "kind": "EMPLOYEE", "started_on": "2018-01-01"}
    row = f"employments/{posted(me, 'employments/', **asked).json()['id']}/"

    again = posted(me, "employments/", **asked | {"ended_on": "2019-01-01"}).json()
    assert (again["ended_on"], again["asked_end_on"]) == (None, "2019-01-01")
    assert posted(clerk, f"{row}ask-end/", ended_on="2019-01-01").status_code == 403
    assert posted(me, f"{row}ask-end/", ended_on="2019-02-01").json()["code"] == "end_asked"
    assert [posted(me, f"{row}{verb}/", words="不").status_code for verb in ("accept-end", "decline-end")] == [403, 403]
    assert posted(clerk, f"{row}decline-end/", words="请附证明").json()["end_answer"] == "请附证明"
    assert posted(me, f"{row}ask-end/", ended_on="2019-02-01").json()["asked_end_on"] == "2019-02-01"
    ended = posted(clerk, f"{row}accept-end/").json()
    assert (ended["ended_on"], ended["asked_end_on"], ended["asked_on"]) == ("2019-02-01", None, None)
    assert posted(clerk, f"{row}accept-end/").json()["code"] == "no_end_asked"


@pytest.mark.rule("R-51")
def test_number_is_revealed_for_a_purpose_and_to_who_keeps_the_register(people):
    one = PersonFactory(bureau=people["bureau"], phone_sealed=encrypt("13912345678"))
    own = f"persons/{one.pk}/reveal/"
    clerk, other = signed_in(people["clerk"]), signed_in(office()["clerk"])

    told = posted(clerk, own, what="PHONE", purpose="通知开会")

    assert (told.status_code, told.json(), told["Cache-Control"]) == (
        200, {"number": "13912345678"}, "private, no-store",
    )  # fmt: skip
    row = Reveal.objects.get()
    assert (row.by, row.person, row.purpose) == (people["clerk"], one, "通知开会")
    assert posted(clerk, own, what="PHONE").status_code == 400
    assert posted(clerk, own, what="ACCOUNT", purpose="付款").json()["code"] == "not_recorded"
    assert posted(signed_in(people["leader"]), own, what="PHONE", purpose="我要").status_code == 403
    assert posted(other, own, what="PHONE", purpose="我要").status_code == 404
    assert Reveal.objects.count() == 1
