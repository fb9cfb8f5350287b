"""Those who stand: the year confirmed, changes taken over, reminders, a further term, an entry claimed."""

from datetime import date, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from admissions.enums import ApplicationStatus, ConfirmationStatus, RenewalStatus
from admissions.models import Confirmation, Invitation, Renewal
from admissions.rules import CHANGEABLE, claimable_until, declared_changes, is_reminded_of_year, terms_reminded_of
from admissions.selectors import (
    confirmations_visible_to,
    employment_of,
    invitations_visible_to,
    renewals_visible_to,
    unconfirmed_experts,
    unconfirmed_firms,
    usable_invitation,
)
from admissions.services import (
    ConfirmationRefused,
    InvitationRefused,
    RenewalRefused,
    ask_renewal,
    claim_with_new_account,
    claim_with_own_account,
    confirm_year,
    grant_renewal,
    invite,
    refuse_renewal,
    remind_entries,
    remind_unconfirmed,
    renew_entry,
    settle_changes,
    withdraw_renewal,
)
from evaluators.enums import FirmStatus
from evaluators.models import Firm, FirmUndertaking
from evaluators.selectors import firm_of
from experts.enums import ExpertStatus
from experts.models import Expert, ExpertUndertaking
from experts.selectors import expert_of
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.permissions import roles_of
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.notices.models import Notice
from foundation.rulesets.services import RuleSetRefused, put_wording
from parties.models import Employment, Membership
from tests.factories.admissions import USCC, begun, checked, handed_in, in_notice
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    OrganisationFactory,
    expert_user,
    firm_user,
)
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory, office

pytestmark = pytest.mark.django_db
DAY = date(2021, 1, 15)
ENDS_ON = date(2021, 4, 1)
FACTS = {"legal_person": "法人", "address": "旧址", "phone": "0531-1", "uscc_absent_reason": "演示"}


@pytest.fixture
def people():
    return office()


def a_firm(people, **facts):
    body = OrganisationFactory(bureau=people["bureau"], **FACTS)
    given = {"admitted_on": date(2018, 4, 1), "term_ends_on": ENDS_ON, "staff_count": 10, **facts}
    firm = FirmFactory(bureau=people["bureau"], organisation=body, **given)
    firm.user = firm_user(firm)
    return firm


def an_expert(people, **facts):
    expert = ExpertFactory(
        bureau=people["bureau"], **{"admitted_on": date(2018, 4, 1), "term_ends_on": ENDS_ON, **facts}
    )
    expert.user = expert_user(expert)
    return expert


def employed(expert):
    body = OrganisationFactory(bureau=expert.bureau)
    return Employment.objects.create(person=expert.person, organisation=body, started_on=date(2010, 1, 1))


ENTRIES = pytest.mark.parametrize("make", [a_firm, an_expert])


def undertakings(entry):
    model = FirmUndertaking if isinstance(entry, Firm) else ExpertUndertaking
    return list(model.objects.values_list("year", "text_version", "accepted_on"))


# the pure rules


@pytest.mark.rule("R-59")
@pytest.mark.parametrize(("on", "reminded"), [
    (date(2021, 1, 1), True), (date(2021, 1, 2), False), (date(2021, 1, 31), True), (date(2021, 3, 2), True),
    (date(2020, 3, 1), True), (date(2020, 3, 2), False),
])  # fmt: skip
def test_reminders_count_from_new_year_and_know_leap_years(on, reminded):
    assert is_reminded_of_year(on, days=[0, 30, 60]) is reminded


@pytest.mark.rule("R-59")
def test_term_is_reminded_of_so_many_days_before_it_ends():
    assert terms_reminded_of(date(2021, 1, 1), days=[90, 7]) == {date(2021, 4, 1): 90, date(2021, 1, 8): 7}


