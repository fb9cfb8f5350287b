"""A batch through the API alone: from open re-reviews to told panels and a record that verifies."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from assignments import draw as pure
from assignments.enums import DeclineReason
from assignments.models import Assignment, AssignmentBatch
from assignments.selectors.batches import seats_of
from assignments.services import assignments as life
from assignments.services import batches
from assignments.verify_draw import verify
from experts.models import ExpertUndertaking
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.core import clock
from tests.factories.assigned import NOW, TODAY, batch_office, issue, one_unit_office, prepared, seated, solved
from tests.factories.assignments import ReReviewFactory, TaskFactory
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def send(user, path, body=None, *, status=200):
    """Post and return the answer."""
    client = Client()
    client.force_login(user)
    response = client.post(f"/api/v1/batches/{path}", json.dumps(body or {}), content_type="application/json")
    assert response.status_code == status, response.content.decode()
    return response.json()


def test_batch_goes_through_the_api(desk):
    reviews = [{"re_review": review.pk, "node": desk.node.pk} for review in desk.reviews]
    asked = {"title": "全年复评", "reviews": reviews, "witness": desk.witness.pk}
    batch = send(desk.clerk, "", asked, status=201)
    at = f"{batch['id']}/"
    named = {"place": 0, "expert": desk.experts[0].pk, "kind": "PIN", "reason": "唯一熟悉该工艺"}
    send(desk.clerk, f"{at}pair/", named)
    assert send(desk.clerk, f"{at}freeze/", status=409)["code"] == "naming_not_agreed"
    send(desk.clerk, f"{at}submit-pairs/")
    send(desk.clerk, f"{at}pair-drop/", {"place": 0, "expert": desk.experts[0].pk})
    assert send(desk.clerk, f"{at}pair-drop/", {"place": 0, "expert": desk.experts[0].pk}, status=409)["code"] == (
        "no_such_pair"
    )
    send(desk.clerk, f"{at}field/", {"place": 1, "node": desk.node.pk})
    assert send(desk.clerk, f"{at}field/", {"place": 9, "node": desk.node.pk}, status=409)["code"] == "no_such_place"
    assert send(desk.clerk, f"{at}aim/", {"evens_out": True})["evens_out"]
    assert send(desk.clerk, f"{at}look/")["looks"] == 1
    frozen = send(desk.clerk, f"{at}freeze/")
    send(desk.witness, f"{at}receipt/", {"words": "纪委收执"})
    for role, user in (("operator", desk.clerk), ("witness", desk.witness)):
        value = pure.commitment(frozen["commitment"], role, nonce(role))
        send(user, f"{at}commit/", {"commitment": value})
    for role, user in (("operator", desk.clerk), ("witness", desk.witness)):
        drawn = send(user, f"{at}reveal/", {"nonce": nonce(role)})
    assert drawn["status"] == "DRAWN"
    send(desk.clerk, f"{at}submit/")
    row = AssignmentBatch.objects.get()
    for who in ("head", "leader"):
        agree(approval=running("BATCH", row), by=desk.people[who], on=TODAY)
    assert send(desk.clerk, f"{at}notify/")["status"] == "SENT"
    assert Assignment.objects.filter(status="NOTIFIED").count() == 6
    reader = Client()
    reader.force_login(desk.clerk)
    letters = reader.get(f"/api/v1/batches/{at}letters/").json()
    assert sum(len(letter["seats"]) for letter in letters) == 6
    assert {letter["expert"] for letter in letters} == set(Assignment.objects.values_list("expert", flat=True))
    reader.force_login(desk.witness)
    assert reader.get(f"/api/v1/batches/{at}letters/").status_code == 403
    assert send(desk.clerk, f"{at}names/", status=409)["code"] == "names_too_early"
    send(desk.people["head"], f"{at}publish/")

    client = Client()
    client.force_login(desk.clerk)
    assert verify(client.get(f"/api/v1/batches/{at}record/").content.decode())


def test_batch_without_a_record_says_so_and_is_void_with_a_word(desk):
    batch = prepared(desk)
    client = Client()
    client.force_login(desk.clerk)

    assert client.get(f"/api/v1/batches/{batch.pk}/record/").json()["code"] == "no_record"
    assert send(desk.clerk, f"{batch.pk}/void/", {"words": "改期"})["status"] == "VOID"


def test_stranger_finds_no_batch(desk):
    batch = prepared(desk)

    send(UserFactory(role="CLERK"), f"{batch.pk}/look/", status=404)
    send(desk.witness, f"{batch.pk}/look/", status=403)


def test_share_of_an_employer_is_limited_over_the_api(client, desk):
    batch = prepared(desk)
    client.force_login(desk.clerk)

    def post(quota):
        body = {"employer_quota": quota}
        return client.post(f"/api/v1/batches/{batch.pk}/quota/", body, content_type="application/json")

    answers = [post(2), post(0), post(None)]

    assert [one.status_code for one in answers] == [200, 400, 200]
    assert [answers[place].json()["employer_quota"] for place in (0, 2)] == [2, None]


def test_listed_experts_are_read_with_the_parts_of_their_fit(client, desk):
    batch = solved(desk, prepared(desk), freezes=True)
    client.force_login(desk.clerk)

    found = client.get(f"/api/v1/batches/{batch.pk}/candidates/0/").json()

    assert {row["expert"] for row in found} == {expert.pk for expert in desk.experts}
    assert [row["fit"] for row in found] == sorted((row["fit"] for row in found), reverse=True)
    for row in found:
        product = row["match_permille"] / 1000 * row["quality"] * row["turn_permille"] / 1000
        assert abs(row["fit"] / 1_000_000 - product) < 0.001
    assert sum(row["chance_permille"] for row in found) == 3000  # three seats
    wrong = [client.get(f"/api/v1/batches/{batch.pk}/candidates/{place}/") for place in ("9", "-1", "x", "9" * 30)]
    assert [one.status_code for one in wrong] == [409, 404, 404, 409]
    client.force_login(desk.witness)
    assert client.get(f"/api/v1/batches/{batch.pk}/candidates/0/").status_code == 200


def test_widening_is_asked_for_over_the_api(desk):
    batch = seated(desk, prepared(desk))
    at = f"{batch.pk}/widen/"

    assert send(desk.clerk, at, {"reason": "名单用尽"}, status=409)["code"] == "not_exhausted"
    send(desk.clerk, at, {}, status=400)
    send(desk.witness, at, {"reason": "名单用尽"}, status=403)
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    life.decline(assignment=seats_of(batch)[0], reason=DeclineReason.ILLNESS, words="", by=desk.clerk, at=NOW)
    ExpertUndertaking.objects.all().delete()
    send(desk.clerk, at, {"reason": "名单用尽"})
    agree(approval=running("WIDENING", batch), by=desk.people["head"], on=TODAY)

    client = Client()
    client.force_login(desk.clerk)
    tasks = client.get(f"/api/v1/batches/{batch.pk}/").json()["tasks"]
    assert sorted(task["approved_steps"] for task in tasks) == [0, 1]


def test_reviews_are_opened_with_their_batch_over_the_api():
    desk = batch_office(reviews=0, experts=0)
    issue(desk.plan)
    tasks = [TaskFactory(plan=desk.plan, clerk=desk.clerk, kind="EX_ANTE") for _ in range(2)]
    client = Client()
    client.force_login(desk.clerk)

    ready = client.get("/api/v1/batches/ready/").json()
    assert [(row["task"], row["kind"]) for row in ready] == [(task.pk, "EX_ANTE") for task in tasks]
    openings = [{"task": row["task"], "node": desk.node.pk, "panel_size": 3} for row in ready]
    asked = {"title": "事前评估", "openings": openings, "due_on": "2020-06-20", "witness": desk.witness.pk}
    send(desk.clerk, "", asked | {"due_on": None}, status=400)
    send(desk.clerk, "", {key: asked[key] for key in asked if key != "due_on"}, status=400)
    other = ReReviewFactory(evaluation=TaskFactory(plan=desk.plan, clerk=desk.clerk), number="复2020-900")
    both = [{"re_review": other.pk, "node": desk.node.pk}]
    send(desk.clerk, "", asked | {"reviews": both}, status=400)
    wrong = [openings[0], openings[1] | {"panel_size": 4}]
    refusal = send(desk.clerk, "", asked | {"openings": wrong}, status=409)
    assert (refusal["code"], [row["task"] for row in refusal["facts"]["tasks"]]) == ("tasks_refuse", [tasks[1].pk])

    batch = send(desk.clerk, "", asked, status=201)

    assert len(batch["tasks"]) == 2
    assert client.get("/api/v1/batches/ready/").json() == []
    send(desk.witness, "", asked, status=403)


@pytest.mark.rule("R-17")
def test_forecast_tells_which_re_reviews_of_a_unit_are_kept_apart_and_what_it_costs(client):
    desk = one_unit_office()
    batch = solved(desk, prepared(desk), freezes=False)
    client.force_login(desk.clerk)

    told = client.get(f"/api/v1/batches/{batch.pk}/forecast/").json()

    assert told["kept_apart"] == [[review.number for review in desk.reviews]]
    assert told["apart_cost"] == batch.solved["apart_cost"] > 0


def test_forecast_tells_the_rule_of_eligibility_that_would_do(client, desk):
    for expert in desk.experts[2:]:
        ExpertUndertaking.objects.filter(expert=expert).delete()
    batch = solved(desk, prepared(desk), freezes=False)
    client.force_login(desk.clerk)

    reasons = client.get(f"/api/v1/batches/{batch.pk}/forecast/").json()["reasons"]

    assert reasons[-1]["words"].endswith("坐满：未签订本年度承诺书。")


def test_forecast_tells_limits_costs_and_loads_and_why_seats_cannot_be_filled(client, desk):
    desk.reviews[1].meets_on = TODAY + timedelta(days=20)
    desk.reviews[1].save()
    batch = prepared(desk)
    send(desk.clerk, f"{batch.pk}/pair/", {"place": 0, "expert": desk.experts[0].pk, "kind": "PIN", "reason": "熟悉"})
    address = f"/api/v1/batches/{batch.pk}/forecast/"
    client.force_login(desk.clerk)

    before = client.get(address).json()
    send(desk.clerk, f"{batch.pk}/look/")
    after = client.get(address).json()
    send(desk.clerk, f"{batch.pk}/pair-drop/", {"place": 0, "expert": desk.experts[0].pk})
    for place in range(len(desk.reviews)):
        for expert in desk.experts:
            named = {"place": place, "expert": expert.pk, "kind": "FORBID", "reason": "回避"}
            send(desk.clerk, f"{batch.pk}/pair/", named)
    send(desk.clerk, f"{batch.pk}/look/")
    empty = client.get(address).json()

    assert (before["status"], before["looks"], before["loads"], before["seats"]) == (None, 0, [], 6)
    assert [(one["re_review"], one["code"], one["citation"]) for one in before["warnings"]] == [
        (desk.reviews[1].number, "drawn_early", "财库〔2016〕198号")
    ]
    assert (after["status"], after["looks"], after["pool"], after["proof"]) == ("optimal", 1, len(desk.experts), [])
    assert sum(load["load_permille"] for load in after["loads"]) == 6000
    assert [(pair["place"], pair["expert"], pair["kind"]) for pair in after["pairs"]] == [
        (0, desk.experts[0].pk, "PIN")
    ]
    assert [task["eligible"] for task in after["tasks"]] == [len(desk.experts)] * 2
    assert after["room"] >= 6
    assert (empty["status"], bool(empty["reasons"])) == ("infeasible", True)
    assert (after["kept_apart"], after["apart_cost"]) == ([], None)
    client.force_login(UserFactory(role="CLERK"))
    assert client.get(address).status_code == 404
