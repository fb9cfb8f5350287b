"""The bureau enters a firm's people and qualifications over the API, from a past first day, and writes the end of a post."""

import pytest
from django.test import Client

from evaluators.models import LeadEvaluator, Practitioner, Qualification
from foundation.core import clock
from tests.factories.admissions import id_number
from tests.factories.assigned import NOW
from tests.factories.assignments import FirmFactory, firm_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
WHO = {"name": "王新进", "id_number": id_number(7)}


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    found = office()
    found["firm"] = FirmFactory(bureau=found["bureau"])
    return found


def sent(user, path, **given):
    client = Client()
    client.force_login(user)
    return client.post(f"/api/v1/{path}", given, content_type="application/json")


@pytest.mark.rule("R-10")
def test_lead_evaluator_is_entered_from_a_past_day_and_his_post_ends_on_one(people):
    clerk, firm = people["clerk"], people["firm"]
    lead = {"firm": firm.pk, **WHO, "title": "高级会计师", "works_since": "2005-01-01", "started_on": "2020-03-02"}

    early = sent(clerk, "lead-evaluators/", **{**lead, "works_since": "2019-01-01"})
    made = sent(clerk, "lead-evaluators/", **lead)

    assert (early.status_code, made.status_code) == (409, 201)
    assert id_number(7) not in made.content.decode()
    row = LeadEvaluator.objects.get()
    assert (row.started_on.isoformat(), row.ended_on) == ("2020-03-02", None)
    end = f"lead-evaluators/{row.pk}/end/"
    assert sent(clerk, end, ended_on="2099-01-01").json()["code"] == "ends_later"
    assert sent(clerk, end, ended_on="2020-03-01").json()["code"] == "ends_before_start"
    assert sent(clerk, end, ended_on="2020-05-06").json()["ended_on"] == "2020-05-06"
    assert sent(clerk, end).json()["code"] == "ended_before"


@pytest.mark.rule("R-11")
def test_staff_are_entered_once_and_leave_today_unless_told(people):
    clerk, firm, other = people["clerk"], people["firm"], FirmFactory(bureau=people["bureau"])

    made = sent(clerk, "practitioners/", firm=firm.pk, **WHO, duty="助理")
    twice = sent(clerk, "practitioners/", firm=other.pk, **WHO)

    assert (made.json()["duty"], twice.status_code, twice.json()["code"]) == ("助理", 409, "two_firms")
    row = Practitioner.objects.get()
    assert sent(clerk, f"practitioners/{row.pk}/end/").json()["ended_on"] == clock.today().isoformat()


def test_name_that_is_known_is_asked_about(people):
    clerk, firm = people["clerk"], people["firm"]
    sent(clerk, "practitioners/", firm=firm.pk, name="王新进")

    asked = sent(clerk, "lead-evaluators/", firm=firm.pk, name="王新进", title="高级会计师", works_since="2005-01-01")

    assert asked.status_code == 409
    assert not LeadEvaluator.objects.exists()
    answered = sent(
        clerk, "lead-evaluators/", firm=firm.pk, name="王新进", title="高级会计师", works_since="2005-01-01",
        same_name="SAME",
    )  # fmt: skip
    assert answered.json()["person"] == Practitioner.objects.get().person_id


def test_bureau_enters_a_qualification_which_counts_at_once(people):
    clerk, firm = people["clerk"], people["firm"]
    client = Client()
    client.force_login(clerk)
    paper = {"name": "工程咨询乙级", "number": "鲁1", "issuer": "协会", "valid_from": "2020-01-01", "firm": firm.pk}

    made = client.post("/api/v1/qualifications/", paper)

    assert (made.status_code, made.json()["status"], made.json()["accepted_by_name"]) == (201, "ACCEPTED", clerk.name)
    client.force_login(firm_user(firm))
    assert client.post("/api/v1/qualifications/", paper).status_code == 403
    assert Qualification.objects.count() == 1


def test_outsiders_and_other_bureaus_enter_nobody(people):
    firm = people["firm"]
    given = {"firm": firm.pk, **WHO, "works_since": "2005-01-01"}

    assert sent(firm_user(firm), "lead-evaluators/", **given).status_code == 403
    assert sent(UserFactory(bureau=people["bureau"], role="SUPERVISOR"), "practitioners/", **given).status_code == 403
    assert sent(office()["clerk"], "lead-evaluators/", **given).status_code == 400
    assert not Practitioner.objects.exists()
