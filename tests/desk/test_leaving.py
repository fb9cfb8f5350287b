"""People go: on own wish, with their data masked, by death; their sign-ins close or are listed."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assignments.enums import AssignmentStatus
from desk.enums import AccountDoubt
from desk.selectors import doubtful_accounts
from desk.services import declare_kin, leave_pool, record_death
from desk.services.leaving import LeavingRefused
from evaluators.enums import FirmStatus
from evaluators.models import LeadEvaluator
from experts.enums import ExpertAction, ExpertStatus
from experts.services import move_experts
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.services import reset_password
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed
from parties.enums import EmploymentKind, KinKind
from parties.models import Employment, Membership, Person
from parties.selectors import masked
from parties.services import PartyRefused, PersonDraft, add_membership, change_contact, end_membership
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmFactory,
    PersonFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.foundation import LONG_AGO, UserFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)


@pytest.fixture
def people():
    return office() | {}


@pytest.fixture
def admin(people):
    return UserFactory(bureau=people["bureau"], role=Role.ADMINISTRATOR)


def doubts(admin, on=ON):
    return dict(doubtful_accounts(admin, on).values_list("pk", "doubt"))


def seen(user, day=ON):
    at = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 9))
    User.objects.filter(pk=user.pk).update(last_login=at)
    return user


@pytest.mark.edge("E50")
def test_expert_leaves_himself_his_contact_data_are_masked_and_the_record_is_kept(people):
    expert = ExpertFactory(bureau=people["bureau"])
    Person.objects.filter(pk=expert.person_id).update(email="a@example.cn")
    me = expert_user(expert)
    done = ExpertAssignmentFactory(expert=expert, bureau=expert.bureau, status=AssignmentStatus.PAID)

    leave_pool(expert=expert, reason="不再参加", asks_erasure=True, by=me, on=ON)

    for row in (expert, me, done):
        row.refresh_from_db()
    person = Person.objects.get(pk=expert.person_id)
    assert (expert.status, person.contact_masked_on, person.email) == (ExpertStatus.LEFT, ON, "")
    assert (done.expert, done.status) == (expert, AssignmentStatus.PAID)
    assert not me.is_active
    assert not Membership.objects.filter(user=me, ended_on__isnull=True).exists()


def test_leaving_without_the_wish_to_erase_keeps_contact_and_sign_in(people):
    expert = ExpertFactory(bureau=people["bureau"])
    me = expert_user(expert)

    leave_pool(expert=expert, reason="出国", asks_erasure=False, by=people["clerk"], on=ON)

    me.refresh_from_db()
    assert Person.objects.get(pk=expert.person_id).contact_masked_on is None
    assert me.is_active


def test_an_open_seat_keeps_an_expert_and_another_expert_may_not_send_him_away(people):
    expert = ExpertFactory(bureau=people["bureau"])
    seat = ExpertAssignmentFactory(expert=expert, bureau=expert.bureau, status=AssignmentStatus.SERVING)
    other = ExpertFactory(bureau=people["bureau"])

    with pytest.raises(LeavingRefused) as caught:
        leave_pool(expert=expert, reason="忙", asks_erasure=True, by=expert_user(expert), on=ON)
    with pytest.raises(NotAllowed):
        leave_pool(expert=other, reason="", asks_erasure=False, by=expert_user(expert), on=ON)

    expert.refresh_from_db()
    assert seat.re_review.number in caught.value.refusal.message
    assert expert.status == ExpertStatus.ACTIVE
    assert Person.objects.get(pk=expert.person_id).contact_masked_on is None


@pytest.mark.edge("E50")
def test_who_comes_back_into_the_pool_is_reached_again_and_nobody_before(people):
    expert = ExpertFactory(bureau=people["bureau"])
    given = {"by": people["clerk"], "on": ON}
    leave_pool(expert=expert, reason="不再参加", asks_erasure=True, **given)
    other = leave_pool(expert=ExpertFactory(bureau=people["bureau"]), reason="忙", asks_erasure=True, **given)

    move_experts(experts=[expert], action=ExpertAction.REAPPLY, **given)
    with pytest.raises(PartyRefused) as caught:
        change_contact(person=expert.person, phone="13912345678", email="", **given)
    move_experts(experts=[expert], action=ExpertAction.ANNOUNCE, **given)
    move_experts(experts=[expert], action=ExpertAction.ADMIT, **given)
    person = change_contact(person=expert.person, phone="13912345678", email="", **given)

    assert caught.value.refusal.code == "contact_masked"
    assert (person.contact_masked_on, masked(person)[1]) == (None, "139****5678")
    assert Person.objects.get(pk=other.person_id).contact_masked_on == ON
    assert Entry.objects.filter(action="parties.contact_unmasked").count() == 1


@pytest.mark.edge("E37")
def test_a_death_ends_posts_standing_seats_and_sign_in_and_names_what_to_replace(people):
    bureau = people["bureau"]
    expert = ExpertFactory(bureau=bureau)
    me = expert_user(expert)
    firm = FirmFactory(bureau=bureau)
    spell = Employment.objects.create(person=expert.person, organisation=firm.organisation, started_on=LONG_AGO)
    post = LeadEvaluator.objects.create(
        firm=firm, person=expert.person, title="高级会计师", works_since=LONG_AGO, started_on=LONG_AGO
    )
    seat = ExpertAssignmentFactory(expert=expert, bureau=bureau, status=AssignmentStatus.ACCEPTED)
    given = {"person": expert.person, "by": people["clerk"], "on": ON, "at": clock.now()}

    found = record_death(died_on=date(2020, 5, 30), **given)

    for row in (expert, me, spell, post, seat):
        row.refresh_from_db()
    assert found == [seat.re_review.number]
    assert (spell.ended_on, post.ended_on) == (date(2020, 5, 30), date(2020, 5, 30))
    assert (expert.status, seat.status, me.is_active) == (ExpertStatus.LEFT, AssignmentStatus.VOID, False)
    with pytest.raises(LeavingRefused):
        record_death(died_on=date(2020, 5, 30), **given)


@pytest.mark.parametrize("day", [date(2020, 6, 2), date(1960, 1, 1)])
def test_a_day_of_death_that_cannot_be_writes_nothing(people, day):
    person = PersonFactory(bureau=people["bureau"])

    with pytest.raises(LeavingRefused):
        record_death(person=person, died_on=day, by=people["clerk"], on=ON, at=clock.now())

    person.refresh_from_db()
    assert person.died_on is None
    assert not Entry.objects.exists()


@pytest.mark.edge("E34")
def test_lost_password_of_the_only_account_is_reset_by_who_keeps_accounts(people, admin):
    user = firm_user(FirmFactory(bureau=people["bureau"]))

    password = reset_password(user=user, by=admin)

    user.refresh_from_db()
    assert user.check_password(password)
    assert user.has_temporary_password


@pytest.mark.edge("E34")
def test_lost_password_of_the_only_administrator_is_reset_at_the_server(admin):
    said = StringIO()

    call_command("reset_password", admin.username, stdout=said)

    admin.refresh_from_db()
    assert admin.check_password(said.getvalue().strip())
    assert '"name":"server"' in Entry.objects.get(action="accounts.password_reset").text.replace(" ", "")
    with pytest.raises(CommandError):
        call_command("reset_password", "nobody", stdout=said)


@pytest.mark.edge("E34")
def test_ended_membership_closes_the_sign_in_when_it_was_the_last(people, admin):
    firm, unit = FirmFactory(bureau=people["bureau"]), UnitFactory(bureau=people["bureau"])
    user = firm_user(firm)
    add_membership(user=user, organisation=unit.organisation, by=admin, on=ON)
    first, second = Membership.objects.filter(user=user).order_by("pk")

    end_membership(membership=first, by=admin, on=ON)
    user.refresh_from_db()
    assert user.is_active
    end_membership(membership=second, by=people["clerk"], on=ON)
    user.refresh_from_db()
    assert not user.is_active
    assert not user.grants.filter(ended_on__isnull=True).exists()
    with pytest.raises(PartyRefused):
        end_membership(membership=second, by=admin, on=ON)
    with pytest.raises(NotAllowed):
        end_membership(membership=second, by=UserFactory(role=Role.CLERK), on=ON)


def test_who_works_inside_the_bureau_stays_signed_in(people, admin):
    firm = FirmFactory(bureau=people["bureau"])
    membership = add_membership(user=people["clerk"], organisation=firm.organisation, by=admin, on=ON)

    end_membership(membership=membership, by=admin, on=ON)

    people["clerk"].refresh_from_db()
    assert people["clerk"].is_active


@pytest.mark.edge("E34")
def test_accounts_whose_holder_may_be_gone_are_listed_with_the_first_doubt(people, admin):
    bureau = people["bureau"]
    firm = FirmFactory(bureau=bureau)
    fine = seen(firm_user(firm))
    gone = seen(firm_user(firm))
    person = PersonFactory(bureau=bureau, name=gone.name)
    post = LeadEvaluator.objects.create(
        firm=firm, person=person, title="会计师", works_since=LONG_AGO, started_on=LONG_AGO, ended_on=ON
    )
    left_firm = seen(firm_user(FirmFactory(bureau=bureau, status=FirmStatus.REMOVED)))
    left_pool = seen(expert_user(ExpertFactory(bureau=bureau, status=ExpertStatus.LEFT)))
    dead = seen(expert_user(ExpertFactory(bureau=bureau, person=PersonFactory(bureau=bureau, died_on=ON))))
    nobody = seen(UserFactory(bureau=bureau, role=Role.UNIT))
    working = seen(unit_user(UnitFactory(bureau=bureau)))
    for user in (admin, *[row for row in people.values() if isinstance(row, User)]):
        seen(user)

    assert doubts(admin) == {
        gone.pk: AccountDoubt.PERSON_LEFT,
        left_firm.pk: AccountDoubt.BODY_LEFT,
        left_pool.pk: AccountDoubt.POOL_LEFT,
        dead.pk: AccountDoubt.DIED,
        nobody.pk: AccountDoubt.NOBODY,
    }
    post.pk, post.ended_on = None, None
    post.save()  # he came back
    assert gone.pk not in doubts(admin)
    assert {fine.pk, working.pk} & set(doubts(admin)) == set()
    assert doubtful_accounts(people["clerk"], ON).count() == 0


@pytest.mark.rule("R-52")
def test_a_sign_in_that_nobody_uses_is_listed_from_the_day_of_the_rule(people, admin):
    user = seen(firm_user(FirmFactory(bureau=people["bureau"])), ON - timedelta(days=90))

    assert user.pk not in doubts(admin)
    assert doubts(admin, ON + timedelta(days=1))[user.pk] == AccountDoubt.IDLE


@pytest.mark.edge("E49")
def test_near_relation_is_declared_with_the_firm_it_owns_and_once_only(people):
    expert = ExpertFactory(bureau=people["bureau"])
    firm = FirmFactory(bureau=people["bureau"])
    given = {
        "person": expert.person,
        "kin": PersonDraft("配偶演示", phone="13900002222"),
        "kind": KinKind.SPOUSE,
        "body": firm.organisation.name,
        "body_kind": EmploymentKind.OWNER,
        "by": expert_user(expert),
        "on": ON,
    }

    tie = declare_kin(**given)

    spell = tie.second.employments.get()
    assert (spell.organisation, spell.kind, spell.source) == (firm.organisation, "OWNER", "本人申报")
    with pytest.raises(PartyRefused) as caught:
        declare_kin(**given)
    assert caught.value.refusal.code == "tie_stands"
    assert Employment.objects.count() == 1
    with pytest.raises(NotAllowed):
        declare_kin(**(given | {"by": UserFactory(role=Role.CLERK)}))
