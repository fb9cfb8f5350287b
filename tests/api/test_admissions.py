"""Applying, deciding and the yearly steps through the API alone: nothing of it is for pages only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from admissions.models import Application, Confirmation, Objection, Renewal
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.core import clock
from tests.factories.admissions import FIRM_FACTS, begun, complete, handed_in, id_number, in_notice, picture
from tests.factories.assignments import FirmFactory, firm_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
JSON = "application/json"
ITEMS = ("legal_standing", "no_violation_3_years", "lead_evaluator", "proofs")


@pytest.fixture
def people():
    return office()


@pytest.fixture
def say(client):
    """Post as somebody, on a day, and return the answer."""

    def post(user, path, data=None, *, on=date(2020, 6, 1), status=200, **more):
        client.force_login(User.objects.get(pk=user.pk))
        with clock.standing_at(datetime(on.year, on.month, on.day, 9, 0, tzinfo=SHANGHAI)):
            response = client.post(f"/api/v1/{path}", data or {}, **({"content_type": JSON} | more))
        assert response.status_code == status, response.content
        return response.json()

    return post


def test_firm_applies_and_is_admitted(people, say):
    row = begun(people["bureau"])
    me, clerk, at = row.applicant, people["clerk"], f"applications/{row.pk}/"
    say(me, f"{at}submit/", status=409)
    say(me, f"{at}profile/", FIRM_FACTS | {"uscc": FIRM_FACTS["uscc"].lower()})
    person = {"name": "主评人", "id_number": id_number(1), "title": "高级会计师", "works_since": "2000-07-01"}
    shown = say(me, f"{at}person/", person)
    assert id_number(1) not in str(shown)
    for code in ITEMS:
        file = SimpleUploadedFile("证明.png", picture(), "image/png")
        data = {"code": code, "file": file, "issued_by": "演示部门", "valid_to": "2030-01-01"}
        say_multipart(say, me, f"{at}proof/", data)
    say(me, f"{at}undertake/")
    assert say(me, f"{at}submit/")["status"] == "SUBMITTED"

    no = {"code": "proofs", "is_met": False, "remark": "不清"}
    say(clerk, f"{at}review/", {"answers": [no]})
    say(clerk, f"{at}announce/", status=409)
    assert say(clerk, f"{at}return/", {"reason": "补正"})["status"] == "TO_CORRECT"
    say(me, f"{at}submit/")
    say(clerk, f"{at}review/", {"answers": [{"code": code, "is_met": True} for code in ITEMS]})
    assert say(clerk, f"{at}announce/")["notice_until"] == "2020-06-08"
    say(clerk, f"{at}objection/", {"raised_on": "2020-06-01", "words": "异议"})
    objection = Objection.objects.get()
    say(clerk, f"{at}admit/", on=date(2020, 6, 9), status=409)
    say(clerk, f"objections/{objection.pk}/decide/", {"outcome": "DISMISSED", "answer": "不成立"}, on=date(2020, 6, 2))
    admitted = say(clerk, f"{at}admit/", on=date(2020, 6, 9))

    assert (admitted["status"], admitted["firm"]) == ("ADMITTED", Application.objects.get().firm_id)
    assert admitted["profile"]["uscc"] == FIRM_FACTS["uscc"]


def test_applicant_reads_what_is_missing_and_takes_a_person_out(people, say, client):
    row = complete(people["bureau"])
    other = complete(people["bureau"], turn=2)
    me, at = row.applicant, f"applications/{row.pk}/"
    shown = say(me, f"{at}undertake/")["people"]
    assert client.get(f"/api/v1/{at}gaps/").json() == []

    say(me, f"{at}person-out/", {"person": other.people.get().pk}, status=400)
    assert say(me, f"{at}person-out/", {"person": shown[0]["id"]})["people"] == []

    assert client.get(f"/api/v1/{at}gaps/").json() == [{"part": "people", "what": "", "why": ""}]
    assert client.get(f"/api/v1/applications/{other.pk}/gaps/").status_code == 404
    say(me, f"{at}submit/", status=409)
    say(people["clerk"], f"{at}person-out/", {"person": other.people.get().pk}, status=403)
    assert other.people.count() == 1


def test_everybody_of_the_bureau_reads_the_running_notices_and_only_their_frozen_copies(people, say, client):
    row = in_notice(handed_in(people["bureau"]), people["clerk"])
    reader = firm_user(FirmFactory(bureau=people["bureau"]))

    def read(user, on):
        client.force_login(User.objects.get(pk=user.pk))
        with clock.standing_at(datetime(on.year, on.month, on.day, 9, 0, tzinfo=SHANGHAI)):
            return client.get("/api/v1/public-notices/").json()["results"]

    found = read(reader, date(2020, 6, 8))

    assert [(one["id"], one["notice"], one["notice_until"]) for one in found] == [(row.pk, row.notice, "2020-06-08")]
    assert read(reader, date(2020, 6, 9)) == []
    assert read(UserFactory(role=Role.CLERK), date(2020, 6, 8)) == []


def say_multipart(say, user, path, data):
    from django.test.client import MULTIPART_CONTENT

    return say(user, path, data, content_type=MULTIPART_CONTENT)


def test_year_and_term_through_the_api(people, say):
    firm = FirmFactory(bureau=people["bureau"], term_ends_on=date(2020, 7, 1))
    me, clerk = firm_user(firm), people["clerk"]
    say(me, "renewals/", {}, status=409)
    made = say(me, "confirmations/", {"staff_count": 31}, status=201)
    assert (made["status"], made["changes"]) == ("CHANGED", {"staff_count": 31})
    settled = say(clerk, f"confirmations/{made['id']}/settle/", {"takes_over": False, "words": "缺证明"})
    assert (settled["status"], settled["answer"]) == ("DECLINED", "缺证明")
    first = say(me, "renewals/", {"words": "续期"}, status=201)
    say(clerk, f"renewals/{first['id']}/refuse/", {"answer": "暂缓"})
    second = say(me, "renewals/", {}, status=201)
    assert say(me, f"renewals/{second['id']}/withdraw/")["status"] == "WITHDRAWN"
    third = say(me, "renewals/", {}, status=201)
    assert say(clerk, f"renewals/{third['id']}/grant/")["status"] == "GRANTED"

    firm.refresh_from_db()
    assert firm.term_ends_on == date(2023, 7, 1)
    assert (Confirmation.objects.count(), Renewal.objects.count()) == (1, 3)


def test_invitation_gives_its_secret_once_and_a_text_its_version(people, say, client):
    firm = FirmFactory(bureau=people["bureau"])
    made = say(people["clerk"], "invitations/", {"firm": firm.pk}, status=201)
    say(people["clerk"], "invitations/", {}, status=409)
    text = say(
        people["head"],
        "undertaking-texts/",
        {"kind": "EXPERT", "in_force_from": "2020-06-01", "text": "承诺"},
        status=201,
    )

    assert (len(made["secret"]) > 20, made["valid_to"]) == (True, "2020-06-15")
    assert "secret" not in client.get(f"/api/v1/invitations/{made['id']}/").json()
    assert (text["code"], text["version"]) == ("EXPERT_UNDERTAKING", "2020-06-01")


def test_applicant_neither_decides_nor_reads_others_nor_who_objected(people, say, client):
    row = in_notice(handed_in(people["bureau"]), people["clerk"])
    other = handed_in(people["bureau"], turn=2, uscc="91110108551385082Q")
    Objection.objects.create(
        application=row, raised_on=date(2020, 6, 1), raised_by="异议人甲", words="异议", recorded_by=people["clerk"]
    )

    for step in ("admit", "announce"):
        say(row.applicant, f"applications/{row.pk}/{step}/", status=403)
    say(row.applicant, f"applications/{other.pk}/withdraw/", status=404)
    seen = [client.get(f"/api/v1/{noun}/") for noun in ("applications", "objections", "invitations")]

    assert [one.status_code for one in seen] == [200, 403, 403]
    assert [one["id"] for one in seen[0].json()["results"]] == [row.pk]
    stranger = UserFactory(role=Role.CLERK)
    say(stranger, f"applications/{row.pk}/refuse/", {"reason": "不符"}, status=404)
    row.refresh_from_db()
    assert row.status == "NOTICE"


def test_firm_member_without_signature_confirms_nothing(people, say):
    firm = FirmFactory(bureau=people["bureau"])
    member = firm_user(firm, role=Role.FIRM_MEMBER)

    say(member, "confirmations/", {}, status=403)
    say(UserFactory(bureau=people["bureau"], role=Role.FIRM_ADMIN), "confirmations/", {}, status=403)

    assert not Confirmation.objects.exists()
