"""What a firm reports of its people: nothing counts before it is taken over; numbers are kept until then only."""

from datetime import date

import pytest

from evaluators import services
from evaluators.enums import StaffChangeStatus, StaffMove, StaffRole
from evaluators.models import LeadEvaluator, Practitioner, StaffChange
from evaluators.services import FirmRefused, JoinedDraft
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.crypto import decrypt
from foundation.core.errors import NotAllowed
from foundation.notices.models import Notice
from parties.models import Person
from parties.services import PartyRefused, PersonDraft
from tests.factories.admissions import id_number
from tests.factories.assignments import FirmFactory, PersonFactory, firm_user
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import office
from tests.factories.reviews import PNG

pytestmark = pytest.mark.django_db
ON, DAY, SINCE = date(2020, 6, 1), date(2020, 5, 15), date(2019, 1, 1)
SCAN = ("证书.png", PNG)
STATUS = StaffChangeStatus


@pytest.fixture
def people():
    found = office()
    found["firm"] = FirmFactory(bureau=found["bureau"])
    found["user"] = firm_user(found["firm"])
    return found


def joined(people, role=StaffRole.STAFF, proof=SCAN, **facts):
    given = {"name": "王新进", "id_number": id_number(7), "day": DAY, "phone": "13912345678", "duty": "助理"}
    if role == StaffRole.LEAD:
        given |= {"title": "高级会计师", "certificate_number": "", "works_since": date(2010, 1, 1)}
    draft = JoinedDraft(role=role, **(given | facts))
    return services.report_joined(firm=people["firm"], draft=draft, proof=proof, by=people["user"], on=ON)


def left(people, post, day=DAY, **facts):
    return services.report_left(post=post, day=day, by=facts.pop("by", people["user"]), on=ON, **facts)


def taken(people, row, **facts):
    return services.take_over_staff_change(change=row, by=people["clerk"], on=ON, **facts)


def human():
    return PersonDraft("王新进", id_number(7))


def code(error, call, *args, **facts):
    with pytest.raises(error) as caught:
        call(*args, **facts)
    return caught.value.refusal.code


@pytest.mark.rule("R-11")
@pytest.mark.parametrize("role", StaffRole)
def test_who_joined_belongs_to_the_firm_once_the_bureau_has_taken_it_over(people, role):
    row = joined(people, role)
    assert [model.objects.count() for model in (Person, LeadEvaluator, Practitioner)] == [0, 0, 0]
    assert (row.status, decrypt(row.id_sealed), row.proof.original_name) == (STATUS.REPORTED, id_number(7), "证书.png")
    assert set(Notice.objects.values_list("user", "code")) == {
        (people[who].pk, "staff_change_reported") for who in ("clerk", "head")
    }

    row = taken(people, row)

    post = row.lead or row.practitioner
    assert (post.firm, post.person.name, post.started_on, post.ended_on) == (people["firm"], "王新进", DAY, None)
    assert (decrypt(post.person.id_sealed), row.id_sealed, row.phone_sealed) == (id_number(7), "", "")
    assert (row.status, row.decided_by, row.decided_on) == (STATUS.TAKEN_OVER, people["clerk"], ON)
    assert Notice.objects.get(user=people["user"]).code == "staff_change_settled"
    assert Entry.objects.filter(action__startswith="evaluators.staff_change").count() == 2


@pytest.mark.edge("E36")
@pytest.mark.parametrize("is_lead", [True, False])
def test_who_left_belongs_to_the_firm_until_the_bureau_has_taken_it_over(people, is_lead):
    person = PersonFactory(bureau=people["bureau"])
    post = (
        LeadEvaluatorFactory(firm=people["firm"], person=person, started_on=SINCE)
        if is_lead
        else Practitioner.objects.create(firm=people["firm"], person=person, started_on=SINCE)
    )

    row = left(people, post, reason="辞职")
    post.refresh_from_db()
    assert (row.move, post.ended_on) == (StaffMove.LEFT, None)
    assert code(FirmRefused, left, people, post) == "reported_already"

    taken(people, row)
    post.refresh_from_db()
    assert post.ended_on == DAY
    assert code(FirmRefused, left, people, post) == "ended_before"


