"""Contacts, names and relations that are entered late hold from their first day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from parties.enums import RelationshipKind
from parties.models import Contact, FormerName, Relationship
from parties.selectors import contacts_on, name_on
from parties.services import PartyRefused, add_contact, end_contact, record_relationship, rename_organisation
from tests.factories.assignments import FirmFactory, OrganisationFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON, SINCE = date(2020, 6, 1), date(2019, 3, 1)


@pytest.fixture
def people():
    found = office()
    found["body"] = FirmFactory(bureau=found["bureau"]).organisation
    return found


def named(people, name, since=None, on=ON):
    return add_contact(
        organisation=people["body"], duty="绩效联络员", name=name, phone="", started_on=since, by=people["clerk"], on=on
    )


def called(day):
    return list(contacts_on(Contact.objects.all(), day).order_by("pk").values_list("name", flat=True))


def test_contact_entered_late_takes_the_duty_over_on_its_first_day(people):
    named(people, "甲", SINCE)
    named(people, "乙", date(2020, 1, 1))

    assert [called(day) for day in (date(2019, 2, 28), SINCE, date(2019, 12, 31), date(2020, 1, 1), ON)] == [
        [], ["甲"], ["甲"], ["乙"], ["乙"],
    ]  # fmt: skip


def test_contact_of_before_ends_where_the_next_one_begins(people):
    named(people, "乙", date(2020, 1, 1))

    row = named(people, "甲", SINCE)

    assert (row.started_on, row.ended_on) == (SINCE, date(2020, 1, 1))
    assert [called(day) for day in (SINCE, ON)] == [["甲"], ["乙"]]


@pytest.mark.parametrize(("since", "code"), [(date(2020, 6, 2), "begins_later"), (SINCE, "contact_overlaps")])
def test_contact_on_a_day_that_cannot_be_is_refused(people, since, code):
    end_contact(contact=named(people, "甲", SINCE), by=people["clerk"], on=date(2020, 5, 1))

    with pytest.raises(PartyRefused) as caught:
        named(people, "乙", since)

    assert (caught.value.refusal.code, Contact.objects.count()) == (code, 1)


class OneAtATime(TestCase):
    """However late and in whatever order contacts are entered, a duty is one person's on each day."""

    @given(gaps=st.lists(st.integers(0, 400), min_size=1, max_size=6), asked=st.integers(0, 400))
    @settings(max_examples=25, deadline=None)
    def test_a_duty_is_one_persons_on_each_day(self, gaps, asked):
        people = office()
        people["body"] = FirmFactory(bureau=people["bureau"]).organisation
        days = [ON - timedelta(days=gap) for gap in gaps]
        for turn, day in enumerate(days):
            named(people, f"人{turn}", day)
        day = ON - timedelta(days=asked)

        begun = [one for one in days if one <= day]
        expected = [f"人{max(n for n, one in enumerate(days) if one == max(begun))}"] if begun else []

        assert called(day) == expected


def test_name_entered_late_holds_from_its_day(people):
    old = people["body"].name
    rename_organisation(organisation=people["body"], name="新名公司", day=SINCE, by=people["clerk"], on=ON)

    people["body"].refresh_from_db()
    assert [name_on(people["body"], day) for day in (date(2019, 2, 28), SINCE, ON)] == [old, "新名公司", "新名公司"]


@pytest.mark.parametrize(("day", "code"), [(date(2020, 6, 2), "begins_later"), (date(2019, 2, 1), "changed_later")])
def test_name_on_a_day_that_cannot_be_is_refused(people, day, code):
    rename_organisation(organisation=people["body"], name="新名公司", day=SINCE, by=people["clerk"], on=ON)

    with pytest.raises(PartyRefused) as caught:
        rename_organisation(organisation=people["body"], name="再新公司", day=day, by=people["clerk"], on=ON)

    assert (caught.value.refusal.code, FormerName.objects.count()) == (code, 1)


def test_relation_entered_late_holds_from_its_day_and_none_from_a_day_ahead(people):
    other = OrganisationFactory(bureau=people["bureau"])
    facts = {"subject": people["body"], "kind": RelationshipKind.SUPPLIER_OF, "other": other, "by": people["clerk"]}

    record_relationship(started_on=SINCE, on=ON, **facts)
    with pytest.raises(PartyRefused) as caught:
        record_relationship(started_on=date(2020, 6, 2), on=ON, **facts)

    assert caught.value.refusal.code == "begins_later"
    assert Relationship.objects.get().started_on == SINCE
