"""Readings across the rooms: the pool against a year, the search box, the file for the credit platform."""

import pytest
from django.test import Client

from assignments.services.re_reviews import plan_field
from faces.exchange.sheets import read
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.crypto import encrypt
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.services import NodeDraft, add_nodes
from parties.services import rename_organisation
from tests.factories.assigned import NOW, TODAY, batch_office, pool_expert
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    PersonFactory,
    ProjectFactory,
    TaskFactory,
    UnitFactory,
    expert_user,
    firm_user,
)
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ID_NUMBER = "379999199003070018"


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_pool_health_tells_what_a_specialty_lacks_and_which_rule_takes_whom_away():
    desk = batch_office(reviews=1, experts=0, seats=5)
    tree = [NodeDraft("A", "农业"), NodeDraft("A1", "水利", "A"), NodeDraft("B", "工程")]
    nodes = {
        node.code: node
        for node in add_nodes(bureau=desk.bureau, tree=TreeKind.SPECIALTY, drafts=tree, by=desk.clerk, on=TODAY)
    }
    plan_field(re_review=desk.reviews[0], node=nodes["A1"], by=desk.clerk, on=TODAY)
    experts = [pool_expert(desk.bureau, nodes["A1"]) for _turn in range(3)]
    clerk, address = signed_in(desk.clerk), "/api/v1/years/2020/pool-health/"

    whole = clerk.get(address).json()
    (row,) = clerk.get(f"{address}?state=LACKING&level=2&on=2020-06-01").json()["rows"]

    assert (whole["on"], [one["code"] for one in whole["rows"] if one["code"] in nodes]) == (
        TODAY.isoformat(), ["A", "A1", "B"],
    )  # fmt: skip
    assert (row["code"], row["seats"], row["open_seats"], row["in_pool"], row["missing"]) == ("A1", 5, 5, 3, 2)
    assert clerk.get(f"{address}?state=GOOD").status_code == 400
    assert clerk.get(f"{address}?year=2020").status_code == 400
    assert signed_in(expert_user(experts[0])).get(address).status_code == 403


def test_search_finds_by_name_former_name_and_code_what_the_reader_may_see(people):
    bureau = people["bureau"]
    unit, firm, foreign = UnitFactory(bureau=bureau), FirmFactory(bureau=bureau), FirmFactory()
    project = ProjectFactory(unit=unit)
    expert = ExpertFactory(bureau=bureau, person=PersonFactory(bureau=bureau, name="查得到"))
    task = TaskFactory(plan__bureau=bureau, unit=unit, project=project)
    old = firm.organisation.name
    rename_organisation(organisation=firm.organisation, name="新名", by=people["clerk"], on=TODAY)
    clerk = signed_in(people["clerk"])

    def found(text):
        return [(hit["noun"], hit["key"]) for hit in clerk.get("/api/v1/search/", {"q": text}).json()]

    assert found("查得到") == [("expert", expert.number)]
    assert ("firm", firm.number) in found(old)
    assert found(task.number) == [("task", task.number)]
    assert ("project", str(project.pk)) in found(project.code)
    assert ("unit", str(unit.pk)) in found(unit.code)
    assert ("firm", foreign.number) not in found(foreign.number)
    assert [clerk.get("/api/v1/search/", query).status_code for query in ({}, {"q": " "}, {"text": "x"})] == [400] * 3
    assert signed_in(firm_user(firm)).get("/api/v1/search/", {"q": "x"}).status_code == 403


def test_platform_file_is_made_for_a_purpose_and_what_it_lacks_is_told_before(people):
    firm, other = (FirmFactory(bureau=people["bureau"]) for _turn in range(2))
    lead = PersonFactory(bureau=people["bureau"], name="主评", id_sealed=encrypt(ID_NUMBER), phone_sealed="")
    LeadEvaluatorFactory(firm=firm, person=lead)
    clerk, address = signed_in(people["clerk"]), "/api/v1/credit-platform/"

    lacking = clerk.get(address, {"firm": firm.number})
    made = clerk.post(address, {"purpose": "报送", "firm": firm.number}, content_type="application/json")

    assert ID_NUMBER not in lacking.content.decode()
    assert ("主评", "手机号") in [(gap["who"], gap["heading"]) for gap in lacking.json()]
    assert {gap["firm"] for gap in clerk.get(address).json()} == {firm.number, other.number}
    sheets = {sheet.name: sheet for sheet in read(made.content, "a.xlsx")}
    assert list(sheets) == ["机构", "法定代表人", "主评人", "分支机构", "合作专家", "其他人员"]
    assert [cell.text for cell in sheets["主评人"].lines[1].cells][2:4] == ["主评", ID_NUMBER]
    assert made["Cache-Control"] == "private, no-store"
    assert Entry.objects.get(action="exchange.platform_file_made").text.count(firm.number) == 1


@pytest.mark.parametrize(
    ("asked", "status"), [({}, 400), ({"purpose": "报送", "firm": "没有"}, 404), ({"purpose": "报送"}, 409)]
)
def test_platform_file_is_refused_without_purpose_or_firm(people, asked, status):
    answer = signed_in(people["clerk"]).post("/api/v1/credit-platform/", asked, content_type="application/json")

    assert answer.status_code == status
    assert signed_in(people["leader"]).get("/api/v1/credit-platform/").status_code == 403
    assert not Entry.objects.filter(action="exchange.platform_file_made").exists()
