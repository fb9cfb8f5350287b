"""How a person is reached and a wrong ID number: changed by whom, kept from whom, doubles looked for."""

from datetime import date

import pytest

from foundation.audit.models import Entry, Payload
from foundation.core.crypto import decrypt
from foundation.core.errors import NotAllowed
from parties.enums import PairGround
from parties.models import Person, SuspectedPair
from parties.selectors import masked
from parties.services import (
    PartyRefused,
    PersonDraft,
    change_contact,
    correct_id_number,
    mask_contact,
    register_persons,
)
from tests.factories.assignments import ExpertFactory, expert_user
from tests.factories.foundation import UserFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E5")]
ON = date(2020, 6, 1)
WRONG, RIGHT = "11010519491231002X", "440524188001010014"
PHONE, NEW = "13912345678", "138 0000-1111"


@pytest.fixture
def people():
    return office()


@pytest.fixture
def one(people):
    return register(people, PersonDraft("张演示", WRONG, PHONE, email="old@example.cn"))


def register(people, draft):
    return register_persons(bureau=people["bureau"], drafts=[draft], by=people["clerk"], on=ON)[0]


def reached(person, by, phone="", email=""):
    return change_contact(person=person, phone=phone, email=email, by=by, on=ON)


def corrected(person, by, number=RIGHT, reason="身份证已核对"):
    return correct_id_number(person=person, id_number=number, reason=reason, by=by, on=ON)


@pytest.mark.parametrize("who", ["clerk", "himself"])
def test_phone_and_mail_change_and_journal_hides_them(people, who):
    expert = ExpertFactory(bureau=people["bureau"])
    by = people["clerk"] if who == "clerk" else expert_user(expert)

    reached(expert.person, by, NEW, "new@example.cn")

    person = Person.objects.get(pk=expert.person_id)
    assert (decrypt(person.phone_sealed), person.email) == ("13800001111", "new@example.cn")
    assert register(people, PersonDraft(person.name, phone=NEW)).pk == person.pk
    entry = Entry.objects.get(action="parties.contact_changed")
    assert "13800001111" not in entry.text + Payload.objects.get(entry=entry).data
    assert "138****1111" in Payload.objects.get(entry=entry).data


def test_empty_phone_stays_and_empty_mail_goes(one, people):
    reached(one, people["clerk"])

    one.refresh_from_db()
    assert (masked(one)[1], one.email) == ("139****5678", "")


@pytest.mark.parametrize(
    ("phone", "email", "code"),
    [
        ("12a45", "", "phone_wrong"), ("1234", "", "phone_wrong"), ("", "nobody", "email_wrong"),
        ("", f"{'a' * 60}@{'b' * 60}.cn", "email_wrong"), ("139 1234-5678", "old@example.cn", "contact_unchanged"),
    ],
)  # fmt: skip
def test_wrong_or_known_contact_is_refused_and_changes_nothing(one, people, phone, email, code):
    before = Entry.objects.count()

    with pytest.raises(PartyRefused) as caught:
        reached(one, people["clerk"], phone, email)

    one.refresh_from_db()
    assert caught.value.refusal.code == code
    assert (masked(one)[1], one.email) == ("139****5678", "old@example.cn")
    assert Entry.objects.count() == before


def test_new_phone_of_another_record_is_a_suspected_pair(one, people):
    other = register(people, PersonDraft("李演示", RIGHT, NEW))

    reached(one, people["clerk"], NEW, one.email)

    pair = SuspectedPair.objects.get()
    assert ({pair.first_id, pair.second_id}, pair.ground) == ({one.pk, other.pk}, PairGround.PHONE)


def test_nobody_else_changes_how_a_person_is_reached(one, people):
    mask_contact(person=one, reason="本人要求", by="system", on=ON)
    with pytest.raises(PartyRefused, match="张演示"):
        reached(one, people["clerk"], NEW)
    for user in (expert_user(ExpertFactory(bureau=people["bureau"])), UserFactory(), office()["clerk"]):
        with pytest.raises(NotAllowed):
            reached(one, user, NEW)


def test_wrong_number_is_corrected_with_reason_journal_and_search_for_doubles(one, people):
    born = date(1880, 1, 1)
    double = register(people, PersonDraft("张演示", born_on=born))

    corrected(one, people["clerk"])

    one.refresh_from_db()
    assert (decrypt(one.id_sealed), one.born_on) == (RIGHT, born)
    pair = SuspectedPair.objects.get()
    assert ({pair.first_id, pair.second_id}, pair.ground) == ({one.pk, double.pk}, PairGround.NAME_BIRTH)
    assert register(people, PersonDraft("张演示", RIGHT)).pk == one.pk
    assert register(people, PersonDraft("王演示", WRONG)).pk not in {one.pk, double.pk}
    entry = Entry.objects.get(action="parties.id_number_corrected")
    assert "身份证已核对" in entry.text
    payload = Payload.objects.get(entry=entry).data
    assert ("4405" in payload, WRONG in payload, RIGHT in payload) == (True, False, False)


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [
        ("", "已核对", "id_missing"), ("440524188001010015", "已核对", "id_wrong"), (WRONG, "已核对", "number_unchanged"),
        (RIGHT, " ", "reason_missing"),
    ],
)  # fmt: skip
def test_number_that_cannot_stand_is_refused(one, people, number, reason, code):
    with pytest.raises(PartyRefused) as caught:
        corrected(one, people["clerk"], number, reason)

    one.refresh_from_db()
    assert (caught.value.refusal.code, decrypt(one.id_sealed)) == (code, WRONG)
    assert not Entry.objects.filter(action="parties.id_number_corrected").exists()


def test_number_of_another_record_leads_to_joining(one, people):
    other = register(people, PersonDraft("李演示", RIGHT))

    with pytest.raises(PartyRefused) as caught:
        corrected(one, people["clerk"])

    assert (caught.value.refusal.code, caught.value.refusal.facts["person"]) == ("number_taken", other.pk)


def test_number_of_the_record_joined_into_this_one_is_exchanged_with_it(one, people):
    other = register(people, PersonDraft("李演示", RIGHT))
    other.joined_into, other.joined_on = one, ON
    other.save()

    corrected(one, people["clerk"])

    one.refresh_from_db()
    other.refresh_from_db()
    assert (decrypt(one.id_sealed), decrypt(other.id_sealed)) == (RIGHT, WRONG)
    assert register(people, PersonDraft("张演示", WRONG)).pk == one.pk


def test_only_the_register_corrects_a_number(people):
    expert = ExpertFactory(bureau=people["bureau"])
    for user in (expert_user(expert), people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            corrected(expert.person, user)
