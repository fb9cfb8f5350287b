"""Lists of register and pool as of a past day: leads, staff, branches, papers, ties, sanctions, events; page, file, API."""

import csv
import io
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisals.models import Sanction, SanctionReply
from credit.models import CreditEvent, EventReply
from evaluators.models import Branch, Practitioner, Qualification
from foundation.accounts.enums import Role
from foundation.core import clock
from foundation.core.crypto import encrypt
from parties.models import Employment, FormerName, FormerPersonName
from tests.api.world import more, new_world
from tests.factories.assignments import ExpertFactory, FirmFactory, OrganisationFactory, PersonFactory, UnitFactory
from tests.factories.delivery import CommissionFactory, LeadEvaluatorFactory
from tests.factories.foundation import LONG_AGO, UserFactory, office
from tests.guards.many import copy_all

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 12, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, EARLY, THEN, LATER = NOON.date(), date(2020, 3, 1), date(2020, 6, 30), date(2020, 7, 1)
LISTS = (
    "firms", "experts", "leads", "practitioners", "branches", "qualifications", "employments", "sanctions",
    "credit-events", "contacts", "persons", "units",
)  # fmt: skip
MOST = 10


@pytest.fixture(autouse=True)
def _today():
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def world(client):
    people = office()
    client.force_login(people["clerk"])
    firm = FirmFactory(bureau=people["bureau"], organisation__name="新名称")
    FormerName.objects.create(organisation=firm.organisation, name="旧名称", until_on=LATER)
    person = PersonFactory(bureau=people["bureau"], name="新姓名")
    FormerPersonName.objects.create(person=person, name="旧姓名", until_on=LATER)
    return SimpleNamespace(
        desk=client, people=people, bureau=people["bureau"], clerk=people["clerk"], firm=firm, person=person
    )


def lines(world, name, **asked):
    """Return the rows of the exported file, which shows what the page shows."""
    page = world.desk.get(reverse(f"pages:{name}"), asked)
    answer = world.desk.get(reverse(f"pages:{name}"), {**asked, "export": "csv"})
    assert (page.status_code, answer.status_code) == (200, 200)
    _head, *found = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(found) == len(page.context["object_list"])
    return [[cell.strip() for cell in line] for line in found]


def then_and_now(world, name):
    return lines(world, name, on=THEN.isoformat()), lines(world, name)


