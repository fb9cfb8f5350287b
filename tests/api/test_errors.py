"""How the API says no: one shape, a code, and the names of the fields."""

import pytest
from django.test import Client
from rest_framework.throttling import UserRateThrottle

from assignments.models import EvaluationPlan, EvaluationTask
from foundation.accounts.enums import Role
from tests.factories.assignments import PlanFactory, TaskFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


@pytest.fixture
def api(client, clerk):
    client.force_login(clerk)
    return client


@pytest.mark.parametrize("body", ["{", "[1", '{"work_year": }', "\ud800".encode("utf-8", "surrogatepass")])
def test_malformed_json_is_400(api, body):
    response = api.post("/api/v1/plans/", body, content_type=JSON)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert not EvaluationPlan.objects.exists()


@pytest.mark.parametrize("body", ["[]", "null", "3", '"x"'])
def test_json_that_is_no_object_is_400(api, body):
    assert api.post("/api/v1/plans/", body, content_type=JSON).status_code == 400


def test_unknown_and_bad_fields_are_named(api):
    unknown = api.post("/api/v1/plans/", {"work_year": 2030, "status": "ISSUED"}, content_type=JSON)
    bad = api.post("/api/v1/plans/", {"work_year": "soon"}, content_type=JSON)

    assert (unknown.status_code, set(unknown.json()["errors"])) == (400, {"status"})
    assert (bad.status_code, set(bad.json()["errors"])) == (400, {"work_year"})
    assert not EvaluationPlan.objects.exists()


def test_rule_that_says_no_is_409_with_code_and_facts(api, clerk):
    PlanFactory(bureau=clerk.bureau, work_year=2030)

    response = api.post("/api/v1/plans/", {"work_year": 2030}, content_type=JSON)

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert set(response.json()) >= {"type", "title", "status", "code", "detail"}


def test_missing_capability_is_403_and_row_out_of_sight_404(api, clerk):
    own, foreign = TaskFactory(plan__bureau=clerk.bureau), TaskFactory()

    forbidden = api.post("/api/v1/sanctions/1/nothing/", {}, content_type=JSON)
    not_allowed = api.post("/api/v1/credit-events/1/void/", {"reason": "x"}, content_type=JSON)
    hidden = api.post(f"/api/v1/tasks/{foreign.number}/stop/", {"reason": "x"}, content_type=JSON)
    missing = api.post("/api/v1/tasks/nothing/stop/", {"reason": "x"}, content_type=JSON)
    done = api.post(f"/api/v1/tasks/{own.number}/stop/", {"reason": "x"}, content_type=JSON)

    assert [one.status_code for one in (forbidden, not_allowed, hidden, missing, done)] == [404, 403, 404, 404, 200]
    assert hidden.content == missing.content
    assert EvaluationTask.objects.get(pk=foreign.pk).status == "PLANNED"


def test_row_out_of_sight_in_a_body_looks_like_a_missing_one(api, clerk):
    foreign = PlanFactory()
    body = {
        "kind": "KEY_PROJECT",
        "title": "x",
        "executor": "FIRM",
        "unit": 999_999,
        "budget_year": 2019,
        "amount_cents": 1,
    }

    hidden = api.post("/api/v1/tasks/", {**body, "plan": foreign.pk}, content_type=JSON)
    missing = api.post("/api/v1/tasks/", {**body, "plan": 999_999}, content_type=JSON)

    assert hidden.status_code == missing.status_code == 400
    assert hidden.content == missing.content
    assert set(hidden.json()["errors"]) == {"plan", "unit"}


def test_other_media_types_and_methods_are_refused(api):
    assert api.post("/api/v1/plans/", "x", content_type="text/xml").status_code == 415
    response = api.put("/api/v1/plans/", {}, content_type=JSON)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_too_many_calls_are_429_and_say_when(api, monkeypatch):
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})

    answers = [api.get("/api/v1/measures/") for _turn in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "too_many"
    assert int(answers[2]["Retry-After"]) > 0


def test_session_needs_the_csrf_token_to_write_and_a_token_does_not(clerk):
    from faces.api.tokens import give_token

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clerk)
    refused = browser.post("/api/v1/plans/", {"work_year": 2030}, content_type=JSON)
    assert (refused.status_code, EvaluationPlan.objects.count()) == (403, 0)

    browser.cookies["csrftoken"] = "a" * 32
    written = browser.post("/api/v1/plans/", {"work_year": 2030}, content_type=JSON, headers={"X-CSRFToken": "a" * 32})
    assert written.status_code == 201

    _token, secret = give_token(user=clerk, name="script")
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        "/api/v1/plans/", {"work_year": 2031}, content_type=JSON, headers={"Authorization": f"Token {secret}"}
    )
    assert answer.status_code == 201


def test_bad_token_beside_a_session_is_401(api):
    assert api.get("/api/v1/measures/", headers={"Authorization": "Token nonsense"}).status_code == 401


def test_account_that_was_closed_signs_in_no_more(api, clerk):
    clerk.is_active = False
    clerk.save()

    assert api.get("/api/v1/measures/").status_code == 401
