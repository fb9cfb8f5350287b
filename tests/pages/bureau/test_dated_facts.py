"""Facts that changed, on pages and through the API: the day that is asked about answers; who may not change them cannot."""

import csv
import html
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from desk.selectors import search
from experts.enums import TitleLevel
from experts.models import ExpertSpecialty, SpecialtyAsk
from experts.services import add_specialty, change_title, end_specialty
from foundation.accounts.enums import Role
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.services import NodeDraft, add_nodes
from parties.services import change_facts, rename_organisation, rename_person
from tests.factories.admissions import picture
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 12, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, THEN, LATER = NOON.date(), date(2020, 6, 30), date(2020, 7, 1)


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


@pytest.fixture
def nodes(people):
    drafts = [NodeDraft("A", "财政"), NodeDraft("A1", "绩效", "A"), NodeDraft("A11", "评价", "A1"),
              NodeDraft("B", "工程"), NodeDraft("B1", "造价", "B"), NodeDraft("B11", "结算", "B1")]  # fmt: skip
    made = add_nodes(
        bureau=people["bureau"], tree=TreeKind.SPECIALTY, drafts=drafts, by=people["clerk"], on=date(2019, 1, 1)
    )
    return {node.code: node for node in made}


def url(name, *args):
    return reverse(f"pages:{name}", args=args)


def shown(client, address, **asked):
    response = client.get(address, asked)
    assert response.status_code == 200, response.content
    return html.unescape(response.content.decode())


def scan():
    return SimpleUploadedFile("证书.png", picture(), content_type="image/png")


def changed_expert(people, nodes):
    """Return an expert whose name, title and specialty changed on the first of July."""
    expert = ExpertFactory(bureau=people["bureau"])
    given = {"by": people["clerk"], "on": TODAY, "reason": "演示"}
    old = add_specialty(expert=expert, node=nodes["A11"], is_main=True, day=date(2019, 1, 1), **given)
    end_specialty(specialty=old, day=LATER, **given)
    add_specialty(expert=expert, node=nodes["B11"], is_main=True, day=LATER, **given)
    change_title(expert=expert, title="教授", level=TitleLevel.ACADEMICIAN, day=LATER, **given)
    rename_person(person=expert.person, name="王新名", day=LATER, **given)
    return expert


def test_list_file_page_and_api_tell_the_expert_as_of_the_day(desk, people, nodes):
    expert = changed_expert(people, nodes)
    old = expert.person.name
    lists, page = url("experts"), url("expert", expert.number)

    def told(day):
        answer = desk.get(lists, {"on": day.isoformat(), "export": "csv"})
        line = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1]
        api = desk.get(f"/api/v1/experts/{expert.pk}/", {"on": day.isoformat()}).json()
        own = desk.get("/api/v1/expert-specialties/", {"on": day.isoformat()}).json()["results"]
        assert line[0] == api["name"]
        assert line[3] == api["title"]
        assert [line[4]] == [one["name"] for one in own]
        return line[0], line[3], line[4], api["title_level"]

    assert told(THEN) == (old, "高级会计师", "评价", "SENIOR")
    assert told(LATER) == ("王新名", "教授", "结算", "ACADEMICIAN")
    past, now = shown(desk, page, on=THEN.isoformat()), shown(desk, page, tab="standing")
    assert (old in past, "财政 / 绩效 / 评价" in past, "高级会计师" in past, "王新名" in past) == (
        True,
        True,
        True,
        False,
    )
    assert ("王新名" in now, "工程 / 造价 / 结算" in now, "原职称" in now) == (True, True, True)


def test_past_pool_is_narrowed_by_the_field_and_the_level_of_the_day(desk, people, nodes):
    expert = changed_expert(people, nodes)

    def found(day, **asked):
        page = desk.get(url("experts"), {"on": day.isoformat()} | asked)
        return [row.pk for row in page.context["object_list"]]

    for day, field, level in ((THEN, "A", "SENIOR"), (LATER, "B", "ACADEMICIAN")):
        other = ({"A", "B"} - {field}).pop()
        assert (found(day, field=field), found(day, field=other)) == ([expert.pk], [])
        wrong = {"SENIOR": "ACADEMICIAN", "ACADEMICIAN": "SENIOR"}[level]
        assert (found(day, level=level), found(day, level=wrong)) == ([expert.pk], [])
    now = [desk.get(url("experts"), {"field": field}).context["object_list"] for field in ("A", "B")]
    assert [len(rows) for rows in now] == [0, 1]