def api(world, noun, **asked):
    answer = world.desk.get(f"/api/v1/{noun}/", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_staff_of_the_day_stands_under_the_names_of_the_day(world):
    Practitioner.objects.create(
        firm=world.firm, person=world.person, duty="助理", started_on=LONG_AGO, ended_on=date(2020, 8, 1)
    )
    newcomer = PersonFactory(bureau=world.bureau, name="后来者")
    Practitioner.objects.create(firm=world.firm, person=newcomer, duty="经理", started_on=LATER)

    then, now = then_and_now(world, "practitioners")
    changed = lines(world, "practitioners", on=LATER.isoformat())

    assert [line[:2] + line[3:4] for line in then] == [["旧姓名", "旧名称", "助理"]]
    assert [line[:2] for line in now] == [["后来者", "新名称"]]
    assert sorted(line[0] for line in changed) == ["后来者", "新姓名"]
    assert lines(world, "practitioners", on=THEN.isoformat(), q="旧姓名") == then
    answer = world.desk.get(reverse("pages:practitioners"), {"on": THEN.isoformat(), "export": "xlsx"})
    assert 'filename="practitioners-2020-06-30.xlsx"' in answer.headers["Content-Disposition"]
    (told,) = api(world, "practitioners", on=THEN.isoformat())
    assert (told["person_name"], told["ended_on"]) == ("旧姓名", None)  # the end came later


def test_leads_of_the_day_have_the_certificate_and_the_tasks_of_the_day(world):
    lead = LeadEvaluatorFactory(
        firm=world.firm, person=world.person, certificate_number="新证", ended_on=date(2020, 8, 1)
    )
    for number, accepted_on in (("旧证", LONG_AGO), ("新证", LATER)):
        Qualification.objects.create(
            firm=world.firm, lead=lead, name="执业证", number=number, issuer="厅", valid_from=LONG_AGO,
            valid_to=date(2030, 1, 1) if number == "新证" else date(2021, 1, 1), is_certificate=True,
            accepted_on=accepted_on, accepted_by=world.clerk, handed_in_by=world.clerk,
        )  # fmt: skip
    CommissionFactory(
        lead_evaluator=lead, firm=world.firm, task__bureau=world.bureau, sent_on=EARLY, accepted_on=EARLY,
        assignment__assigned_on=EARLY, ended_on=LATER,
    )  # fmt: skip

    then, now = then_and_now(world, "leads")

    assert then == [["旧姓名", "旧名称", "旧证", "2021年1月1日", "1"]]
    assert (now, lines(world, "leads", on="2020-07-02")[0][-1]) == ([], "0")


def test_branches_of_the_day(world):
    Branch.objects.create(firm=world.firm, name="甲分所", started_on=LONG_AGO, ended_on=LATER)
    Branch.objects.create(firm=world.firm, name="乙分所", started_on=LATER, has_legal_personality=True)

    then, now = then_and_now(world, "branches")

    assert ([line[:2] for line in then], [line[:2] for line in now]) == ([["甲分所", "旧名称"]], [["乙分所", "新名称"]])
    assert lines(world, "branches", standing="False") == []
    assert [row["name"] for row in api(world, "branches", on=THEN.isoformat())] == ["甲分所"]


def test_qualifications_of_the_day_are_those_accepted_by_then(world):
    facts = {"firm": world.firm, "issuer": "厅", "valid_from": LONG_AGO, "handed_in_by": world.clerk}
    ran_out = Qualification.objects.create(
        name="甲资质", number="1", valid_to=date(2020, 8, 1), accepted_on=LONG_AGO, **facts
    )
    Qualification.objects.create(name="乙资质", number="2", accepted_on=LATER, **facts)
    Qualification.objects.create(name="丙资质", number="3", status="HANDED_IN", **facts)

    then, now = then_and_now(world, "qualifications")

    assert [line[:2] for line in then] == [["甲资质", "旧名称"]]
    assert len(now) == 3
    soon = lines(world, "qualifications", on=THEN.isoformat(), ends="SOON")
    assert (soon, lines(world, "qualifications", ends="SOON")) == (then, [])
    assert [row["id"] for row in api(world, "qualifications", on=THEN.isoformat())] == [ran_out.pk]


def test_ties_of_the_day_stand_under_the_names_of_the_day(world):
    Employment.objects.create(
        person=world.person, organisation=world.firm.organisation, title="总监", started_on=EARLY, ended_on=LATER
    )
    heir = OrganisationFactory(bureau=world.bureau, name="后来的单位")
    Employment.objects.create(person=world.person, organisation=heir, started_on=LATER)

    then, now = then_and_now(world, "employments")

    assert [line[:2] + line[3:4] for line in then] == [["旧姓名", "旧名称", "总监"]]
    assert [line[:2] for line in now] == [["新姓名", "后来的单位"]]
    assert [row["title"] for row in api(world, "employments", on=THEN.isoformat())] == ["总监"]


def test_people_of_the_day_stand_under_their_names_with_who_employed_them(world):
    body = OrganisationFactory(bureau=world.bureau, name="新单位")
    FormerName.objects.create(organisation=body, name="旧单位", until_on=LATER)
    Employment.objects.create(person=world.person, organisation=body, started_on=LONG_AGO, ended_on=LATER)
    world.person.phone_sealed = encrypt("13800138000")
    world.person.save()

    then, now = then_and_now(world, "persons")

    line = next(line for line in then if line[0] == "旧姓名")
    assert line[2] == "旧单位"
    assert "新姓名" in {line[0] for line in now}
    assert any("****" in cell for line in now for cell in line)
    assert not any("****" in cell for line in then for cell in line)  # kept without days
    assert [line[0] for line in lines(world, "persons", on=THEN.isoformat(), q="旧单位")] == ["旧姓名"]
    assert lines(world, "persons", on=LATER.isoformat(), q="旧单位") == []


def test_units_of_the_day_stand_under_the_names_of_the_day(world):
    body = OrganisationFactory(bureau=world.bureau, name="新单位")
    FormerName.objects.create(organisation=body, name="旧单位", until_on=LATER)
    superior = UnitFactory(bureau=world.bureau)
    unit = UnitFactory(bureau=world.bureau, organisation=body, superior=superior)

    then, now = then_and_now(world, "units")

    assert [unit.code, "旧单位"] in then
    assert next(line for line in now if line[0] == unit.code)[1:3] == ["新单位", superior.organisation.name]
    assert lines(world, "units", on=THEN.isoformat(), q="旧单位") == [[unit.code, "旧单位"]]
    told = {row["code"]: (row["name"], row["superior"]) for row in api(world, "units", on=THEN.isoformat())}
    assert told[unit.code] == ("旧单位", None)  # kept without days
    told = {row["code"]: (row["name"], row["superior"]) for row in api(world, "units")}
    assert told[unit.code] == ("新单位", superior.pk)


def test_page_of_a_person_tells_posts_and_employers_of_the_day(world):
    body = OrganisationFactory(bureau=world.bureau, name="新单位")
    FormerName.objects.create(organisation=body, name="旧单位", until_on=LATER)
    end = date(2020, 8, 1)
    Employment.objects.create(person=world.person, organisation=body, started_on=LONG_AGO, ended_on=end)
    Employment.objects.create(person=world.person, organisation=world.firm.organisation, started_on=LATER)
    Practitioner.objects.create(firm=world.firm, person=world.person, duty="助理", started_on=LONG_AGO, ended_on=end)
    place = reverse("pages:person", args=[world.person.pk])
    steps = [reverse(f"pages:{name}", args=[world.person.pk]) for name in ("person-spell", "person-reveal")]

    then, now = (world.desk.get(place, asked).content.decode() for asked in ({"on": THEN.isoformat()}, {}))

    assert ["旧姓名" in page for page in (then, now)] == [True, True]  # today as a former name
    assert ["新姓名" in page for page in (then, now)] == [False, True]
    assert ["旧单位" in page for page in (then, now)] == [True, False]
    assert ["旧名称" in page for page in (then, now)] == [True, False]
    assert ["2020年8月1日" in page for page in (then, now)] == [False, True]
    assert ["2020年7月1日" in page for page in (then, now)] == [False, True]  # the second employer, the new name
    assert [any(step in page for step in steps) for page in (then, now)] == [False, True]


def test_sanctions_of_the_day_stand_where_they_stood(world):
    facts = {"bureau": world.bureau, "reason": "迟交", "proposed_by": world.clerk, "proposed_on": EARLY}
    decided = {"decided_by": world.clerk}
    ended = Sanction.objects.create(
        firm=world.firm, kind="SUSPENSION", status="ENDED", months=3, started_on=date(2020, 4, 1),
        ends_on=LATER, ended_on=LATER, **facts, **decided,
    )  # fmt: skip
    expert = ExpertFactory(bureau=world.bureau, person=world.person)
    told = Sanction.objects.create(
        expert=expert, kind="SUSPENSION", status="IN_FORCE", months=6, told_on=date(2020, 6, 20),
        reply_until=date(2020, 6, 28), started_on=LATER, ends_on=date(2021, 1, 1), **facts, **decided,
    )  # fmt: skip
    SanctionReply.objects.create(sanction=told, words="说明", given_by=world.clerk, given_on=LATER)
    Sanction.objects.create(
        firm=FirmFactory(bureau=world.bureau), kind="TALK", status="PROPOSED", **(facts | {"proposed_on": LATER})
    )

    then, now = then_and_now(world, "sanctions")

    assert [(line[0], line[2], line[4]) for line in then] == [
        ("旧姓名", "—", "已事先告知"), ("旧名称", "2020年4月1日", "施行中"),
    ]  # fmt: skip
    assert len(now) == 3
    assert [line[0] for line in lines(world, "sanctions", on=THEN.isoformat(), status="IN_FORCE")] == ["旧名称"]
    rows = {row["id"]: row for row in api(world, "sanctions", on=THEN.isoformat())}
    assert {key: (row["name"], row["status"], row["started_on"], row["ended_on"], row["reply_words"] or "")
            for key, row in rows.items()} == {
        ended.pk: ("旧名称", "IN_FORCE", "2020-04-01", None, ""), told.pk: ("旧姓名", "TOLD", None, None, ""),
    }  # fmt: skip
    assert [row["id"] for row in api(world, "sanctions", on=THEN.isoformat(), status="TOLD")] == [told.pk]


def test_events_of_the_day_run_as_they_ran(world):
    facts = {"bureau": world.bureau, "kind": "VIOLATION", "code": "light", "points": -10, "recorded_by": world.clerk}
    event = CreditEvent.objects.create(
        organisation=world.firm.organisation, words="迟交", occurred_on=EARLY, expires_on=LATER,
        reply_until=date(2020, 3, 10), **facts,
    )  # fmt: skip
    EventReply.objects.create(event=event, words="说明", given_by=world.clerk, given_on=LATER)
    CreditEvent.objects.create(
        person=world.person, words="缺席", occurred_on=LATER, expires_on=date(2021, 1, 1), **facts
    )

    then, now = then_and_now(world, "credit-events")

    assert [(line[0], line[5], line[6]) for line in then] == [("旧名称", "有效，余1日", "至2020年3月10日未提出")]
    assert len(now) == 2
    assert [row["id"] for row in api(world, "credit-events", on=THEN.isoformat())] == [event.pk]


@pytest.mark.parametrize("name", LISTS)
def test_other_bureau_finds_nothing_on_any_day(world, client, name):
    more(new_world())
    client.force_login(UserFactory(role=Role.CLERK))

    assert [list(client.get(reverse(f"pages:{name}"), asked).context["object_list"])
            for asked in ({}, {"on": THEN.isoformat()})] == [[], []]  # fmt: skip


def test_every_past_list_costs_the_same_with_one_row_with_ten_and_with_a_thousand(client):
    world = new_world()
    more(world)
    Employment.objects.update(ended_on=None)
    client.force_login(world.everybody)

    def costs():
        found = {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as caught:
                page = client.get(reverse(f"pages:{name}"), {"on": "2020-12-20"})
            asked = [one for one in caught if "django_session" not in one["sql"] and "SAVEPOINT" not in one["sql"]]
            found[name] = (len(asked), len(page.context["object_list"]) > 0)
        return found

    one = costs()
    copy_all(range(1, 10))
    ten = costs()
    copy_all(range(10, 1000))
    thousand = costs()

    assert one == ten == thousand
    assert {name: count for name, (count, _shows) in thousand.items() if count > MOST} == {}
    assert {name for name, (_count, shows) in thousand.items() if not shows} == set()
