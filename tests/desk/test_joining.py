"""Two records found to be one person: everything follows, the old one leads to the new, nothing is lost."""

from datetime import date

import pytest

from assignments.enums import AssignmentStatus
from desk.services import join_persons
from desk.services.joining import JoinRefused
from evaluators.models import LeadEvaluator, Practitioner
from experts.enums import ExpertStatus
from experts.models import Expert, ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.crypto import decrypt
from foundation.core.errors import NotAllowed
from parties.enums import SameName
from parties.models import Employment, Membership, Person, SuspectedPair
from parties.services import PartyRefused, PersonDraft, register_persons
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmFactory,
    OrganisationFactory,
    PersonFactory,
    expert_user,
)
from tests.factories.foundation import LONG_AGO, UserFactory, office
from training.models import Attendance, Course, Session

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
ID, OTHER_ID = "11010519491231002X", "440524188001010014"
PHONE = "13912345678"


@pytest.fixture
def people():
    return office()


def join(people, kept, joined, **facts):
    given = {"reason": "同一身份证", "by": people["clerk"], "on": ON} | facts
    return join_persons(kept=kept, joined=joined, **given)


def lead(firm, person):
    return LeadEvaluator.objects.create(
        firm=firm, person=person, title="高级会计师", works_since=LONG_AGO, started_on=LONG_AGO
    )


@pytest.mark.edge("E5")
def test_everything_of_one_record_follows_and_it_leads_to_the_other(people):
    bureau = people["bureau"]
    kept = PersonFactory(bureau=bureau, name="张演示", born_on=None)
    joined = register_persons(
        bureau=bureau, drafts=[PersonDraft("张演示", ID, PHONE, "z@example.cn")], by=people["clerk"], on=ON
    )[0]
    expert = ExpertFactory(bureau=bureau, person=joined)
    user = expert_user(expert)
    seat = ExpertAssignmentFactory(expert=expert, bureau=bureau)
    Employment.objects.create(person=joined, organisation=OrganisationFactory(bureau=bureau), started_on=LONG_AGO)
    post = Practitioner.objects.create(firm=FirmFactory(bureau=bureau), person=joined, started_on=LONG_AGO)
    session = Session.objects.create(
        course=Course.objects.create(bureau=bureau, title="课", audience="EXPERTS", hours_tenths=80),
        held_on=ON, place="会议室",
    )  # fmt: skip
    Attendance.objects.create(session=session, person=joined, hours_tenths=80, recorded_by=people["clerk"])

    kept = join(people, kept, joined)

    joined.refresh_from_db()
    for row in (expert, seat, post):
        row.refresh_from_db()
    assert (expert.person, seat.person, post.person) == (kept, kept, kept)
    assert kept.employments.count() == 1
    assert Attendance.objects.get().person == kept
    assert Membership.objects.get(user=user).person == kept
    assert (joined.joined_into, joined.joined_on, joined.id_index) == (kept, ON, None)
    assert (decrypt(kept.id_sealed), decrypt(kept.phone_sealed), kept.email) == (ID, PHONE, "z@example.cn")
    assert kept.born_on == date(1949, 12, 31)
    assert Entry.objects.filter(action="parties.persons_joined", subject_id=kept.pk).count() == 1
    pair = SuspectedPair.objects.get()
    assert (pair.answer, pair.answered_on) == (SameName.SAME, ON)


def test_whoever_is_found_by_the_old_record_is_the_kept_one(people):
    bureau, clerk = people["bureau"], people["clerk"]
    kept, joined = register_persons(
        bureau=bureau, drafts=[PersonDraft("张演示", ID), PersonDraft("张演示", OTHER_ID, PHONE)], by=clerk, on=ON
    )

    join(people, kept, joined, number_was_wrong=True)

    drafts = [PersonDraft("张演示", OTHER_ID), PersonDraft("张演示", phone=PHONE)]
    again = register_persons(bureau=bureau, drafts=drafts, by=clerk, on=ON)
    kept.refresh_from_db()
    assert [row.pk for row in again] == [kept.pk, kept.pk]
    assert decrypt(kept.id_sealed) == ID
    with pytest.raises(PartyRefused) as caught:
        join(people, PersonFactory(bureau=bureau), joined)
    assert caught.value.refusal.code == "person_joined"


