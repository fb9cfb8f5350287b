"""The supervisor's pages: what waits to be witnessed, the journal's anchor and check, the opened leaves."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from assignments import draw as pure
from assignments.services import draws as services
from foundation.accounts.enums import Role
from foundation.audit.models import Anchor, Entry
from foundation.audit.selectors import head
from foundation.core import clock
from tests.factories.assignments import TODAY, TaskFactory, ready_firm
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def table():
    task = TaskFactory()
    for _number in range(4):
        ready_firm(task.bureau)
    witness = UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)
    draw = services.configure_firm_draw(task=task, witness=witness, by=task.clerk, on=TODAY)
    return services.freeze(draw=draw, by=task.clerk, at=NOW), task.clerk, witness


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def finish(draw, clerk, witness):
    people = (("operator", clerk), ("witness", witness))
    for party, user in people:
        value = pure.commitment(draw.commitment, party, nonce(party))
        draw = services.commit(draw=draw, commitment=value, by=user, at=NOW)
    for party, user in people:
        draw = services.reveal(draw=draw, nonce=nonce(party), by=user, at=NOW)
    return draw


def test_home_shows_what_waits_for_the_witness_and_for_nobody_else(table):
    draw, _clerk, witness = table
    other = UserFactory(bureau=draw.bureau, role=Role.SUPERVISOR)

    mine = signed_in(witness).get(reverse("pages:supervisor-home"))
    others = signed_in(other).get(reverse("pages:supervisor-home"))

    assert [page.context["layout"].main[0].count for page in (mine, others)] == [1, 0]
    assert draw.number in mine.content.decode()


def test_home_says_that_nothing_waits_rather_than_zero():
    page = signed_in(UserFactory(role=Role.SUPERVISOR)).get(reverse("pages:supervisor-home"))

    assert page.context["title"] == "现在没有等您监督的抽取"


def test_act_without_fields_shows_no_empty_sheet(table):
    _draw, _clerk, witness = table

    page = signed_in(witness).get(reverse("pages:supervisor-check")).content.decode()

    assert 'class="leaf"' not in page


def test_anchor_is_taken_and_chain_is_checked(table):
    _draw, _clerk, witness = table
    client = signed_in(witness)

    taken = client.post(reverse("pages:supervisor-anchor"), {"handed_to": "机关纪委存档"})
    checked = client.post(reverse("pages:supervisor-check"), follow=True)

    row = Anchor.objects.get()
    assert (taken.status_code, row.handed_to, (row.number, row.hash)) == (302, "机关纪委存档", head())
    assert str(row.number) in checked.content.decode()


def test_check_names_the_entry_that_was_changed(table):
    _draw, _clerk, witness = table
    entry = Entry.objects.order_by("pk").first()
    Entry.objects.filter(pk=entry.pk).update(text=entry.text.replace("draws", "drawn"))

    page = signed_in(witness).post(reverse("pages:supervisor-check"))

    assert page.status_code == 409
    assert page.context["form"].refusal.facts == {"entry": 1}


def test_leaves_are_opened_after_the_draw_and_that_is_journaled(table):
    draw, clerk, witness = table
    client, address = signed_in(witness), reverse("pages:supervisor-leaves", args=[draw.number])
    early = client.post(address)
    draw = finish(draw, clerk, witness)

    file = client.post(address)

    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    leaves = [entry["leaf"] for entry in json.loads(draw.freeze_text)["entries"]]
    assert early.status_code == 404
    assert [pure.leaf(row["name"], row["ref"], None, row["salt"]) for row in rows] == leaves
    assert Entry.objects.filter(action="draws.leaves_opened", actor_id=witness.pk).count() == 1


@pytest.mark.parametrize("role", [Role.CLERK, Role.SECTION_HEAD, Role.FIRM_ADMIN, Role.EXPERT])
def test_nobody_else_opens_leaves_or_takes_anchors(table, role):
    draw, clerk, witness = table
    finish(draw, clerk, witness)
    client = signed_in(UserFactory(bureau=draw.bureau, role=role))

    answers = [
        client.get(reverse("pages:supervisor-home")).status_code,
        client.post(reverse("pages:supervisor-anchor"), {"handed_to": "x"}).status_code,
        client.post(reverse("pages:supervisor-check")).status_code,
        client.post(reverse("pages:supervisor-leaves", args=[draw.number])).status_code,
    ]

    assert answers == [403] * 4
    assert not Anchor.objects.exists()
    assert not Entry.objects.filter(action="draws.leaves_opened").exists()


def rows_of(page):
    return list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_statistics_show_draws_against_chance_and_hand_every_table_out(table):
    draw, clerk, witness = table
    finish(draw, clerk, witness)
    client, address = signed_in(witness), reverse("pages:supervisor-statistics")

    shown = client.get(address).content.decode()
    firms = rows_of(client.get(address, {"export": "firms"}))
    lists = rows_of(client.get(address, {"export": "lists", "years": "all"}))

    assert "机会期望" in shown
    assert [(row["机会期望"], row["列入名单次数"]) for row in firms] == [("0.250000", "1")] * 4
    assert sorted(row["抽中次数"] for row in firms) == ["0", "0", "0", "1"]
    assert [(row["席位数"], row["符合条件"]) for row in lists] == [("1", "4")]
    assert client.get(address, {"export": "nonsense"}).status_code == 200
    assert Entry.objects.filter(action="draws.statistics_exported").count() == 2


def test_statistics_are_for_who_witnesses(table):
    draw, clerk, _witness = table
    address = reverse("pages:supervisor-statistics")
    for user in (clerk, UserFactory(bureau=draw.bureau, role=Role.EXPERT), UserFactory(role=Role.FIRM_ADMIN)):
        assert signed_in(user).get(address).status_code == 403
        assert signed_in(user).get(address, {"export": "experts"}).status_code == 403
    foreign = signed_in(UserFactory(role=Role.SUPERVISOR)).get(address, {"export": "firms", "years": "all"})
    assert rows_of(foreign) == []
