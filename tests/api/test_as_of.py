"""``?on=``: nouns as they stood on a day, through the API."""

from datetime import date

import pytest

from evaluators.enums import FirmAction
from evaluators.models import LeadEvaluator, Practitioner, Qualification
from evaluators.services import accept_qualification, move_firms
from experts.enums import ExpertAction
from experts.models import ExpertSpecialty, StandingRecusal
from experts.services import move_experts
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.services import NodeDraft, add_nodes, merge_node, move_node, rename_node
from parties.models import Contact, Employment, Relationship
from parties.services import rename_organisation, rename_person
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    OrganisationFactory,
    expert_user,
    firm_user,
    ready_firm,
)
from tests.factories.foundation import LONG_AGO, SectionFactory, office

pytestmark = pytest.mark.django_db
THEN, LATER = date(2020, 6, 30), date(2020, 7, 1)


@pytest.fixture
def people():
    return office()


def listed(client, noun, **asked):
    response = client.get(f"/api/v1/{noun}/", asked)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_firm_is_told_with_standing_name_and_term_of_the_day(client, people):
    firm = FirmFactory(bureau=people["bureau"])
    name = firm.organisation.name
    FirmFactory(bureau=people["bureau"], status_since=LATER)
    rename_organisation(organisation=firm.organisation, name="后来的名字", by=people["clerk"], on=LATER)
    move_firms(firms=[firm], action=FirmAction.SUSPEND, by=people["clerk"], on=LATER, reason="迟交")
    client.force_login(people["clerk"])

    then = [(row["id"], row["name"], row["status"], row["status_since"]) for row in listed(client, "firms", on=THEN)]
    one = client.get(f"/api/v1/firms/{firm.pk}/", {"on": LATER}).json()

    assert then == [(firm.pk, name, "ACTIVE", "2019-01-01")]
    assert (one["name"], one["status"], one["status_since"]) == ("后来的名字", "SUSPENDED", "2020-07-01")
    assert [row["id"] for row in listed(client, "firms", on=THEN, status="ACTIVE")] == [firm.pk]
    assert listed(client, "firms", on=THEN, status="SUSPENDED") == []
    assert client.get(f"/api/v1/firms/{firm.pk}/", {"on": "2018-12-31"}).status_code == 404


