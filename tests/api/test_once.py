"""Idempotency keys: a repeated post acts once; other words under the same key are refused."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assignments.models import EvaluationPlan
from faces.api.models import Once
from foundation.accounts.enums import Role
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    client.force_login(UserFactory(roles=[Role.CLERK, Role.SECTION_HEAD]))
    return client


def post(api, year, key, address="/api/v1/plans/"):
    return api.post(address, {"work_year": year}, content_type="application/json", headers={"Idempotency-Key": key})


def test_same_key_and_words_act_once(api):
    first, second = post(api, 2030, "k1"), post(api, 2030, "k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert EvaluationPlan.objects.count() == 1
    assert Once.objects.count() == 1


def test_same_key_with_other_words_is_409_and_changes_nothing(api):
    post(api, 2030, "k1")

    response = post(api, 2031, "k1")

    assert (response.status_code, response.json()["code"]) == (409, "key_reused")
    assert [plan.work_year for plan in EvaluationPlan.objects.all()] == [2030]


def test_keys_are_each_persons_own(api, client):
    post(api, 2030, "k1")
    client.force_login(UserFactory(role=Role.CLERK))

    assert post(client, 2030, "k1").status_code == 201
    assert EvaluationPlan.objects.count() == 2


def test_what_is_refused_leaves_no_key(api):
    post(api, 2030, "first")
    refused = post(api, 2030, "k1")
    assert refused.status_code == 409

    assert not Once.objects.filter(key="k1").exists()
    assert post(api, 2031, "k1").status_code == 201


def test_key_is_forgotten_after_a_day(api):
    post(api, 2030, "k1")
    Once.objects.update(made_at=timezone.now() - timedelta(days=1, minutes=1))

    assert post(api, 2031, "k1").status_code == 201
    assert Once.objects.count() == 1


def test_verb_acts_once_too(api):
    plan = post(api, 2030, "k1").json()["id"]
    address = f"/api/v1/plans/{plan}/move/"

    def move(words):
        return api.post(
            address,
            {"action": "DRAFT", "words": words},
            content_type="application/json",
            headers={"Idempotency-Key": "k2"},
        )

    assert [move("go").status_code, move("go").status_code] == [200, 200]
    assert EvaluationPlan.objects.get().moves.filter(action="DRAFT").count() == 1
    assert move("other").json()["code"] == "key_reused"


def test_upload_is_known_by_its_bytes(api):
    def upload(content, key):
        file = SimpleUploadedFile("units.csv", content)
        return api.post("/api/v1/import-runs/", {"noun": "units", "file": file}, headers={"Idempotency-Key": key})

    first, again, other = (
        upload("单位编码\n".encode(), "k"),
        upload("单位编码\n".encode(), "k"),
        upload(b"x,y\n1,2\n", "k"),
    )

    assert first.status_code == again.status_code
    assert first.content == again.content
    assert other.status_code == 409


@pytest.mark.parametrize("key", ["x" * 81, "键"])
def test_bad_key_is_400(api, key):
    response = api.post(
        "/api/v1/plans/", {"work_year": 2030}, content_type="application/json", HTTP_IDEMPOTENCY_KEY=key
    )

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"Idempotency-Key"}
    assert not EvaluationPlan.objects.exists()
