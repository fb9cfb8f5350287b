"""The public register: who stands in it, found by name, initials and code, with published grades and nothing else."""

import csv
import io
import json
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from disclosure.selectors.public import PAGE_SIZE
from disclosure.services import publish_rating, withdraw
from evaluators.enums import FirmKind, FirmStatus
from evaluators.models import LeadEvaluator
from foundation.core import clock
from parties.models import FormerName, Person
from parties.rules import sort_key_of
from tests.factories.disclosure import DAY, make_firm, make_rating, office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 11, 25, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
USCC = "91350100M000100Y43"


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def people():
    return office()


def listed(bureau, name, **facts):
    firm = make_firm(bureau, name, **facts)
    firm.organisation.sort_key = sort_key_of(name)
    firm.organisation.save()
    return firm


def get(client, name, *args, **query):
    return client.get(reverse(f"pages:{name}", args=args), query)


def names(client, **query):
    return [row["name"] for row in get(client, "public-firms-json", **query).json()["results"]]


def everywhere(client, firm):
    """Return all that strangers may read about the register and this firm, as one text."""
    key = (firm.bureau.code, firm.number)
    answers = [
        get(client, "public-firms"), get(client, "public-firms-csv"), get(client, "public-firms-json"),
        get(client, "public-firm", *key), get(client, "public-firm-json", *key),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200}
    text = "\n".join(answer.content.decode() for answer in answers)
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text)


def test_stranger_reads_the_fixed_fields_of_a_firm(client, people):
    firm = listed(people["bureau"], "演示咨询有限公司")
    firm.organisation.uscc = USCC
    firm.organisation.save()
    FormerName.objects.create(organisation=firm.organisation, name="演示旧名公司", until_on=date(2019, 6, 1))

    found = get(client, "public-firm-json", people["bureau"].code, firm.number).json()

    assert found == {
        "bureau_code": people["bureau"].code, "bureau": people["bureau"].name, "number": firm.number,
        "name": "演示咨询有限公司", "uscc": USCC, "kind": "CONSULTANCY", "admitted_on": "2019-01-01",
        "valid_until": "2023-12-31", "is_valid": True, "is_demo": True, "grades": [],
        "former_names": [{"name": "演示旧名公司", "until": "2019-06-01"}],
    }  # fmt: skip
    page = get(client, "public-firm", people["bureau"].code, firm.number).content.decode()
    assert all(word in page for word in ("演示咨询有限公司", "演示旧名公司", USCC, firm.number))
    assert reverse("pages:public-firms") in get(client, "public-home").content.decode()


