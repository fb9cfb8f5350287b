"""A firm reports its people and hands in certificates over the API; the bureau answers there."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluators.models import LeadEvaluator, Practitioner
from foundation.accounts.enums import Role
from foundation.core import clock
from tests.factories.admissions import id_number, picture
from tests.factories.assigned import NOW
from tests.factories.assignments import FirmFactory, PersonFactory, firm_user
from tests.factories.foundation import LONG_AGO, office

pytestmark = pytest.mark.django_db
TODAY = NOW.date().isoformat()


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    found = office()
    found["firm"] = FirmFactory(bureau=found["bureau"])
    return found


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def sent(client, path, **given):
    return client.post(f"/api/v1/{path}", given)


def posted(client, path, **given):
    return client.post(f"/api/v1/{path}", given, content_type="application/json")


def scan():
    return SimpleUploadedFile("证书.png", picture(), content_type="image/png")


def test_who_joined_and_who_left_is_reported_and_answered(people):
    me, clerk = signed_in(firm_user(people["firm"])), signed_in(people["clerk"])
    member = signed_in(firm_user(people["firm"], Role.FIRM_MEMBER))
    joined = {"role": "LEAD", "name": "王新进", "id_number": id_number(7), "day": TODAY, "title": "高级会计师"}

    early = sent(me, "staff-changes/", **joined, proof=scan())
    made = sent(me, "staff-changes/", **joined, works_since="2005-01-01", proof=scan())
    assert (early.json()["code"], made.status_code, made.json()["status"]) == ("works_since_missing", 201, "REPORTED")
    assert id_number(7) not in made.content.decode()
    assert [sent(one, "staff-changes/", **joined).status_code for one in (member, clerk)] == [403, 403]
    row = f"staff-changes/{made.json()['id']}/"
    assert [posted(me, f"{row}{verb}/", words="不").status_code for verb in ("take-over", "decline")] == [403, 403]
    assert posted(clerk, f"{row}take-over/").json()["status"] == "TAKEN_OVER"
    lead = LeadEvaluator.objects.get()

    left = sent(me, "staff-changes/", lead=lead.pk, day=TODAY, reason="辞职")
    assert (left.status_code, left.json()["move"]) == (201, "LEFT")
    row = f"staff-changes/{left.json()['id']}/"
    assert posted(clerk, f"{row}decline/", words="在办任务未了结").json()["words"] == "在办任务未了结"
    assert posted(clerk, f"{row}take-over/").json()["code"] == "change_settled"
    again = sent(me, "staff-changes/", lead=lead.pk, day=TODAY).json()
    assert posted(me, f"staff-changes/{again['id']}/withdraw/").json()["status"] == "WITHDRAWN"


@pytest.mark.parametrize(
    "given",
    [
        {"role": "STAFF", "name": "王"},
        {"role": "STAFF", "name": "王", "id_number": id_number(7), "reason": "无"},
        {"practitioner": True, "name": "王"},
    ],
)
def test_mixed_and_half_reports_are_refused(people, given):
    post = Practitioner.objects.create(
        firm=people["firm"], person=PersonFactory(bureau=people["bureau"]), started_on=LONG_AGO
    )
    asked = given | ({"practitioner": post.pk} if "practitioner" in given else {})
    assert sent(signed_in(firm_user(people["firm"])), "staff-changes/", **asked, day=TODAY).status_code == 400


def test_certificate_with_its_proof_is_handed_in_and_accepted(people):
    me, clerk = signed_in(firm_user(people["firm"])), signed_in(people["clerk"])
    lead = LeadEvaluator.objects.create(
        firm=people["firm"], person=PersonFactory(bureau=people["bureau"]), title="", works_since=LONG_AGO,
        started_on=LONG_AGO,
    )  # fmt: skip
    paper = {"name": "资产评估师证书", "number": "37", "issuer": "协会", "valid_from": "2020-01-01", "lead": lead.pk}

    missing = sent(me, "qualifications/", **paper)
    made = sent(me, "qualifications/", **paper, valid_to="2021-12-31", is_certificate=True, proof=scan())

    assert (missing.status_code, missing.json()["code"]) == (409, "proof_missing")
    assert (made.status_code, made.json()["status"]) == (201, "HANDED_IN")
    assert sent(clerk, "qualifications/", **paper, proof=scan()).status_code == 400  # the bureau names the firm
    assert posted(clerk, f"qualifications/{made.json()['id']}/accept/").json()["status"] == "ACCEPTED"
    lead.refresh_from_db()
    assert lead.certificate_number == "37"
