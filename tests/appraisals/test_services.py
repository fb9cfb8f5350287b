"""A firm's year from its rows."""

from datetime import date
from fractions import Fraction

import pytest

from appraisals.enums import Standing
from appraisals.models import CommissionFeedback, FirmAppraisal
from appraisals.selectors import visible_to
from appraisals.services import compute_year, confirm_appraisal, give_feedback
from appraisals.services.years import AppraisalRefused
from assignments.enums import TaskStatus
from credit.enums import CreditKind
from credit.models import CreditEvent
from evaluators.models import FirmStanding, FirmUndertaking, FormerAcceptance, Practitioner, Qualification
from foundation.accounts.enums import Role
from foundation.core.errors import NotAllowed
from parties.models import Membership, Person
from tests.factories.disclosure import make_firm, make_rating, make_task, office
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 12, 20)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    firm = make_firm(people["bureau"])
    FirmStanding.objects.create(firm=firm, status=firm.status, started_on=date(2019, 1, 1))
    return firm


def rated(people, firm, score, year=2020):
    return make_rating(people, task=make_task(people, year=year), firm=firm, score=score)


def year_of(people, firm, year=2020):
    compute_year(bureau=people["bureau"], year=year, by=people["clerk"], on=DAY)
    return FirmAppraisal.objects.get(firm=firm, year=year)


def part(row, code):
    return next(one for one in row.parts if one["code"] == code)


@pytest.mark.edge("E32")
@pytest.mark.rule("R-30")
def test_no_task_is_not_assessed_and_has_no_points(people, firm):
    row = year_of(people, firm)

    assert (row.standing, row.points_hundredths) == (Standing.NOT_ASSESSED, None)


@pytest.mark.rule("R-30")
def test_three_reports_in_the_window_are_assessed(people, firm):
    for year, score in ((2018, "60"), (2019, "70"), (2020, "245/3")):
        rated(people, firm, score, year)

    row = year_of(people, firm)

    assert row.standing == Standing.ASSESSED
    assert part(row, "score")["exact"] == "49"
    assert part(row, "score")["facts"]["scores"] == ["245/3"]
    rated(people, firm, "80")
    assert part(year_of(people, firm), "score")["facts"]["reports"] == 2


def test_parts_come_from_the_rows(people, firm):
    rating = rated(people, firm, "80")
    FirmUndertaking.objects.create(firm=firm, year=2020, text_version="1", accepted_on=DAY, accepted_by="演示")
    Qualification.objects.create(
        firm=firm, name="资质", number="1", issuer="演示", valid_from=date(2019, 1, 1), valid_to=date(2020, 6, 1)
    )
    person = Person.objects.create(bureau=people["bureau"], name="甲")
    Practitioner.objects.create(firm=firm, person=person, started_on=date(2019, 1, 1))
    give_feedback(task=rating.task, points=90, would_commission_again=True, by=people["clerk"], on=DAY)
    CreditEvent.objects.create(
        bureau=people["bureau"], organisation=firm.organisation, kind=CreditKind.VIOLATION, code="light", points=-10,
        occurred_on=date(2020, 11, 1), expires_on=date(2021, 2, 1), words="…", recorded_by=people["head"],
    )  # fmt: skip

    row = year_of(people, firm)

    assert part(row, "compliance")["facts"] == {"undertaking": True, "qualifications": False, "answers": True}
    assert part(row, "compliance")["exact"] == "10"
    assert part(row, "training")["facts"] == {"people": 1, "met": 0, "needed_hours": 20}
    assert part(row, "feedback")["exact"] == "27/2"
    assert part(row, "deduction")["hundredths"] == -1000
    assert row.points_hundredths == (4800 + 1000 + 0 + 1350) - 1000
    assert row.standing == Standing.SMALL_SAMPLE


QUALIFIED = [
    ("ran_out", [{"valid_to": date(2020, 6, 1)}], False),
    ("renewed_in_the_year", [{"valid_to": date(2020, 6, 1)}, {"accepted_on": date(2020, 12, 31)}], True),
    ("renewal_accepted_after_the_year", [{"valid_to": date(2020, 6, 1)}, {"accepted_on": date(2021, 1, 4)}], False),
    ("renewal_begins_after_the_year", [{"valid_to": date(2020, 6, 1)}, {"valid_from": date(2021, 1, 1)}], False),
    ("first_one_begins_after_the_year", [{"valid_from": date(2021, 1, 1)}], True),
    ("accepted_after_the_year", [{"valid_to": date(2020, 6, 1), "accepted_on": date(2021, 1, 4)}], True),
    ("valid_to_the_last_day", [{"valid_to": date(2020, 12, 31)}], True),
    ("withdrawn_after_the_year", [{"status": "WITHDRAWN", "words": "…", "valid_to": date(2020, 6, 1)}], False),
]  # fmt: skip