def test_search_and_lists_find_people_and_firms_by_former_names(desk, people):
    expert, firm = ExpertFactory(bureau=people["bureau"]), FirmFactory(bureau=people["bureau"])
    old, body = expert.person.name, firm.organisation.name
    rename_person(person=expert.person, name="王新名", reason="户籍", by=people["clerk"], on=LATER)
    rename_organisation(organisation=firm.organisation, name="后来的名字", by=people["clerk"], on=LATER)

    assert [hit.key for hit in search(people["clerk"], old)] == [expert.number]
    assert [hit.key for hit in search(people["clerk"], body)] == [firm.number]
    assert [row.pk for row in desk.get(url("experts"), {"q": old}).context["object_list"]] == [expert.pk]
    assert [row.pk for row in desk.get(url("firms"), {"q": body}).context["object_list"]] == [firm.pk]
    assert [row.pk for row in desk.get(url("persons"), {"q": old}).context["object_list"]] == [expert.person_id]


def test_firm_is_told_with_legal_representative_and_address_of_the_day(desk, people):
    firm = FirmFactory(bureau=people["bureau"])
    body = firm.organisation
    given = {"organisation": body, "by": people["clerk"], "on": TODAY}
    change_facts(legal_person="张三", address="旧址", reason="登记", day=date(2019, 1, 1), **given)
    sent = desk.post(
        url("firm-facts", firm.number),
        {"legal_person": "李四", "address": "新址", "day": LATER.isoformat(), "reason": "市监〔2020〕1号"},
    )
    assert sent.status_code == 302

    for day, head, place in ((THEN, "张三", "旧址"), (LATER, "李四", "新址")):
        asked = {"on": day.isoformat()}
        api = desk.get(f"/api/v1/organisations/{body.pk}/", asked).json()
        answer = desk.get(url("firms"), {**asked, "export": "csv"})
        line = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1]
        page = shown(desk, url("firm", firm.number), tab="identity", **asked)
        assert (api["legal_person"], api["address"], head in line, place in line) == (head, place, True, True)
        assert (head in page, place in page) == (True, True)
    assert "李四" not in shown(desk, url("firm", firm.number), tab="identity", on=THEN.isoformat())
    assert "曾任法定代表人与曾用地址" in shown(desk, url("firm", firm.number), tab="identity")
    again = desk.post(
        url("firm-facts", firm.number), {"legal_person": "李四", "address": "新址", "day": "2020-12-21", "reason": "x"}
    )
    assert again.status_code == 409


def test_facts_names_and_titles_are_changed_through_the_api(desk, people):
    expert, firm = ExpertFactory(bureau=people["bureau"]), FirmFactory(bureau=people["bureau"])
    old = expert.person.name

    def post(address, **sent):
        return desk.post(f"/api/v1/{address}/", sent, content_type="application/json")

    facts = post(f"organisations/{firm.organisation_id}/facts", legal_person="李四", day="2020-07-01", reason="登记")
    name = post(f"persons/{expert.person_id}/rename", name="王新名", day="2020-07-01", reason="户籍")
    title = post(f"experts/{expert.pk}/title", title="教授", level="SENIOR", day="2020-07-01")

    assert [(one.status_code, one.content[:200]) for one in (facts, name, title) if one.status_code != 200] == []
    assert (facts.json()["legal_person"], name.json()["name"], title.json()["title"]) == ("李四", "王新名", "教授")
    then = desk.get(f"/api/v1/persons/{expert.person_id}/", {"on": "2020-06-30"}).json()
    assert then["name"] == old
    assert [row["id"] for row in desk.get("/api/v1/persons/", {"on": "2020-06-30", "name": old}).json()["results"]] == [
        expert.person_id
    ]


def test_bureau_adds_ends_and_ranks_specialties_with_reason_and_proof(desk, people, nodes):
    expert = ExpertFactory(bureau=people["bureau"])
    page = url("expert-specialties", expert.number)
    assert page in shown(desk, url("expert", expert.number))
    sent = {"node": nodes["A11"].pk, "day": "2020-07-01", "reason": "证书", "proof": scan()}
    assert desk.post(url("expert-specialty-add", expert.number), sent).status_code == 302
    row = ExpertSpecialty.objects.get()
    assert (row.started_on, row.proof is not None) == (LATER, True)
    assert desk.post(url("expert-specialty-main", row.pk)).status_code == 302
    row = ExpertSpecialty.objects.get(ended_on=None)
    ended = desk.post(url("expert-specialty-end", row.pk), {"day": "2020-12-21", "reason": "不再从事"})

    assert ended.status_code == 302
    text = shown(desk, page)
    assert ("不再从事" in text, "财政 / 绩效 / 评价" in text, "2020年12月21日" in text) == (True, True, True)
    again = desk.post(url("expert-specialty-end", row.pk), {"day": "2020-12-21", "reason": "不再从事"})
    assert again.status_code == 409
    title = {"title": "教授", "level": "SENIOR", "day": "2020-12-01", "reason": "证书"}
    assert desk.post(url("expert-title", expert.number), title).status_code == 302
    rename = {"name": "王新名", "day": "2020-12-01", "reason": "户籍"}
    assert desk.post(url("person-rename", expert.person_id), rename).status_code == 302
    assert "王新名" in shown(desk, url("person", expert.person_id))


