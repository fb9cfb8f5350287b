"""Where the setting demands it, nobody of the bureau works with a password alone."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.urls import reverse

from faces.api.tokens import give_token
from foundation.accounts.enums import Role
from foundation.accounts.selectors import OUTSIDE
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long password 1"
BUREAU_ROLES = [role for role in Role if role not in OUTSIDE]
OTHERS = [role for role in Role if role in OUTSIDE]
SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def demanded(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def person(role):
    return UserFactory(role=role, password=make_password(PASSWORD))


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up(client, user):
    """Sign in, set up a second factor and return its secret."""
    sign_in(client, user)
    again = client.get(SET_UP)["Location"]  # the password is asked for once more
    assert client.post(again, {"password": PASSWORD}).status_code == 302
    assert client.get(SET_UP).status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert client.post(SET_UP, {"code": code_for(secret)}).status_code == 302
    cache.clear()  # a code is taken once; the next sign-in of the test comes in the same half minute
    return secret


@pytest.mark.parametrize("role", BUREAU_ROLES)
def test_people_of_the_bureau_are_led_to_set_one_up_and_get_nowhere_else(client, demanded, role):
    sign_in(client, person(role))

    for url in (reverse("pages:bureau-home"), reverse("pages:accounts"), reverse("pages:notices")):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    answer = client.get("/api/v1/tasks/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
    assert client.get(SET_UP)["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("role", OTHERS)
def test_others_are_free_to_have_one(client, demanded, role):
    sign_in(client, person(role))

    assert client.get(reverse("pages:notices")).status_code == 200


def test_nothing_is_written_without_it(client, demanded):
    admin = person(Role.ADMINISTRATOR)
    sign_in(client, admin)
    other = UserFactory(bureau=admin.bureau)

    answer = client.post(reverse("pages:account-close", args=[other.pk]))

    other.refresh_from_db()
    assert (answer.status_code, other.is_active) == (302, True)


def test_it_is_not_demanded_where_the_setting_is_off(client):
    sign_in(client, person(Role.CLERK))

    assert client.get(reverse("pages:bureau-home")).status_code == 200


def test_strangers_read_the_public_pages(client, demanded):
    assert client.get(reverse("pages:public-home")).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_whoever_sets_one_up_works_at_once_and_is_asked_for_it_from_then_on(client, demanded):
    clerk = person(Role.CLERK)
    secret = set_up(client, clerk)
    assert client.get(reverse("pages:bureau-home")).status_code == 200
    kept = Authenticator.objects.get(user=clerk, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    client.logout()

    answer = sign_in(client, clerk)
    asked = reverse("mfa_authenticate")
    assert answer["Location"] == asked
    assert client.get(reverse("pages:bureau-home"))["Location"].startswith(reverse("account_login"))
    wrong = client.post(asked, {"code": "000000" if code_for(secret) != "000000" else "000001"})
    assert wrong.status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(asked, {"code": code_for(secret)}).status_code == 302

    assert client.get(reverse("pages:bureau-home")).status_code == 200


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "身份验证器"), ("en", "Authenticator")])
def test_pages_of_the_second_factor_speak_the_readers_language(client, demanded, settings, language, words):
    client.cookies["gp_language"] = language
    clerk = person(Role.CLERK)
    sign_in(client, clerk)
    client.post(client.get(SET_UP)["Location"], {"password": PASSWORD})

    page = client.get(SET_UP).content.decode()

    assert words in page
    assert "data:image/svg+xml" in page  # the picture that the telephone reads
    assert reverse("mfa_index") in page


def test_session_that_knew_it_costs_no_query_more(client, demanded, django_assert_num_queries, settings):
    clerk = person(Role.CLERK)
    secret = set_up(client, clerk)
    client.logout()
    sign_in(client, clerk)
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    client.get(reverse("pages:notices"))
    settings.REQUIRE_SECOND_FACTOR = False
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("pages:notices"))
    settings.REQUIRE_SECOND_FACTOR = True

    with django_assert_num_queries(len(seen)):
        client.get(reverse("pages:notices"))


def test_token_stands_for_the_session_in_which_it_was_made(client, demanded):
    clerk = person(Role.CLERK)
    _token, text = give_token(user=clerk, name="t")

    answer = client.get("/api/v1/tasks/", HTTP_AUTHORIZATION=f"Token {text}")

    assert answer.status_code == 200
