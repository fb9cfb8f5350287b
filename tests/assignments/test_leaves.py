"""Who may open which leaf of a frozen list, and that an opened leaf proves what it says to a stranger."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from assignments import draw as pure
from assignments.enums import ReReviewStatus
from assignments.models import Assignment, DrawExclusion, ReReviewTask
from assignments.selectors.draws import record_of
from assignments.selectors.leaves import own_leaves
from assignments.services import draws
from evaluators.models import FirmUndertaking
from experts.models import ExpertUndertaking
from foundation.audit.models import Entry
from foundation.core.canon import dumps
from foundation.core.errors import NotAllowed
from parties.services import rename_organisation, rename_person
from tests.factories.assigned import batch_office, finish, prepared, seated
from tests.factories.assignments import expert_user, firm_user
from tests.factories.draw_tables import TODAY, FirmTable, PanelTable, ready_firm

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parents[2] / "assignments" / "verify_draw.py"


@pytest.fixture
def table():
    """Give a table whose list leaves out two experts, one of them by two rules."""
    table = PanelTable()
    table.out = table.experts[:2]
    ExpertUndertaking.objects.filter(expert__in=table.out).delete()
    table.set_up()
    return table


def is_over(draw):
    ReReviewTask.objects.filter(pk=draw.re_review_id).update(status=ReReviewStatus.DONE)


def leaf_of(opening):
    return pure.leaf(opening.name, opening.ref, opening.reason, opening.salt)


def judged(record, leaf, folder, *more):
    """Return the verifier's answer about a record and a leaf, as a stranger runs it."""
    (folder / "record.json").write_bytes(dumps(record))
    (folder / "leaf.json").write_bytes(dumps(leaf))
    words = [sys.executable, str(VERIFIER), "record.json", "--leaf", "leaf.json", *more]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_witness_opens_list_and_sealed_part_and_both_are_what_was_frozen(table):
    draw = table.run(ratio_confirmed=True)
    frozen = json.loads(draw.freeze_text)

    opened = draws.open_leaves(draw=draw, by=table.witness)

    listed, sealed = [one for one in opened if one.number], [one for one in opened if not one.number]
    assert [leaf_of(one) for one in listed] == [entry["leaf"] for entry in frozen["entries"]]
    assert pure.excluded_digest(leaf_of(one) for one in sealed) == frozen["excluded"]["leaves"]
    assert {one.ref for one in sealed} == {expert.number for expert in table.out}
    assert len(sealed) == frozen["excluded"]["total"] == 2
    assert Entry.objects.filter(action="draws.leaves_opened", subject_id=draw.pk).count() == 1


@pytest.mark.edge("E19")
def test_sealed_part_opens_under_the_names_of_its_day(table):
    draw = table.run(ratio_confirmed=True)
    rename_person(person=table.out[0].person, name="改过名", reason="户籍", by=table.operator, on=TODAY)

    sealed = [one for one in draws.open_leaves(draw=draw, by=table.witness) if not one.number]

    assert "改过名" not in {one.name for one in sealed}
    assert pure.excluded_digest(map(leaf_of, sealed)) == json.loads(draw.freeze_text)["excluded"]["leaves"]


def test_somebody_kept_off_by_two_rules_has_one_leaf(table):
    draw = table.run(ratio_confirmed=True)
    first = DrawExclusion.objects.filter(draw=draw).first()
    DrawExclusion.objects.create(draw=draw, expert=first.expert, code="yearly_cap")

    sealed = [one for one in draws.open_leaves(draw=draw, by=table.witness) if not one.number]

    assert sorted(one.ref for one in sealed) == sorted(expert.number for expert in table.out)
    assert DrawExclusion.objects.filter(draw=draw).exclude(leaf="").count() == 2


def test_file_of_the_supervisor_tells_the_rule(table):
    draw = table.run(ratio_confirmed=True)
    client = Client()
    client.force_login(table.witness)

    lines = client.post(reverse("pages:supervisor-leaves", args=[draw.number])).content.decode("utf-8-sig").splitlines()

    assert lines[0] == "number,name,ref,reason,salt"
    assert len(lines) == 1 + draw.entries.count() + 2
    assert sum(",no_undertaking" in line for line in lines) == 2


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_others_open_no_leaves(table, who):
    draw = table.run(ratio_confirmed=True)
    by = table.operator if who == "operator" else expert_user(table.experts[5])

    with pytest.raises(NotAllowed):
        draws.open_leaves(draw=draw, by=by)
    assert not Entry.objects.filter(action="draws.leaves_opened").exists()