def test_expert_sees_his_own_asks_and_reads_the_answer(desk, people, nodes):
    expert = ExpertFactory(bureau=people["bureau"])
    own = Client()
    own.force_login(expert_user(expert))
    sent = {"node": nodes["B11"].pk, "reason": "新证书", "proof": scan()}
    assert own.post(url("expert-specialty-ask"), sent).status_code == 302
    ask = SpecialtyAsk.objects.get()
    assert url("specialty-ask-accept", ask.pk) in shown(desk, url("expert-specialties", expert.number))
    assert desk.post(url("specialty-ask-refuse", ask.pk), {"words": "请补充业绩"}).status_code == 302
    assert "请补充业绩" in shown(own, url("expert-record"))
    sent["proof"] = scan()
    assert own.post(url("expert-specialty-ask"), sent).status_code == 302
    assert desk.post(url("specialty-ask-accept", SpecialtyAsk.objects.last().pk)).status_code == 302
    assert "工程 / 造价 / 结算" in shown(own, url("expert-record"))
    ending = {"node": nodes["B11"].pk, "reason": "不再从事"}
    assert own.post(url("expert-specialty-ask-end"), ending).status_code == 302
    withdrawn = own.post(url("expert-specialty-ask-withdraw", SpecialtyAsk.objects.last().pk))

    assert (withdrawn.status_code, SpecialtyAsk.objects.last().status) == (302, "WITHDRAWN")


def test_specialties_and_asks_through_the_api(desk, people, nodes):
    expert = ExpertFactory(bureau=people["bureau"])
    own = Client()
    own.force_login(expert_user(expert))
    sent = {"expert": expert.pk, "node": nodes["A11"].pk, "reason": "证书"}
    made = desk.post("/api/v1/expert-specialties/", {**sent, "day": "2020-07-01", "proof": scan()})
    ended = desk.post(f"/api/v1/expert-specialties/{made.json()['id']}/end/", {"reason": "不再从事"})
    asked = own.post("/api/v1/specialty-asks/", {**sent, "change": "ADD", "proof": scan()})
    accepted = desk.post(f"/api/v1/specialty-asks/{asked.json()['id']}/accept/", {}, content_type="application/json")

    assert [one.status_code for one in (made, ended, asked, accepted)] == [201, 200, 201, 200]
    assert (ended.json()["ended_on"], accepted.json()["status"]) == ("2020-12-21", "ACCEPTED")
    refused = desk.post("/api/v1/expert-specialties/", {**sent, "proof": scan()})
    assert (refused.status_code, refused.json()["code"]) == (409, "specialty_held")


def test_stranger_finds_nothing_and_the_expert_changes_nothing(people, nodes):
    expert = ExpertFactory(bureau=people["bureau"])
    row = add_specialty(expert=expert, node=nodes["A11"], reason="x", by=people["clerk"], on=TODAY)
    stranger, himself = Client(), Client()
    stranger.force_login(UserFactory(role=Role.CLERK))
    himself.force_login(expert_user(expert))
    steps = [
        url("expert-specialties", expert.number), url("expert-specialty-add", expert.number),
        url("expert-specialty-end", row.pk), url("expert-specialty-main", row.pk), url("expert-title", expert.number),
        url("person-rename", expert.person_id),
    ]  # fmt: skip

    assert {stranger.get(step).status_code for step in steps} == {404}
    assert {himself.get(step).status_code for step in steps} <= {403, 404}
    assert row.pk in [one["id"] for one in himself.get("/api/v1/expert-specialties/").json()["results"]]
    denied = himself.post("/api/v1/expert-specialties/", {"expert": expert.pk, "node": nodes["B11"].pk, "reason": "x"})
    assert denied.status_code == 403


def test_past_list_with_changes_costs_the_same_for_one_row_and_for_many(desk, people, nodes):
    costs = []
    for count in (1, 9):
        for _one in range(count):
            changed_expert(people, nodes)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            desk.get(url("experts"), {"on": THEN.isoformat()})
        costs.append(len(caught))

    assert costs[0] == costs[1]
