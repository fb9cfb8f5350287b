"""Ties of a person to a body: declared as any kind, by himself or the register; ended by the register."""

from datetime import date

import pytest

from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from parties.enums import EmploymentKind
from parties.models import Employment, Organisation
from parties.services import PartyRefused, declare_spell, end_spell, end_staff_spells
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