@pytest.mark.rule("R-45")
def test_each_opens_his_own_leaf_when_the_review_is_over_and_a_stranger_confirms_it(table, tmp_path):
    draw = table.run(ratio_confirmed=True)
    entry = draw.entries.select_related("expert__person").first()
    user = expert_user(entry.expert)
    assert own_leaves(user) == []
    is_over(draw)

    (own,) = own_leaves(user)
    done = judged(record_of(draw), own.document(), tmp_path, "-v")

    assert (own.h, own.opening.number, own.opening.ref) == (draw.commitment, entry.number, entry.expert.number)
    assert own.is_seated == Assignment.objects.filter(draw=draw, expert=entry.expert).exists()
    assert (done.returncode, done.stdout.split()[0]) == (0, "OK")
    assert f"as number {entry.number}" in done.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "别人"}, "is somebody else"),
        ({"number": 99}, "is somebody else"),
        ({"number": 0}, "is somebody else"),
        ({"salt": "0" * 64}, "is somebody else"),
        ({"h": "0" * 64}, "another frozen list"),
        ({"type": "x"}, "not an opened leaf"),
    ],
)
def test_verifier_says_what_is_wrong_with_a_leaf(table, tmp_path, change, says):
    draw = table.run(ratio_confirmed=True)
    is_over(draw)
    (own,) = own_leaves(expert_user(draw.entries.first().expert))

    done = judged(record_of(draw), own.document() | change, tmp_path)

    assert done.returncode == 1
    assert says in done.stdout


def test_own_leaf_of_a_batch_is_confirmed_too(tmp_path):
    desk = batch_office()
    batch = seated(desk, prepared(desk))
    number, place = next((n, row) for n, row in enumerate(batch.pool) if any(n in panel for panel in batch.panels))
    user = expert_user(next(row for row in desk.experts if row.pk == place["expert"]))
    assert own_leaves(user) == []
    finish(desk)

    (own,) = own_leaves(user)

    assert own.opening.number == number
    assert judged(batch.record, own.document(), tmp_path).returncode == 0
    assert judged(batch.record, own.document() | {"number": number + 1}, tmp_path).returncode == 1


def test_expert_reads_and_downloads_only_his_own(table):
    draw = table.run(ratio_confirmed=True)
    is_over(draw)
    mine, other = (row.expert for row in draw.entries.order_by("number")[:2])
    client, stranger = Client(), Client()
    client.force_login(expert_user(mine))
    stranger.force_login(expert_user(other))
    (own,) = own_leaves(expert_user(mine))
    address = reverse("pages:expert-leaf", args=[own.key])

    page = client.get(reverse("pages:expert-left-out")).content.decode()
    answer = client.get(address)

    assert address in page
    assert draw.commitment[:12] in page
    assert answer.json() == own.document()
    assert "no-store" in answer.headers["Cache-Control"]
    assert stranger.get(address).status_code == 404


def test_firm_reads_its_own_over_page_and_api():
    table = FirmTable()
    out = ready_firm(table.task.bureau)
    FirmUndertaking.objects.filter(firm=out).delete()
    table.set_up()
    draw = table.run()
    type(table.task).objects.filter(pk=table.task.pk).update(status="ACCEPTED")
    entry = draw.entries.select_related("firm__organisation").first()
    rename_organisation(organisation=entry.firm.organisation, name="改过的名字", by=table.operator, on=TODAY)
    client, left = Client(), Client()
    client.force_login(firm_user(entry.firm))
    left.force_login(firm_user(out))

    body = client.get("/api/v1/own-draws/").json()
    kept_off = left.get("/api/v1/own-draws/").json()

    (row,) = body["lists"]
    assert (row["h"], row["leaf"]["number"], row["leaf"]["ref"]) == (draw.commitment, entry.number, entry.firm.number)
    assert row["leaf"]["name"] != "改过的名字"
    assert (
        reverse("pages:firm-leaf", args=[f"d{entry.pk}"]) in client.get(reverse("pages:firm-left-out")).content.decode()
    )
    assert body["left_out"] == []
    assert [one["code"] for one in kept_off["left_out"]] == ["no_undertaking"]
    assert kept_off["lists"] == []
    assert table.task.title not in json.dumps(kept_off, ensure_ascii=False)


def test_api_is_for_experts_and_firms(table):
    client = Client()
    client.force_login(table.operator)

    assert client.get("/api/v1/own-draws/").status_code == 403


def test_lists_cost_the_same_whatever_their_number(table, django_assert_max_num_queries):
    draw = table.run(ratio_confirmed=True)
    is_over(draw)
    user = expert_user(draw.entries.first().expert)

    with django_assert_max_num_queries(7):
        own_leaves(user)