def test_expert_and_employment_are_told_as_of_the_day(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    first, second = (OrganisationFactory(bureau=people["bureau"]) for _ in range(2))
    Employment.objects.create(person=expert.person, organisation=first, started_on=LONG_AGO, ended_on=LATER)
    Employment.objects.create(person=expert.person, organisation=second, started_on=LATER)
    move_experts(experts=[expert], action=ExpertAction.SUSPEND, by=people["clerk"], on=LATER, reason="缺席")
    client.force_login(people["clerk"])

    standing = [[row["status"] for row in listed(client, "experts", on=day)] for day in (THEN, LATER)]
    employers = [[row["organisation"] for row in listed(client, "employments", on=day)] for day in (THEN, LATER)]

    assert (standing, employers) == ([["ACTIVE"], ["SUSPENDED"]], [[first.pk], [second.pk]])


def test_what_is_kept_without_days_is_told_of_today_only(client, people):
    firm = FirmFactory(bureau=people["bureau"], staff_count=47)
    expert = ExpertFactory(bureau=people["bureau"], is_civil_servant=True, guest_for="某学院")
    client.force_login(people["clerk"])
    places = (f"/api/v1/firms/{firm.pk}/", "kind", "staff_count"), (
        f"/api/v1/experts/{expert.pk}/", "is_civil_servant", "guest_for",
    )  # fmt: skip

    told = {
        day: [client.get(place, {"on": day} if day else {}).json()[name] for place, *names in places for name in names]
        for day in (THEN, clock.today(), None)
    }

    now = ["CONSULTANCY", 47, True, "某学院"]
    assert list(told.values()) == [[None] * 4, now, now]
    listing = [(row["kind"], row["staff_count"]) for row in listed(client, "firms", on=THEN)]
    assert listing == [(None, None)]


def test_outsider_does_not_get_a_field_by_asking_about_a_past_day(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    client.force_login(expert_user(expert))

    row = client.get(f"/api/v1/experts/{expert.pk}/", {"on": THEN}).json()

    assert ("guest_for" in row, "is_civil_servant" in row) == (False, False)


def test_contact_is_told_with_the_name_that_the_body_bore(client, people):
    firm = FirmFactory(bureau=people["bureau"])
    name = firm.organisation.name
    for of, body in (
        ("FIRM", {"organisation": firm.organisation}),
        ("SECTION", {"section": SectionFactory(bureau=people["bureau"], name="预算科")}),
    ):
        Contact.objects.create(bureau=people["bureau"], of=of, duty="负责人", name="甲", started_on=LONG_AGO, **body)
    rename_organisation(organisation=firm.organisation, name="后来的名字", by=people["clerk"], on=LATER)
    client.force_login(people["clerk"])

    told = [{row["body"] for row in listed(client, "contacts", **asked)} for asked in ({"on": THEN}, {"on": LATER}, {})]

    assert told == [{name, "预算科"}, {"后来的名字", "预算科"}, {"后来的名字", "预算科"}]
    assert listed(client, "contacts", on=date(2018, 12, 31)) == []


def test_lead_evaluators_are_told_as_of_the_day(client, people):
    firm = ready_firm(people["bureau"])
    firm.lead_evaluators.update(ended_on=LATER)
    client.force_login(people["clerk"])

    assert [len(listed(client, "lead-evaluators", on=day)) for day in (THEN, LATER)] == [1, 0]


def test_qualifications_are_told_as_far_as_they_were_accepted_by_the_day(client, people):
    firm = ready_firm(people["bureau"])
    lead = firm.lead_evaluators.get()
    LeadEvaluator.objects.update(certificate_number="", certificate_valid_to=None)
    paper = Qualification.objects.create(
        firm=firm, lead=lead, is_certificate=True, name="证书", number="甲1", issuer="厅", valid_from=LONG_AGO,
        status="HANDED_IN", handed_in_by=firm_user(firm),
    )  # fmt: skip
    accept_qualification(row=paper, by=people["clerk"], on=LATER)
    client.force_login(people["clerk"])

    held = [[row["number"] for row in listed(client, "qualifications", on=day)] for day in (THEN, LATER)]
    certificates = [
        [row["certificate_number"] for row in listed(client, "lead-evaluators", on=day)] for day in (THEN, LATER)
    ]

    assert (held, certificates) == ([[], ["甲1"]], [[""], ["甲1"]])
    assert client.get(f"/api/v1/qualifications/{paper.pk}/", {"on": THEN}).status_code == 404


@pytest.mark.parametrize("day", ["nonsense", "2020-02-30", "0"])
def test_day_that_is_none_is_400(client, people, day):
    client.force_login(people["clerk"])

    response = client.get("/api/v1/firms/", {"on": day})

    assert (response.status_code, list(response.json()["errors"])) == (400, ["on"])


def test_noun_without_a_past_takes_no_day(client, people):
    client.force_login(people["clerk"])

    assert client.get("/api/v1/courses/", {"on": THEN}).status_code == 400


def test_firm_reads_only_itself_on_every_day(client, people):
    own, other = FirmFactory(bureau=people["bureau"]), FirmFactory(bureau=people["bureau"])
    client.force_login(firm_user(own))

    assert [row["id"] for row in listed(client, "firms", on=THEN)] == [own.pk]
    assert client.get(f"/api/v1/firms/{other.pk}/", {"on": THEN}).status_code == 404


def test_record_is_not_closed_by_a_plain_move(client, people):
    firm = FirmFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])

    response = client.post(
        f"/api/v1/firms/{firm.pk}/move/", {"action": "CLOSE", "reason": "注销"}, content_type="application/json"
    )

    firm.refresh_from_db()
    assert (response.status_code, firm.status) == (400, "ACTIVE")


def test_branch_is_entered_with_its_first_day_and_ended(client, people):
    head, own = FirmFactory(bureau=people["bureau"]), FirmFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])
    asked = {"firm": head.pk, "name": "甲分所", "own_firm": own.pk, "started_on": "2020-01-10"}

    made = client.post("/api/v1/branches/", asked, content_type="application/json")
    again = client.post("/api/v1/branches/", asked, content_type="application/json")
    ended = client.post(
        f"/api/v1/branches/{made.json()['id']}/end/", {"ended_on": "2020-07-01"}, content_type="application/json"
    )

    assert (made.status_code, made.json()["has_legal_personality"]) == (201, True)
    assert (again.status_code, again.json()["code"]) == (409, "branch_stands")
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2020-07-01")
    days = ("2020-01-09", "2020-01-10", "2020-06-30", "2020-07-01")
    assert [len(listed(client, "branches", on=day)) for day in days] == [0, 1, 1, 0]