def test_last_day_of_the_term_is_valid_and_the_next_is_not(client, people):
    firm = listed(people["bureau"], "演示咨询")
    key = (people["bureau"].code, firm.number)
    with clock.standing_at(datetime(2023, 12, 31, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))):
        assert get(client, "public-firm-json", *key).json()["is_valid"] is True
    with clock.standing_at(datetime(2024, 1, 1, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai"))):
        assert get(client, "public-firm-json", *key).json()["is_valid"] is False


@pytest.mark.parametrize("status", [status for status in FirmStatus if status != FirmStatus.ACTIVE])
def test_firm_that_does_not_stand_in_the_register_is_unknown(client, people, status):
    firm = listed(people["bureau"], "演示隐藏机构", status=status)
    unknown = get(client, "public-firm", people["bureau"].code, "J9999")

    response = get(client, "public-firm", people["bureau"].code, firm.number)

    assert (response.status_code, unknown.status_code) == (404, 404)
    assert names(client) == []
    assert "演示隐藏机构" not in get(client, "public-firms").content.decode()
    assert "演示隐藏机构" not in get(client, "public-firms-csv").content.decode()
    assert get(client, "public-firm-json", people["bureau"].code, firm.number).status_code == 404


def test_nothing_personal_is_in_any_answer(client, people):
    firm = listed(people["bureau"], "演示咨询")
    body = firm.organisation
    body.legal_person, body.address, body.phone = "法人演示", "演示路1号", "0531-12345678"
    body.save()
    person = Person.objects.create(bureau=people["bureau"], name="主评演示", email="lead@example.org")
    LeadEvaluator.objects.create(
        firm=firm, person=person, title="高级会计师", certificate_number="证号4711", works_since=date(2000, 1, 1),
        started_on=date(2019, 1, 1),
    )  # fmt: skip

    text = everywhere(client, firm)

    hidden = ("法人演示", "演示路1号", "0531-12345678", "主评演示", "lead@example.org", "高级会计师", "证号4711")
    assert [word for word in hidden if word in text] == []


@pytest.mark.edge("E59")
def test_unpublished_grade_shows_in_no_answer_count_or_order(client, people):
    hidden = listed(people["bureau"], "甲机构")
    shown = listed(people["bureau"], "乙机构")
    before = everywhere(client, hidden)
    order = names(client)
    rating = make_rating(people, firm=hidden)
    published = make_rating(people, firm=shown)

    assert everywhere(client, hidden) == before

    row = publish_rating(task=published.task, by=people["leader"], on=DAY)
    found = {one["name"]: one["grades"] for one in get(client, "public-firms-json").json()["results"]}
    assert (found["甲机构"], [one["publication"] for one in found["乙机构"]]) == ([], [row.slug])
    assert names(client) == order
    assert rating.task.title not in everywhere(client, shown)
    assert (found["乙机构"][0]["grade"], found["乙机构"][0]["score"]) == ("GOOD", "81.67")


def test_withdrawn_grade_is_gone_at_once(client, people):
    firm = listed(people["bureau"], "甲机构")
    row = publish_rating(task=make_rating(people, firm=firm).task, by=people["leader"], on=DAY)
    assert row.slug in everywhere(client, firm)

    withdraw(publication=row, reason="更正", by=people["leader"], on=DAY)

    assert row.slug not in everywhere(client, firm)


@pytest.mark.parametrize(("typed", "found"), [
    ("咨询", ["济南评价咨询"]),
    ("jnpj", ["济南评价咨询"]),
    ("JINAN", ["济南评价咨询"]),
    ("m000100", ["济南评价咨询"]),
    ("旧字号", ["青岛会计师"]),
    ("济南 咨询", ["济南评价咨询"]),
    ("济南 会计师", []),
    ("%", []),
    ("", ["济南评价咨询", "青岛会计师"]),
])  # fmt: skip
def test_firm_is_found_by_name_initials_code_and_former_name(client, people, typed, found):
    first = listed(people["bureau"], "济南评价咨询")
    first.organisation.uscc = USCC
    first.organisation.save()
    second = listed(people["bureau"], "青岛会计师")
    FormerName.objects.create(organisation=second.organisation, name="旧字号", until_on=date(2019, 6, 1))

    assert names(client, q=typed) == found


def test_kind_narrows_and_is_counted(client, people):
    listed(people["bureau"], "甲机构")
    other = listed(people["bureau"], "乙机构")
    other.kind = FirmKind.LAWYERS
    other.save()

    page = get(client, "public-firms", kind="LAWYERS")

    counts = {option.value: (option.count, option.checked) for option in page.context["groups"][0]["options"]}
    assert counts == {"CONSULTANCY": (1, False), "LAWYERS": (1, True)}
    assert [row.name for row in page.context["page"].rows] == ["乙机构"]
    assert names(client, kind="NONSENSE") == []


def test_pages_follow_each_other_without_loss_and_back(client, people):
    count = 2 * PAGE_SIZE + 1
    for turn in range(count):
        listed(people["bureau"], f"机构{turn % 7}")  # equal names: the number decides
    seen, address = [], reverse("pages:public-firms-json")
    while address:
        body = client.get(address).json()
        seen += [row["number"] for row in body["results"]]
        address = body["next"]

    first = get(client, "public-firms").context["page"]
    second = get(client, "public-firms", after=first.after).context["page"]
    back = get(client, "public-firms", before=second.before).context["page"]

    assert (len(seen), len(set(seen))) == (count, count)
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert (back.before, first.before) == (None, None)
    lines = list(csv.reader(io.StringIO(get(client, "public-firms-csv").content.decode("utf-8-sig"))))
    assert [line[1] for line in lines[1:]] == seen


def test_key_of_a_firm_outside_the_register_tells_nothing_of_its_name(client, people):
    listed(people["bureau"], "甲机构")
    hidden = listed(people["bureau"], "秘密机构", status=FirmStatus.APPLIED)

    assert names(client, after=hidden.pk) == ["甲机构"] == names(client, after=10**15)


@pytest.mark.edge("E56")
def test_formula_in_a_name_stays_text(client, people):
    listed(people["bureau"], "=1+1")

    assert "'=1+1" in get(client, "public-firms-csv").content.decode("utf-8-sig")


def test_answers_as_json_are_open_to_any_site_and_only_read(client, people):
    listed(people["bureau"], "甲机构")
    response = get(client, "public-firms-json")

    assert response["Access-Control-Allow-Origin"] == "*"
    assert "甲机构" in response.content.decode()
    assert json.loads(response.content)["next"] is None
    assert client.post(reverse("pages:public-firms-json")).status_code == 405