def test_two_numbers_are_two_persons_unless_one_was_wrong(people):
    kept, joined = register_persons(
        bureau=people["bureau"], drafts=[PersonDraft("张演示", ID), PersonDraft("张演示", OTHER_ID)],
        by=people["clerk"], on=ON,
    )  # fmt: skip

    with pytest.raises(JoinRefused) as caught:
        join(people, kept, joined)

    assert caught.value.refusal.code == "two_numbers"
    assert Person.objects.filter(joined_into__isnull=False).count() == 0
    assert not Entry.objects.filter(action="parties.persons_joined").exists()


@pytest.mark.rule("R-11")
@pytest.mark.edge("E22")
def test_two_records_in_two_firms_cannot_be_joined_and_in_one_firm_one_post_remains(people):
    bureau = people["bureau"]
    one, two, three = (PersonFactory(bureau=bureau) for _turn in range(3))
    firm = FirmFactory(bureau=bureau)
    lead(firm, one)
    lead(FirmFactory(bureau=bureau), two)
    third = lead(firm, three)

    with pytest.raises(JoinRefused) as caught:
        join(people, one, two)
    join(people, one, three)

    third.refresh_from_db()
    assert caught.value.refusal.code == "two_firms"
    assert firm.organisation.name in caught.value.refusal.message
    assert (third.person, third.ended_on) == (one, ON)
    assert LeadEvaluator.objects.filter(person=one, ended_on__isnull=True).count() == 1


@pytest.mark.edge("E5")
def test_of_two_pool_entries_one_remains_with_the_seats_of_both(people):
    bureau = people["bureau"]
    own, other = ExpertFactory(bureau=bureau), ExpertFactory(bureau=bureau)
    accounts = [expert_user(own), expert_user(other)]
    seat = ExpertAssignmentFactory(expert=other, bureau=bureau, status=AssignmentStatus.PAID)
    for expert in (own, other):
        ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=ON)

    join(people, own.person, other.person)

    for row in (own, other, seat):
        row.refresh_from_db()
    assert (own.status, other.status) == (ExpertStatus.ACTIVE, ExpertStatus.LEFT)
    assert (seat.expert, seat.person) == (own, own.person)
    assert own.undertakings.count() == 1
    assert other.standings.count() == 2  # its past stays its own
    for user in accounts:
        user.refresh_from_db()
    assert [user.is_active for user in accounts] == [True, False]


def test_pool_entries_with_an_open_seat_wait(people):
    bureau = people["bureau"]
    own, other = ExpertFactory(bureau=bureau), ExpertFactory(bureau=bureau)
    seat = ExpertAssignmentFactory(expert=other, bureau=bureau, status=AssignmentStatus.ACCEPTED)

    with pytest.raises(JoinRefused) as caught:
        join(people, own.person, other.person)

    assert seat.re_review.number in caught.value.refusal.message
    assert Expert.objects.filter(status=ExpertStatus.LEFT).count() == 0


def test_what_both_have_stays_where_it_is(people):
    bureau = people["bureau"]
    one, two = PersonFactory(bureau=bureau), PersonFactory(bureau=bureau)
    body = OrganisationFactory(bureau=bureau)
    for person in (one, two):
        Employment.objects.create(person=person, organisation=body, started_on=LONG_AGO)

    join(people, one, two)

    assert (one.employments.count(), two.employments.count()) == (1, 1)


def test_joining_asks_for_a_reason_two_records_and_the_register(people):
    bureau = people["bureau"]
    one, two = PersonFactory(bureau=bureau), PersonFactory(bureau=bureau)

    codes = []
    for facts in ({"kept": one, "joined": one}, {"kept": one, "joined": two, "reason": " "}):
        with pytest.raises(JoinRefused) as caught:
            join_persons(**({"reason": "r", "by": people["clerk"], "on": ON} | facts))
        codes.append(caught.value.refusal.code)
    with pytest.raises(NotAllowed):
        join(people, one, two, by=people["leader"])
    with pytest.raises(NotAllowed):
        join(people, one, two, by=UserFactory(role=Role.CLERK))

    assert codes == ["same_record", "reason_missing"]
