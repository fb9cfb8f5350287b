"""The applicant's pages from the door to the entry, and the bureau's answers."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admissions.enums import ApplicationKind, ApplicationStatus
from admissions.models import Application
from admissions.services import PersonFacts, add_person, admit
from desk.models import Draft
from evaluators.models import Firm
from faces.pages.applicant.door import TRIES_AN_HOUR
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.core import clock
from tests.factories.admissions import (
    FIRM_FACTS,
    begun,
    checked,
    complete,
    expert_facts,
    handed_in,
    id_number,
    in_notice,
    opened,
    picture,
)
from tests.factories.assignments import FirmFactory, OrganisationFactory, PlanFactory
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 6, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LATER = date(2020, 7, 1)


@pytest.fixture(autouse=True)
def _moment():
    cache.clear()
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def people():
    return office()


def page(name, *args):
    return reverse(f"pages:{name}", args=args)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def form(bureau, **more):
    given = {
        "bureau": bureau.pk, "kind": "FIRM", "name": "申请人", "username": "new.firm",
        "password": "correct horse battery", "again": "correct horse battery", "website": "",
    }  # fmt: skip
    return {**given, **more}


# the door


def test_closed_bureau_stands_not_at_the_door(client, people):
    door = client.get(page("apply"))

    assert (door.status_code, door.context["bureaus"]) == (200, [])
    assert client.post(page("apply-open"), form(people["bureau"])).status_code == 422
    assert not User.objects.filter(username="new.firm").exists()


def test_stranger_opens_an_account_and_is_led_to_his_application(client, people):
    opened(people["bureau"])
    assert people["bureau"].name in client.get(page("apply")).content.decode()
    assert client.get(page("apply-open")).status_code == 200

    response = client.post(page("apply-open"), form(people["bureau"]), follow=True)

    row = Application.objects.get()
    assert response.redirect_chain[-1][0] == page("applicant-home")
    assert (row.applicant.username, row.kind, response.context["object"]) == ("new.firm", "FIRM", row)
    assert client.get(page("apply-open")).status_code == 302
    assert client.get("/", follow=True).redirect_chain[-1][0] == page("applicant-home")


@pytest.mark.parametrize(("more", "status", "field"), [
    ({"again": "another horse battery"}, 422, "again"),
    ({"password": "short", "again": "short"}, 422, "password"),
    ({"username": "甲 乙"}, 422, "username"),
    ({"kind": "ADMINISTRATOR"}, 422, "kind"),
])  # fmt: skip
def test_bad_opening_says_where(client, people, more, status, field):
    opened(people["bureau"])

    response = client.post(page("apply-open"), form(people["bureau"], **more))

    assert (response.status_code, field in response.context["form"].errors) == (status, True)
    assert not Application.objects.exists()


def test_machine_that_fills_every_field_is_thanked_and_opens_nothing(client, people):
    opened(people["bureau"])

    response = client.post(page("apply-open"), form(people["bureau"], website="http://x"))

    assert response["Location"] == page("apply")
    assert not User.objects.filter(username="new.firm").exists()


def test_too_many_tries_from_one_address_are_refused(people):
    opened(people["bureau"])
    statuses = [
        Client().post(page("apply-open"), form(people["bureau"], username=f"firm.{turn}")).status_code
        for turn in range(TRIES_AN_HOUR + 1)
    ]

    assert statuses == [302] * TRIES_AN_HOUR + [409]
    assert Application.objects.count() == TRIES_AN_HOUR


def test_door_shows_a_running_notice_without_numbers(client, people):
    in_notice(handed_in(people["bureau"]), people["clerk"])
    in_notice(handed_in(people["bureau"], ApplicationKind.EXPERT, turn=2), people["clerk"])

    text = client.get(page("apply")).content.decode()

    assert all(word in text for word in (FIRM_FACTS["name"], FIRM_FACTS["uscc"], "人员2", "演示大学"))
    assert not any(word in text for word in (id_number(1), id_number(2), "1390000", FIRM_FACTS["phone"]))


# the applicant


def test_firm_fills_in_every_part_and_hands_in(people):
    row = begun(people["bureau"])
    client = signed_in(row.applicant)
    steps = [
        (page("applicant-facts"), FIRM_FACTS),
        (
            page("applicant-person"),
            {"name": "主评人", "id_number": id_number(1), "phone": "", "title": "高级会计师", "certificate_number": "",
             "works_since": "2000-07-01"},
        ),
        (page("applicant-undertaking"), {}),
    ]  # fmt: skip
    for code in ("legal_standing", "no_violation_3_years", "lead_evaluator", "proofs"):
        file = SimpleUploadedFile("证明.png", picture(), "image/png")
        steps.append((page("applicant-proof", code), {"file": file, "source": "演示部门", "valid_to": ""}))

    assert client.post(page("applicant-submit")).status_code == 409
    for address, data in steps:
        assert client.get(address).status_code == 200
        response = client.post(address, data)
        assert (response.status_code, response.get("Location")) == (302, page("applicant-home")), address
    assert page("applicant-submit") in client.get(page("applicant-home")).content.decode()
    client.post(page("applicant-submit"))

    row.refresh_from_db()
    assert (row.status, row.profile["staff_count"], row.title) == (ApplicationStatus.SUBMITTED, 12, FIRM_FACTS["name"])
    assert id_number(1) not in client.get(page("applicant-home")).content.decode()


def test_expert_fills_in_his_facts_and_himself(people):
    row = begun(people["bureau"], ApplicationKind.EXPERT)
    client = signed_in(row.applicant)
    facts = expert_facts(people["bureau"])

    saved = client.post(page("applicant-facts"), {**facts, "others": [facts["main"]]})
    named = client.post(page("applicant-person"), {"name": "专家甲", "id_number": id_number(1), "phone": "13900001234"})

    row.refresh_from_db()
    assert (saved.status_code, named.status_code) == (302, 302)
    assert (row.profile["main"], row.profile["others"], row.title) == (facts["main"], [], "专家甲")
    assert client.get(page("applicant-facts")).context["form"]["main"].value() == facts["main"]


def test_half_typed_facts_are_kept_and_numbers_never_are(people):
    row = begun(people["bureau"])
    client = signed_in(row.applicant)
    key = f"application-{row.pk}"

    client.post(page("draft", key), {"name": "半个名字", "id_number": id_number(1)})

    assert client.get(page("applicant-facts")).context["form"]["name"].value() == "半个名字"
    assert Draft.objects.get().values == {"name": ["半个名字"]}
    client.post(page("applicant-facts"), {"name": "整个名字"})
    assert not Draft.objects.exists()


def test_returned_applicant_reads_words_and_remarks(people):
    row = handed_in(people["bureau"])
    clerk = signed_in(people["clerk"])
    clerk.post(page("application-check", row.pk), {"met-proofs": "no", "remark-proofs": "扫描件不清"})
    clerk.post(page("application-return", row.pk), {"reason": "请补正材料"})

    text = signed_in(row.applicant).get(page("applicant-home")).content.decode()

    assert "扫描件不清" in text
    assert "请补正材料" in text
    assert page("applicant-proof", "proofs") in text


def test_refused_applicant_begins_again(people):
    row = handed_in(people["bureau"])
    signed_in(people["head"]).post(page("application-refuse", row.pk), {"reason": "条件不符"})
    client = signed_in(row.applicant)

    assert "条件不符" in client.get(page("applicant-home")).content.decode()
    assert client.post(page("applicant-again")).status_code == 302
    assert client.post(page("applicant-withdraw")).status_code == 302
    row.refresh_from_db()
    assert row.status == ApplicationStatus.WITHDRAWN


def test_person_of_another_application_is_not_there(people):
    mine, other = complete(people["bureau"]), complete(people["bureau"], turn=2)
    client = signed_in(mine.applicant)

    assert client.get(page("applicant-person-out", other.people.get().pk)).status_code == 404
    assert client.post(page("applicant-person-out", other.people.get().pk)).status_code == 404
    assert other.people.count() == 1
    assert client.post(page("applicant-person-out", mine.people.get().pk)).status_code == 302
    assert client.get(page("applicant-proof", "nonsense")).status_code == 404


OWN = ("applicant-home", "applicant-facts", "applicant-person", "applicant-undertaking", "applicant-submit",
       "applicant-withdraw", "applicant-again")  # fmt: skip


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("role", [Role.CLERK, Role.FIRM_ADMIN, Role.EXPERT, Role.UNIT, Role.SUPERVISOR])
def test_applicants_pages_let_nobody_else_in(people, name, role):
    assert signed_in(UserFactory(bureau=people["bureau"], role=role)).get(page(name)).status_code == 403


BUREAU = ("application", "application-check", "application-return", "application-refuse", "application-announce",
          "application-admit")  # fmt: skip


@pytest.mark.parametrize("name", BUREAU)
def test_application_is_not_there_for_another_bureau_nor_open_to_applicants(people, name):
    row, draft = handed_in(people["bureau"]), complete(people["bureau"], turn=2)
    stranger = signed_in(UserFactory(role=Role.CLERK))

    assert stranger.get(page(name, row.pk)).status_code == 404
    assert signed_in(row.applicant).get(page(name, row.pk)).status_code == 403
    assert signed_in(people["clerk"]).get(page(name, draft.pk)).status_code == 404
    assert signed_in(people["clerk"]).get(page(name, row.pk)).status_code == 200


def test_admitted_account_works_at_its_new_desk(people):
    row = in_notice(handed_in(people["bureau"]), people["clerk"])
    admit(application=row, by=people["clerk"], on=LATER)
    with clock.standing_at(NOON.replace(month=7)):
        client = signed_in(User.objects.get(pk=row.applicant.pk))

        assert client.get(page("applicant-home")).status_code == 403
        assert client.get(page("apply-mine"), follow=True).redirect_chain[-1][0] == page("firm-home")
        assert FIRM_FACTS["uscc"] in client.get(page("firm-record")).content.decode()


# the bureau


def test_clerk_takes_an_application_from_today_to_the_register(people):
    PlanFactory(bureau=people["bureau"], work_year=2020)
    row = handed_in(people["bureau"])
    clerk = signed_in(people["clerk"])
    assert page("application", row.pk) in clerk.get(page("bureau-home")).content.decode()
    assert FIRM_FACTS["name"] in clerk.get(page("applications")).content.decode()

    answers = {f"met-{code}": "yes" for code in ("legal_standing", "no_violation_3_years", "lead_evaluator", "proofs")}
    assert clerk.post(page("application-announce", row.pk)).status_code == 409
    assert clerk.post(page("application-check", row.pk), answers).status_code == 302
    assert clerk.post(page("application-announce", row.pk)).status_code == 302
    assert clerk.post(page("application-admit", row.pk)).status_code == 409
    with clock.standing_at(NOON.replace(month=7)):
        assert page("application", row.pk) in clerk.get(page("bureau-home")).content.decode()
        assert clerk.post(page("application-admit", row.pk)).status_code == 302
        text = clerk.get(page("application", row.pk)).content.decode()

    assert page("firm", Firm.objects.get().number) in text


def test_clerk_reads_which_removed_firm_the_applicant_resembles(people):
    body = OrganisationFactory(bureau=people["bureau"], name="已移出的公司", phone=FIRM_FACTS["phone"])
    FirmFactory(bureau=people["bureau"], organisation=body, status="REMOVED")
    row = handed_in(people["bureau"])

    assert "已移出的公司" in signed_in(people["clerk"]).get(page("application", row.pk)).content.decode()


@pytest.mark.parametrize("name", ["application", "applicant-home"])
def test_page_costs_the_same_for_any_number_of_people_and_items(people, name):
    row = complete(people["bureau"])
    if name == "application":
        row = handed_in(people["bureau"], turn=9)
        checked(row, people["clerk"])
    reader = signed_in(people["clerk"] if name == "application" else row.applicant)
    address = page(name, row.pk) if name == "application" else page(name)
    reader.get(address)
    with CaptureQueriesContext(connection) as few:
        reader.get(address)
    Application.objects.filter(pk=row.pk).update(status="DRAFT")
    row.refresh_from_db()
    for turn in (2, 3):
        person = PersonFacts(f"主评人{turn}", id_number(turn), title="会计师", works_since=date(2000, 1, 1))
        add_person(application=row, person=person, by=row.applicant, on=date(2020, 6, 1))
    with CaptureQueriesContext(connection) as many:
        reader.get(address)

    assert len(many) <= len(few) <= 26, [query["sql"][:90] for query in few.captured_queries]
