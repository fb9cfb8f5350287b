"""Who is who: found again and not doubled, sealed, renamed, related; every write asks for its capability."""

import json
from datetime import date

import pytest
from django.db import connection

from foundation.accounts.enums import Role
from foundation.audit.models import Entry, Payload
from foundation.core.crypto import decrypt
from foundation.core.errors import NotAllowed
from parties.enums import EmploymentKind, OrganisationKind, RelationshipKind, Sealed
from parties.models import Employment, FormerName, Organisation, Person, Relationship
from parties.selectors import masked, name_on
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    PartyRefused,
    PersonDraft,
    UnitDraft,
    add_contact,
    add_membership,
    record_employments,
    record_relationship,
    register_organisations,
    register_persons,
    register_units,
    rename_organisation,
    reveal,
)
from tests.factories.assignments import OrganisationFactory, PersonFactory
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
ID, PHONE = "11010519491231002X", "13912345678"
CODE = "913724394X35QDYPK0"


@pytest.fixture
def people():
    return office()


@pytest.fixture
def given(people):
    return {"bureau": people["bureau"], "by": people["clerk"], "on": ON}


def body(name="泉衡咨询有限公司", **facts):
    return OrganisationDraft(name, OrganisationKind.COMPANY, **{"uscc": CODE, **facts})


def test_organisation_is_found_again_by_its_code_and_brought_up_to_date(given):
    first = register_organisations(drafts=[body(address="旧址")], **given)[0]

    again = register_organisations(drafts=[body("泉衡咨询 有限公司", address="新址", legal_person="周演示")], **given)[
        0
    ]

    assert (again.pk, Organisation.objects.count()) == (first.pk, 1)
    first.refresh_from_db()
    assert (first.name, first.address, first.legal_person) == ("泉衡咨询有限公司", "新址", "周演示")


def test_one_code_with_two_names_is_refused_and_nothing_is_written(given):
    register_organisations(drafts=[body()], **given)

    with pytest.raises(PartyRefused) as caught:
        register_organisations(drafts=[body("另一家"), body("第三家", uscc="91110108551385082Q")], **given)

    assert (caught.value.refusal.code, caught.value.refusal.facts["field"]) == ("uscc_taken", "uscc")
    assert Organisation.objects.count() == 1


def test_without_a_code_the_name_decides(given):
    draft = OrganisationDraft("演示协会（筹）", OrganisationKind.OTHER, uscc_absent_reason="无")
    other = OrganisationDraft("演示协会(筹)", OrganisationKind.OTHER, uscc_absent_reason="无")

    first, second = register_organisations(drafts=[draft, other], **given)

    assert (first.pk, Organisation.objects.count()) == (second.pk, 1)


def test_same_code_in_another_bureau_is_another_row(given):
    other = office()
    register_organisations(drafts=[body()], **given)
    register_organisations(bureau=other["bureau"], drafts=[body("另一家")], by=other["clerk"], on=ON)

    assert Organisation.objects.filter(uscc=CODE).count() == 2


def test_person_is_found_again_by_id_number_even_with_another_phone(given):
    first = register_persons(drafts=[PersonDraft("张演示", ID, PHONE)], **given)[0]

    again = register_persons(drafts=[PersonDraft("张演示", ID.lower(), "13900000001")], **given)[0]

    again.refresh_from_db()
    assert (again.pk, decrypt(again.phone_sealed)) == (first.pk, "13900000001")
    assert again.born_on == date(1949, 12, 31)


def test_person_without_a_number_is_found_by_name_and_phone_only(given):
    first = register_persons(drafts=[PersonDraft("张演示", phone=PHONE)], **given)[0]
    same, other, unknown = register_persons(
        drafts=[PersonDraft("张演示", phone=PHONE), PersonDraft("李演示", phone=PHONE), PersonDraft("张演示")], **given
    )

    assert same.pk == first.pk
    assert len({first.pk, other.pk, unknown.pk}) == 3


def test_the_id_number_comes_later_and_the_row_stays_one(given):
    first = register_persons(drafts=[PersonDraft("张演示", phone=PHONE)], **given)[0]

    again = register_persons(drafts=[PersonDraft("张演示", ID, PHONE)], **given)[0]

    assert (again.pk, Person.objects.count()) == (first.pk, 1)


