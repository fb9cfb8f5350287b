"""The checklist on the bureau's pages and on the owner's, and over the API."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from admissions.models import EntryCheck
from admissions.selectors import checks_on
from foundation.core import clock
from tests.factories.admissions import picture
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user, firm_user
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ITEM = "no_violation_3_years"
ENTRIES = pytest.mark.parametrize(("make", "noun"), [(FirmFactory, "firm"), (ExpertFactory, "expert")])


@pytest.fixture
def people():
    return office()


def page(noun, entry):
    return reverse(f"pages:{noun}-checks", args=[entry.number])


def scan():
    return SimpleUploadedFile("证明.png", picture(), "image/png")


@ENTRIES
def test_clerk_enters_proof_source_and_last_day_of_each_item(client, people, make, noun):
    entry = make(bureau=people["bureau"])
    client.force_login(people["clerk"])
    given = {
        f"item-{ITEM}": "on", f"proof-{ITEM}": scan(), f"source-{ITEM}": "信用中国", f"until-{ITEM}": "2099-12-31",
        f"remark-{ITEM}": "已核",
    }  # fmt: skip

    response = client.post(page(noun, entry), given)

    one = checks_on(entry, clock.today())[ITEM]
    assert response.status_code == 302
    assert (one.is_met, one.source, one.valid_to, one.remark) == (True, "信用中国", date(2099, 12, 31), "已核")
    assert one.proof.original_name == "证明.png"
    shown = client.get(response["Location"]).content.decode()
    assert "信用中国" in shown
    assert reverse("pages:file", args=[one.proof_id]) in shown


@ENTRIES
def test_proof_that_has_run_out_is_refused_beside_its_item(client, people, make, noun):
    entry = make(bureau=people["bureau"])
    client.force_login(people["clerk"])

    response = client.post(page(noun, entry), {f"item-{ITEM}": "on", f"until-{ITEM}": "2001-01-01"})

    assert response.status_code == 409
    assert list(response.context["form"].errors) == [f"until-{ITEM}"]
    assert not EntryCheck.objects.exists()


def test_expert_reads_his_checklist_and_his_years_of_work(client, people):
    expert = ExpertFactory(bureau=people["bureau"], works_since=date(2000, 7, 1))
    client.force_login(people["clerk"])
    client.post(page("expert", expert), {f"item-{ITEM}": "on", f"source-{ITEM}": "信用中国"})
    bureau = client.get(reverse("pages:expert", args=[expert.number])).content.decode()
    client.force_login(expert_user(expert))

    own = client.get(reverse("pages:expert-record")).content.decode()

    assert "信用中国" in own
    assert all("2000" in shown for shown in (bureau, own))


def test_answers_over_the_api_hold_on_their_days(client, people):
    firm = FirmFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])
    given = {"firm": firm.pk, "code": ITEM, "is_met": True, "issued_by": "信用中国", "file": scan()}

    made = client.post("/api/v1/admission-checks/", given)

    today = clock.today().isoformat()
    assert (made.status_code, made.json()["source"], made.json()["checked_on"]) == (201, "信用中国", today)
    asked = [f"?firm={firm.pk}&on={day}" for day in (today, "2001-01-01")]
    found = [client.get(f"/api/v1/admission-checks/{query}").json()["results"] for query in asked]
    assert [[one["code"] for one in rows] for rows in found] == [[ITEM], []]
    nobody = client.post("/api/v1/admission-checks/", {"code": ITEM, "is_met": True}, content_type="application/json")
    assert (nobody.status_code, nobody.json()["code"]) == (409, "entry_missing")
    client.force_login(firm_user(firm))
    assert client.post("/api/v1/admission-checks/", given).status_code == 403
    assert len(client.get("/api/v1/admission-checks/").json()["results"]) == 1
