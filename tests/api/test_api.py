"""The API's common promises: who comes in, which filters, which errors, what a page costs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from faces.api.models import Token
from faces.api.tokens import end_token, give_token
from faces.api.urls import router
from foundation.accounts.enums import Role
from foundation.notices.services import notify
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
NOUNS = [name for name, _view, _basename in router.registry]


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


@pytest.fixture
def api(client, clerk):
    client.force_login(clerk)
    return client


def test_stranger_gets_401_as_a_problem(client):
    response = client.get("/api/v1/measures/")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_signed_in"


def test_token_signs_in_and_ends(client, clerk):
    token, secret = give_token(user=clerk, name="script")

    assert client.get("/api/v1/measures/", headers={"Authorization": f"Token {secret}"}).status_code == 200
    assert secret not in Token.objects.get().digest
    end_token(token=token, by=clerk)
    assert client.get("/api/v1/measures/", headers={"Authorization": f"Token {secret}"}).status_code == 401


def test_expired_token_is_refused(client, clerk):
    _token, secret = give_token(user=clerk, name="old")
    now = timezone.now()
    Token.objects.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))

    response = client.get("/api/v1/measures/", headers={"Authorization": f"Token {secret}"})

    assert response.status_code == 401


def test_token_is_given_once_with_its_secret(api):
    response = api.post("/api/v1/tokens/", {"name": "laptop"}, content_type="application/json")

    assert response.status_code == 201
    assert response.json()["secret"].startswith("gp_")
    assert "secret" not in api.get("/api/v1/tokens/").json()["results"][0]


def test_bad_values_name_their_fields(api):
    response = api.post("/api/v1/tokens/", {"name": "", "days": 0}, content_type="application/json")

    assert response.status_code == 400
    assert set(response.json()["errors"]) == {"name", "days"}


@pytest.mark.parametrize("noun", NOUNS)
def test_unknown_filter_is_refused(api, noun):
    response = api.get(f"/api/v1/{noun}/?password__startswith=a")

    assert response.status_code in {400, 403}
    assert response.json()["code"] in {"invalid", "not_allowed"}


@pytest.mark.parametrize("noun", NOUNS)
def test_list_answers_and_needs_its_capability(api, client, noun):
    assert api.get(f"/api/v1/{noun}/").status_code in {200, 403}
    api.force_login(UserFactory())

    response = api.get(f"/api/v1/{noun}/")

    assert response.status_code == 403
    assert response.json()["code"] == "not_allowed"


def test_unknown_row_is_404_as_a_problem(api):
    response = api.get("/api/v1/measures/999/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_pages_follow_one_another_without_loss(api, clerk):
    notify(users=[clerk], code="first")
    for number in range(6):
        notify(users=[clerk], code=f"n{number}")
    seen, url = [], "/api/v1/notices/?page_size=3"

    while url:
        body = api.get(url).json()
        seen += [row["code"] for row in body["results"]]
        url = body["next"]

    assert seen == ["n5", "n4", "n3", "n2", "n1", "n0", "first"]


@pytest.mark.parametrize("rows", [1, 10, 60])
def test_list_costs_the_same_for_any_number_of_rows(api, clerk, rows, django_assert_max_num_queries):
    for number in range(rows):
        notify(users=[clerk], code=f"n{number}")

    with django_assert_max_num_queries(8):
        api.get("/api/v1/notices/")


def test_schema_names_every_noun(api):
    response = api.get(reverse("api:schema") + "?format=json")

    assert response.status_code == 200
    paths = response.json()["paths"]
    assert [noun for noun in NOUNS if f"/api/v1/{noun}/" not in paths] == []
