"""People of a firm leave: the post ends, and with the last post the employment that bound them."""

from datetime import date

import pytest

from evaluators.models import LeadEvaluator, Practitioner
from evaluators.services import FirmRefused, Heir, end_practitioner, record_succession
from parties.enums import EmploymentKind, RelationshipKind
from parties.models import Employment
from tests.factories.assignments import FirmFactory, PersonFactory
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import office

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E36")]
ON, SINCE, JOINED = date(2020, 6, 1), date(2019, 1, 1), date(2016, 1, 1)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    return FirmFactory(bureau=people["bureau"])


def employed(person, firm, kind=EmploymentKind.EMPLOYEE):
    return Employment.objects.create(person=person, organisation=firm.organisation, kind=kind, started_on=JOINED)


def ends(person):
    return list(Employment.objects.filter(person=person).order_by("pk").values_list("kind", "ended_on"))


def left(row, people):
    end_practitioner(row=row, by=people["clerk"], on=ON)


def test_employment_ends_with_the_last_post_and_ownership_stays(people, firm):
    person = PersonFactory(bureau=people["bureau"])
    lead = LeadEvaluatorFactory(firm=firm, person=person, started_on=SINCE)
    staff = Practitioner.objects.create(firm=firm, person=person, started_on=SINCE)
    elsewhere = FirmFactory(bureau=people["bureau"])
    employed(person, firm)
    employed(person, firm, EmploymentKind.OWNER)
    employed(person, elsewhere)

    left(lead, people)
    assert ends(person) == [("EMPLOYEE", None), ("OWNER", None), ("EMPLOYEE", None)]
    left(staff, people)
    assert ends(person) == [("EMPLOYEE", ON), ("OWNER", None), ("EMPLOYEE", None)]
    with pytest.raises(FirmRefused):
        left(staff, people)


def test_earlier_end_of_an_employment_stays(people, firm):
    person = PersonFactory(bureau=people["bureau"])
    row = employed(person, firm)
    row.ended_on = SINCE
    row.save()

    left(LeadEvaluatorFactory(firm=firm, person=person, started_on=SINCE), people)

    assert ends(person) == [("EMPLOYEE", SINCE)]


def test_employment_goes_along_with_the_firm_that_takes_its_place(people, firm):
    heir = FirmFactory(bureau=people["bureau"])
    person = LeadEvaluatorFactory(firm=firm, person=PersonFactory(bureau=people["bureau"]), started_on=SINCE).person
    employed(person, firm)

    record_succession(
        kind=RelationshipKind.MERGED_INTO, predecessor=firm, heirs=[Heir(heir)], closes=True, note="合并",
        by=people["clerk"], on=ON,
    )  # fmt: skip

    assert LeadEvaluator.objects.get(person=person, ended_on__isnull=True).firm == heir
    spells = Employment.objects.filter(person=person).order_by("pk")
    assert list(spells.values_list("organisation", "started_on", "ended_on")) == [
        (firm.organisation_id, JOINED, ON),
        (heir.organisation_id, ON, None),
    ]
