"""Ties that stand outside an expert's own employment: posts in the register, near relations, the age of the meeting."""

from datetime import date

import pytest

from assignments.enums import AssignmentStatus
from assignments.selectors.eligibility import expert_eligibility
from evaluators.models import LeadEvaluator, Practitioner
from experts.models import ExpertUndertaking
from experts.services import declare_employment
from parties.enums import EmploymentKind, KinKind
from parties.models import Employment, Person, PersonTie
from parties.services import accept_end, ask_end, decline_end
from tests.factories.assignments import (
    ExpertFactory,
    FirmAssignmentFactory,
    FirmFactory,
    OrganisationFactory,
    PersonFactory,
    ReReviewFactory,
    expert_user,
)
from tests.factories.foundation import LONG_AGO, office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)


@pytest.fixture
def review():
    return ReReviewFactory(meets_on=date(2020, 6, 3))


def ready(review, **facts):
    expert = ExpertFactory(bureau=review.bureau, admitted_on=date(2020, 1, 1), **facts)
    ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=ON)
    return expert


def codes(review, expert, on=ON):
    return [refusal.code for answer in expert_eligibility(review, on, [expert]) for refusal in answer.refusals]


def related(expert, **facts):
    kin = PersonFactory(bureau=expert.bureau)
    PersonTie.objects.create(first=kin, second=expert.person, kind=KinKind.SPOUSE, started_on=LONG_AGO, **facts)
    return kin


def employ(person, organisation, kind=EmploymentKind.EMPLOYEE, ended_on=None):
    Employment.objects.create(
        person=person, organisation=organisation, kind=kind, started_on=LONG_AGO, ended_on=ended_on
    )


@pytest.mark.rule("R-07")
@pytest.mark.edge("E33")
@pytest.mark.parametrize("model", [LeadEvaluator, Practitioner])
def test_professor_with_a_post_in_the_universitys_laboratory_is_in_no_draw(review, model):
    expert = ready(review)
    laboratory = FirmFactory(bureau=review.bureau)
    facts = {"title": "教授", "works_since": LONG_AGO} if model is LeadEvaluator else {}
    post = model.objects.create(firm=laboratory, person=expert.person, started_on=LONG_AGO, **facts)

    answer = expert_eligibility(review, ON, [expert])[0]

    assert [refusal.code for refusal in answer.refusals] == ["firm_tie"]
    assert laboratory.organisation.name in answer.refusals[0].message
    post.ended_on = date(2020, 5, 1)
    post.save()
    assert codes(review, expert) == []


@pytest.mark.edge("E33")
def test_post_in_the_evaluating_firm_conflicts_for_the_years_of_the_rule(review):
    firm = FirmAssignmentFactory(task=review.evaluation, status=AssignmentStatus.DECLARED).firm
    expert = ready(review)
    Practitioner.objects.create(firm=firm, person=expert.person, started_on=LONG_AGO, ended_on=date(2020, 5, 1))

    answer = expert_eligibility(review, ON, [expert])[0]

    assert [refusal.code for refusal in answer.refusals] == ["firm_employer"]
    assert answer.free_on == date(2023, 5, 1)


@pytest.mark.rule("R-07")
@pytest.mark.edge("E49")
@pytest.mark.parametrize("kind", [EmploymentKind.OWNER, EmploymentKind.ADVISER, EmploymentKind.LEGAL_PERSON])
def test_whoever_holds_a_registered_firm_or_whose_spouse_does_is_in_no_draw(review, kind):
    firm = FirmFactory(bureau=review.bureau)
    himself, spouse = ready(review), ready(review)
    employ(himself.person, firm.organisation, kind)
    employ(related(spouse), firm.organisation, kind)

    assert (codes(review, himself), codes(review, spouse)) == (["firm_tie"], ["kin_tie"])


@pytest.mark.edge("E49")
def test_near_relation_conflicts_with_a_side_and_a_mere_job_elsewhere_does_not(review):
    chosen = FirmAssignmentFactory(task=review.evaluation, status=AssignmentStatus.DECLARED).firm
    at_unit, at_firm, elsewhere, over, past = (ready(review) for _turn in range(5))
    employ(related(at_unit), review.evaluation.unit.organisation)
    kin = related(at_firm)
    Practitioner.objects.create(firm=chosen, person=kin, started_on=LONG_AGO)
    other = related(elsewhere)
    employ(other, OrganisationFactory(bureau=review.bureau))
    employ(other, FirmFactory(bureau=review.bureau).organisation)
    employ(related(over, ended_on=ON), review.evaluation.unit.organisation)
    employ(related(past), review.evaluation.unit.organisation, ended_on=date(2020, 5, 1))

    assert [codes(review, one) for one in (at_unit, at_firm, elsewhere, over, past)] == [
        ["kin_tie"], ["kin_tie"], [], [], [],
    ]  # fmt: skip


@pytest.mark.rule("R-14")
@pytest.mark.edge("E37")
@pytest.mark.parametrize(
    ("born_on", "found"), [(date(1950, 6, 4), []), (date(1950, 6, 3), ["too_old"]), (date(1950, 6, 1), ["too_old"])]
)
def test_the_age_of_the_meeting_decides_not_that_of_the_draw(review, born_on, found):
    expert = ready(review)
    Person.objects.filter(pk=expert.person_id).update(born_on=born_on)
    expert.person.refresh_from_db()

    assert codes(review, expert) == found


@pytest.mark.edge("E37")
def test_retired_and_employed_elsewhere_conflicts_with_both_employers(review):
    expert = ready(review)
    unit = review.evaluation.unit.organisation
    employ(expert.person, unit, ended_on=date(2019, 12, 31))
    employ(expert.person, OrganisationFactory(bureau=review.bureau))

    answer = expert_eligibility(review, ON, [expert])[0]

    assert ([refusal.code for refusal in answer.refusals], answer.free_on) == (["unit_employer"], date(2022, 12, 31))


@pytest.mark.rule("R-07")
@pytest.mark.edge("E49")
def test_conflict_does_not_end_by_the_experts_own_word(review):
    expert = ready(review)
    employer = review.evaluation.unit.organisation
    employ(expert.person, employer)
    spell, me, clerk = Employment.objects.get(), expert_user(expert), office(review.bureau)["clerk"]
    long_ago = date(2016, 1, 1)
    Employment.objects.update(started_on=date(2010, 1, 1))

    ask_end(spell=spell, ended_on=long_ago, by=me, on=ON)
    declared = {"employer": employer.name, "title": "", "started_on": date(2010, 1, 1)}
    assert codes(review, expert) == ["unit_employer"]
    decline_end(spell=spell, words="没有证明", by=clerk, on=ON)
    declare_employment(expert=expert, ended_on=long_ago, by=me, on=ON, **declared)
    assert codes(review, expert) == ["unit_employer"]

    accept_end(spell=spell, by=clerk, on=ON)
    assert codes(review, expert) == []
