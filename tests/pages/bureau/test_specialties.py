"""The tree of specialties and the health of the pool, as the bureau reads and keeps them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from faces.exchange.importing import NOUNS, Setting, dry_run, run
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.services import NodeDraft, add_nodes, rename_node, retire_node
from tests.factories.assigned import NOW, TODAY, batch_office, pool_expert
from tests.factories.assignments import TaskFactory

pytestmark = pytest.mark.django_db
TREE = [NodeDraft("A", "农业"), NodeDraft("A1", "水利", "A"), NodeDraft("A11", "灌溉", "A1"),
        NodeDraft("B", "工程"), NodeDraft("B1", "水工", "B")]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    found = batch_office(reviews=1, experts=0, seats=3)
    found.nodes = {
        node.code: node
        for node in add_nodes(bureau=found.bureau, tree=TreeKind.SPECIALTY, drafts=TREE, by=found.clerk, on=TODAY)
    }
    found.client = signed_in(found.clerk)
    return found


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def shown(client, name, *args, **query):
    response = client.get(reverse(f"pages:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def sent(client, page, *args, **form):
    return client.post(reverse(f"pages:{page}", args=args), form)


def test_tree_shows_experts_and_seats_of_everything_below(desk):
    pool_expert(desk.bureau, desk.nodes["A11"])
    sent(desk.client, "re-review-field", desk.reviews[0].number, node=desk.nodes["A11"].pk)

    page = shown(desk.client, "specialties")

    assert page.count("专家 1 人，需求 3 席") == 3
    assert page.count("专家 0 人，需求 0 席") == 3
    found = shown(desk.client, "specialties", q="灌溉")
    assert "农业" in found
    assert "水工" not in found


def test_tree_of_a_past_day_shows_the_names_of_that_day(desk):
    rename_node(node=desk.nodes["A1"], name="水务", by=desk.clerk, on=TODAY)

    past = shown(desk.client, "specialties", on=(TODAY - timedelta(days=1)).isoformat())

    assert "农业 / 水利 / 灌溉" in past
    assert "水务" not in past
    assert "水务" in shown(desk.client, "specialties")
    assert "水利" in shown(desk.client, "specialty", desk.nodes["A1"].pk)


def test_file_of_a_past_day_holds_the_tree_of_that_day(desk):
    rename_node(node=desk.nodes["A1"], name="水务", by=desk.clerk, on=TODAY)
    retire_node(node=desk.nodes["B1"], by=desk.clerk, on=TODAY)
    then, now = (TODAY - timedelta(days=1)).isoformat(), TODAY.isoformat()

    files = [desk.client.get(reverse("pages:specialties"), {"export": "csv", "on": day}) for day in (then, now)]

    texts = [answer.content.decode("utf-8-sig") for answer in files]
    assert ["水利" in text for text in texts] == [True, False]
    assert ["水务" in text for text in texts] == [False, True]
    assert ["水工" in text for text in texts] == [True, False]
    assert f"specialties-{then}.csv" in files[0].headers["Content-Disposition"]
    assert f"?on={then}&amp;export=xlsx" in shown(desk.client, "specialties", on=then)


@pytest.mark.edge("E55")
def test_clerk_adds_renames_moves_merges_ends_and_revives(desk):
    client, nodes = desk.client, desk.nodes
    steps = [
        ("specialty-add", (), {"code": "C", "name": "文化"}),
        ("specialty-add-below", (nodes["B1"].pk,), {"code": "B11", "name": "渠系"}),
        ("specialty-rename", (nodes["A"].pk,), {"name": "农林"}),
        ("specialty-move", (nodes["B1"].pk,), {"parent": nodes["A"].pk}),
        ("specialty-merge", (nodes["A1"].pk,), {"into": nodes["B1"].pk}),
        ("specialty-end", (nodes["B"].pk,), {}),
        ("specialty-revive", (nodes["B"].pk,), {}),
    ]

    assert [sent(client, name, *args, **form).status_code for name, args, form in steps] == [302] * len(steps)

    rows = Node.objects.filter(bureau=desk.bureau).exclude(code="01")
    assert {row.code: (row.path, row.name, row.retired_on is None) for row in rows} == {
        "A": ("A", "农林", True), "A1": ("A/A1", "水利", False), "A11": ("A/B1/A11", "灌溉", True),
        "B": ("B", "工程", True), "B1": ("A/B1", "水工", True), "B11": ("A/B1/B11", "渠系", True),
        "C": ("C", "文化", True),
    }  # fmt: skip
    assert "水工" in shown(client, "specialty", nodes["A1"].pk)


def test_refusal_stands_at_its_field_and_changes_nothing(desk):
    taken = sent(desk.client, "specialty-add", code="A", name="别的")
    below = sent(desk.client, "specialty-end", desk.nodes["A"].pk)

    assert (taken.status_code, below.status_code) == (409, 409)
    assert "代码 A 已用于" in taken.content.decode()
    assert Node.objects.filter(bureau=desk.bureau, retired_on=None).count() == 6


def test_reader_sees_the_tree_but_keeps_it_not_and_strangers_see_none(desk):
    reader = signed_in(desk.witness)

    assert reverse("pages:specialty-add") not in shown(reader, "specialties")
    assert reader.get(reverse("pages:specialty-end", args=[desk.nodes["A"].pk])).status_code == 403
    other = signed_in(batch_office(experts=0).clerk)
    assert other.get(reverse("pages:specialty", args=[desk.nodes["A"].pk])).status_code == 404
    assert other.post(reverse("pages:specialty-end", args=[desk.nodes["A11"].pk])).status_code == 404


def test_exported_tree_is_read_back_without_a_difference(desk):
    content = desk.client.get(reverse("pages:specialties"), {"export": "xlsx"}).content
    setting = Setting(desk.bureau, desk.clerk, TODAY)
    before = list(Node.objects.order_by("pk").values())

    report = run(noun=NOUNS["specialties-whole"], content=content, name="a.xlsx", setting=setting)

    assert (report.faults, report.rows) == ([], 3)
    assert list(Node.objects.order_by("pk").values()) == before
    assert "灌溉" in desk.client.get(reverse("pages:specialties"), {"export": "csv"}).content.decode()


@pytest.mark.edge("E55")
def test_whole_tree_ends_what_the_file_leaves_out_and_shows_it_before(desk):
    text = "领域代码,领域,行业代码,行业,专业代码,专业\nA,农林,A1,水利,A11,灌溉\nB,工程,,,,\n01,财务,,,,\n"
    setting = Setting(desk.bureau, desk.clerk, TODAY)

    report = dry_run(noun=NOUNS["specialties-whole"], content=text.encode(), name="a.csv", setting=setting)
    assert report.faults == []
    assert Node.objects.get(code="B1").retired_on is None
    run(noun=NOUNS["specialties-whole"], content=text.encode(), name="a.csv", setting=setting)

    assert dict(Node.objects.values_list("code", "retired_on")) == {
        "01": None, "A": None, "A1": None, "A11": None, "B": None, "B1": TODAY,
    }  # fmt: skip
    assert Node.objects.get(code="A").name == "农林"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A,农业,A1,,A11,灌溉", "level_missing"),
        ("A,农业,,,A11,灌溉", "level_missing"),
        ("A,农业,A1,水利,A12,防汛\nA,农林,A1,水利,A13,排水", "code_differs"),
        ("A,农业,B1,水工,,", "node_merged"),
    ],
)
def test_tree_file_with_a_hole_is_refused_with_its_cell(desk, row, code):
    if code == "node_merged":
        sent(desk.client, "specialty-merge", desk.nodes["B1"].pk, into=desk.nodes["A1"].pk)
    text = f"领域代码,领域,行业代码,行业,专业代码,专业\n{row}\n"

    report = dry_run(
        noun=NOUNS["specialties-whole"], content=text.encode(), name="a.csv",
        setting=Setting(desk.bureau, desk.clerk, TODAY),
    )  # fmt: skip

    assert [fault.code for fault in report.faults] == [code]


@pytest.mark.edge("E8")
def test_pool_health_says_who_is_missing_and_the_supervisor_may_read_it(desk):
    for _turn in range(2):
        pool_expert(desk.bureau, desk.nodes["A11"])
    assert "人数不足" not in shown(desk.client, "pool-health")
    sent(desk.client, "re-review-field", desk.reviews[0].number, node=desk.nodes["A11"].pk)

    page = shown(signed_in(desk.witness), "pool-health", only="short", level="3")

    assert "1 个专业人数不足" in page
    assert page.count("灌溉") == 1
    file = desk.client.get(reverse("pages:pool-health"), {"export": "csv", "only": "asked", "level": "3"})
    assert file.content.decode("utf-8-sig").splitlines()[1].startswith("A11,灌溉,专业,3,3,0,2,2,1,不足")
    assert reverse("pages:pool-health") in shown(desk.client, "experts")


def test_open_seats_without_a_field_are_named_not_hidden(desk):
    page = shown(desk.client, "pool-health")

    assert "3 个待定席位尚未登记所需专业" in page
    assert reverse("pages:re-review", args=[desk.reviews[0].number]) in page
    assert "评审待发起" not in page
    assert "专家库供需：3 个席位尚未确定专业" in page


def test_reports_that_experts_will_review_are_named_with_their_seats(desk):
    task = TaskFactory(plan=desk.plan)

    page = shown(desk.client, "pool-health")

    assert "待专家评审的报告尚有 3 个席位" in page
    assert reverse("pages:task", args=[task.number]) in page
    assert "本年度待定席位（含待发起的评审）共 6 个" in page


def test_draw_begins_with_the_field_that_was_planned(desk):
    sent(desk.client, "re-review-field", desk.reviews[0].number, node=desk.nodes["A11"].pk)

    response = desk.client.get(reverse("pages:draw-panel", args=[desk.reviews[0].pk]))

    initial = response.context["form"].initial
    assert (initial["node_1"], initial["count_1"]) == (desk.nodes["A11"].pk, 3)
