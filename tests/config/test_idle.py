"""A session that nobody uses ends after half an hour; what renews itself is no use."""

import time

import pytest
from django.urls import reverse

from config.idle import NOTED_EVERY, SEEN
from foundation.accounts.enums import Role
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(role=Role.CLERK))
    return client


def age(client, seconds):
    session = client.session
    session[SEEN] = int(time.time()) - seconds
    session.save()


def opened(client, **headers):
    return client.get(reverse("pages:tasks"), headers=headers)


def test_sign_in_starts_the_time(desk):
    assert time.time() - desk.session[SEEN] < NOTED_EVERY


def test_idle_session_ends_and_the_sign_in_says_why_and_leads_back(desk, settings):
    age(desk, settings.SESSION_IDLE_SECONDS + 1)

    answer = opened(desk)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('pages:tasks')}"
    assert "半小时未操作" in desk.get(answer["Location"], headers={"accept-language": "zh-hans"}).content.decode()
    assert opened(desk).status_code == 302


def test_used_session_lives_on(desk, settings):
    age(desk, settings.SESSION_IDLE_SECONDS - 1)

    assert opened(desk).status_code == 200

    assert time.time() - desk.session[SEEN] < NOTED_EVERY


def test_page_that_renews_itself_is_no_use(desk, settings):
    age(desk, settings.SESSION_IDLE_SECONDS - 1)
    before = desk.session[SEEN]

    assert opened(desk, **{"HX-Request": "true"}).status_code == 200

    assert desk.session[SEEN] == before


def test_session_of_before_the_rule_begins_now(desk):
    session = desk.session
    del session[SEEN]
    session.save()

    assert opened(desk).status_code == 200
    assert SEEN in desk.session
