"""Running deductions and labels on the lists of firms and experts, in the file, as a facet, through the API, as of a day."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisals.services import succeed
from credit.models import CreditEvent
from credit.rules import LABELS
from evaluators.services import Heir
from foundation.core import clock
from parties.enums import RelationshipKind
from tests.factories.assignments import ExpertFactory, FirmFactory, OrganisationFactory, ready_firm
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-26")]
NOON = datetime(2020, 12, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, BEFORE, THEN = NOON.date(), date(2020, 6, 30), date(2020, 7, 1)
NOUNS = ("firm", "expert")


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


def party_of(noun, people):
    return (FirmFactory if noun == "firm" else ExpertFactory)(bureau=people["bureau"])


def deduct(party, points, *, since=THEN, until=date(2020, 12, 1), **facts):
    key = "organisation" if hasattr(party, "organisation_id") else "person"
    whose = {key: getattr(party, key)}
    CreditEvent.objects.create(
        bureau=party.bureau, kind="VIOLATION", code="light", points=-points, occurred_on=since, expires_on=until,
        words="迟交", recorded_by=office()["head"], **whose, **facts,
    )  # fmt: skip


def listed(desk, noun, **asked):
    """Return number, points and label of each row, as page, file and API tell them with one voice."""
    answer = desk.get(reverse(f"pages:{noun}s"), asked)
    page = [(row.number, row.deducted, row.label) for row in answer.context["object_list"]]
    api = desk.get(f"/api/v1/{noun}s/", asked).json()["results"]
    assert sorted((row["number"], row["deducted"], row["label"]) for row in api) == sorted(page)
    file = desk.get(reverse(f"pages:{noun}s"), {**asked, "export": "csv"}).content.decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(file))
    words = {"": "", "WATCH": "关注", "CLOSE_WATCH": "重点关注"}
    number, points, label = head.index("编号"), head.index("有效扣分"), head.index("标注")
    assert [(line[number].strip(), line[points], line[label]) for line in lines] == [
        (key, str(sum_), words[label]) for key, sum_, label in page
    ]
    return {key: (sum_, label) for key, sum_, label in page}


@pytest.mark.parametrize("noun", NOUNS)
def test_list_file_and_api_show_points_and_label_of_the_day(desk, people, noun):
    none, watched, close, voided = (party_of(noun, people) for _one in range(4))
    deduct(watched, 10)
    deduct(watched, 5)
    deduct(watched, 20, since=date(2020, 1, 1), until=date(2020, 2, 1))
    deduct(close, 30)
    deduct(voided, 30, voided_on=THEN)

    then, before, after = (listed(desk, noun, on=day.isoformat()) for day in (THEN, BEFORE, date(2020, 12, 1)))

    assert then == {
        none.number: (0, ""), watched.number: (15, "WATCH"), close.number: (30, "CLOSE_WATCH"), voided.number: (0, ""),
    }  # fmt: skip
    assert set(before.values()) == set(after.values()) == set(listed(desk, noun).values()) == {(0, "")}


@pytest.mark.parametrize("noun", NOUNS)
def test_list_and_api_are_narrowed_by_label(desk, people, noun):
    parties = [party_of(noun, people) for _one in range(4)]
    for party, points in zip(parties, (14, 15, 29, 30), strict=True):
        deduct(party, points)
    day = THEN.isoformat()

    found = {label: set(listed(desk, noun, on=day, label=label)) for label in LABELS}
    facet = next(group for group in desk.get(reverse(f"pages:{noun}s"), {"on": day}).context["facets"]
                 if group.name == "label")  # fmt: skip

    assert found == {"WATCH": {parties[1].number, parties[2].number}, "CLOSE_WATCH": {parties[3].number}}
    assert [(one.value, one.count) for one in facet.options] == [("WATCH", 2), ("CLOSE_WATCH", 1)]
    assert listed(desk, noun, label="WATCH") == {}
    assert list(desk.get(reverse(f"pages:{noun}s"), {"label": "NONE"}).context["object_list"]) == []


@pytest.mark.parametrize("noun", NOUNS)
def test_points_of_a_label_are_those_of_the_rule_set_of_the_day(desk, people, noun):
    party = party_of(noun, people)
    deduct(party, 10)
    deduct(party, 10, since=date(2020, 10, 1), until=date(2021, 3, 1))
    rules = RuleSetFactory(bureau=people["bureau"], effective_from=date(2020, 9, 1))
    RuleValueFactory(rule_set=rules, key="label_points", value=[10, 20])

    assert listed(desk, noun, on=THEN.isoformat()) == {party.number: (10, "")}
    assert listed(desk, noun, on="2020-09-01", label="WATCH") == {party.number: (10, "WATCH")}
    assert listed(desk, noun, on="2020-10-01", label="CLOSE_WATCH") == {party.number: (20, "CLOSE_WATCH")}


@pytest.mark.rule("R-49")
def test_heir_of_a_firm_bears_its_label_from_the_day_of_the_merger(desk, people):
    old, heir = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    deduct(old, 15, since=date(2020, 6, 1))
    deduct(heir, 15, since=date(2020, 6, 1))
    merger = RelationshipKind.MERGED_INTO
    succeed(kind=merger, predecessor=old, heirs=(Heir(heir),), fates={}, by=people["clerk"], on=THEN)

    before = listed(desk, "firm", on=BEFORE.isoformat(), label="WATCH")
    close = listed(desk, "firm", on=THEN.isoformat(), label="CLOSE_WATCH")

    assert before == {old.number: (15, "WATCH"), heir.number: (15, "WATCH")}
    assert close == {heir.number: (30, "CLOSE_WATCH")}


@pytest.mark.parametrize("noun", NOUNS)
def test_page_shows_points_and_label_of_the_day(desk, people, noun):
    party = party_of(noun, people)
    deduct(party, 30)
    address = reverse(f"pages:{noun}", args=[party.number])

    then, now = (desk.get(address, {"tab": "people", **asked}).content.decode() for asked in ({"on": THEN}, {}))

    assert ("30分" in then, "重点关注" in then) == (True, True)
    assert ("0分" in now, "重点关注" in now) == (True, False)


@pytest.mark.parametrize("noun", NOUNS)
def test_labels_of_another_bureau_count_nowhere(desk, people, noun):
    party_of(noun, people)
    other = (FirmFactory if noun == "firm" else ExpertFactory)(bureau=office()["bureau"])
    deduct(other, 30)

    assert listed(desk, noun, on=THEN.isoformat(), label="CLOSE_WATCH") == {}


@pytest.mark.parametrize("noun", NOUNS)
def test_narrowed_list_costs_the_same_for_one_row_and_for_many(desk, people, noun):
    costs = []
    for count in (1, 9):
        for _one in range(count):
            deduct(party_of(noun, people), 15)
        for address in (reverse(f"pages:{noun}s"), f"/api/v1/{noun}s/"):
            with CaptureQueriesContext(connection) as caught:
                assert desk.get(address, {"on": THEN.isoformat(), "label": "WATCH"}).status_code == 200
            costs.append(len(caught))

    assert costs[:2] == costs[2:]
    assert max(costs) <= 12


def test_event_of_a_body_that_is_no_firm_labels_nobody(desk, people):
    firm = party_of("firm", people)
    body = OrganisationFactory(bureau=people["bureau"])
    CreditEvent.objects.create(
        bureau=people["bureau"], organisation=body, kind="VIOLATION", code="light", points=-30, occurred_on=THEN,
        expires_on=TODAY, words="迟交", recorded_by=people["head"],
    )  # fmt: skip

    assert listed(desk, "firm", on=THEN.isoformat()) == {firm.number: (0, "")}
