"""Ties of a person to a body: declared as any kind, by himself or the register; ended by the register."""

from datetime import date

import pytest

from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.notices.models import Notice
from parties.enums import EmploymentKind
from parties.models import Employment, Organisation
from parties.services import (
    PartyRefused,
    accept_end,
    add_membership,
    ask_end,
    declare_spell,
    decline_end,
    end_spell,
    end_staff_spells,
)
from tests.factories.assignments import ExpertFactory, OrganisationFactory, PersonFactory, expert_user
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON, SINCE = date(2020, 6, 1), date(2018, 1, 1)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def body(people):
    return OrganisationFactory(bureau=people["bureau"])


def declared(person, by, employer, **more):
    asked = {"kind": EmploymentKind.EMPLOYEE, "title": "", "started_on": SINCE} | more
    return declare_spell(person=person, employer=employer, by=by, on=ON, **asked)


@pytest.mark.edge("E49")
@pytest.mark.parametrize("kind", EmploymentKind)
def test_every_kind_of_tie_is_declared_by_himself_and_entered_by_a_clerk(people, body, kind):
    expert = ExpertFactory(bureau=people["bureau"])

    own = declared(expert.person, expert_user(expert), body.name, kind=kind)
    entered = declared(PersonFactory(bureau=people["bureau"]), people["clerk"], body.name, kind=kind, title="理事")

    assert [(row.organisation, row.kind, row.source) for row in (own, entered)] == [
        (body, kind, "本人申报"), (body, kind, "经办登记"),
    ]  # fmt: skip
    assert Entry.objects.filter(action="parties.spell_declared").count() == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"employer": " "}, "employer_missing"),
        ({"started_on": date(2020, 6, 2)}, "begins_later"),
        ({"ended_on": date(2017, 1, 1)}, "ends_before_start"),
    ],
)
def test_spell_that_cannot_be_is_refused(people, more, code):
    person = PersonFactory(bureau=people["bureau"])

    with pytest.raises(PartyRefused) as caught:
        declared(person, people["clerk"], **({"employer": "某单位"} | more))

    assert caught.value.refusal.code == code
    assert not Employment.objects.exists()
    assert not Organisation.objects.filter(name="某单位").exists()


def test_nobody_else_declares_a_tie(people, body):
    person = PersonFactory(bureau=people["bureau"])
    for user in (expert_user(ExpertFactory(bureau=people["bureau"])), office()["clerk"], people["leader"]):
        with pytest.raises(NotAllowed):
            declared(person, user, body.name)


@pytest.mark.edge("E36")
def test_register_ends_a_spell_corrects_the_end_and_journals_what_was_there(people, body):
    row = declared(PersonFactory(bureau=people["bureau"]), people["clerk"], body.name)
    given = {"by": people["clerk"], "on": ON}

    end_spell(spell=row, ended_on=ON, **given)
    row = end_spell(spell=row, ended_on=date(2020, 5, 1), **given)

    assert row.ended_on == date(2020, 5, 1)
    told = [entry.text for entry in Entry.objects.filter(action="parties.spell_ended").order_by("pk")]
    assert ('"before":null' in told[0], '"before":"2020-06-01"' in told[1]) == (True, True)
    for day, code in ((date(2020, 5, 1), "ended_before"), (date(2017, 1, 1), "ends_before_start")):
        with pytest.raises(PartyRefused) as caught:
            end_spell(spell=row, ended_on=day, **given)
        assert caught.value.refusal.code == code


