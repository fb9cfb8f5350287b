"""The file for the credit platform: six sheets, what is missing said before, and who made it in the journal."""

from datetime import date

import pytest
from django.urls import reverse

from evaluators.enums import FirmStatus
from evaluators.models import Branch, Practitioner
from faces.exchange.platform import PlatformRefused, gaps, in_register, platform_file
from faces.exchange.sheets import read
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.crypto import encrypt
from foundation.core.errors import NotAllowed
from parties.enums import EmploymentKind
from parties.models import Employment
from tests.factories.assignments import ExpertFactory, FirmFactory, PersonFactory
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
FROM = date(2019, 3, 1)
NUMBER = "379999199003070018"


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


def person(bureau, name):
    return PersonFactory(bureau=bureau, name=name, id_sealed=encrypt(NUMBER), phone_sealed=encrypt("13800000000"))


@pytest.fixture
def firm(clerk):
    """A firm of which nothing is missing."""
    bureau = clerk.bureau
    row = FirmFactory(bureau=bureau, staff_count=8)
    body = row.organisation
    body.uscc, body.legal_person, body.address, body.phone = (
        "91350100M000100Y43",
        "演示法",
        "=演示路1号",
        "0531-1234567",
    )
    body.founded_on = FROM
    body.save()
    lead = LeadEvaluatorFactory(firm=row, person=person(bureau, "演示主"))
    adviser = ExpertFactory(bureau=bureau, person=person(bureau, "演示专"))
    for who, kind in ((person(bureau, "演示法"), "LEGAL_PERSON"), (adviser.person, "ADVISER")):
        Employment.objects.create(person=who, organisation=body, kind=EmploymentKind(kind), started_on=FROM)
    for who in (person(bureau, "演示员"), lead.person):
        Practitioner.objects.create(firm=row, person=who, duty="助理", started_on=FROM)
    Practitioner.objects.create(firm=row, person=person(bureau, "演示旧"), started_on=FROM, ended_on=DAY)
    Branch.objects.create(firm=row, name="演示分所", address="演示路2号", started_on=FROM)
    Branch.objects.create(firm=row, name="演示子公司", has_legal_personality=True, started_on=FROM)
    return row


def sheets(content):
    return {
        sheet.name: [[cell.text for cell in line.cells] for line in sheet.lines[1:]]
        for sheet in read(content, "a.xlsx")
    }


def test_file_holds_six_blocks_of_the_day_as_text(clerk, firm):
    found = sheets(platform_file(firms=[firm], purpose="报送", by=clerk, on=DAY))

    code, name = firm.organisation.uscc, firm.organisation.name
    assert list(found) == ["机构", "法定代表人", "主评人", "分支机构", "合作专家", "其他人员"]
    assert found["机构"][0][:3] == [code, name, firm.number]
    assert found["机构"][0][6:9] == ["'=演示路1号", "0531-1234567", "8"]
    assert found["法定代表人"] == [[code, name, "演示法", NUMBER, "13800000000"]]
    assert [row[2:5] for row in found["主评人"]] == [["演示主", NUMBER, "13800000000"]]
    assert [row[2] for row in found["分支机构"]] == ["演示分所"]
    assert found["合作专家"] == [[code, name, "演示专", NUMBER, "13800000000", "高级会计师", "2019-03-01"]]
    assert [row[2] for row in found["其他人员"]] == ["演示员"]
    assert gaps(firms=[firm], on=DAY) == []


def test_making_is_in_the_journal_without_personal_data(clerk, firm):
    platform_file(firms=[firm], purpose="报送", by=clerk, on=DAY)

    entry = Entry.objects.get(action="exchange.platform_file_made")
    assert f'"firms":["{firm.number}"]' in entry.text
    assert '"people":4' in entry.text
    assert NUMBER not in entry.text


def test_gaps_name_firm_sheet_person_and_heading(clerk):
    bare = FirmFactory(bureau=clerk.bureau, staff_count=0)
    bare.organisation.legal_person = "演示法"
    bare.organisation.save()
    Practitioner.objects.create(
        firm=bare, person=PersonFactory(bureau=clerk.bureau, name="演示员"), duty="", started_on=FROM
    )

    found = {(gap.block, gap.who, gap.heading) for gap in gaps(firms=[bare], on=DAY)}

    assert {("主评人", "", "姓名"), ("法定代表人", "演示法", "身份证号"), ("其他人员", "演示员", "手机号")} <= found
    assert {("机构", bare.organisation.name, "地址"), ("机构", bare.organisation.name, "从业人数")} <= found


def test_file_is_refused_without_purpose_firm_or_right_and_nothing_is_recorded(clerk, firm):
    for facts, code in (({"purpose": " "}, "purpose_missing"), ({"firms": []}, "no_firms")):
        with pytest.raises(PlatformRefused) as caught:
            platform_file(**{"firms": [firm], "purpose": "报送", "by": clerk, "on": DAY} | facts)
        assert caught.value.refusal.code == code
    for other in (UserFactory(role=Role.CLERK), UserFactory(bureau=clerk.bureau, role=Role.SUPERVISOR)):
        with pytest.raises(NotAllowed):
            platform_file(firms=[firm], purpose="报送", by=other, on=DAY)
    assert not Entry.objects.filter(action="exchange.platform_file_made").exists()


def test_register_holds_active_and_suspended_firms_of_the_own_bureau(clerk, firm):
    suspended = FirmFactory(bureau=clerk.bureau, status=FirmStatus.SUSPENDED)
    FirmFactory(bureau=clerk.bureau, status=FirmStatus.REMOVED)
    FirmFactory()

    assert set(in_register(clerk)) == {firm, suspended}


def test_page_lists_what_is_missing_and_hands_out_the_file(client, clerk, firm):
    client.force_login(clerk)
    url = reverse("pages:platform-firm", args=[firm.number])
    bare = FirmFactory(bureau=clerk.bureau)

    whole = client.get(reverse("pages:platform")).content.decode()
    own = client.get(url).content.decode()
    made = client.post(url, {"purpose": "报送"})

    assert bare.organisation.name in whole
    assert "没有缺项" in own
    assert reverse("pages:platform") in client.get(reverse("pages:firms")).content.decode()
    assert url in client.get(reverse("pages:firm", args=[firm.number])).content.decode()
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    assert sheets(made.content)["机构"][0][0] == firm.organisation.uscc
    assert client.post(url, {"purpose": ""}).status_code == 422


def test_page_of_an_unknown_firm_or_of_another_bureau_is_not_there(client, clerk):
    client.force_login(clerk)

    assert client.get(reverse("pages:platform-firm", args=[FirmFactory().number])).status_code == 404


def test_fifty_firms_cost_as_many_queries_as_one(clerk, firm, django_assert_num_queries):
    firms = [firm, *FirmFactory.create_batch(49, bureau=clerk.bureau)]
    firms = list(in_register(clerk))

    with django_assert_num_queries(5):
        gaps(firms=firms, on=DAY)
    assert len(firms) == 50
