"""Dated facts at their edges, and who sees whom."""

from datetime import date

import pytest

from foundation.accounts.enums import Role
from parties.enums import RelationshipKind
from parties.models import Employment, Relationship
from parties.selectors import (
    memberships_of,
    organisation_family,
    organisations_visible_to,
    persons_visible_to,
    related,
    units_visible_to,
    users_of_organisation,
)
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
BEGAN, ENDED = date(2018, 6, 1), date(2020, 6, 1)


@pytest.mark.parametrize(
    ("day", "runs"),
    [(date(2018, 5, 31), False), (BEGAN, True), (date(2020, 5, 31), True), (ENDED, False)],
)
def test_spell_runs_from_its_first_day_to_the_day_before_its_end(day, runs):
    bureau = office()["bureau"]
    person, firm = PersonFactory(bureau=bureau), OrganisationFactory(bureau=bureau)
    Employment.objects.create(person=person, organisation=firm, started_on=BEGAN, ended_on=ENDED)

    assert Employment.objects.on(day).exists() is runs


@pytest.mark.parametrize(
    ("after", "until", "touches"),
    [
        (date(2020, 5, 31), date(2021, 1, 1), True),
        (ENDED, date(2021, 1, 1), False),
        (date(2010, 1, 1), date(2018, 5, 31), False),
        (date(2010, 1, 1), BEGAN, True),
    ],
)
def test_window_touches_what_ran_in_it(after, until, touches):
    bureau = office()["bureau"]
    person, firm = PersonFactory(bureau=bureau), OrganisationFactory(bureau=bureau)
    Employment.objects.create(person=person, organisation=firm, started_on=BEGAN, ended_on=ENDED)

    assert Employment.objects.touching(after=after, until=until).exists() is touches


@pytest.mark.parametrize(("day", "found"), [(date(2018, 5, 31), 0), (BEGAN, 1), (date(2020, 5, 31), 1), (ENDED, 0)])
def test_relation_holds_from_its_first_day_to_the_day_before_its_end(day, found):
    first, second = OrganisationFactory(), OrganisationFactory()
    kind = RelationshipKind.SUPPLIER_OF
    Relationship.objects.create(subject=first, kind=kind, other=second, started_on=BEGAN, ended_on=ENDED)

    assert related(organisation_ids=[first.pk], kinds=[kind], on=day).count() == found
    assert not related(organisation_ids=[second.pk], kinds=[kind], on=day).exists()
    assert not related(organisation_ids=[first.pk], kinds=[RelationshipKind.ADVISED], on=day).exists()


def test_family_is_the_unit_its_superior_and_what_is_below():
    top = UnitFactory()
    unit = UnitFactory(bureau=top.bureau, superior=top)
    below = UnitFactory(bureau=top.bureau, superior=unit)
    sister = UnitFactory(bureau=top.bureau, superior=top)

    assert organisation_family(unit) == {top.organisation_id, unit.organisation_id, below.organisation_id}
    assert sister.organisation_id not in organisation_family(unit)


def test_membership_that_ended_opens_nothing():
    user = UserFactory()
    firm = FirmFactory(bureau=user.bureau)
    MembershipFactory(user=user, organisation=firm.organisation, started_on=BEGAN, ended_on=ENDED)

    assert not memberships_of(user).exists()
    assert [memberships_of(user, day).exists() for day in (BEGAN, date(2020, 5, 31), ENDED)] == [True, True, False]
    assert not users_of_organisation(firm.organisation_id).exists()


def test_outsider_sees_himself_only():
    people = office()
    bureau = people["bureau"]
    firm, expert, unit = FirmFactory(bureau=bureau), ExpertFactory(bureau=bureau), UnitFactory(bureau=bureau)
    below = UnitFactory(bureau=bureau, superior=unit)
    stranger = UnitFactory()

    assert set(organisations_visible_to(firm_user(firm))) == {firm.organisation}
    assert set(persons_visible_to(expert_user(expert))) == {expert.person}
    assert not persons_visible_to(firm_user(firm)).exists()
    assert set(units_visible_to(unit_user(unit))) == {unit, below}
    assert stranger not in units_visible_to(people["clerk"])
    assert set(persons_visible_to(people["clerk"])) == {expert.person}
    assert not persons_visible_to(UserFactory(bureau=bureau, role=Role.ADMINISTRATOR)).exists()
