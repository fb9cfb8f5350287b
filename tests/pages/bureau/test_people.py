"""Pages of people: one record or two, numbers read for a purpose, the directory printed, who leaves, left accounts."""

import html
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from evaluators.models import Practitioner
from experts.enums import ExpertStatus
from faces.exchange.sheets import read
from foundation.accounts.enums import Role
from foundation.core.crypto import encrypt
from parties.models import Contact, Person, PersonTie, Reveal, SuspectedPair
from parties.services import PersonDraft, add_contact, register_persons
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    PersonFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.foundation import LONG_AGO, SectionFactory, UserFactory, office

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
PHONE = "13912345678"


@pytest.fixture
def people():
    return office()


@pytest.fixture
def desk(client, people):
    client.force_login(people["clerk"])
    return client


def text(response):
    return html.unescape(response.content.decode())


def url(name, *args):
    return reverse(f"pages:{name}", args=args)


def test_pair_is_shown_side_by_side_and_answered_either_way(desk, people):
    drafts = [
        PersonDraft("张演示", born_on=DAY, phone=PHONE),
        PersonDraft("张演示", born_on=DAY),
        PersonDraft("李演示", born_on=DAY),
    ]
    one, two, three = register_persons(bureau=people["bureau"], drafts=drafts, by=people["clerk"], on=DAY)
    pair = SuspectedPair.objects.get()
    SuspectedPair.objects.create(bureau=people["bureau"], first=one, second=three, ground="PHONE", found_on=DAY)

    assert "张演示" in text(desk.get(url("pairs")))
    assert "139****5678" in text(desk.get(url("pair", pair.pk)))
    assert desk.post(url("pair-apart", pair.pk), {"words": ""}).status_code == 422
    join = url("person-join", one.pk)
    assert f'value="{two.pk}"' in text(desk.get(f"{join}?other={two.pk}"))
    assert desk.post(join, {"other": two.pk, "reason": "同一身份证"}).status_code == 302

    assert url("person", one.pk) in text(desk.get(url("person", two.pk)))
    assert url("person", two.pk) in text(desk.get(url("person", one.pk)))
    assert Person.objects.get(pk=two.pk).joined_into == one
    assert desk.post(url("pairs-look")).status_code == 302


def test_a_name_alone_is_asked_about_on_the_form(desk, people):
    firm = FirmFactory(bureau=people["bureau"])
    PersonFactory(bureau=people["bureau"], name="张演示")

    asked = desk.post(url("firm-staff", firm.number), {"name": "张演示"})
    answered = desk.post(url("firm-staff", firm.number), {"name": "张演示", "same_name": "SAME"})

    assert (asked.status_code, answered.status_code) == (409, 302)
    assert "张演示" in text(asked)
    assert (Person.objects.filter(name="张演示").count(), Practitioner.objects.count()) == (1, 1)


@pytest.mark.edge("E33")
def test_professor_is_shown_at_the_laboratory_and_in_the_pool(desk, people):
    expert = ExpertFactory(bureau=people["bureau"])
    firm = FirmFactory(bureau=people["bureau"])
    Practitioner.objects.create(firm=firm, person=expert.person, started_on=LONG_AGO)

    assert expert.number in text(desk.get(url("firm", firm.number) + "?tab=people"))
    assert firm.organisation.name in text(desk.get(url("expert", expert.number)))


def test_account_is_entered_masked_and_revealed(desk, people):
    person = PersonFactory(bureau=people["bureau"])
    number = "6222020200012345678"

    assert desk.post(url("person-account", person.pk), {"account": "12", "bank": "演示银行"}).status_code == 409
    assert desk.post(url("person-account", person.pk), {"account": number, "bank": "演示银行"}).status_code == 302
    page = text(desk.get(url("person", person.pk)))
    shown = desk.post(url("person-reveal", person.pk), {"what": "ACCOUNT", "purpose": "发放评审费"})

    assert "**** 5678" in page
    assert number not in page
    assert number in text(shown)
    assert shown.headers["Cache-Control"] == "private, no-store"
    supervisor = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)
    desk.force_login(supervisor)
    assert "发放评审费" in text(desk.get(url("supervisor-reveals")))


def test_near_relation_death_and_leaving_are_written_from_their_pages(desk, people):
    expert = ExpertFactory(bureau=people["bureau"])
    firm = FirmFactory(bureau=people["bureau"])
    kin = {
        "name": "亲属演示",
        "phone": "13900002222",
        "kind": "SPOUSE",
        "body": firm.organisation.name,
        "body_kind": "OWNER",
    }

    assert desk.post(url("person-tie", expert.person_id), kin).status_code == 302
    assert "亲属演示" in text(desk.get(url("expert", expert.number)))
    tie = PersonTie.objects.get()
    assert desk.post(url("tie-end", tie.pk)).status_code == 302
    leave = {"reason": "不再参加", "asks_erasure": "on"}
    assert desk.post(url("expert-leave", expert.number), leave).status_code == 302
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.LEFT
    day = {"died_on": "2099-01-01"}
    assert desk.post(url("person-death", tie.second_id), day).status_code == 409
    person = PersonFactory(bureau=people["bureau"])
    assert desk.post(url("person-death", person.pk), {"died_on": "2020-05-01"}).status_code == 302
    assert "2020" in text(desk.get(url("person", person.pk)))


