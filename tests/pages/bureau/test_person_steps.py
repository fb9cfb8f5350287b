"""What is set right on a person's page: how he is reached, his number, where he was."""

import html
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from foundation.accounts.enums import Role
from foundation.core import clock
from foundation.core.crypto import decrypt
from parties.models import Employment
from tests.factories.assignments import ExpertFactory, FirmFactory, PersonFactory, PlanFactory, expert_user
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


@pytest.mark.edge("E49")
def test_owner_and_adviser_are_entered_on_the_page_and_the_tie_is_ended_there(desk, people):
    firm = FirmFactory(bureau=people["bureau"])
    expert = ExpertFactory(bureau=people["bureau"])
    person = expert.person
    asked = {"employer": firm.organisation.name, "started_on": "2018-01-01"}

    assert desk.post(url("person-spell", person.pk), asked | {"kind": "NONE"}).status_code == 422
    assert desk.post(url("person-spell", person.pk), asked | {"kind": "OWNER"}).status_code == 302
    assert desk.post(url("expert-employer", expert.number), asked | {"kind": "ADVISER"}).status_code == 302
    page = text(desk.get(url("person", person.pk)))
    assert all(word in page for word in ("股东或合伙人", "顾问", "经办登记"))
    rows = Employment.objects.order_by("kind")
    assert [(row.kind, row.organisation) for row in rows] == [
        ("ADVISER", firm.organisation), ("OWNER", firm.organisation),
    ]  # fmt: skip
    end = url("spell-end", rows[1].pk)
    assert end in page
    assert 'value="2020-12-21"' in text(desk.get(end))
    assert desk.post(end, {"ended_on": "2017-01-01"}).status_code == 409
    assert desk.post(end, {"ended_on": "2020-12-01"}).status_code == 302
    assert Employment.objects.get(kind="OWNER").ended_on == date(2020, 12, 1)


@pytest.mark.edge("E49")
def test_expert_declares_himself_that_he_advises_a_firm(client, people):
    firm = FirmFactory(bureau=people["bureau"])
    expert = ExpertFactory(bureau=people["bureau"])
    client.force_login(expert_user(expert))
    asked = {"employer": firm.organisation.name, "kind": "ADVISER", "started_on": "2018-01-01"}

    assert client.post(url("expert-employment"), asked).status_code == 302

    row = Employment.objects.get()
    assert (row.organisation, row.kind, row.source) == (firm.organisation, "ADVISER", "本人申报")
    assert "顾问" in text(client.get(url("expert-record")))


@pytest.mark.edge("E49")
def test_expert_asks_for_an_end_and_the_clerk_finds_it_on_today_and_answers(client, people):
    PlanFactory(bureau=people["bureau"])
    firm, expert = FirmFactory(bureau=people["bureau"]), ExpertFactory(bureau=people["bureau"])
    asked = {"employer": firm.organisation.name, "kind": "EMPLOYEE", "started_on": "2018-01-01"}
    me = expert_user(expert)
    client.force_login(me)
    client.post(url("expert-employment"), asked)
    row = Employment.objects.get()
    ask = url("expert-employment-end", row.pk)

    assert ask in text(client.get(url("expert-record")))
    assert 'value="2020-12-21"' in text(client.get(ask))
    assert client.post(ask, {"ended_on": "2017-01-01"}).status_code == 409
    assert client.post(ask, {"ended_on": "2020-06-01"}).status_code == 302
    page = text(client.get(url("expert-record")))
    assert (ask in page, "财政部门尚未答复" in page) == (False, True)
    client.force_login(expert_user(ExpertFactory(bureau=people["bureau"])))
    assert client.get(ask).status_code == 404

    client.force_login(people["clerk"])
    assert url("asked-ends") in text(client.get(url("bureau-home")))
    assert url("asked-ends") in text(client.get(url("persons")))
    assert url("person", expert.person_id) in text(client.get(url("asked-ends")))
    accept, decline = url("spell-end-accept", row.pk), url("spell-end-decline", row.pk)
    page = text(client.get(url("person", expert.person_id)))
    assert all(one in page for one in (accept, decline, "2020年6月1日"))
    assert client.post(decline, {"words": ""}).status_code == 422
    assert client.post(decline, {"words": "请附证明"}).status_code == 302
    assert url("asked-ends") not in text(client.get(url("bureau-home")))

    client.force_login(me)
    assert "请附证明" in text(client.get(url("expert-record")))
    repeated = client.post(url("expert-employment"), asked | {"ended_on": "2020-06-01"}, follow=True)
    assert "财政部门接受" in text(repeated)
    client.force_login(people["clerk"])
    assert "2020年6月1日" in text(client.get(accept))
    assert client.post(accept).status_code == 302
    row.refresh_from_db()
    assert (row.ended_on, row.asked_end_on) == (date(2020, 6, 1), None)
    client.force_login(UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR))
    assert [client.get(one).status_code for one in (url("asked-ends"), accept, decline)] == [403, 403, 403]
