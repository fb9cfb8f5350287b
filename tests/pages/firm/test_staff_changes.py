"""A firm reports who joined and who left on its own pages; the clerk finds it on Today and answers."""

import html
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluators.models import LeadEvaluator, Practitioner, Qualification, StaffChange
from foundation.accounts.enums import Role
from foundation.core import clock
from tests.factories.admissions import id_number, picture
from tests.factories.assigned import NOW
from tests.factories.assignments import FirmFactory, PersonFactory, PlanFactory, firm_user
from tests.factories.foundation import LONG_AGO, UserFactory, office

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    found = office()
    PlanFactory(bureau=found["bureau"])
    found["firm"] = FirmFactory(bureau=found["bureau"])
    found["user"] = firm_user(found["firm"])
    return found


def at(name, *args):
    return reverse(f"pages:{name}", args=args)


def look(client, user, address, status=200):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return html.unescape(answer.content.decode())


def press(client, user, address, given=None, status=302):
    look(client, user, address)
    answer = client.post(address, given or {})
    assert answer.status_code == status, (address, answer.status_code, answer.content.decode())


def lead(**facts):
    given = {
        "role": "LEAD", "name": "王新进", "id_number": id_number(7), "day": TODAY.isoformat(), "title": "高级会计师",
        "works_since": "2005-01-01", "proof": SimpleUploadedFile("证书.png", picture(), content_type="image/png"),
    }  # fmt: skip
    return given | facts


def test_lead_evaluator_who_joined_is_reported_declined_reported_anew_and_taken_over(client, people):
    me, clerk = people["user"], people["clerk"]
    assert at("firm-staff-changes") in look(client, me, at("firm-record"))
    press(client, me, at("firm-joined"), lead(works_since=""), status=409)
    press(client, me, at("firm-joined"), lead())
    row = StaffChange.objects.get()
    page = look(client, me, at("firm-staff-changes"))
    assert all(word in page for word in ("王新进", "机构已申报", at("firm-staff-withdraw", row.pk)))

    assert at("staff-change", row.pk) in look(client, clerk, at("bureau-home"))
    assert at("staff-change", row.pk) in look(client, clerk, at("staff-changes"))
    page = look(client, clerk, at("staff-change", row.pk))
    assert all(word in page for word in ("高级会计师", at("file", row.proof_id), at("staff-change-take", row.pk)))
    assert id_number(7) not in page
    press(client, clerk, at("staff-change-decline", row.pk), {"words": ""}, status=422)
    press(client, clerk, at("staff-change-decline", row.pk), {"words": "证书看不清"})
    assert "证书看不清" in look(client, me, at("firm-staff-changes"))

    press(client, me, at("firm-joined"), lead())
    again = StaffChange.objects.exclude(pk=row.pk).get()
    press(client, clerk, at("staff-change-take", again.pk), {"same_name": ""})
    made = LeadEvaluator.objects.get()
    assert (made.firm, made.person.name, made.started_on) == (people["firm"], "王新进", TODAY)
    assert at("person", made.person_id) in look(client, clerk, at("staff-change", again.pk))
    assert at("staff-change", again.pk) not in look(client, clerk, at("bureau-home"))
    client.post(at("staff-change-take", again.pk))
    assert LeadEvaluator.objects.count() == 1


@pytest.mark.edge("E36")
def test_staff_who_left_is_reported_taken_back_and_reported_anew(client, people):
    person = PersonFactory(bureau=people["bureau"])
    post = Practitioner.objects.create(firm=people["firm"], person=person, started_on=LONG_AGO)
    given = {"post": f"STAFF-{post.pk}", "day": TODAY.isoformat(), "reason": "辞职"}

    press(client, people["user"], at("firm-left"), given | {"post": "STAFF-0"}, status=422)
    press(client, people["user"], at("firm-left"), given)
    press(client, people["user"], at("firm-left"), given, status=409)
    first = StaffChange.objects.get()
    press(client, people["user"], at("firm-staff-withdraw", first.pk))
    press(client, people["user"], at("firm-left"), given)
    second = StaffChange.objects.exclude(pk=first.pk).get()
    assert "辞职" in look(client, people["clerk"], at("staff-change", second.pk))
    press(client, people["clerk"], at("staff-change-take", second.pk))

    post.refresh_from_db()
    assert post.ended_on == TODAY


def test_others_neither_report_nor_see_nor_answer(client, people):
    press(client, people["user"], at("firm-joined"), lead(role="STAFF"))
    row = StaffChange.objects.get()
    other = firm_user(FirmFactory(bureau=people["bureau"]))
    member = firm_user(people["firm"], Role.FIRM_MEMBER)

    assert "王新进" not in look(client, other, at("firm-staff-changes"))
    look(client, other, at("firm-staff-withdraw", row.pk), status=404)
    assert "王新进" in look(client, member, at("firm-staff-changes"))
    for name in ("firm-joined", "firm-left"):
        look(client, member, at(name), status=403)
    supervisor = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)
    for name in ("staff-change-take", "staff-change-decline"):
        look(client, supervisor, at(name, row.pk), status=403)
        look(client, office()["clerk"], at(name, row.pk), status=404)


def test_handed_in_qualification_waits_on_today(client, people):
    paper = Qualification.objects.create(
        firm=people["firm"], name="执业证书", number="1", issuer="省厅", valid_from=date(2019, 1, 1), status="HANDED_IN"
    )
    assert at("qualification", paper.pk) in look(client, people["clerk"], at("bureau-home"))
    Qualification.objects.update(status="ACCEPTED")
    assert at("qualification", paper.pk) not in look(client, people["clerk"], at("bureau-home"))
