"""The explorer: every rule of everybody on any day, what would be enough, as a page, a file and through the API."""

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from assignments.models import EligibilityLook
from evaluators.models import FirmUndertaking, LeadEvaluator
from faces.exchange.sheets import read
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from parties.models import Employment
from tests.assignments.test_eligibility import ready_expert
from tests.factories.assignments import OrganisationFactory, ReReviewFactory, TaskFactory, expert_user, ready_firm
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
TODAY = {"on": "2020-06-01"}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def task():
    task = TaskFactory()
    for _n in range(3):
        ready_firm(task.bureau)
    return task


@pytest.fixture
def out(task):
    firm = ready_firm(task.bureau)
    FirmUndertaking.objects.filter(firm=firm).delete()
    LeadEvaluator.objects.filter(firm=firm).delete()
    return firm


def page_of(task, **asked):
    return signed_in(task.clerk).get(reverse("pages:eligibility-firm", args=[task.number]), TODAY | asked)


def api_of(task, **asked):
    return signed_in(task.clerk).get(f"/api/v1/tasks/{task.number}/eligibility/", TODAY | asked)


@pytest.mark.edge("E13")
def test_page_file_and_api_say_every_rule_with_its_source_and_first_free_day(task, out):
    page = page_of(task, state="no")
    rows = list(csv.reader(io.StringIO(page_of(task, state="no", export="csv").content.decode("utf-8-sig"))))
    told = api_of(task, state="no").json()

    (line,) = page.context["lines"]
    assert (line.number, [refusal.code for refusal, _day in line.reasons]) == (
        out.number,
        ["no_undertaking", "no_lead"],
    )
    assert rows[0][:2] == ["机构", "编号"]
    assert (rows[1][0], rows[1][1], rows[1][3], rows[1][5]) == (line.name, out.number, "不符合条件", "无法预计")
    assert "承诺书" in rows[1][4]
    assert "主评人" in rows[1][4]
    assert len(rows) == 2
    (answer,) = told["results"]
    assert (answer["number"], answer["is_eligible"], answer["free_on"]) == (out.number, False, None)
    assert [refusal["code"] for refusal in answer["refusals"]] == ["no_undertaking", "no_lead"]
    assert [row["code"] for row in told["rules"]] == ["no_undertaking", "no_lead"]
    assert (told["pool"], told["shown"], told["supply"]["eligible"]) == (4, 1, 3)


def test_another_day_has_another_answer_and_the_page_says_which_day(task):
    then = page_of(task, on="2021-03-01")
    told = api_of(task, on="2021-03-01").json()

    assert {row.code for row, *_rest in then.context["rules"]} == {"no_undertaking"}
    assert "2021年3月1日" in then.content.decode()
    assert (told["on"], told["supply"]["eligible"]) == ("2021-03-01", 0)
    assert set(EligibilityLook.objects.values_list("asked_on", flat=True)) == {date(2021, 3, 1)}


def test_waterfall_says_before_and_after_and_leads_to_whom_a_rule_refuses(task, out):
    page = page_of(task, rule="no_lead")

    ((first, *_),) = [row for row in page.context["rules"] if row[0].code == "no_undertaking"]
    assert (first.before, first.removed, first.left, first.alone) == (4, 1, 3, 0)
    assert [line.number for line in page.context["lines"]] == [out.number]
    assert "rule=no_undertaking#list" in page.content.decode()


def test_panel_is_asked_by_field_and_seats_and_says_how_many_can_sit_together():
    review = ReReviewFactory()
    people = [ready_expert(review) for _n in range(4)]
    body = OrganisationFactory(bureau=review.bureau)
    for expert in people[:3]:
        Employment.objects.create(person=expert.person, organisation=body, started_on=date(2015, 1, 1))
    people[3].specialties.all().delete()
    node = people[0].specialties.get().node
    client = signed_in(review.evaluation.clerk)
    asked = {"field": node.pk, "seats": 2, "on": "2020-06-01"}

    page = client.get(reverse("pages:eligibility-panel", args=[review.pk]), asked)
    told = client.get(f"/api/v1/re-reviews/{review.pk}/eligibility/", asked).json()

    found = page.context["supply"]
    assert (page.context["pool"], found.eligible, found.together, found.missing) == (3, 3, 1, 1)
    assert found.blockers == ("one_employer",)
    assert "可同场 1 人" in page.content.decode()
    assert told["supply"]["ways"] == [{"code": "one_employer", "would": 3, "is_enough": True}]
    assert (told["pool"], told["supply"]["needed"]) == (3, 2)


@pytest.mark.rule("R-61")
def test_set_up_page_counts_and_explorer_names_each_are_one_look(task):
    client = signed_in(task.clerk)
    for _time in range(2):
        client.get(reverse("pages:draw-firm", args=[task.number]))
        page_of(task)
        page_of(task, state="no", page=1)
        api_of(task, state="yes")

    assert sorted(EligibilityLook.objects.values_list("by_name", flat=True)) == [False, True]
    assert Entry.objects.filter(action="eligibility.looked").count() == 2


def test_file_is_a_workbook_too_and_each_file_is_journaled(task, out):
    content = page_of(task, export="xlsx").content

    assert [line.at(1).text for line in read(content, "a.xlsx")[0].lines][1:] == [
        line.number for line in page_of(task).context["lines"]
    ]
    assert Entry.objects.filter(action="eligibility.exported").count() == 1


@pytest.mark.parametrize(
    "asked", [{"state": "x"}, {"on": "never"}, {"on": "0001-01-01"}, {"page": "0"}, {"page": "2"}, {"nobody": "1"},
              {"field": "999"}, {"seats": "0"}],
)  # fmt: skip
def test_api_refuses_what_makes_no_sense_by_its_name(task, asked):
    answer = api_of(task, **asked)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(asked))


def test_pages_go_on_where_the_last_one_ended(task):
    for _n in range(50):
        ready_firm(task.bureau)

    first, second = api_of(task).json(), api_of(task, page=2).json()

    assert (len(first["results"]), len(second["results"]), second["pages"]) == (50, 3, 2)
    assert len({row["id"] for row in first["results"] + second["results"]}) == 53
    assert len(page_of(task, page=2).context["lines"]) == 3


def test_neither_another_bureau_nor_an_expert_sees_who_is_eligible(task):
    review = ReReviewFactory(evaluation=task)
    expert = ready_expert(review)
    stranger, himself = UserFactory(role=Role.SECTION_HEAD), expert_user(expert)
    pages = [
        reverse("pages:eligibility-firm", args=[task.number]),
        reverse("pages:eligibility-panel", args=[review.pk]),
    ]
    calls = [f"/api/v1/tasks/{task.number}/eligibility/", f"/api/v1/re-reviews/{review.pk}/eligibility/"]

    assert [signed_in(stranger).get(address).status_code for address in pages + calls] == [404] * 4
    assert {signed_in(himself).get(address).status_code for address in pages + calls} <= {403, 404}
    assert not EligibilityLook.objects.exists()