def test_declined_and_withdrawn_changes_leave_the_register_and_may_be_reported_anew(people):
    row = joined(people)
    decline = {"change": row, "by": people["clerk"], "on": ON}
    assert code(FirmRefused, services.decline_staff_change, words=" ", **decline) == "reason_missing"

    row = services.decline_staff_change(words="请附劳动合同", **decline)
    assert (row.status, row.words, row.id_sealed) == (STATUS.DECLINED, "请附劳动合同", "")
    again = services.withdraw_staff_change(change=joined(people), by=people["user"], on=ON)

    assert (again.status, again.id_sealed) == (STATUS.WITHDRAWN, "")
    assert not Practitioner.objects.exists()
    for settled in (row, again):
        assert code(FirmRefused, taken, people, settled) == "change_settled"
    assert Notice.objects.filter(user=people["user"], code="staff_change_settled").count() == 1


@pytest.mark.rule("R-10")
@pytest.mark.parametrize(
    ("role", "facts", "wanted"),
    [
        ("STAFF", {"name": " "}, "name_missing"),
        ("STAFF", {"id_number": ""}, "id_wrong"),
        ("STAFF", {"id_number": "370102197001010070"}, "id_wrong"),
        ("STAFF", {"day": date(2020, 6, 2)}, "begins_later"),
        ("LEAD", {"works_since": None}, "works_since_missing"),
        ("LEAD", {"works_since": date(2018, 1, 1)}, "lead_too_new"),
        ("LEAD", {"title": ""}, "lead_unqualified"),
        ("LEAD", {"proof": None}, "proof_missing"),
    ],
)
def test_what_cannot_be_reported_is_refused_and_nothing_is_written(people, role, facts, wanted):
    assert code(FirmRefused, joined, people, StaffRole(role), **facts) == wanted
    assert [model.objects.count() for model in (StaffChange, Entry, Notice)] == [0, 0, 0]


def test_one_person_is_reported_once_in_one_role(people):
    joined(people)
    assert code(FirmRefused, joined, people) == "reported_already"
    joined(people, StaffRole.LEAD)
    joined(people, id_number=id_number(8))
    assert StaffChange.objects.count() == 3


@pytest.mark.parametrize(("day", "wanted"), [(date(2020, 6, 2), "ends_later"), (date(2018, 1, 1), "ends_before_start")])
def test_day_of_leaving_lies_between_the_first_day_and_today(people, day, wanted):
    post = Practitioner.objects.create(
        firm=people["firm"], person=PersonFactory(bureau=people["bureau"]), started_on=SINCE
    )
    assert code(FirmRefused, left, people, post, day=day) == wanted


def test_only_who_answers_for_the_firm_reports_and_only_the_register_answers(people):
    row = joined(people)
    post = Practitioner.objects.create(
        firm=people["firm"], person=PersonFactory(bureau=people["bureau"]), started_on=SINCE
    )
    others = (firm_user(FirmFactory(bureau=people["bureau"])), firm_user(people["firm"], Role.FIRM_MEMBER))
    for user in (*others, people["clerk"]):
        assert code(NotAllowed, joined, people | {"user": user}, id_number=id_number(9))
        assert code(NotAllowed, left, people, post, by=user)
        assert code(NotAllowed, services.withdraw_staff_change, change=row, by=user, on=ON)
    for user in (people["user"], people["leader"], office()["clerk"]):
        assert code(NotAllowed, services.take_over_staff_change, change=row, by=user, on=ON)
        assert code(NotAllowed, services.decline_staff_change, change=row, words="不", by=user, on=ON)
    row.refresh_from_db()
    assert row.is_open


@pytest.mark.rule("R-11")
def test_who_was_with_another_firm_on_that_day_is_not_taken_over_from_it(people):
    other = FirmFactory(bureau=people["bureau"])
    row = joined(people)
    first = services.register_practitioner(
        firm=other, person=human(), duty="", started_on=SINCE, by=people["clerk"], on=ON
    )
    assert code(FirmRefused, taken, people, row) == "two_firms"
    services.end_practitioner(row=first, day=date(2020, 5, 20), by=people["clerk"], on=ON)
    assert code(FirmRefused, taken, people, row) == "posts_overlap"
    row.refresh_from_db()
    assert (row.is_open, decrypt(row.id_sealed)) == (True, id_number(7))

    services.withdraw_staff_change(change=row, by=people["user"], on=ON)
    made = taken(people, joined(people, day=date(2020, 5, 20)))
    assert made.practitioner.person == first.person


@pytest.mark.edge("E5")
def test_clerk_is_asked_where_a_name_alone_is_known(people):
    known = PersonFactory(bureau=people["bureau"], name="王新进")
    row = joined(people, phone="")

    assert code(PartyRefused, taken, people, row) == "same_name_known"
    assert taken(people, row, same_name="SAME").practitioner.person == known