def test_only_the_register_of_the_bureau_ends_a_spell(people, body):
    expert = ExpertFactory(bureau=people["bureau"])
    me = expert_user(expert)
    row = declared(expert.person, me, body.name)
    for user in (me, people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            end_spell(spell=row, ended_on=ON, by=user, on=ON)


def test_employment_goes_on_with_an_heir_once_and_ownership_stays(people, body):
    heir = OrganisationFactory(bureau=people["bureau"])
    one, two = PersonFactory(bureau=people["bureau"]), PersonFactory(bureau=people["bureau"])
    for person, where, kind in (
        (one, body, "EMPLOYEE"), (one, body, "OWNER"), (two, body, "EMPLOYEE"), (two, heir, "EMPLOYEE"),
    ):  # fmt: skip
        Employment.objects.create(person=person, organisation=where, kind=kind, started_on=SINCE)
    given = {"organisation": body, "ended_on": ON, "by": people["clerk"], "on": ON}

    assert end_staff_spells(persons=[one.pk, two.pk], heir=heir, **given) == 2
    assert end_staff_spells(persons=[one.pk, two.pk], heir=heir, **given) == 0

    assert list(Employment.objects.order_by("pk").values_list("kind", "organisation", "started_on", "ended_on")) == [
        ("EMPLOYEE", body.pk, SINCE, ON), ("OWNER", body.pk, SINCE, None), ("EMPLOYEE", body.pk, SINCE, ON),
        ("EMPLOYEE", heir.pk, SINCE, None), ("EMPLOYEE", heir.pk, ON, None),
    ]  # fmt: skip


@pytest.fixture
def own(people, body):
    """Return an expert's sign-in and his running spell, with which a clerk began it."""
    expert = ExpertFactory(bureau=people["bureau"])
    return expert_user(expert), declared(expert.person, people["clerk"], body.name)


def stands(row):
    row.refresh_from_db()
    return row.ended_on, row.asked_end_on, row.asked_on, row.end_answer


@pytest.mark.edge("E49")
def test_end_that_a_person_declares_counts_only_once_the_register_accepts_it(people, own):
    me, row = own

    ask_end(spell=row, ended_on=date(2020, 5, 1), by=me, on=ON)
    assert stands(row) == (None, date(2020, 5, 1), ON, "")
    assert set(Notice.objects.values_list("user", "code")) == {
        (people[who].pk, "end_asked") for who in ("clerk", "head")
    }

    accept_end(spell=row, by=people["clerk"], on=ON)
    assert stands(row) == (date(2020, 5, 1), None, None, "")
    assert Notice.objects.get(user=me).code == "end_answered"
    told = Entry.objects.filter(action__in=["parties.end_asked", "parties.spell_ended"]).order_by("pk")
    assert [entry.action for entry in told] == ["parties.end_asked", "parties.spell_ended"]


@pytest.mark.edge("E49")
def test_declined_end_leaves_the_spell_as_it_is_and_may_be_asked_for_again(people, own):
    me, row = own
    ask_end(spell=row, ended_on=date(2020, 5, 1), by=me, on=ON)

    with pytest.raises(PartyRefused) as caught:
        decline_end(spell=row, words=" ", by=people["clerk"], on=ON)
    decline_end(spell=row, words="请附离职证明", by=people["clerk"], on=ON)

    assert caught.value.refusal.code == "reason_missing"
    assert stands(row) == (None, None, None, "请附离职证明")
    assert Notice.objects.get(user=me).code == "end_answered"
    ask_end(spell=row, ended_on=date(2020, 5, 2), by=me, on=ON)
    assert stands(row) == (None, date(2020, 5, 2), ON, "")


@pytest.mark.parametrize(
    ("day", "code"), [(date(2017, 1, 1), "ends_before_start"), (date(2020, 1, 1), "ended_before"), (ON, "end_asked")]
)
def test_end_that_cannot_be_asked_for_is_refused(people, own, day, code):
    me, row = own
    end_spell(spell=row, ended_on=date(2020, 1, 1), by=people["clerk"], on=ON)
    if code == "end_asked":
        ask_end(spell=row, ended_on=date(2019, 6, 1), by=me, on=ON)
    before = stands(row)

    with pytest.raises(PartyRefused) as caught:
        ask_end(spell=row, ended_on=day, by=me, on=ON)

    assert caught.value.refusal.code == code
    assert stands(row) == before


def test_answer_is_given_once_by_somebody_else_of_the_register(people, own):
    me, row = own
    add_membership(user=people["clerk"], person=row.person, by=people["clerk"], on=ON)
    ask_end(spell=row, ended_on=date(2020, 5, 1), by=me, on=ON)

    for user in (me, people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            accept_end(spell=row, by=user, on=ON)
        with pytest.raises(NotAllowed):
            decline_end(spell=row, words="不", by=user, on=ON)
    for answer in (
        lambda: accept_end(spell=row, by=people["clerk"], on=ON),
        lambda: end_spell(spell=row, ended_on=ON, by=people["clerk"], on=ON),
    ):
        with pytest.raises(PartyRefused) as caught:
            answer()
        assert caught.value.refusal.code == "own_spell"
    assert stands(row) == (None, date(2020, 5, 1), ON, "")


def test_nothing_is_accepted_or_declined_where_nothing_is_asked_and_nobody_asks_for_others(people, own):
    _me, row = own
    for answer in (
        lambda: accept_end(spell=row, by=people["clerk"], on=ON),
        lambda: decline_end(spell=row, words="不", by=people["clerk"], on=ON),
    ):
        with pytest.raises(PartyRefused) as caught:
            answer()
        assert caught.value.refusal.code == "no_end_asked"
    for user in (people["clerk"], expert_user(ExpertFactory(bureau=people["bureau"]))):
        with pytest.raises(NotAllowed):
            ask_end(spell=row, ended_on=ON, by=user, on=ON)
    assert stands(row) == (None, None, None, "")


@pytest.mark.edge("E49")
def test_saying_a_known_tie_again_with_an_earlier_end_asks_for_it_and_a_later_one_counts_at_once(people, body, own):
    me, row = own

    again = declared(row.person, me, body.name, ended_on=date(2018, 6, 1))
    assert (again.pk, stands(row)) == (row.pk, (None, date(2018, 6, 1), ON, ""))

    end_spell(spell=row, ended_on=date(2019, 1, 1), by=people["clerk"], on=ON)
    declared(row.person, me, body.name, ended_on=date(2020, 1, 1))
    assert stands(row) == (date(2020, 1, 1), None, None, "")
    declared(row.person, me, body.name)
    assert stands(row) == (None, None, None, "")


def test_end_by_fact_answers_what_was_asked(people, body, own):
    me, row = own
    ask_end(spell=row, ended_on=date(2020, 5, 1), by=me, on=ON)

    end_staff_spells(persons=[row.person_id], organisation=body, ended_on=ON, by=people["clerk"], on=ON)

    assert stands(row) == (ON, None, None, "")
