"""Register and pool as of a past day: what was true then, on the page, in the file and through the API; nothing acts."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.services import record_violation
from evaluators.enums import FirmAction
from evaluators.models import Firm, FirmTerm, Qualification
from evaluators.services import accept_qualification, move_firms
from experts.enums import ExpertAction
from experts.models import ExpertSpecialty
from experts.services import move_experts
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.models import Employment
from parties.services import rename_organisation
from tests.factories.assignments import ExpertFactory, FirmFactory, OrganisationFactory, ready_firm
from tests.factories.foundation import LONG_AGO, UserFactory, office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 12, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
THEN, LATER = date(2020, 6, 30), date(2020, 7, 1)
FIRMS, EXPERTS = reverse("pages:firms"), reverse("pages:experts")


@pytest.fixture(autouse=True)
def _today():
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def people():
    return office()


def rows_of(client, address, **asked):
    return list(client.get(address, asked).context["object_list"])


def renamed_and_suspended(people):
    firm = ready_firm(people["bureau"])
    Qualification.objects.create(
        firm=firm, name="资质", number="1", issuer="厅", valid_from=LONG_AGO, valid_to=date(2020, 6, 30)
    )
    rename_organisation(organisation=firm.organisation, name="后来的名字", by=people["clerk"], on=LATER)
    move_firms(firms=[firm], action=FirmAction.SUSPEND, by=people["clerk"], on=LATER, reason="迟交")
    return firm


def test_list_of_firms_shows_name_standing_people_and_papers_of_the_day(client, people):
    firm = renamed_and_suspended(people)
    old = firm.organisation.name
    newcomer = FirmFactory(bureau=people["bureau"], status_since=date(2020, 9, 1))
    client.force_login(people["clerk"])

    then = rows_of(client, FIRMS, on=THEN.isoformat())
    after = rows_of(client, FIRMS, on=LATER.isoformat())
    now = rows_of(client, FIRMS)

    assert [(row.pk, row.name_then, row.status_then, row.leads, row.qualified) for row in then] == [
        (firm.pk, old, "ACTIVE", 1, 1)
    ]
    assert [(row.name_then, row.status_then, row.qualified) for row in after] == [("后来的名字", "SUSPENDED", 0)]
    assert {row.pk for row in now} == {firm.pk, newcomer.pk}


def test_past_day_is_narrowed_searched_and_exported_by_what_was_true_then(client, people):
    firm = renamed_and_suspended(people)
    old, day = firm.organisation.name, THEN.isoformat()
    client.force_login(people["clerk"])

    active = rows_of(client, FIRMS, on=day, status="ACTIVE")
    suspended = rows_of(client, FIRMS, on=day, status="SUSPENDED")
    found = rows_of(client, FIRMS, on=day, q=old)
    answer = client.get(FIRMS, {"on": day, "export": "csv"})
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert ([row.pk for row in active], suspended, [row.pk for row in found]) == ([firm.pk], [], [firm.pk])
    assert 'filename="firms-2020-06-30.csv"' in answer.headers["Content-Disposition"]
    assert [line[0] for line in lines[1:]] == [old]
    assert "firms-2020-06-30.xlsx" in client.get(FIRMS, {"on": day, "export": "xlsx"}).headers["Content-Disposition"]
    assert 'filename="firms.csv"' in client.get(FIRMS, {"export": "csv"}).headers["Content-Disposition"]


@pytest.mark.parametrize("address", [FIRMS, EXPERTS])
def test_past_day_is_said_kept_in_the_address_and_read_only(client, people, address):
    ready_firm(people["bureau"])
    ExpertFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])

    past = client.get(address, {"on": THEN.isoformat()}).content.decode()
    now = client.get(address).content.decode()

    assert ("2020年6月30日" in past, 'name="on" value="2020-06-30"' in past) == (True, True)
    assert f"?on={THEN.isoformat()}" in past
    add = reverse("pages:firm-add" if address == FIRMS else "pages:expert-add")
    assert (add in past, add in now) == (False, True)


@pytest.mark.parametrize("noun", ["firm", "expert"])
def test_page_of_a_past_day_offers_no_step(client, people, noun):
    row = ready_firm(people["bureau"]) if noun == "firm" else ExpertFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])
    address = reverse(f"pages:{noun}", args=[row.number])
    move = reverse(f"pages:{noun}-move", args=[row.number])
    tabs = ("record", "people", "years", "identity") if noun == "firm" else ("ties", "work", "standing")

    past = "".join(client.get(address, {"on": "2020-06-30", "tab": tab}).content.decode() for tab in tabs)
    now = client.get(address).content.decode()

    assert (move in past, move in now) == (False, True)
    own = address.removesuffix("/")
    assert [
        step for step in (f"{own}/rename", f"{own}/lead", f"{own}/violation", f"{own}/employer") if step in past
    ] == []


def test_page_shows_the_name_the_deductions_and_the_term_of_the_day(client, people):
    firm = renamed_and_suspended(people)
    old = firm.organisation.name
    record_violation(
        bureau=people["bureau"],
        organisation=firm.organisation,
        code="light",
        words="迟交底稿",
        by=people["head"],
        on=LATER,
    )
    FirmTerm.objects.create(firm=firm, decided_on=LONG_AGO, ends_on=date(2021, 1, 1))
    FirmTerm.objects.create(firm=firm, decided_on=LATER, ends_on=date(2024, 1, 1))
    client.force_login(people["clerk"])
    address = reverse("pages:firm", args=[firm.number])

    then = client.get(address, {"on": THEN.isoformat()}).content.decode()
    after = client.get(address, {"on": LATER.isoformat()}).content.decode()

    assert (old in then, "后来的名字" in then, "迟交底稿" in then, "2021年1月1日" in then) == (True, False, False, True)
    assert ("后来的名字" in after, "迟交底稿" in after, "2024年1月1日" in after) == (True, True, True)


def test_paper_accepted_later_is_shown_as_not_accepted_yet_and_not_counted(client, people):
    firm = ready_firm(people["bureau"])
    paper = Qualification.objects.create(
        firm=firm, name="资质", number="甲1", issuer="厅", valid_from=LONG_AGO, status="HANDED_IN",
        handed_in_by=people["clerk"],
    )  # fmt: skip
    accept_qualification(row=paper, by=people["clerk"], on=LATER)
    client.force_login(people["clerk"])
    address = reverse("pages:firm", args=[firm.number])

    then, after = (
        client.get(address, {"on": day.isoformat(), "tab": "people"}).content.decode() for day in (THEN, LATER)
    )
    counts = [rows_of(client, FIRMS, on=day.isoformat())[0].qualified for day in (THEN, LATER)]

    assert (["尚未认可" in page for page in (then, after)], counts) == ([True, False], [0, 1])


@pytest.mark.edge("E36")
def test_list_of_experts_names_the_employer_of_the_day_as_it_was_called(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    first, second = (
        OrganisationFactory(bureau=people["bureau"], name="甲所"),
        OrganisationFactory(bureau=people["bureau"]),
    )
    Employment.objects.create(person=expert.person, organisation=first, started_on=LONG_AGO, ended_on=LATER)
    Employment.objects.create(person=expert.person, organisation=second, started_on=LATER)
    rename_organisation(organisation=first, name="甲所（改名后）", by=people["clerk"], on=LATER)
    move_experts(experts=[expert], action=ExpertAction.SUSPEND, by=people["clerk"], on=LATER, reason="缺席")
    client.force_login(people["clerk"])

    then, after = rows_of(client, EXPERTS, on=THEN.isoformat()), rows_of(client, EXPERTS, on=LATER.isoformat())

    assert [(row.employer_then, row.status_then) for row in then] == [("甲所", "ACTIVE")]
    assert [(row.employer_then, row.status_then) for row in after] == [(second.name, "SUSPENDED")]


def test_past_pool_is_narrowed_by_field(client, people):
    fields = [
        Node.objects.create(bureau=people["bureau"], tree=TreeKind.SPECIALTY, level=1, code=code, name=code, path=code)
        for code in ("A", "B")
    ]
    experts = ExpertFactory.create_batch(2, bureau=people["bureau"])
    for expert, node in zip(experts, fields, strict=True):
        ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    client.force_login(people["clerk"])
    values = [option.value for option in client.get(EXPERTS, {"on": THEN.isoformat()}).context["facets"][1].options]

    found = [[row.pk for row in rows_of(client, EXPERTS, on=THEN.isoformat(), field=value)] for value in values]

    assert found == [[experts[0].pk], [experts[1].pk]]


@pytest.mark.parametrize("noun", ["firms", "experts"])
def test_past_list_costs_the_same_for_one_row_and_for_many(client, people, noun):
    client.force_login(people["clerk"])
    make = FirmFactory if noun == "firms" else ExpertFactory
    costs = []
    for count in (1, 9):
        make.create_batch(count, bureau=people["bureau"])
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get(reverse(f"pages:{noun}"), {"on": THEN.isoformat()})
        costs.append(len(caught))

    assert costs[0] == costs[1] <= 10


def test_supervisor_reads_the_register_of_a_past_day(client, people):
    firm = renamed_and_suspended(people)
    client.force_login(UserFactory(bureau=people["bureau"], role="SUPERVISOR"))

    shown = client.get(FIRMS, {"on": THEN.isoformat()})

    assert [row.pk for row in shown.context["object_list"]] == [firm.pk]
    assert reverse("pages:firms") in shown.content.decode()


@pytest.mark.parametrize("text", ["nonsense", "0001-01-01", "2020-02-30", ""])
def test_day_that_is_none_shows_today(client, people, text):
    FirmFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])

    assert client.get(FIRMS, {"on": text}).context["as_of"].is_today


def test_firms_of_another_bureau_stay_out_of_sight_on_every_day(client, people):
    other = ready_firm(office()["bureau"])
    client.force_login(people["clerk"])

    assert Firm.objects.filter(pk=other.pk).exists()
    assert rows_of(client, FIRMS, on=THEN.isoformat()) == []
