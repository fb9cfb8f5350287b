"""The directory over the API: named, ended, printed masked, read in clear for a purpose and counted."""

import io
from datetime import date

import pytest
from django.test import Client
from pypdf import PdfReader

from foundation.core import clock
from foundation.core.crypto import encrypt
from parties.models import Contact, Reveal
from tests.factories.assigned import NOW
from tests.factories.assignments import FirmFactory, UnitFactory, firm_user, unit_user
from tests.factories.foundation import SectionFactory, office

pytestmark = pytest.mark.django_db
PLACE, PHONE, MASKED = "/api/v1/contacts/", "13912345678", "139****5678"


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def posted(client, path, **given):
    return client.post(f"{PLACE}{path}", given, content_type="application/json")


def contact(people, **facts):
    return Contact.objects.create(
        **{"bureau": people["bureau"], "of": "SECTION", "duty": "科室负责人", "name": "科甲", "phone_sealed": encrypt(PHONE),
           "started_on": date(2020, 6, 1)} | facts
    )  # fmt: skip


def printed(response):
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_clerk_names_and_ends_and_the_former_contact_of_the_duty_ends_too(people):
    section, clerk = SectionFactory(bureau=people["bureau"]), signed_in(people["clerk"])
    given = {"section": section.pk, "duty": "科室负责人", "phone": PHONE}

    first = posted(clerk, "", name="科甲", **given).json()
    second = posted(clerk, "", name="科乙", **given).json()

    assert (first["of"], first["body"], first["phone"]) == ("SECTION", section.name, MASKED)
    ended = clerk.get(f"{PLACE}{first['id']}/").json()["ended_on"]
    assert ended == second["started_on"]
    assert [row["name"] for row in clerk.get(f"{PLACE}?on={ended}").json()["results"]] == ["科乙"]
    assert posted(clerk, f"{second['id']}/end/").json()["ended_on"] == ended
    assert posted(clerk, f"{second['id']}/end/").json()["code"] == "contact_ended"


def test_firm_and_unit_keep_their_own_and_no_other(people):
    firm, unit = FirmFactory(bureau=people["bureau"]), UnitFactory(bureau=people["bureau"])
    given = {"duty": "绩效联络员", "name": "本家", "phone": PHONE}

    for user, body in ((firm_user(firm), firm.organisation), (unit_user(unit), unit.organisation)):
        own = signed_in(user)
        assert posted(own, "", organisation=body.pk, **given).status_code == 201
        other = FirmFactory(bureau=people["bureau"]).organisation
        assert posted(own, "", organisation=other.pk, **given).status_code == 400
        assert [row["body"] for row in own.get(PLACE).json()["results"]] == [body.name]


@pytest.mark.parametrize("phone", ["12", "电话", "139123456789012345678"])
def test_what_is_no_telephone_is_refused_by_its_field(people, phone):
    section = SectionFactory(bureau=people["bureau"])

    answer = posted(signed_in(people["clerk"]), "", section=section.pk, duty="d", name="n", phone=phone)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["phone"])
    assert not Contact.objects.exists()


@pytest.mark.rule("R-51")
def test_number_is_read_in_clear_for_a_purpose_and_written_down(people):
    row = contact(people, section=SectionFactory(bureau=people["bureau"]))
    clerk = signed_in(people["clerk"])

    answer = posted(clerk, f"{row.pk}/reveal/", purpose="通知开会")

    assert (answer.json(), answer["Cache-Control"]) == ({"phone": PHONE}, "private, no-store")
    assert Reveal.objects.get().purpose == "通知开会"
    assert posted(clerk, f"{row.pk}/reveal/").status_code == 400
    assert posted(signed_in(people["leader"]), f"{row.pk}/reveal/", purpose="我要").status_code == 403
    silent = contact(people, section=SectionFactory(bureau=people["bureau"]), phone_sealed="")
    assert posted(clerk, f"{silent.pk}/reveal/", purpose="通知").json()["code"] == "not_recorded"
    assert Reveal.objects.count() == 1


@pytest.mark.rule("R-51")
def test_directory_is_printed_masked_for_everybody_and_in_clear_for_who_keeps_the_register(people):
    contact(people, section=SectionFactory(bureau=people["bureau"]))
    leader, clerk = signed_in(people["leader"]), signed_in(people["clerk"])

    masked = printed(leader.get(f"{PLACE}directory/?on=2020-06-02&of=SECTION&of=UNIT"))
    full = printed(posted(clerk, "directory/reveal/", on="2020-06-02", purpose="评审会务"))

    assert (MASKED in masked, PHONE in masked) == (True, False)
    assert (PHONE in full, "评审会务" in full) == (True, True)
    assert Reveal.objects.get().what == "DIRECTORY"
    assert posted(leader, "directory/reveal/", purpose="我要").status_code == 403
    assert clerk.get(f"{PLACE}directory/?on=2020-05-31").json()["code"] == "nobody_named"
    assert clerk.get(f"{PLACE}directory/?of=NOBODY").status_code == 400
    assert clerk.get(f"{PLACE}directory/?day=2020-05-31").status_code == 400
    assert signed_in(firm_user(FirmFactory(bureau=people["bureau"]))).get(f"{PLACE}directory/").status_code == 403
