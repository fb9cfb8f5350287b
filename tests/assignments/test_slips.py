"""A nonce whose device is lost is read from its slip by two people; one alone opens nothing, and it is told."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from assignments import draw as pure
from assignments.enums import BatchStatus, DrawStatus, PartyRole
from assignments.models import DrawParty
from assignments.services import batches, draws
from assignments.services.batches import BatchRefused
from assignments.services.draws import DrawRefused
from disclosure.selectors import draw_summary
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.canon import dumps
from foundation.core.errors import NotAllowed
from tests.factories.assigned import batch_office, prepared, solved
from tests.factories.assignments import expert_user
from tests.factories.draw_tables import NOW, VALUE_AT, PanelTable, outside
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parents[2] / "assignments" / "verify_draw.py"
WITNESS = PartyRole.WITNESS


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def table():
    table = PanelTable()
    table.set_up()
    table.freeze()
    table.commit_all()
    table.reveal("operator")
    return table


def verified(record, folder):
    (folder / "record.json").write_bytes(dumps(record))
    words = [sys.executable, str(VERIFIER), "record.json"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def read(table, by, role=WITNESS, value=None, at=NOW):
    return draws.open_from_slip(draw=table.draw, role=role, nonce=value or nonce(role.lower()), by=by, at=at)


def code(call, *args, **facts):
    before = Entry.objects.count()
    with pytest.raises((DrawRefused, BatchRefused)) as caught:
        call(*args, **facts)
    assert Entry.objects.count() == before
    return caught.value.refusal.code


def test_two_read_the_slip_and_the_record_says_so(table, tmp_path):
    other = UserFactory(bureau=table.task.bureau, role=Role.SUPERVISOR)
    for _again in range(2):
        assert read(table, table.operator).status == DrawStatus.COMMITTED
    assert DrawParty.objects.get(draw=table.draw, role=WITNESS).nonce == ""

    draw = read(table, other)

    party = DrawParty.objects.get(draw=draw, role=WITNESS)
    assert (draw.status, party.nonce) == (DrawStatus.DRAWN, nonce("witness"))
    assert (party.slip_typed_by, party.slip_confirmed_by) == (table.operator, other)
    assert draw.record["about"]["slips"] == ["witness"]
    assert draw_summary(draw.record)["slips"] == ["监督人"]
    assert (answer := verified(draw.record, tmp_path)).returncode == 0, answer.stdout
    assert list(
        Entry.objects.filter(action__startswith="draws.slip").order_by("pk").values_list("action", flat=True)
    ) == [
        "draws.slip_typed",
        "draws.slip_confirmed",
    ]
    assert read(table, other).status == DrawStatus.DRAWN  # once more changes nothing


def test_seed_is_the_one_that_the_device_would_have_given(table):
    draw = read(table, table.operator)
    draw = read(table, table.witness)

    shown = {row["party"]: row["nonce"] for row in draw.record["reveals"]}
    parts = [pure.nonce_part(party, shown[party]) for party in ("operator", "witness")]
    assert draw.order == pure.positions(draw.freeze_text, parts)


def test_what_is_not_on_the_slip_out_of_turn_or_too_early_is_refused(table):
    assert code(read, table, table.operator, value="0" * 64) == "wrong_nonce"
    assert code(read, table, table.operator, value="zz") == "wrong_nonce"
    assert code(read, table, table.operator, role=PartyRole.THIRD) == "no_slip_awaited"
    early = PanelTable()
    early.set_up()
    early.freeze()
    early.commit("operator")
    assert code(read, early, early.operator) == "not_your_turn"
    assert code(read, early, early.operator, role=PartyRole.OPERATOR) == "no_slip_awaited"
    early.commit("witness")
    assert code(read, early, early.operator) == "not_your_turn"
    assert not DrawParty.objects.exclude(slip_nonce="").exists()


def test_second_reading_that_differs_is_refused_and_nothing_is_shown(table):
    read(table, table.operator)

    assert code(read, table, table.witness, value="1" * 64) == "wrong_nonce"

    table.draw.refresh_from_db()
    assert table.draw.status == DrawStatus.COMMITTED


def test_strangers_read_no_slip(table):
    for by in (
        expert_user(table.experts[0]),
        UserFactory(role=Role.SUPERVISOR),
        UserFactory(bureau=table.task.bureau, role=Role.BUREAU_LEADER),
    ):
        with pytest.raises(NotAllowed):
            read(table, by)


def test_with_an_outside_value_a_slip_is_read_in_any_order_but_before_its_time():
    table = PanelTable()
    table.set_up(sources=outside())
    table.freeze()
    table.commit_all()
    until = table.draw.reveal_until

    assert code(read, table, table.operator, at=until + timedelta(seconds=1)) == "reveal_too_late"
    read(table, table.operator, at=until)
    draw = read(table, table.witness, at=until)
    assert draw.status == DrawStatus.COMMITTED
    table.reveal("operator", at=until)

    draw.refresh_from_db()
    assert draw.status == DrawStatus.REVEALED
    table.draw = draw
    assert table.read("1", "2", "3", "4", "5", "6", "7", at=VALUE_AT).record["about"]["slips"] == ["witness"]


def test_pages_lead_two_people_to_it(table):
    clients = [Client(), Client()]
    address, room = (
        reverse("pages:draw-from-slip", args=[table.draw.number]),
        reverse("pages:draw", args=[table.draw.number]),
    )
    for client, user in zip(clients, (table.operator, table.witness), strict=True):
        client.force_login(user)
        assert address in client.get(room).content.decode()
    given = {"role": "WITNESS", "nonce": nonce("witness")}

    assert clients[0].post(address, given).status_code == 302
    assert table.operator.name in clients[1].get(address).content.decode()
    assert clients[1].post(address, given).status_code == 302

    table.draw.refresh_from_db()
    assert table.draw.status == DrawStatus.DRAWN
    assert address not in clients[0].get(room).content.decode()


def test_batch_opens_a_lost_nonce_the_same_way(tmp_path):
    desk = batch_office()
    batch = solved(desk, prepared(desk), freezes=True)
    for role, user in (("operator", desk.clerk), ("witness", desk.witness)):
        value = pure.commitment(batch.commitment, role, nonce(role))
        batch = batches.commit(batch=batch, commitment=value, by=user, at=NOW)
    given = {"batch": batch, "at": NOW}
    assert code(batches.open_from_slip, **given, role=WITNESS, nonce=nonce("witness"), by=desk.clerk) == "not_your_turn"
    batches.reveal(**given, nonce=nonce("operator"), by=desk.clerk)

    first = batches.open_from_slip(**given, role=WITNESS, nonce=nonce("witness"), by=desk.clerk)
    assert first.status == BatchStatus.COMMITTED
    client = Client()
    client.force_login(desk.witness)
    url = f"/api/v1/batches/{batch.pk}/open-from-slip/"
    answer = client.post(url, json.dumps({"role": "WITNESS", "nonce": nonce("witness")}), "application/json")

    batch.refresh_from_db()
    assert (answer.status_code, batch.status) == (200, BatchStatus.DRAWN)
    assert batch.record["about"]["slips"] == ["witness"]
    assert verified(batch.record, tmp_path).returncode == 0