@pytest.mark.rule("R-30")
@pytest.mark.parametrize(("papers", "kept"), [row[1:] for row in QUALIFIED], ids=[row[0] for row in QUALIFIED])
def test_qualifications_are_judged_by_what_was_recognised_on_the_last_day(people, firm, papers, kept):
    rated(people, firm, "80")
    for number, facts in enumerate(papers):
        given = {
            "valid_from": date(2019, 1, 1),
            "accepted_on": date(2019, 2, 1),
            "handed_in_by": people["clerk"],
        } | facts
        paper = Qualification.objects.create(firm=firm, name="资质", number=str(number), issuer="演示", **given)
        if paper.status == "WITHDRAWN":
            FormerAcceptance.objects.create(qualification=paper, started_on=date(2019, 2, 1), ended_on=date(2021, 1, 5))
    compute_year(bureau=people["bureau"], year=2020, by=people["clerk"], on=date(2021, 1, 10))

    row = FirmAppraisal.objects.get(firm=firm, year=2020)

    assert part(row, "compliance")["facts"]["qualifications"] is kept


@pytest.mark.edge("E32")
@pytest.mark.rule("R-30")
def test_one_task_of_a_new_firm_is_flagged_as_a_small_sample(people):
    young = make_firm(people["bureau"])
    young.admitted_on = date(2020, 7, 1)
    young.save()
    rated(people, young, "80")

    row = year_of(people, young)

    assert (row.standing, part(row, "score")["facts"]["reports"]) == (Standing.SMALL_SAMPLE, 1)
    assert row.points_hundredths not in {None, 0, 10_000}


def test_confirmed_year_stays(people, firm):
    rated(people, firm, "80")
    row = year_of(people, firm)
    with pytest.raises(NotAllowed):
        confirm_appraisal(appraisal=row, by=people["clerk"], on=DAY)

    confirm_appraisal(appraisal=row, by=people["head"], on=DAY)
    rated(people, firm, "20")

    assert year_of(people, firm).points_hundredths == row.points_hundredths
    with pytest.raises(AppraisalRefused) as caught:
        confirm_appraisal(appraisal=row, by=people["head"], on=DAY)
    assert caught.value.refusal.code == "confirmed_before"


def test_who_computes_and_when(people):
    with pytest.raises(NotAllowed):
        compute_year(bureau=people["bureau"], year=2020, by=people["leader"], on=DAY)
    with pytest.raises(NotAllowed):
        compute_year(bureau=people["bureau"], year=2020, by=office()["clerk"], on=DAY)
    with pytest.raises(AppraisalRefused):
        compute_year(bureau=people["bureau"], year=2021, by=people["clerk"], on=DAY)


@pytest.mark.parametrize("count", [1, 10])
def test_computing_costs_the_same_for_any_number_of_firms(people, count, django_assert_max_num_queries):
    for _turn in range(count):
        make_firm(people["bureau"])

    with django_assert_max_num_queries(32):
        compute_year(bureau=people["bureau"], year=2020, by=people["clerk"], on=DAY)


def test_feedback_once_after_acceptance(people, firm):
    rating = rated(people, firm, "80")
    running = make_task(people, status=TaskStatus.FIELDWORK)
    facts = {"points": 80, "would_commission_again": True, "on": DAY}

    for task, points, code in ((running, 80, "not_accepted"), (rating.task, 101, "out_of_range")):
        with pytest.raises(AppraisalRefused) as caught:
            give_feedback(task=task, by=people["clerk"], **facts | {"points": points})
        assert caught.value.refusal.code == code
    with pytest.raises(NotAllowed):
        give_feedback(task=rating.task, by=people["leader"], **facts)
    give_feedback(task=rating.task, by=people["clerk"], **facts)
    with pytest.raises(AppraisalRefused) as caught:
        give_feedback(task=rating.task, by=people["clerk"], **facts)
    assert caught.value.refusal.code == "given_before"
    assert CommissionFeedback.objects.get().year == 2020


def test_firm_sees_its_own_year_once_confirmed(people, firm):
    user = UserFactory(bureau=people["bureau"], role=Role.FIRM_ADMIN)
    Membership.objects.create(user=user, organisation=firm.organisation, started_on=date(2019, 1, 1))
    rated(people, firm, str(Fraction(80)))
    row = year_of(people, firm)
    assert not visible_to(user).exists()

    confirm_appraisal(appraisal=row, by=people["head"], on=DAY)

    assert list(visible_to(user)) == [row]
    assert visible_to(people["clerk"]).exists()
    assert not visible_to(office()["clerk"]).exists()
