"""Requests that never reach a page get an answer in words."""

import pytest
from django.test import override_settings
from django.urls import reverse

pytestmark = pytest.mark.django_db


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
