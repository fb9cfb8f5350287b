"""The one entrance."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings

from foundation.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.shared.urls")]


def test_sign_in_leads_on_to_where_one_wanted_to_go(client, clerk):
    answer = client.post(
        "/accounts/login/?next=/people/", {"login": "clerk", "password": "a long password 1", "next": "/people/"}
    )

    assert answer.url == "/people/"


def test_wrong_password_says_how_many_tries_are_left_and_keeps_the_account(client, clerk):
    html = client.post("/accounts/login/", {"login": "clerk", "password": "wrong"}).content.decode()

    assert 'value="clerk"' in html
    assert "4" in html.split('id="id_password_error"')[1].split("</span>")[0]
    assert "wrong" not in html.split('id="id_password"')[1].split(">")[0]


def test_lock_is_said_in_our_words(client, clerk):
    for _ in range(5):
        answer = client.post("/accounts/login/", {"login": "clerk", "password": "wrong"})

    assert answer.status_code in {403, 429}
    assert "15" in answer.content.decode()


def test_demonstration_accounts_are_offered_only_where_there_are_any(client, clerk, settings):
    plain = client.get("/accounts/login/").content.decode()

    with override_settings(TEMPLATES=with_demo(settings.TEMPLATES)):
        demo = client.get("/accounts/login/").content.decode()

    assert 'class="demos"' not in plain
    assert '<input type="hidden" name="login" value="clerk">' in demo


def test_password_page_stands_in_the_shell(desk):
    html = desk.get("/accounts/password/change/").content.decode()

    assert 'class="shell"' in html
    assert "王砚清" in html


def with_demo(templates):
    first = dict(templates[0])
    options = dict(first["OPTIONS"])
    options["context_processors"] = [*options["context_processors"], "tests.pages.shared.test_signin.demo"]
    return [{**first, "OPTIONS": options}]


def demo(request):
    return {"demo_accounts": [{"username": "clerk", "password": "x", "role": "clerk"}]}


def test_five_wrong_tries_lock_even_the_right_password_out_and_nobody_else(client, clerk):
    for _ in range(4):
        client.post("/accounts/login/", {"login": "clerk", "password": "wrong"})
    assert client.post("/accounts/login/", {"login": "clerk", "password": "wrong"}).status_code in {403, 429}

    for name in ("clerk", "CLERK", " clerk "):
        right = client.post("/accounts/login/", {"login": name, "password": "a long password 1"})
        assert right.status_code in {403, 429}
        assert "_auth_user_id" not in client.session

    elsewhere = client.post(
        "/accounts/login/", {"login": "clerk", "password": "a long password 1"}, REMOTE_ADDR="192.0.2.7"
    )
    assert elsewhere.status_code == 302


def test_capitals_give_no_more_tries(client, clerk):
    answers = [
        client.post("/accounts/login/", {"login": name, "password": "wrong"}).status_code
        for name in ("clerk", "Clerk", "cLerk", "clErk", "cleRk")
    ]

    assert answers[-1] in {403, 429}


def test_wrong_tries_of_one_account_lock_no_other_at_the_same_address(client, clerk, bureau):
    User.objects.create(username="other", name="李", bureau=bureau, password=make_password("a long password 2"))
    for _ in range(6):
        client.post("/accounts/login/", {"login": "clerk", "password": "wrong"})

    assert client.post("/accounts/login/", {"login": "other", "password": "a long password 2"}).status_code == 302


def test_right_password_in_time_forgets_the_wrong_tries(client, clerk):
    for _round in range(2):
        for _ in range(4):
            client.post("/accounts/login/", {"login": "clerk", "password": "wrong"})
        assert client.post("/accounts/login/", {"login": "clerk", "password": "a long password 1"}).status_code == 302
        client.logout()