@pytest.mark.edge("E50")
def test_expert_leaves_from_his_own_record(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    Person.objects.filter(pk=expert.person_id).update(phone_sealed=encrypt(PHONE))
    client.force_login(expert_user(expert))

    assert client.get(url("expert-record")).status_code == 200
    assert client.post(url("expert-account"), {"account": "6222020200012345678", "bank": "行"}).status_code == 302
    assert client.post(url("expert-kin"), {"name": "甲", "kind": "SPOUSE", "body_kind": "EMPLOYEE"}).status_code == 302
    assert client.post(url("expert-leaves"), {"reason": "", "asks_erasure": "on"}).status_code == 422
    assert client.post(url("expert-leaves"), {"reason": "退出", "asks_erasure": "on"}).status_code == 302
    assert client.get(url("expert-record")).status_code == 302  # the sign-in is closed

    client.force_login(people["clerk"])
    page = text(client.get(url("person", expert.person_id)))
    assert "5678" not in page


def directory(people):
    bureau = people["bureau"]
    section = SectionFactory(bureau=bureau, name="绩效管理科")
    unit = UnitFactory(bureau=bureau)
    given = {"phone": PHONE, "by": people["clerk"], "on": DAY}
    add_contact(section=section, duty="科室负责人", name="科甲", **given)
    add_contact(organisation=unit.organisation, duty="绩效联络员", name="单乙", **given)
    return section


def printed(response):
    return "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)


def test_directory_is_shown_as_of_a_day_and_printed_masked_or_in_full(desk, people):
    section = directory(people)
    form = {"on": "2020-06-02", "kinds": ["SECTION", "UNIT", "FIRM"], "form": "pdf", "purpose": ""}

    assert "科甲" in text(desk.get(url("contacts") + "?on=2020-06-02"))
    assert "科甲" not in text(desk.get(url("contacts") + "?on=2020-05-31"))
    masked = printed(desk.post(url("contacts-print"), form))
    full = printed(desk.post(url("contacts-print"), form | {"purpose": "评审会务"}))
    sheets = read(desk.post(url("contacts-print"), form | {"form": "xlsx"}).content, "contacts.xlsx")
    section_rows = next(sheet for sheet in sheets if sheet.name == "局内科室").lines

    assert ("139****5678" in masked, PHONE in masked) == (True, False)
    assert (PHONE in full, "评审会务" in full) == (True, True)
    assert section_rows[1].own == ["绩效管理科", "科室负责人", "科甲", "139****5678"]
    assert Reveal.objects.get().count == 2
    assert desk.post(url("contacts-print"), form | {"on": "2019-01-01"}).status_code == 422
    desk.force_login(people["leader"])
    assert desk.post(url("contacts-print"), form | {"purpose": "我要"}).status_code == 403
    assert section.name in printed(desk.post(url("contacts-print"), form))


def test_contacts_are_named_revealed_and_ended(desk, people):
    section, firm = SectionFactory(bureau=people["bureau"]), FirmFactory(bureau=people["bureau"])
    form = {"duty": "科室负责人", "name": "科甲", "phone": PHONE}

    assert section.name in text(desk.get(url("contact-section")))
    assert desk.post(url("contact-section"), form | {"section": section.pk}).status_code == 302
    assert desk.post(url("firm-contact", firm.number), form).status_code == 302
    row = Contact.objects.get(section=section)
    assert PHONE in text(desk.post(url("contact-reveal", row.pk), {"purpose": "通知"}))
    assert desk.post(url("contact-reveal", row.pk), {"purpose": ""}).status_code == 422
    assert desk.post(url("contact-end", row.pk)).status_code == 302
    assert "科甲" in text(desk.get(url("firm", firm.number) + "?tab=people"))
    row.refresh_from_db()
    assert row.ended_on is not None


@pytest.mark.parametrize("side", ["firm", "unit"])
def test_firm_and_unit_keep_their_own_contacts(client, people, side):
    bureau = people["bureau"]
    user = firm_user(FirmFactory(bureau=bureau)) if side == "firm" else unit_user(UnitFactory(bureau=bureau))
    foreign = Contact.objects.create(
        bureau=bureau, of="FIRM", organisation=FirmFactory(bureau=bureau).organisation, duty="负责人", name="他家",
        started_on=DAY,
    )  # fmt: skip
    client.force_login(user)

    added = client.post(url(f"{side}-contacts-add"), {"duty": "绩效联络员", "name": "本家", "phone": PHONE})
    page = text(client.get(url(f"{side}-contacts")))

    assert added.status_code == 302
    assert ("本家" in page, "139****5678" in page, "他家" in page) == (True, True, False)
    assert client.post(url(f"{side}-contacts-end", foreign.pk)).status_code == 404
    own = Contact.objects.get(name="本家")
    assert client.post(url(f"{side}-contacts-end", own.pk)).status_code == 302


@pytest.mark.edge("E34")
def test_left_accounts_are_listed_for_who_keeps_accounts(client, people):
    admin = UserFactory(bureau=people["bureau"], role=Role.ADMINISTRATOR)
    left = UserFactory(bureau=people["bureau"], role=Role.FIRM_MEMBER, name="已走人员")
    client.force_login(admin)

    page = text(client.get(url("accounts-left")))

    assert "已走人员" in page
    assert url("account", left.pk) in page
    assert url("accounts-left") in text(client.get(url("accounts")))
