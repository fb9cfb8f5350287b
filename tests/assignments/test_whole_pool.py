"""What the database finds for each rule of the pool is what a look at everybody's own rows finds."""

import random
from datetime import date, timedelta

import pytest

from assignments.rules.eligibility import next_year_begins, trained_enough
from assignments.selectors.eligibility import expert_eligibility, pool_answers
from experts.enums import ExpertSource, ExpertStatus
from experts.models import Expert, ExpertStanding, ExpertUndertaking
from experts.rules import age_refusal
from parties.models import Person
from tests.factories.assignments import ExpertFactory, ReReviewFactory
from tests.factories.foundation import LONG_AGO
from training.enums import Audience
from training.models import Attendance, Course, Session

pytestmark = pytest.mark.django_db
ON, MEETS_ON, AGE, HOURS = date(2020, 2, 29), date(2020, 3, 2), 70, 20
BORN = (None, date(1950, 2, 28), date(1950, 3, 1), date(1950, 3, 2), date(1950, 3, 3), date(1970, 1, 1))
TERMS = (None, ON - timedelta(days=1), ON, ON + timedelta(days=1))
ENTERED = (None, LONG_AGO, date(2018, 12, 31), date(2019, 1, 1), date(2020, 1, 1))
DAYS = (date(2019, 6, 1), ON - timedelta(days=1), ON, ON + timedelta(days=1))


def random_pool(dice):
    """A re-review with a pool in which everything that its rules ask was thrown by ``dice``."""
    review = ReReviewFactory(meets_on=dice.choice([None, MEETS_ON]))
    course = Course.objects.create(bureau=review.bureau, title="课", audience=Audience.values[0], hours_tenths=200)
    session = Session.objects.create(course=course, held_on=date(2019, 5, 5), place="厅")
    for _n in range(25):
        is_guest, term, entered = dice.random() < 0.15, dice.choice(TERMS), dice.choice(ENTERED)
        expert = ExpertFactory(
            bureau=review.bureau,
            source=ExpertSource.GUEST if is_guest else dice.choice([ExpertSource.OWN, ExpertSource.SHARED]),
            guest_for=review.number if is_guest else "",
            status=ExpertStatus.ACTIVE if term and entered else ExpertStatus.LEFT,
            term_ends_on=term,
            admitted_on=entered,
        )
        Person.objects.filter(pk=expert.person_id).update(
            born_on=dice.choice(BORN), died_on=dice.choice([None, None, None, ON])
        )
        if dice.random() < 0.5:
            expert.standings.all().delete()
            for started_on in sorted(dice.sample(DAYS, dice.randrange(3))):
                ended_on = dice.choice([None, *(day for day in DAYS if day >= started_on)])
                status = dice.choice(ExpertStatus.values)
                ExpertStanding.objects.create(expert=expert, status=status, started_on=started_on, ended_on=ended_on)
        if dice.random() < 0.7:
            ExpertUndertaking.objects.create(
                expert=expert, year=dice.choice([2019, 2020]), text_version="1", accepted_on=ON
            )
        if tenths := dice.choice([0, 199, 200]):
            Attendance.objects.create(
                session=session, person=expert.person, hours_tenths=tenths, recorded_by=review.evaluation.clerk
            )
    return review


def looked_at(expert, meets_on):
    """What the rules of the pool say to an expert, read off his own rows: (code, first free day)."""
    person, is_member = expert.person, expert.source != ExpertSource.GUEST
    said = [("died", None)] if person.died_on else []
    if is_member:
        spells = list(expert.standings.on(ON).order_by("started_on", "pk"))
        status = spells[-1].status if spells else None
        ends = [spell.ended_on for spell in spells if spell.ended_on]
        if status != ExpertStatus.ACTIVE:
            said.append(("not_in_pool", ends[-1] if ends and status == ExpertStatus.SUSPENDED else None))
        elif expert.term_ends_on and expert.term_ends_on <= ON:
            said.append(("term_ended", None))
        if not expert.undertakings.filter(year=ON.year).exists():
            said.append(("no_undertaking", None))
    if age_refusal(born_on=person.born_on, on=max(ON, meets_on or ON), age=AGE, source=""):
        said.append(("too_old", None))
    if is_member:
        tenths = sum(Attendance.objects.filter(person=person).values_list("hours_tenths", flat=True))
        if not trained_enough(tenths=tenths, hours=HOURS, entered_on=expert.admitted_on, on=ON):
            said.append(("untrained", next_year_begins(ON)))
    return said


@pytest.mark.rule("R-13")
@pytest.mark.rule("R-14")
@pytest.mark.rule("R-33")
@pytest.mark.parametrize("seed", range(5))
def test_the_pool_s_rules_say_of_everybody_what_his_own_rows_say(seed):
    review = random_pool(random.Random(seed))

    answers = pool_answers(review, ON)

    def said(answer):
        days = [(refusal.code, refusal.facts["free_on"]) for refusal in answer.refusals]
        return [(code, date.fromisoformat(day) if day else None) for code, day in days]

    experts = list(Expert.objects.select_related("person").order_by("number", "pk"))
    assert [said(answer) for answer in answers] == [looked_at(expert, review.meets_on) for expert in experts]
    one_by_one = [expert_eligibility(review, ON, [expert])[0] for expert in experts]
    assert [answer.refusals for answer in one_by_one] == [answer.refusals for answer in answers]
