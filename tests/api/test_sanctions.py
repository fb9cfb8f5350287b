"""Sanctions and credit events over the API: made by who may, replied to by whom they concern, read by nobody else."""

from datetime import timedelta

import pytest

from appraisals.models import Sanction
from credit.models import CreditEvent
from foundation.core import clock
from tests.factories.assignments import ExpertFactory, expert_user, firm_user
from tests.factories.delivery import NOW
from tests.factories.disclosure import make_firm, office
from tests.factories.sanctions import decide, propose, tell

pytestmark = pytest.mark.django_db
JSON = "application/json"
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


def post(client, user, path, body):
    client.force_login(user)
    return client.post(f"/api/v1/{path}", body, content_type=JSON)


def test_sanction_is_proposed_for_one_party_and_dropped(client, people):
    firm, expert = make_firm(people["bureau"]), ExpertFactory(bureau=people["bureau"])
    body = {"kind": "SUSPENSION", "reason": "两次逾期", "months": 3, "is_grave": True}

    both = post(client, people["clerk"], "sanctions/", body | {"firm": firm.pk, "expert": expert.pk})
    foreign = post(client, people["clerk"], "sanctions/", body | {"firm": make_firm(office()["bureau"]).pk})
    refused = post(client, people["leader"], "sanctions/", body | {"firm": firm.pk})
    unknown = post(
        client, people["clerk"], "sanctions/", body | {"firm": firm.pk, "tasks": [{"assignment": 7, "choice": "STOP"}]}
    )
    assert [one.status_code for one in (both, foreign, refused, unknown)] == [400, 400, 403, 409]
    assert unknown.json()["code"] == "not_running"
    assert not Sanction.objects.exists()

    made = post(client, people["clerk"], "sanctions/", body | {"expert": expert.pk})

    assert (made.status_code, made.json()["status"], made.json()["name"]) == (201, "DRAFTED", expert.person.name)
    dropped = post(client, people["clerk"], f"sanctions/{made.json()['id']}/drop/", {"reason": "证据不足"})
    assert (dropped.status_code, dropped.json()["status"]) == (200, "DROPPED")


def test_a_decided_sanction_is_revoked_by_who_keeps_the_register(client, people):
    firm = make_firm(people["bureau"])
    row = propose(people, "SUSPENSION", firm=firm, months=3, is_grave=True, on=TODAY - timedelta(days=14))
    path, body = f"sanctions/{row.pk}/revoke/", {"reason": "事实不清", "basis": "济政复决〔2020〕3号"}
    early = post(client, people["clerk"], path, body)
    decide(people, row, on=TODAY)

    refused = [post(client, by, path, body).status_code for by in (people["leader"], firm_user(firm))]
    empty = post(client, people["clerk"], path, {"basis": "x"})
    asked = post(client, people["clerk"], path, body)
    again = post(client, people["clerk"], path, body)

    assert (early.status_code, refused, empty.status_code) == (409, [403, 403], 400)
    assert (asked.status_code, asked.json()["status"]) == (200, "IN_FORCE")  # the approval decides
    assert (again.status_code, again.json()["code"]) == (409, "under_approval")


def test_party_replies_and_the_bureau_answers(client, people):
    firm = make_firm(people["bureau"])
    row = tell(people, propose(people, "SUSPENSION", firm=firm, months=1, is_grave=True, on=TODAY), on=TODAY)
    stranger, user = firm_user(make_firm(people["bureau"])), firm_user(firm)

    hidden = post(client, stranger, f"sanctions/{row.pk}/reply/", {"words": "x"})
    early = post(client, people["clerk"], f"sanctions/{row.pk}/submit/", {})
    nothing = post(client, people["head"], f"sanctions/{row.pk}/answer/", {"outcome": "UPHELD", "words": "x"})
    replied = post(client, user, f"sanctions/{row.pk}/reply/", {"words": "单位迟交"})
    answered = post(client, people["head"], f"sanctions/{row.pk}/answer/", {"outcome": "UPHELD", "words": "不属实"})
    submitted = post(client, people["clerk"], f"sanctions/{row.pk}/submit/", {})

    statuses = [one.status_code for one in (hidden, early, nothing, replied, answered, submitted)]
    assert statuses == [404, 409, 404, 200, 200, 200]
    assert early.json()["code"] == "reply_open"
    assert (replied.json()["reply_words"], answered.json()["reply_answer"]) == ("单位迟交", "不属实")
    assert submitted.json()["status"] == "PROPOSED"


def test_events_are_made_by_who_confirms_and_replied_to_by_whom_they_concern(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    body = {"code": "NO_SHOW", "words": "未到会", "person": expert.person_id}

    refused = post(client, people["clerk"], "credit-events/", body)
    mixed = post(client, people["head"], "credit-events/", body | {"expires_on": "2021-01-01", "step": "light"})
    made = post(client, people["head"], "credit-events/", body)
    good = body | {"code": "PRAISED", "expires_on": "2021-01-01", "occurred_on": "2020-05-04"}
    merit = post(client, people["head"], "credit-events/", good)

    assert [one.status_code for one in (refused, mixed, made, merit)] == [403, 400, 201, 201]
    assert (made.json()["points"], made.json()["step"], merit.json()["points"]) == (-10, "light", 0)
    assert (merit.json()["occurred_on"], merit.json()["recorded_on"]) == ("2020-05-04", clock.today().isoformat())
    number = made.json()["id"]
    replied = post(client, expert_user(expert), f"credit-events/{number}/reply/", {"words": "已请假"})
    answer = {"outcome": "ACCEPTED", "words": "属实"}
    answered = post(client, people["head"], f"credit-events/{number}/answer/", answer)
    assert (replied.status_code, answered.status_code) == (200, 200)
    assert CreditEvent.objects.get(pk=number).void_reason == "属实"


@pytest.mark.parametrize("action", ["SUSPEND", "REMOVE"])
def test_standing_verb_takes_no_sanction(client, people, action):
    firm, expert = make_firm(people["bureau"]), ExpertFactory(bureau=people["bureau"])

    answers = [
        post(client, people["clerk"], path, {"action": action, "reason": "x"})
        for path in (f"firms/{firm.pk}/move/", f"experts/{expert.pk}/move/")
    ]

    assert [one.status_code for one in answers] == [400, 400]
    firm.refresh_from_db()
    assert (firm.status, set(answers[0].json()["errors"])) == ("ACTIVE", {"action"})
