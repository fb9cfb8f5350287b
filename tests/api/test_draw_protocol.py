"""The steps of a draw beyond its plain course, by the API: outside value, widening, fault, order to draw again."""

import json
from datetime import timedelta

import pytest

from assignments import draw as pure
from assignments.enums import DrawStatus
from assignments.models import Draw
from evaluators.models import FirmUndertaking
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.core import clock
from tests.factories.draw_tables import NOW, VALUE_AT, FirmTable, checked, ready_firm
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def act(client):
    def post(user, path, given=None, status=200):
        client.force_login(user)
        answer = client.post(f"/api/v1/{path}", json.dumps(given or {}), content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    return post


SOURCES = [
    {"kind": "LOTTERY", "name": "双色球 2020052 期", "at": VALUE_AT.isoformat()},
    {"kind": "BEACON", "name": "drand 100", "at": (VALUE_AT + timedelta(hours=1)).isoformat()},
]


@pytest.fixture
def table():
    return FirmTable()


def test_outside_value_decides_and_is_corrected(act, table):
    asked = {"task": table.task.pk, "witness": table.witness.pk, "sources": SOURCES, "algorithm": "rfc3797"}
    draw = act(table.operator, "draws/", asked, 201)
    path = f"draws/{draw['id']}"
    act(table.operator, f"{path}/freeze/", {"ratio_confirmed": True})
    h = Draw.objects.get().commitment
    for step, key, value in (("commit", "commitment", lambda party: pure.commitment(h, party, nonce(party))),
                             ("reveal", "nonce", nonce)):  # fmt: skip
        for party, user in table.people().items():
            draw = act(user, f"{path}/{step}/", {key: value(party)})
    assert (draw["profile"], draw["status"], draw["outside_source"]["id"]) == ("O", "REVEALED", "value-1")
    read = {"words": "公告", "numbers": ["2", "5"]}
    assert act(table.operator, f"{path}/type-value/", read, 409)["code"] == "value_not_yet"

    with clock.standing_at(VALUE_AT):
        for given in (read, {**read, "numbers": ["7"]}):
            act(table.operator, f"{path}/type-value/", given)
            assert act(table.operator, f"{path}/confirm-value/", given, 403)["code"] == "own_entry"
            draw = act(table.witness, f"{path}/confirm-value/", given)

    assert draw["status"] == "DRAWN"
    record = Draw.objects.get().record
    assert [row["state"] for row in record["outside"]] == ["corrected", "used"]
    assert checked(record) == "OK"


def test_widening_is_asked_for_and_a_step_that_is_none_is_refused(act, table):
    UserFactory(bureau=table.task.bureau, role=Role.SECTION_HEAD)
    asked = {"task": table.task.pk, "witness": table.witness.pk, "widening": ["unit_employer"]}
    assert act(table.operator, "draws/", asked, 409)["code"] == "widening_unknown"
    draw = act(table.operator, "draws/", {**asked, "widening": ["over_share"]}, 201)
    assert act(table.operator, f"draws/{draw['id']}/widen/", {"reason": "用尽"}, 409)["code"] == "not_exhausted"
    FirmUndertaking.objects.all().delete()

    act(table.operator, f"draws/{draw['id']}/widen/", {"reason": "用尽"})

    assert Approval.objects.get().facts["step"] == "over_share"


def test_fault_is_noted_and_two_order_a_new_attempt(act, table):
    forgotten = ready_firm(table.task.bureau)
    FirmUndertaking.objects.filter(firm=forgotten).delete()
    table.set_up()
    draw = table.run()
    head = UserFactory(bureau=draw.bureau, role=Role.SECTION_HEAD)
    path = f"draws/{draw.pk}"
    act(table.operator, f"{path}/fault/", {"words": "漏登"}, 400)
    act(table.operator, f"{path}/fault/", {"words": "漏登", "firm": forgotten.pk})
    fault = draw.faults.get().pk
    act(head, f"{path}/order-again/", {"fault": fault + 1}, 400)
    act(head, f"{path}/order-again/", {"fault": fault})
    act(table.witness, f"{path}/order-again/", {"fault": fault})

    draw.refresh_from_db()
    assert (draw.status, draw.void_ground) == (DrawStatus.VOID, "ordered_again")