@pytest.mark.rule("R-60")
@pytest.mark.parametrize(("after", "usable"), [(0, True), (14, True), (15, False)])
def test_invitation_can_be_used_until_its_last_day(people, after, usable):
    _row, secret = invite(entry=a_firm(people), by=people["clerk"], on=DAY)

    assert claimable_until(DAY, days=14) == date(2021, 1, 29)
    assert (usable_invitation(secret, DAY + timedelta(days=after)) is not None) is usable


TEXT = st.text(max_size=8)


@settings(max_examples=50, deadline=None)
@drawn(
    kind=st.sampled_from(list(CHANGEABLE)),
    present=st.dictionaries(st.sampled_from(CHANGEABLE["FIRM"]), TEXT),
    given=st.dictionaries(
        st.one_of(TEXT, st.sampled_from(CHANGEABLE["FIRM"])), st.one_of(st.none(), TEXT, st.integers())
    ),
)
def test_declared_changes_are_known_facts_that_differ_and_never_empty(kind, present, given):
    found = declared_changes(kind, present, given)

    assert set(found) <= set(CHANGEABLE[kind]) & set(given)
    assert all(value not in (None, "") and value != present.get(name) for name, value in found.items())
    for name in set(CHANGEABLE[kind]) & set(given) - set(found):
        value = given[name].strip() if isinstance(given[name], str) else given[name]
        assert value in (None, "", present.get(name))


# the year


@pytest.mark.rule("R-41")
@ENTRIES
def test_year_is_confirmed_with_the_undertaking_in_force(people, make):
    entry = make(people)

    row = confirm_year(entry=entry, given={}, by=entry.user, on=DAY)

    assert (row.status, row.changes, row.year) == (ConfirmationStatus.CONFIRMED, {}, 2021)
    assert undertakings(entry) == [(2021, "2020-1", DAY)]
    assert entry.undertakings.get().accepted_at is not None
    assert list(confirmations_visible_to(entry.user)) == [row]


@ENTRIES
def test_year_is_confirmed_once(people, make):
    entry = make(people)
    confirm_year(entry=entry, given={}, by=entry.user, on=DAY)

    with pytest.raises(ConfirmationRefused) as caught:
        confirm_year(entry=entry, given={"title": "教授", "phone": "0531-2"}, by=entry.user, on=DAY)

    assert caught.value.refusal.code == "confirmed_already"
    assert Confirmation.objects.get().changes == {}
    assert confirm_year(entry=entry, given={}, by=entry.user, on=date(2022, 1, 4)).year == 2022


@ENTRIES
@pytest.mark.parametrize("status", ["REMOVED", "LEFT", "APPLIED", "NOTICE"])
def test_who_does_not_stand_confirms_nothing(people, make, status):
    entry = make(people, status=status)

    with pytest.raises(ConfirmationRefused) as caught:
        confirm_year(entry=entry, given={}, by=entry.user, on=DAY)

    assert caught.value.refusal.code == "not_in_register"
    assert (Confirmation.objects.count(), undertakings(entry)) == (0, [])


@ENTRIES
def test_nobody_else_confirms_for_an_entry(people, make):
    entry, other = make(people), make(people)

    for by in (other.user, people["clerk"]):
        with pytest.raises(NotAllowed):
            confirm_year(entry=entry, given={}, by=by, on=DAY)

    assert not Confirmation.objects.exists()


def test_new_employer_stands_from_its_day_once_taken_over_and_the_one_before_ends(people):
    expert = an_expert(people)
    job = employed(expert)
    given = {"employer": "新单位", "employed_since": date(2020, 9, 1), "title": expert.title}

    row = confirm_year(entry=expert, given=given, by=expert.user, on=DAY)

    assert (row.status, row.changes) == (
        ConfirmationStatus.CHANGED, {"employer": "新单位", "employed_since": "2020-09-01"},
    )  # fmt: skip
    assert list(expert.person.employments.all()) == [job]
    settle_changes(confirmation=row, takes_over=True, words="", by=people["clerk"], on=DAY)
    assert list(
        expert.person.employments.order_by("started_on").values_list("organisation__name", "started_on", "ended_on")
    ) == [
        (job.organisation.name, date(2010, 1, 1), date(2020, 9, 1)), ("新单位", date(2020, 9, 1), None),
    ]  # fmt: skip
    assert employment_of(expert).organisation.name == "新单位"


