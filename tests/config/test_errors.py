"""Errors that no view answers: a problem for programs, a page for people; an address with a NUL is no address."""

import pytest
from django.core.exceptions import BadRequest
from django.test import override_settings
from django.urls import reverse

from config import errors
from foundation.accounts.enums import Role
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [("/api/v1/nothing/", 404, "not_found"), ("/api/v1/tasks/%00/", 400, "invalid"), ("/api/v1/tasks/?number=%00", 400, "invalid")],
)  # fmt: skip
def test_program_gets_a_problem(client, address, status, code):
    client.force_login(UserFactory(role=Role.CLERK))

    response = client.get(address)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json().keys() == {"type", "title", "status", "code", "detail"}
    assert response.json()["code"] == code


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nothing/", 404), ("/public/?q=%00", 400), ("/public/p/%00/", 400), ("/public/?q=%2500", 200)],
)
def test_person_gets_a_page(client, address, status):
    client.force_login(UserFactory(role=Role.CLERK))

    response = client.get(address)

    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/tasks/", "application/problem+json"), ("/bureau/", "text/html")])
def test_bug_is_said_in_the_readers_form(rf, path, kind):
    response = errors.broken(rf.get(path))

    assert response.status_code == 500
    assert response["Content-Type"].startswith(kind)


def test_bad_request_of_a_page_stays_a_page(rf):
    assert errors.bad_request(rf.get("/bureau/"), BadRequest()).status_code == 400


@pytest.fixture(autouse=True)
def _chinese(client):
    client.cookies["gp_language"] = "zh-hans"


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_form_beyond_the_limit_answers_413_and_says_what_to_do(client):
    client.raise_request_exception = False

    answer = client.post(reverse("account_login"), {"login": "x" * 200})

    assert answer.status_code == 413
    assert "缩短所写内容" in answer.content.decode()


@override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=1)
def test_request_that_cannot_be_read_answers_400(client):
    client.raise_request_exception = False

    answer = client.post(reverse("account_login"), "a=1&b=2&c=3", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()
