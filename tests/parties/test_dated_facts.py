"""Legal representatives, addresses and names of persons keep their past: asked as of a day, the fact of that day answers."""

from datetime import date

import pytest

from foundation.accounts.enums import Role
from foundation.audit.models import Entry, Payload
from foundation.core.errors import NotAllowed
from parties.enums import FormerFactKind, OrganisationKind
from parties.models import FormerFact, FormerPersonName, Organisation, Person
from parties.selectors import bodies_as_of, facts_on, former_facts, person_name_on, person_name_then
from parties.services import (
    OrganisationDraft,
    PartyRefused,
    PersonDraft,
    change_facts,
    register_organisations,
    register_persons,
    rename_person,
)
from tests.factories.admissions import id_number
from tests.factories.assignments import OrganisationFactory, PersonFactory
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
BEFORE, ON, LATER = date(2020, 5, 31), date(2020, 6, 1), date(2020, 9, 1)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def body(people):
    return OrganisationFactory(bureau=people["bureau"], legal_person="张三", address="旧址")


def changed(people, body, **more):
    given = {"legal_person": "李四", "address": "", "reason": "市监〔2020〕1号", "day": ON, "on": ON} | more
    return change_facts(organisation=body, by=people["clerk"], **given)


def test_each_day_answers_with_its_own_legal_representative_and_address(people, body):
    changed(people, body)
    changed(people, body, legal_person="王五", address="新址", day=LATER, on=LATER)
    body.refresh_from_db()

    assert [facts_on(body, day) for day in (BEFORE, ON, LATER)] == [
        {"legal_person": "张三", "address": "旧址"},
        {"legal_person": "李四", "address": "旧址"},
        {"legal_person": "王五", "address": "新址"},
    ]
    for day in (BEFORE, ON, LATER):
        row = bodies_as_of(Organisation.objects.filter(pk=body.pk), day).get()
        assert {"legal_person": row.legal_person_then, "address": row.address_then} == facts_on(body, day)
    assert former_facts([body.pk]) == {body.pk: {"legal_person": {"张三", "李四"}, "address": {"旧址"}}}
    assert FormerFact.objects.filter(reason="市监〔2020〕1号").count() == 3
    assert Entry.objects.filter(action="parties.facts_changed", subject_id=body.pk).count() == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": " "}, "reason_missing"),
        ({"legal_person": "张三"}, "facts_unchanged"),
        ({"legal_person": ""}, "facts_unchanged"),
        ({"day": LATER}, "begins_later"),
    ],
)
def test_change_that_says_nothing_is_refused_and_nothing_is_written(people, body, more, code):
    with pytest.raises(PartyRefused) as caught:
        changed(people, body, **more)

    body.refresh_from_db()
    assert (caught.value.refusal.code, body.legal_person, FormerFact.objects.count()) == (code, "张三", 0)


def test_change_before_the_last_one_is_refused(people, body):
    changed(people, body, day=LATER, on=LATER)

    with pytest.raises(PartyRefused) as caught:
        changed(people, body, legal_person="王五", day=ON, on=LATER)

    assert (caught.value.refusal.code, facts_on(body, ON)["legal_person"]) == ("changed_later", "张三")


def test_another_bureau_and_who_keeps_no_register_change_nothing(people, body):
    stranger = UserFactory(role=Role.CLERK)
    supervisor = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)
    for by in (stranger, supervisor):
        with pytest.raises(NotAllowed):
            change_facts(organisation=body, legal_person="李四", address="", reason="x", by=by, on=ON, day=ON)


def test_roster_that_names_another_legal_representative_ends_the_old_one(people, body):
    draft = OrganisationDraft(
        body.name, OrganisationKind(body.kind), uscc=body.uscc, legal_person="李四", address="旧址",
        uscc_absent_reason="演示", source="2020 年名录",
    )  # fmt: skip
    for _again in range(2):
        register_organisations(bureau=people["bureau"], drafts=[draft], by=people["clerk"], on=ON)
    body.refresh_from_db()

    row = FormerFact.objects.get()
    assert (row.kind, row.value, row.until_on, row.reason) == (FormerFactKind.LEGAL_PERSON, "张三", ON, "2020 年名录")
    assert (body.legal_person, facts_on(body, BEFORE)["legal_person"]) == ("李四", "张三")


def test_first_value_of_an_unknown_fact_ends_nothing(people):
    body = OrganisationFactory(bureau=people["bureau"], legal_person="", address="")

    changed(people, body)

    assert FormerFact.objects.count() == 0


@pytest.mark.edge("E19")
def test_renamed_person_keeps_the_former_name_with_its_day(people):
    person = PersonFactory(bureau=people["bureau"], name="张旧名")
    rename_person(person=person, name="张新名", reason="户籍更名", by=people["clerk"], on=LATER, day=ON)
    person.refresh_from_db()

    assert [person_name_on(person, day) for day in (BEFORE, ON)] == ["张旧名", "张新名"]
    then = [Person.objects.annotate(then=person_name_then("", day)).get().then for day in (BEFORE, ON)]
    assert then == ["张旧名", "张新名"]
    entry = Entry.objects.get(action="parties.person_renamed")
    assert "张旧名" not in entry.text  # a name is personal data: it stands in the part that can be erased
    assert "张旧名" in Payload.objects.get(entry=entry).data


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "张旧名"}, "name_unchanged"),
        ({"name": " "}, "name_unchanged"),
        ({"reason": ""}, "reason_missing"),
        ({"day": LATER}, "begins_later"),
    ],
)
def test_rename_that_says_nothing_is_refused(people, more, code):
    person = PersonFactory(bureau=people["bureau"], name="张旧名")
    given = {"name": "张新名", "reason": "户籍更名", "on": ON} | more

    with pytest.raises(PartyRefused) as caught:
        rename_person(person=person, by=people["clerk"], **given)

    assert (caught.value.refusal.code, FormerPersonName.objects.count()) == (code, 0)


def test_roster_renames_a_known_person_and_an_old_roster_brings_no_old_name_back(people):
    given = {"bureau": people["bureau"], "by": people["clerk"]}
    person = register_persons(drafts=[PersonDraft("张旧名", id_number=id_number(1))], on=BEFORE, **given)[0]

    for name in ("张新名", "张旧名"):
        again = register_persons(drafts=[PersonDraft(name, id_number=id_number(1))], on=ON, **given)[0]

    assert (again.pk, again.name, person_name_on(again, BEFORE)) == (person.pk, "张新名", "张旧名")
    assert FormerPersonName.objects.count() == 1