def test_who_keeps_no_register_writes_no_branch(client, people):
    head = FirmFactory(bureau=people["bureau"])
    client.force_login(firm_user(head))
    asked = {"firm": head.pk, "name": "甲分所", "started_on": "2020-01-10"}

    assert client.post("/api/v1/branches/", asked, content_type="application/json").status_code == 403


def test_spells_are_told_under_the_names_of_the_day_and_without_an_end_that_came_later(client, people):
    bureau, clerk = people["bureau"], people["clerk"]
    expert, firm, body = ExpertFactory(bureau=bureau), FirmFactory(bureau=bureau), OrganisationFactory(bureau=bureau)
    end = date(2020, 8, 1)
    was = (expert.person.name, firm.organisation.name, body.name)
    days = {"started_on": LONG_AGO, "ended_on": end}
    Employment.objects.create(person=expert.person, organisation=body, **days)
    Relationship.objects.create(subject=firm.organisation, other=body, kind="SUPPLIER_OF", **days)
    StandingRecusal.objects.create(expert=expert, organisation=body, reason="曾共事", **days)
    Practitioner.objects.create(firm=firm, person=expert.person, duty="助理", **days)
    rename_organisation(organisation=firm.organisation, name="新机构", by=clerk, on=LATER)
    rename_organisation(organisation=body, name="新单位", by=clerk, on=LATER)
    rename_person(person=expert.person, name="新名", reason="改名", by=clerk, on=LATER)
    client.force_login(clerk)
    nouns = {
        "employments": ("person_name", "organisation_name"),
        "relations": ("subject_name", "other_name"),
        "standing-recusals": ("organisation_name",),
        "practitioners": ("person_name",),
    }

    told = {
        day: [
            [row[name] for name in (*names, "ended_on")]
            for noun, names in nouns.items()
            for row in listed(client, noun, on=day)
        ]
        for day in (THEN, LATER)
    }

    assert told[THEN] == [[was[0], was[2], None], [was[1], was[2], None], [was[2], None], [was[0], None]]
    assert told[LATER] == [["新名", "新单位", None], ["新机构", "新单位", None], ["新单位", None], ["新名", None]]
    assert [row["ended_on"] for row in listed(client, "employments")] == [end.isoformat()]
    assert listed(client, "employments", on=end) == []


def test_specialties_are_told_as_the_tree_stood(client, people):
    bureau, clerk = people["bureau"], people["clerk"]
    drafts = [
        NodeDraft("A", "农业"),
        NodeDraft("A1", "水利", "A"),
        NodeDraft("A2", "渔业", "A"),
        NodeDraft("B", "工程"),
    ]
    field, water, fish, works = add_nodes(bureau=bureau, tree=TreeKind.SPECIALTY, drafts=drafts, by=clerk, on=LONG_AGO)
    expert = ExpertFactory(bureau=bureau)
    ExpertSpecialty.objects.create(expert=expert, node=water, started_on=LONG_AGO)
    rename_node(node=water, name="水利工程", by=clerk, on=LATER)
    move_node(node=water, parent=works, by=clerk, on=LATER)
    merge_node(node=fish, into=water, by=clerk, on=LATER)
    client.force_login(clerk)

    def tree(**asked):
        rows = listed(client, "specialties", tree="SPECIALTY", **asked)
        names = ("id", "name", "parent", "retired_on", "merged_into")
        return {row["id"]: tuple(row[name] for name in names[1:]) for row in rows}

    then, now = tree(on=THEN), tree(on=LATER)

    assert then == {
        field.pk: ("农业", None, None, None),
        water.pk: ("水利", field.pk, None, None),
        fish.pk: ("渔业", field.pk, None, None),
        works.pk: ("工程", None, None, None),
    }
    assert (now[water.pk], now[fish.pk]) == (
        ("水利工程", works.pk, None, None),
        ("渔业", works.pk, LATER.isoformat(), water.pk),
    )
    assert set(tree(on=THEN, is_living=True)) == set(then)
    assert set(tree(on=LATER, is_living=True)) == {field.pk, water.pk, works.pk}
    assert set(tree(on=THEN, parent=field.pk)) == {water.pk, fish.pk}
    assert {row["path"] for row in listed(client, "specialties", on=THEN)} == {None}
    names = [[row["name"] for row in listed(client, "expert-specialties", on=day)] for day in (THEN, LATER)]
    assert names == [["水利"], ["水利工程"]]