def test_employer_that_is_confirmed_changes_nothing(people):
    expert = an_expert(people)
    job = employed(expert)
    given = {"employer": job.organisation.name, "employed_since": date(2011, 1, 1)}

    row = confirm_year(entry=expert, given=given, by=expert.user, on=DAY)

    assert (row.status, row.changes) == (ConfirmationStatus.CONFIRMED, {})


@pytest.mark.parametrize(("more", "code"), [
    ({}, "since_missing"), ({"employed_since": date(2010, 1, 1)}, "since_missing"),
    ({"employed_since": DAY + timedelta(days=1)}, "begins_later"),
])  # fmt: skip
def test_new_employer_without_a_first_day_by_now_is_refused(people, more, code):
    expert = an_expert(people)
    employed(expert)

    with pytest.raises(ConfirmationRefused) as caught:
        confirm_year(entry=expert, given={"employer": "新单位", **more}, by=expert.user, on=DAY)

    assert (caught.value.refusal.code, caught.value.refusal.facts) == (code, {"field": "employed_since"})
    assert (Confirmation.objects.count(), undertakings(expert)) == (0, [])


def test_employer_that_is_not_taken_over_changes_no_employment(people):
    expert = an_expert(people)
    row = confirm_year(entry=expert, given={"employer": "新单位", "employed_since": DAY}, by=expert.user, on=DAY)

    settle_changes(confirmation=row, takes_over=False, words="缺证明", by=people["clerk"], on=DAY)

    assert not expert.person.employments.exists()


def test_firms_changes_stand_in_the_register_only_once_taken_over(people):
    firm = a_firm(people)
    firm.organisation.uscc = USCC
    firm.organisation.save()
    row = confirm_year(entry=firm, given={"address": "新址", "staff_count": 12, "phone": ""}, by=firm.user, on=DAY)

    firm.organisation.refresh_from_db()
    assert (row.status, row.changes, firm.organisation.address) == (
        ConfirmationStatus.CHANGED, {"address": "新址", "staff_count": 12}, "旧址",
    )  # fmt: skip

    settle_changes(confirmation=row, takes_over=True, words="", by=people["clerk"], on=DAY)

    firm = Firm.objects.select_related("organisation").get(pk=firm.pk)
    body = firm.organisation
    assert (body.address, body.phone, body.legal_person, firm.staff_count) == ("新址", "0531-1", "法人", 12)
    assert Confirmation.objects.get().status == ConfirmationStatus.TAKEN_OVER
    assert Notice.objects.get().code == "confirmation_settled"


def test_experts_title_is_changed_once_the_bureau_has_seen_the_proof(people):
    expert = an_expert(people)
    row = confirm_year(entry=expert, given={"title": "教授", "level": "SENIOR"}, by=expert.user, on=DAY)
    settle_changes(confirmation=row, takes_over=True, words="", by=people["clerk"], on=DAY)

    expert.refresh_from_db()
    assert (expert.title, expert.title_level) == ("教授", "SENIOR")


def test_declined_changes_are_told_with_words_and_the_year_can_be_confirmed_again(people):
    firm = a_firm(people)
    row = confirm_year(entry=firm, given={"address": "新址"}, by=firm.user, on=DAY)
    with pytest.raises(ConfirmationRefused) as caught:
        settle_changes(confirmation=row, takes_over=False, words=" ", by=people["clerk"], on=DAY)
    assert caught.value.refusal.code == "reason_missing"

    settle_changes(confirmation=row, takes_over=False, words="缺少证明", by=people["clerk"], on=DAY)
    again = confirm_year(entry=firm, given={}, by=firm.user, on=date(2021, 1, 20))

    firm.organisation.refresh_from_db()
    assert (again.pk, again.status, again.answer, firm.organisation.address) == (
        row.pk, ConfirmationStatus.CONFIRMED, "", "旧址",
    )  # fmt: skip
    assert undertakings(firm) == [(2021, "2020-1", DAY)]