def test_one_list_that_names_somebody_twice_writes_him_once(given):
    rows = register_persons(drafts=[PersonDraft("张演示", ID), PersonDraft("张演示", ID, PHONE)], **given)

    assert rows[0] is rows[1]
    assert (Person.objects.count(), masked(rows[0])[1]) == (1, "139****5678")


def test_wrong_id_number_names_the_person_and_writes_nobody(given):
    with pytest.raises(PartyRefused) as caught:
        register_persons(drafts=[PersonDraft("李演示"), PersonDraft("张演示", "110105194912310021")], **given)

    assert (caught.value.refusal.code, caught.value.refusal.facts["name"]) == ("id_wrong", "张演示")
    assert not Person.objects.exists()


def whole_database():
    """Return every cell of every table as one text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - the names are the database's own
            found.append(json.dumps(cursor.fetchall(), default=str, ensure_ascii=False))
    return "\n".join(found)


def test_numbers_stand_in_no_cell_of_the_database_in_clear(given):
    row = register_persons(drafts=[PersonDraft("张演示", ID, PHONE)], **given)[0]
    unit = OrganisationFactory(bureau=given["bureau"])
    add_contact(organisation=unit, duty="绩效联络员", name="周演示", phone="13787654321", by=given["by"], on=ON)
    reveal(person=row, what=Sealed.PHONE, purpose="通知会议", by=given["by"], on=ON)

    text = whole_database()

    assert "张演示" in text  # the search reads what is there
    for number in (ID, PHONE, "13787654321"):
        assert number not in text
    assert (decrypt(row.id_sealed), decrypt(row.phone_sealed)) == (ID, PHONE)


def test_masks_show_both_ends_only(given):
    row = register_persons(drafts=[PersonDraft("张演示", ID, PHONE)], **given)[0]

    assert masked(row) == ("1101**********002X", "139****5678")
    assert masked(PersonFactory()) == ("", "")


def test_reveal_says_the_number_and_the_journal_who_and_what_for(given, people):
    row = register_persons(drafts=[PersonDraft("张演示", ID, PHONE)], **given)[0]

    shown = reveal(person=row, what=Sealed.ID_NUMBER, purpose=" 申报个税 ", by=people["clerk"], on=ON)

    entry = Entry.objects.get(action="parties.revealed")
    assert shown == ID
    assert json.loads(entry.text)["facts"] == {"on": "2020-06-01", "purpose": "申报个税", "what": "ID_NUMBER"}
    assert (entry.actor_id, entry.subject_id) == (people["clerk"].pk, row.pk)
    assert not Payload.objects.filter(entry=entry).exists()


@pytest.mark.parametrize(
    ("what", "purpose", "code"),
    [(Sealed.PHONE, "  ", "purpose_missing"), (Sealed.ID_NUMBER, "申报个税", "not_recorded")],
)
def test_reveal_without_purpose_or_number_is_refused_and_not_written_down(given, what, purpose, code):
    row = register_persons(drafts=[PersonDraft("张演示", phone=PHONE)], **given)[0]

    with pytest.raises(PartyRefused) as caught:
        reveal(person=row, what=what, purpose=purpose, by=given["by"], on=ON)

    assert caught.value.refusal.code == code
    assert not Entry.objects.filter(action="parties.revealed").exists()


@pytest.mark.parametrize(
    "role", [Role.BUREAU_LEADER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.EXPERT, Role.FIRM_ADMIN]
)
def test_who_keeps_no_register_reveals_nothing(given, role):
    row = register_persons(drafts=[PersonDraft("张演示", ID, PHONE)], **given)[0]
    facts = {"person": row, "what": Sealed.PHONE, "purpose": "看看", "on": ON}

    with pytest.raises(NotAllowed):
        reveal(by=UserFactory(bureau=given["bureau"], role=role), **facts)
    with pytest.raises(NotAllowed):
        reveal(by=office()["clerk"], **facts)  # another bureau's clerk
    assert not Entry.objects.filter(action="parties.revealed").exists()


def test_spell_known_by_its_first_day_gets_its_end(given, people):
    person, firm = PersonFactory(bureau=people["bureau"]), OrganisationFactory(bureau=people["bureau"])
    draft = {"person": person, "organisation": firm, "started_on": date(2018, 1, 1)}
    by = {"by": people["clerk"], "on": ON}
    record_employments(drafts=[EmploymentDraft(**draft, title="科员", source="本人申报")], **by)

    record_employments(drafts=[EmploymentDraft(**draft, ended_on=date(2020, 1, 1))], **by)
    record_employments(drafts=[EmploymentDraft(**draft, kind=EmploymentKind.OWNER)], **by)

    first, second = Employment.objects.order_by("pk")
    assert (first.ended_on, first.title, first.source) == (date(2020, 1, 1), "科员", "本人申报")
    assert (second.kind, second.ended_on) == (EmploymentKind.OWNER, None)


def test_spell_that_ends_before_it_begins_is_refused(people):
    person, firm = PersonFactory(bureau=people["bureau"]), OrganisationFactory(bureau=people["bureau"])
    days = (date(2020, 1, 2), date(2020, 1, 1))

    with pytest.raises(PartyRefused):
        record_employments(drafts=[EmploymentDraft(person, firm, *days)], by=people["clerk"], on=ON)

    assert not Employment.objects.exists()


def test_past_papers_keep_the_name_of_their_day(people):
    firm = OrganisationFactory(bureau=people["bureau"], name="甲公司")
    rename_organisation(organisation=firm, name="乙公司", by=people["clerk"], on=date(2020, 3, 1))
    rename_organisation(organisation=firm, name="丙公司", by=people["clerk"], on=date(2020, 9, 1))
    firm.refresh_from_db()

    days = [date(2020, 2, 29), date(2020, 3, 1), date(2020, 8, 31), date(2020, 9, 1)]

    assert [name_on(firm, day) for day in days] == ["甲公司", "乙公司", "乙公司", "丙公司"]
    assert firm.sort_key.startswith("binggongsi")


@pytest.mark.parametrize("name", ["", "  ", "甲 公司"])
def test_name_that_is_none_or_the_same_is_refused(people, name):
    firm = OrganisationFactory(bureau=people["bureau"], name="甲公司")

    with pytest.raises(PartyRefused):
        rename_organisation(organisation=firm, name=name, by=people["clerk"], on=ON)

    firm.refresh_from_db()
    assert (firm.name, FormerName.objects.count()) == ("甲公司", 0)


def test_relation_has_two_ends_and_asks_for_the_register(people):
    first, second = (OrganisationFactory(bureau=people["bureau"]) for _place in range(2))
    facts = {"kind": RelationshipKind.CONVERTED_FROM, "on": ON}

    with pytest.raises(PartyRefused):
        record_relationship(subject=first, other=first, by=people["clerk"], **facts)
    with pytest.raises(NotAllowed):
        record_relationship(subject=first, other=second, by=people["leader"], **facts)
    assert not Relationship.objects.exists()
    row = record_relationship(subject=first, other=second, by=people["clerk"], **facts)
    assert (row.started_on, row.ended_on) == (ON, None)


def test_units_name_their_superior_also_one_of_the_same_list(given, people):
    bodies = [OrganisationFactory(bureau=people["bureau"]) for _place in range(3)]
    below = UnitDraft(bodies[0], "10101", superior_code="101")

    row, superior = register_units(drafts=[below, UnitDraft(bodies[1], "101")], **given)

    assert row.superior == superior
    for draft in (UnitDraft(bodies[2], "102", superior_code="999"), UnitDraft(bodies[2], "101")):
        with pytest.raises(PartyRefused):
            register_units(drafts=[draft], **given)


def test_membership_is_of_an_organisation_or_of_the_own_person(people):
    user, person = UserFactory(bureau=people["bureau"]), PersonFactory(bureau=people["bureau"])
    facts = {"user": user, "by": people["clerk"], "on": ON}

    for ends in ({}, {"organisation": OrganisationFactory(bureau=people["bureau"]), "person": person}):
        with pytest.raises(PartyRefused):
            add_membership(**facts, **ends)
    first, again = add_membership(**facts, person=person), add_membership(**facts, person=person)
    assert first.pk == again.pk
