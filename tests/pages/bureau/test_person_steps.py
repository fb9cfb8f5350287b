"""What is set right on a person's page: how he is reached, his number, where he was."""

import html
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from foundation.accounts.enums import Role
from foundation.core import clock
from foundation.core.crypto import decrypt
from tests.factories.assignments import ExpertFactory, PersonFactory, expert_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 12, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOON.date()
ID = "11010519491231002X"


@pytest.fixture(autouse=True)
def _today():
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def desk(client, people):
    client.force_login(people["clerk"])
    return client


def text(response):
    return html.unescape(response.content.decode())


def url(name, *args):
    return reverse(f"pages:{name}", args=args)


@pytest.mark.edge("E5")
def test_clerk_changes_how_somebody_is_reached_and_corrects_his_number(desk, people):
    person = PersonFactory(bureau=people["bureau"], email="old@example.cn")
    reached, number = url("person-contact", person.pk), url("person-number", person.pk)

    assert "old@example.cn" in text(desk.get(reached))
    assert desk.post(reached, {"phone": "abc", "email": ""}).status_code == 422
    assert desk.post(reached, {"phone": "", "email": "old@example.cn"}).status_code == 409
    assert desk.post(reached, {"phone": "13912345678", "email": "new@example.cn"}).status_code == 302
    assert desk.post(number, {"id_number": "123", "reason": "已核对"}).status_code == 409
    assert desk.post(number, {"id_number": ID, "reason": "已核对"}).status_code == 302

    page = text(desk.get(url("person", person.pk)))
    assert all(one in page for one in ("139****5678", "new@example.cn", "1101**********002X", reached, number))
    assert "13912345678" not in page
    desk.force_login(UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR))
    assert [desk.get(one).status_code for one in (reached, number)] == [403, 403]


@pytest.mark.edge("E5")
def test_expert_says_himself_how_he_is_reached(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    client.force_login(expert_user(expert))

    assert url("expert-contact") in text(client.get(url("expert-record")))
    assert client.post(url("expert-contact"), {"phone": "139 1234 5678", "email": "a@example.cn"}).status_code == 302

    expert.person.refresh_from_db()
    assert (decrypt(expert.person.phone_sealed), expert.person.email) == ("13912345678", "a@example.cn")
    assert "139****5678" in text(client.get(url("expert-record")))