def test_changes_are_settled_once_and_by_who_keeps_the_register(people):
    firm = a_firm(people)
    row = confirm_year(entry=firm, given={"address": "新址"}, by=firm.user, on=DAY)

    for by in (firm.user, UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            settle_changes(confirmation=row, takes_over=True, words="", by=by, on=DAY)
    settle_changes(confirmation=row, takes_over=True, words="", by=people["clerk"], on=DAY)
    with pytest.raises(ConfirmationRefused) as caught:
        settle_changes(confirmation=row, takes_over=False, words="反悔", by=people["clerk"], on=DAY)

    assert caught.value.refusal.code == "nothing_declared"


@pytest.mark.rule("R-41")
def test_unconfirmed_are_those_who_stand_without_the_years_undertaking(people):
    done, open_, gone = a_firm(people), a_firm(people), a_firm(people, status=FirmStatus.REMOVED)
    mine, other = an_expert(people), an_expert(people, status=ExpertStatus.SUSPENDED)
    confirm_year(entry=done, given={}, by=done.user, on=DAY)
    confirm_year(entry=mine, given={}, by=mine.user, on=DAY)

    assert list(unconfirmed_firms(Firm.objects.all(), 2021)) == [open_]
    assert list(unconfirmed_experts(Expert.objects.all(), 2021)) == [other]
    assert set(unconfirmed_firms(Firm.objects.all(), 2022)) == {done, open_}
    assert gone.status == FirmStatus.REMOVED


# reminders


def codes_of(user):
    return sorted(Notice.objects.filter(user=user).values_list("code", flat=True))


@pytest.mark.rule("R-59")
@ENTRIES
def test_reminders_come_once_a_day_to_who_has_not_confirmed(people, make):
    entry, done = make(people), make(people)
    confirm_year(entry=done, given={}, by=done.user, on=date(2021, 1, 1))
    day = date(2021, 1, 31)

    assert [remind_entries(on=each) for each in (date(2021, 1, 30), day, day)] == [0, 1, 0]
    assert (codes_of(entry.user), codes_of(done.user)) == (["confirmation_due"], [])


@pytest.mark.rule("R-59")
@ENTRIES
def test_end_of_the_term_is_reminded_of(people, make):
    entry = make(people)
    confirm_year(entry=entry, given={}, by=entry.user, on=date(2021, 1, 1))
    days = [ENDS_ON - timedelta(days=before) for before in (91, 90, 30, 7, 6)]

    assert [remind_entries(on=each) for each in days] == [0, 1, 1, 1, 0]
    assert codes_of(entry.user) == ["renewal_due"] * 3


def test_bureau_that_asks_for_no_yearly_undertaking_reminds_nobody_of_it(people):
    firm = a_firm(people)
    RuleValueFactory(rule_set=RuleSetFactory(bureau=people["bureau"]), key="undertaking_yearly", value=False)

    assert remind_entries(on=date(2021, 1, 31)) == 0
    assert codes_of(firm.user) == []


def test_clerk_reminds_whom_he_ticked(people):
    firm, expert, other = a_firm(people), an_expert(people), a_firm(people)

    told = [remind_unconfirmed(entries=[firm, expert], by=people["clerk"], on=DAY) for _turn in range(2)]

    assert told == [2, 0]
    assert codes_of(other.user) == []
    with pytest.raises(NotAllowed):
        remind_unconfirmed(entries=[firm], by=UserFactory(role=Role.CLERK), on=DAY)


# a further term


def confirmed(make, people, **facts):
    entry = make(people, **facts)
    confirm_year(entry=entry, given={}, by=entry.user, on=DAY)
    return entry


@pytest.mark.rule("R-13")
@ENTRIES
def test_further_term_is_applied_for_and_granted_without_a_gap(people, make):
    entry = confirmed(make, people)
    row = ask_renewal(entry=entry, words="请续期", by=entry.user, on=DAY)
    assert list(renewals_visible_to(entry.user)) == [row]

    grant_renewal(renewal=row, by=people["clerk"], on=date(2021, 2, 1))

    entry.refresh_from_db()
    row.refresh_from_db()
    assert (row.status, row.decided_on, entry.term_ends_on) == (
        RenewalStatus.GRANTED, date(2021, 2, 1), date(2024, 4, 1),
    )  # fmt: skip
    assert codes_of(entry.user) == ["renewal_decided"]


@ENTRIES
@pytest.mark.parametrize(("facts", "on", "code"), [
    ({}, date(2020, 12, 31), "renewal_too_early"),
    ({"status": "SUSPENDED"}, DAY, "not_in_register"),
    ({}, DAY, "not_confirmed"),
])  # fmt: skip
def test_what_keeps_the_bureau_from_granting_keeps_from_applying(people, make, facts, on, code):
    entry = make(people, **facts)
    before = Entry.objects.count()

    with pytest.raises(RenewalRefused) as caught:
        ask_renewal(entry=entry, words="", by=entry.user, on=on)

    assert caught.value.refusal.code == code
    assert (Renewal.objects.count(), Entry.objects.count()) == (0, before)


def test_expert_at_the_age_limit_applies_for_no_further_term(people):
    expert = confirmed(an_expert, people)
    expert.person.born_on = date(1951, 1, 15)
    expert.person.save()

    with pytest.raises(RenewalRefused) as caught:
        ask_renewal(entry=expert, words="", by=expert.user, on=DAY)

    assert caught.value.refusal.code == "expert_too_old"
    assert ask_renewal(entry=expert, words="", by=expert.user, on=DAY - timedelta(days=1)).status == RenewalStatus.ASKED


@ENTRIES
def test_one_application_runs_at_a_time_and_a_refused_one_may_be_made_again(people, make):
    entry = confirmed(make, people)
    row = ask_renewal(entry=entry, words="", by=entry.user, on=DAY)
    with pytest.raises(RenewalRefused) as caught:
        ask_renewal(entry=entry, words="", by=entry.user, on=DAY)
    assert caught.value.refusal.code == "asked_already"
    with pytest.raises(RenewalRefused) as caught:
        refuse_renewal(renewal=row, answer="", by=people["clerk"], on=DAY)
    assert caught.value.refusal.code == "reason_missing"

    refuse_renewal(renewal=row, answer="材料不足", by=people["clerk"], on=DAY)
    second = ask_renewal(entry=entry, words="", by=entry.user, on=DAY)
    withdraw_renewal(renewal=second, by=entry.user, on=DAY)
    third = ask_renewal(entry=entry, words="", by=entry.user, on=DAY)

    assert list(Renewal.objects.order_by("pk").values_list("status", flat=True)) == ["REFUSED", "WITHDRAWN", "ASKED"]
    entry.refresh_from_db()
    assert (entry.term_ends_on, third.status) == (ENDS_ON, RenewalStatus.ASKED)


@ENTRIES
def test_closed_application_is_decided_no_more(people, make):
    entry = confirmed(make, people)
    row = ask_renewal(entry=entry, words="", by=entry.user, on=DAY)
    withdraw_renewal(renewal=row, by=entry.user, on=DAY)

    with pytest.raises(RenewalRefused) as caught:
        grant_renewal(renewal=row, by=people["clerk"], on=DAY)

    entry.refresh_from_db()
    assert (caught.value.refusal.code, entry.term_ends_on) == ("closed_already", ENDS_ON)


@ENTRIES
def test_bureau_that_renews_by_itself_grants_what_runs(people, make):
    asked, silent = confirmed(make, people), confirmed(make, people)
    ask_renewal(entry=asked, words="", by=asked.user, on=DAY)

    for entry in (asked, silent):
        renew_entry(entry=entry, by=people["clerk"], on=DAY)

    assert Renewal.objects.get().status == RenewalStatus.GRANTED
    for entry in (asked, silent):
        entry.refresh_from_db()
        assert entry.term_ends_on == date(2024, 4, 1)


@ENTRIES
def test_only_the_owner_applies_and_only_the_bureau_decides(people, make):
    entry, other = confirmed(make, people), confirmed(make, people)
    with pytest.raises(NotAllowed):
        ask_renewal(entry=entry, words="", by=other.user, on=DAY)
    row = ask_renewal(entry=entry, words="", by=entry.user, on=DAY)

    for act in (grant_renewal, lambda **given: refuse_renewal(answer="否", **given)):
        for by in (entry.user, UserFactory(role=Role.CLERK)):
            with pytest.raises(NotAllowed):
                act(renewal=row, by=by, on=DAY)
    with pytest.raises(NotAllowed):
        withdraw_renewal(renewal=row, by=other.user, on=DAY)

    row.refresh_from_db()
    assert row.status == RenewalStatus.ASKED
    assert list(renewals_visible_to(other.user)) == []


# claiming


ACCOUNT = {"username": "claims", "password": "correct horse battery", "name": "认领人"}


@pytest.mark.rule("R-60")
@pytest.mark.parametrize(
    ("make", "role", "of"), [(FirmFactory, Role.FIRM_ADMIN, firm_of), (ExpertFactory, Role.EXPERT, expert_of)]
)
def test_owner_claims_an_entry_once(people, make, role, of):
    entry = make(bureau=people["bureau"])
    row, secret = invite(entry=entry, by=people["clerk"], on=DAY)

    user = claim_with_new_account(secret=secret, on=DAY, **ACCOUNT)

    row.refresh_from_db()
    assert (of(user), roles_of(user, on=DAY), row.used_by, row.used_on) == (entry, {role}, user, DAY)
    with pytest.raises(InvitationRefused) as caught:
        claim_with_new_account(secret=secret, on=DAY, **{**ACCOUNT, "username": "again"})
    assert caught.value.refusal.code == "invitation_unusable"
    assert not User.objects.filter(username="again").exists()


def test_secret_is_kept_as_a_hash_and_a_new_invitation_ends_the_old(people):
    firm = a_firm(people)
    first, old = invite(entry=firm, by=people["clerk"], on=DAY)
    second, new = invite(entry=firm, by=people["clerk"], on=DAY)

    first.refresh_from_db()
    assert (first.ended_on, usable_invitation(old, DAY), usable_invitation(new, DAY)) == (DAY, None, second)
    assert old not in str(list(Invitation.objects.values())) + str(list(Entry.objects.values_list("text", flat=True)))
    assert usable_invitation("", DAY) is None
    assert list(invitations_visible_to(firm.user)) == []


def test_applicant_claims_with_his_own_account_and_his_application_is_withdrawn(people):
    expert = ExpertFactory(bureau=people["bureau"])
    row = handed_in(people["bureau"])
    _made, secret = invite(entry=expert, by=people["clerk"], on=DAY)

    claim_with_own_account(secret=secret, by=row.applicant, on=DAY)

    row.refresh_from_db()
    user = User.objects.get(pk=row.applicant.pk)
    assert (row.status, expert_of(user), roles_of(user, on=DAY)) == (ApplicationStatus.WITHDRAWN, expert, {Role.EXPERT})


def test_account_of_somebody_else_claims_nothing(people):
    firm, other = a_firm(people), a_firm(people)
    _made, secret = invite(entry=firm, by=people["clerk"], on=DAY)
    running = in_notice(handed_in(people["bureau"]), people["clerk"])
    foreign = begun(UserFactory(role=Role.CLERK).bureau)

    found = {}
    for name, by in {
        "firm": other.user,
        "clerk": people["clerk"],
        "notice": running.applicant,
        "foreign": foreign.applicant,
    }.items():
        with pytest.raises(InvitationRefused) as caught:
            claim_with_own_account(secret=secret, by=by, on=DAY)
        found[name] = caught.value.refusal.code

    assert found == {
        "firm": "other_account",
        "clerk": "other_account",
        "notice": "notice_runs",
        "foreign": "other_account",
    }
    assert Membership.objects.filter(organisation=firm.organisation).count() == 1


def test_who_was_removed_or_has_an_account_is_not_invited(people):
    gone, known = a_firm(people, status=FirmStatus.REMOVED), an_expert(people)

    for entry, code in ((gone, "not_in_register"), (known, "account_exists")):
        with pytest.raises(InvitationRefused) as caught:
            invite(entry=entry, by=people["clerk"], on=DAY)
        assert caught.value.refusal.code == code
    with pytest.raises(NotAllowed):
        invite(entry=a_firm(people), by=UserFactory(role=Role.CLERK), on=DAY)

    assert not Invitation.objects.exists()


def test_invitation_of_a_firm_removed_since_opens_nothing(people):
    firm = a_firm(people)
    _made, secret = invite(entry=firm, by=people["clerk"], on=DAY)
    Firm.objects.filter(pk=firm.pk).update(status=FirmStatus.REMOVED)

    assert usable_invitation(secret, DAY) is None


# the text of the undertaking


def test_own_text_is_accepted_from_its_first_day_and_kept_by_its_version(people):
    firm, later = a_firm(people), a_firm(people)
    put_wording(
        bureau=people["bureau"], code="FIRM_UNDERTAKING", text="我们承诺独立。\n\n我们承诺保密。",
        in_force_from=date(2021, 2, 1), by=people["head"], on=DAY,
    )  # fmt: skip

    confirm_year(entry=firm, given={}, by=firm.user, on=date(2021, 1, 31))
    confirm_year(entry=later, given={}, by=later.user, on=date(2021, 2, 1))

    versions = dict(FirmUndertaking.objects.values_list("firm", "text_version"))
    assert versions == {firm.pk: "2020-1", later.pk: "2021-02-01"}


@pytest.mark.parametrize(("text", "day", "code"), [
    (" ", DAY, "text_length"), ("字" * 4001, DAY, "text_length"), ("承诺", DAY - timedelta(days=1), "day_passed"),
    ("承诺", date(2021, 3, 1), "day_taken"),
])  # fmt: skip
def test_text_that_cannot_begin_is_refused(people, text, day, code):
    given = {"bureau": people["bureau"], "code": "FIRM_UNDERTAKING", "on": DAY,
             "by": people["head"]}  # fmt: skip
    row = put_wording(text="原文", in_force_from=date(2021, 3, 1), **given)

    with pytest.raises(RuleSetRefused) as caught:
        put_wording(text=text, in_force_from=day, **given)

    assert (caught.value.refusal.code, type(row).objects.get()) == (code, row)


def test_changed_text_is_accepted_anew_before_handing_in(people):
    from admissions.rules import Gap
    from admissions.selectors import gaps
    from admissions.services import accept_undertaking
    from tests.factories.admissions import FILLED_ON, complete

    row = complete(people["bureau"])
    assert gaps(row, FILLED_ON) == []
    put_wording(
        bureau=people["bureau"], code="FIRM_UNDERTAKING", text="新文本", in_force_from=FILLED_ON,
        by=people["head"], on=FILLED_ON,
    )  # fmt: skip

    assert gaps(row, FILLED_ON) == [Gap("undertaking")]
    accept_undertaking(application=row, by=row.applicant, on=FILLED_ON)
    row.refresh_from_db()
    assert (gaps(row, FILLED_ON), row.undertaking_version) == ([], FILLED_ON.isoformat())
    assert checked(row, people["clerk"]).pk == row.pk
