"""From a stranger to an entry: every step, who may take it, what stands nowhere before the admission."""

from datetime import date, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from admissions.enums import ApplicationAction, ApplicationKind, ApplicationStatus
from admissions.models import Application, ApplicationItem, ApplicationMove
from admissions.permissions import may_edit
from admissions.rules import MOST_FILES, OPENED_AN_HOUR, REQUIRED, Gap, Proof, profile_gaps, proof_gaps
from admissions.selectors import announced, gaps, items_of, known_entry, resembled, twins_of, visible_to, waiting
from admissions.services import (
    ApplicationRefused,
    PersonFacts,
    accept_undertaking,
    add_person,
    admit,
    announce,
    open_application,
    reapply,
    refuse,
    remove_person,
    return_application,
    review_items,
    save_profile,
    save_proof,
    submit,
    withdraw,
)
from admissions.services.moving import move
from admissions.transitions import EDITED, TRANSITIONS
from evaluators.enums import FirmStatus
from evaluators.models import AdmissionCheck, Firm, FirmUndertaking, LeadEvaluator
from evaluators.selectors import firm_of, standing_on
from evaluators.services import FirmRefused
from experts.enums import ExpertStatus
from experts.models import Expert, ExpertUndertaking
from experts.selectors import expert_of
from experts.selectors import standing_on as expert_standing_on
from experts.services import ExpertRefused
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.permissions import roles_of
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.models import StoredFile
from foundation.files.permissions import may_read
from foundation.files.services import FileRefused
from foundation.notices.models import Notice
from foundation.workdays.selectors import add_workdays
from parties.models import Membership, Organisation, Person
from tests.factories.admissions import (
    FILLED_ON,
    FIRM_FACTS,
    OTHER_USCC,
    USCC,
    begun,
    checked,
    complete,
    handed_in,
    id_number,
    in_notice,
    opened,
    picture,
)
from tests.factories.assignments import FirmFactory, OrganisationFactory
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
ON = FILLED_ON
LATER = date(2020, 7, 1)
SECRET = id_number(1)


@pytest.fixture
def people():
    return office()


def fresh(user):
    return User.objects.get(pk=user.pk)


def registers():
    return [model.objects.count() for model in (Firm, Organisation, Expert, Person, Membership)]


# opening


def account(bureau, **more):
    given = {"kind": ApplicationKind.FIRM, "username": "new.firm", "password": "correct horse", "name": "申请人"}
    return open_application(bureau=bureau, on=ON, **{**given, **more})


@pytest.mark.rule("R-47")
def test_nobody_applies_where_the_bureau_has_not_opened_it(people):
    with pytest.raises(ApplicationRefused) as caught:
        account(people["bureau"])

    assert caught.value.refusal.code == "not_open"
    assert not User.objects.filter(username="new.firm").exists()
    assert not Application.objects.exists()


@pytest.mark.rule("R-47")
def test_account_that_was_opened_can_do_one_thing(people):
    row = account(opened(people["bureau"]))

    assert (row.status, row.applicant.bureau) == (ApplicationStatus.DRAFT, people["bureau"])
    assert roles_of(row.applicant, on=ON) == {Role.APPLICANT}
    assert registers() == [0, 0, 0, 0, 0]


def test_only_so_many_accounts_are_opened_in_an_hour(people):
    opened(people["bureau"])
    for _turn in range(OPENED_AN_HOUR):
        begun(people["bureau"])

    with pytest.raises(ApplicationRefused) as caught:
        account(people["bureau"])

    assert caught.value.refusal.code == "too_many"
    assert Application.objects.count() == OPENED_AN_HOUR


# states


@pytest.mark.parametrize("status", ApplicationStatus)
@pytest.mark.parametrize("action", ApplicationAction)
def test_every_pair_of_the_table_moves_or_is_refused(people, status, action):
    row = begun(people["bureau"])
    row.status, row.announced_on, row.notice_until = status, ON, ON
    row.firm = FirmFactory(bureau=people["bureau"])
    row.save()
    after = TRANSITIONS.get((status, action))

    if after is None:
        with pytest.raises(TransitionRefused):
            move(row, action, by=row.applicant, on=LATER)
    else:
        move(row, action, by=row.applicant, on=LATER)

    row.refresh_from_db()
    assert (row.status, row.status_since) == ((after, LATER) if after else (status, ON))
    assert ApplicationMove.objects.count() == (after is not None)


# completeness


@drawn(st.dictionaries(st.sampled_from(REQUIRED[ApplicationKind.FIRM]), st.sampled_from(["", "甲", None])))
def test_profile_is_complete_when_every_fact_is_given(profile):
    missing = {gap.what for gap in profile_gaps(ApplicationKind.FIRM, profile)}

    assert missing == {name for name in REQUIRED[ApplicationKind.FIRM] if profile.get(name) != "甲"}


PROOFS = st.builds(Proof, st.booleans(), st.none() | st.dates(date(2020, 5, 1), date(2020, 7, 1)))


@drawn(st.dictionaries(st.sampled_from("abcd"), PROOFS))
def test_proof_counts_up_to_its_last_day(proofs):
    found = {gap.what: gap.why for gap in proof_gaps("abc", proofs, on=ON)}

    for code in "abc":
        proof = proofs.get(code)
        if proof is None or not proof.has_file:
            assert found[code] == ""
        elif proof.valid_to is not None and proof.valid_to < ON:
            assert found[code] == "expired"
        else:
            assert code not in found


@pytest.mark.rule("R-12")
def test_empty_application_says_everything_that_is_missing(people):
    row = begun(people["bureau"])

    with pytest.raises(ApplicationRefused) as caught:
        submit(application=row, by=row.applicant, on=ON)

    assert caught.value.refusal.code == "incomplete"
    wanted = len(REQUIRED["FIRM"]) + 1 + len(items_of(row, ON)) + 1
    assert len(caught.value.refusal.facts["gaps"]) == wanted
    row.refresh_from_db()
    assert (row.status, row.submitted_on) == (ApplicationStatus.DRAFT, None)


@pytest.mark.rule("R-10")
def test_years_of_work_of_a_lead_evaluator_are_computed_from_dates(people):
    row = complete(people["bureau"])
    person = PersonFacts("新人", id_number(2), title="会计师", works_since=date(2015, 6, 2))
    add_person(application=row, person=person, by=row.applicant, on=ON)

    assert gaps(row, ON) == [Gap("people", "新人", "lead_too_new")]
    assert gaps(row, date(2020, 6, 2)) == []


@pytest.mark.rule("R-14")
@pytest.mark.parametrize(("level", "since", "why"), [
    ("INTERMEDIATE", "2012-06-02", "expert_too_new"),
    ("INTERMEDIATE", "2012-06-01", None),
    ("SENIOR", "2019-01-01", None),
])  # fmt: skip
def test_years_of_work_of_an_expert_are_computed_from_dates(people, level, since, why):
    row = complete(people["bureau"], ApplicationKind.EXPERT, level=level, works_since=since)

    assert [gap.why for gap in gaps(row, ON)] == ([why] if why else [])


def test_proof_that_ran_out_while_waiting_keeps_from_handing_in(people):
    row = complete(people["bureau"])
    ApplicationItem.objects.filter(application=row, code="proofs").update(valid_to=ON - timedelta(days=1))

    assert gaps(row, ON) == [Gap("items", "proofs", "expired")]


# handing in and coming back


@pytest.mark.parametrize("kind", ApplicationKind)
def test_what_was_handed_in_stands_in_no_register(people, kind):
    row = handed_in(people["bureau"], kind)

    assert row.status == ApplicationStatus.SUBMITTED
    assert registers() == [0, 0, 0, 0, 0]
    assert list(waiting(people["bureau"].pk, ON)) == [row]


def test_nothing_changes_while_the_bureau_reads(people):
    row = handed_in(people["bureau"])
    given = {"application": row, "by": row.applicant, "on": ON}

    for step in (
        lambda: save_profile(**given, values={"name": "别的"}),
        lambda: add_person(**given, person=PersonFacts("甲", id_number(3))),
        lambda: remove_person(person=row.people.get(), by=row.applicant, on=ON),
        lambda: save_proof(**given, code="proofs", file=("a.png", picture()), source="x", valid_to=None),
        lambda: accept_undertaking(**given),
    ):
        with pytest.raises(ApplicationRefused) as caught:
            step()
        assert caught.value.refusal.code == "not_editable"

    assert (row.people.count(), Application.objects.get().profile["name"]) == (1, FIRM_FACTS["name"])


def test_returned_application_bears_remarks_and_comes_again(people):
    row = handed_in(people["bureau"])
    answers = {"proofs": (False, "扫描件不清"), "legal_standing": (True, "")}
    review_items(application=row, answers=answers, by=people["clerk"], on=ON)

    with pytest.raises(ApplicationRefused):
        return_application(application=row, reason=" ", by=people["clerk"], on=ON)
    row = return_application(application=row, reason="请补正", by=people["clerk"], on=ON)

    item = row.items.get(code="proofs")
    assert (row.status, item.is_met, item.remark) == (ApplicationStatus.TO_CORRECT, False, "扫描件不清")
    assert row.moves.order_by("-pk")[0].reason == "请补正"
    assert Notice.objects.filter(user=row.applicant, code="application_moved").count() == 1
    item = save_proof(
        application=row, code="proofs", file=("新.png", picture(9)), source="演示部门", valid_to=None,
        by=row.applicant, on=LATER,
    )  # fmt: skip
    assert (item.is_met, item.remark) == (None, "扫描件不清")
    assert submit(application=row, by=row.applicant, on=LATER).submitted_on == LATER


def test_refused_applicant_begins_again_from_what_he_filled_in(people):
    row = handed_in(people["bureau"])
    checked(row, people["clerk"])
    row = refuse(application=row, reason="条件不符", by=people["clerk"], on=ON)

    row = reapply(application=row, by=row.applicant, on=LATER)

    assert (row.status, row.profile["uscc"]) == (ApplicationStatus.DRAFT, USCC)
    assert not row.items.exclude(is_met=None).exists()
    assert gaps(row, LATER) == [Gap("undertaking")]
    assert [one.status for one in row.moves.order_by("pk")] == ["SUBMITTED", "REFUSED", "DRAFT"]


def test_withdrawn_application_keeps_what_was_filled_in(people):
    row = handed_in(people["bureau"])

    row = withdraw(application=row, by=row.applicant, on=ON)

    assert (row.status, row.people.count(), may_edit(row.applicant, row)) == (ApplicationStatus.WITHDRAWN, 1, False)


# the notice


@pytest.mark.rule("R-12")
def test_notice_opens_only_when_every_item_is_met(people):
    row = handed_in(people["bureau"])
    answers = {code: (code != "proofs", "") for code in items_of(row, ON)}
    review_items(application=row, answers=answers, by=people["clerk"], on=ON)

    with pytest.raises(ApplicationRefused) as caught:
        announce(application=row, by=people["clerk"], on=ON)

    row.refresh_from_db()
    assert caught.value.refusal.facts == {"items": ["proofs"]}
    assert (row.status, row.notice) == (ApplicationStatus.SUBMITTED, {})


@pytest.mark.rule("R-47")
@pytest.mark.parametrize(("kind", "shown"), [
    (ApplicationKind.FIRM, {"who": FIRM_FACTS["name"], "name": FIRM_FACTS["name"], "uscc": USCC}),
    (ApplicationKind.EXPERT, {"who": "人员1", "employer": "演示大学", "title": "高级会计师"}),
])  # fmt: skip
def test_notice_is_a_frozen_copy_that_runs_its_days(people, kind, shown):
    row = in_notice(handed_in(people["bureau"], kind), people["clerk"])

    last = add_workdays(ON, 5)
    assert (row.notice, row.announced_on, row.notice_until) == (shown, ON, last)
    assert list(announced(last)) == [row]
    assert not announced(last + timedelta(days=1)).exists()
    assert not waiting(people["bureau"].pk, last).exists()
    with pytest.raises(ApplicationRefused) as caught:
        admit(application=row, by=people["clerk"], on=last)
    assert caught.value.refusal.code == "notice_runs"
    assert registers() == [0, 0, 0, 0, 0]


@pytest.mark.rule("R-47")
@pytest.mark.parametrize(("days", "is_admitted"), [(0, True), (-1, False)])
def test_proof_holds_on_the_day_of_the_admission_its_last_day_included(people, days, is_admitted):
    row = in_notice(handed_in(people["bureau"]), people["clerk"])
    day = add_workdays(ON, 5) + timedelta(days=1)
    item = row.items.get(code="proofs")
    ApplicationItem.objects.filter(pk=item.pk).update(valid_to=day + timedelta(days=days))

    if is_admitted:
        assert admit(application=row, by=people["clerk"], on=day).status == ApplicationStatus.ADMITTED
        return
    with pytest.raises(ApplicationRefused) as caught:
        admit(application=row, by=people["clerk"], on=day)
    assert (caught.value.refusal.code, caught.value.refusal.facts) == ("not_checked", {"items": ["proofs"]})
    assert registers() == [0, 0, 0, 0, 0]


# admission


@pytest.mark.rule("R-13")
def test_firm_enters_the_register_on_the_days_on_which_things_happened(people):
    row = in_notice(handed_in(people["bureau"]), people["clerk"], on=date(2020, 6, 8))

    row = admit(application=row, by=people["clerk"], on=LATER)

    firm = row.firm
    assert (row.status, firm.status, firm.admitted_on, firm.term_ends_on) == (
        ApplicationStatus.ADMITTED, FirmStatus.ACTIVE, LATER, date(2023, 7, 1),
    )  # fmt: skip
    days = (ON - timedelta(days=1), ON, date(2020, 6, 8), LATER)
    assert [standing_on(firm, day) for day in days] == [None, "APPLIED", "NOTICE", "ACTIVE"]
    assert (firm.organisation.uscc, firm.organisation.founded_on) == (USCC, date(2010, 5, 1))
    assert set(
        AdmissionCheck.objects.filter(firm=firm, is_met=True, proof__isnull=False).values_list("code", flat=True)
    ) == set(items_of(row, ON))
    assert LeadEvaluator.objects.get(firm=firm).person.name == "人员1"
    assert FirmUndertaking.objects.get(firm=firm).accepted_on == ON
    user = fresh(row.applicant)
    assert (firm_of(user), roles_of(user, on=LATER)) == (firm, {Role.FIRM_ADMIN})


def test_expert_enters_the_pool(people):
    row = in_notice(handed_in(people["bureau"], ApplicationKind.EXPERT), people["clerk"])

    row = admit(application=row, by=people["clerk"], on=LATER)

    expert = row.expert
    assert (expert.status, expert.term_ends_on, expert.person.born_on) == (
        ExpertStatus.ACTIVE, date(2023, 7, 1), date(1970, 1, 1),
    )  # fmt: skip
    assert [expert_standing_on(expert, day) for day in (ON, LATER)] == ["NOTICE", "ACTIVE"]
    assert expert.specialties.get(is_main=True).node_id == row.profile["main"]
    assert expert.person.employments.get().organisation.name == "演示大学"
    assert ExpertUndertaking.objects.get(expert=expert).accepted_on == ON
    user = fresh(row.applicant)
    assert (expert_of(user), roles_of(user, on=LATER)) == (expert, {Role.EXPERT})


# who is known already


@pytest.mark.edge("E4")
def test_e4_code_of_a_firm_in_the_register_is_refused_at_once_under_any_name(people):
    body = OrganisationFactory(bureau=people["bureau"], name="演示评价咨询（有限公司）", uscc=USCC)
    FirmFactory(bureau=people["bureau"], organisation=body)
    row = complete(people["bureau"])

    with pytest.raises(ApplicationRefused) as caught:
        submit(application=row, by=row.applicant, on=ON)

    assert caught.value.refusal.code == "firm_known"
    assert not Membership.objects.exists()


@pytest.mark.edge("E4")
def test_e4_code_with_a_wrong_last_character_is_not_kept(people):
    row = begun(people["bureau"])

    with pytest.raises(ApplicationRefused) as caught:
        save_profile(application=row, values={"uscc": "91310115MA1H8R7C6D"}, by=row.applicant, on=ON)

    row.refresh_from_db()
    assert (caught.value.refusal.code, row.profile) == ("uscc_wrong", {})


@pytest.mark.edge("E5")
def test_e5_person_of_the_pool_is_found_by_his_number_and_only_the_bureau_is_told(people):
    first = in_notice(handed_in(people["bureau"], ApplicationKind.EXPERT), people["clerk"])
    expert = admit(application=first, by=people["clerk"], on=LATER).expert
    second = handed_in(people["bureau"], ApplicationKind.EXPERT, on=LATER)
    second.people.update(name="改名换电话")
    checked(second, people["clerk"], on=LATER)

    with pytest.raises(ApplicationRefused) as caught:
        announce(application=second, by=people["clerk"], on=LATER)

    assert (caught.value.refusal.code, caught.value.refusal.facts) == ("known", {"number": expert.number})
    assert known_entry(second) == expert
    assert Expert.objects.count() == 1


@pytest.mark.parametrize("kind", ApplicationKind)
def test_two_running_applications_of_one_party_see_each_other_at_the_bureau(people, kind):
    first, second = handed_in(people["bureau"], kind), handed_in(people["bureau"], kind)
    handed_in(people["bureau"], kind, turn=2, **({"uscc": OTHER_USCC} if kind == "FIRM" else {}))

    assert list(twins_of(first)) == [second]


@pytest.mark.parametrize("kind", ApplicationKind)
def test_second_application_of_one_party_is_not_admitted(people, kind):
    rows = [in_notice(handed_in(people["bureau"], kind), people["clerk"]) for _turn in range(2)]
    admit(application=rows[0], by=people["clerk"], on=LATER)

    with pytest.raises(ApplicationRefused) as caught:
        admit(application=rows[1], by=people["clerk"], on=LATER)

    assert caught.value.refusal.code == "known"
    assert [Firm.objects.count(), Expert.objects.count()] == ([1, 0] if kind == "FIRM" else [0, 1])


@pytest.mark.rule("R-11")
@pytest.mark.edge("E22")
def test_e22_lead_evaluator_of_another_firm_stops_the_admission_and_nothing_is_written(people):
    first = in_notice(handed_in(people["bureau"]), people["clerk"])
    admit(application=first, by=people["clerk"], on=LATER)
    second = in_notice(handed_in(people["bureau"], uscc=OTHER_USCC, name="另一家公司"), people["clerk"])

    with pytest.raises(FirmRefused) as caught:
        admit(application=second, by=people["clerk"], on=LATER)

    second.refresh_from_db()
    assert caught.value.refusal.code == "two_firms"
    assert (second.status, Firm.objects.count(), Organisation.objects.count()) == (ApplicationStatus.NOTICE, 1, 1)
    assert roles_of(fresh(second.applicant), on=LATER) == {Role.APPLICANT}


@pytest.mark.rule("R-26")
def test_removed_firm_comes_back_after_its_years_under_its_old_number(people):
    body = OrganisationFactory(bureau=people["bureau"], name=FIRM_FACTS["name"], uscc=USCC)
    firm = FirmFactory(
        bureau=people["bureau"], organisation=body, status=FirmStatus.REMOVED, status_since=date(2017, 6, 2)
    )
    row = complete(people["bureau"])

    with pytest.raises(ApplicationRefused) as caught:
        submit(application=row, by=row.applicant, on=ON)
    assert caught.value.refusal.facts == {"free_on": "2020-06-02"}

    submit(application=row, by=row.applicant, on=date(2020, 6, 2))
    admitted = admit(application=in_notice(row, people["clerk"], on=date(2020, 6, 2)), by=people["clerk"], on=LATER)
    assert (admitted.firm, admitted.firm.number, Firm.objects.count()) == (firm, firm.number, 1)
    assert admitted.firm.status == FirmStatus.ACTIVE


@pytest.mark.edge("E20")
@pytest.mark.rule("R-50")
@pytest.mark.parametrize("shared", ["legal_person", "address", "phone", "lead", None])
@pytest.mark.edge("E20")
def test_e20_firm_that_resembles_a_removed_one_is_shown_and_not_stopped(people, shared):
    facts = {shared: FIRM_FACTS[shared]} if shared in FIRM_FACTS else {}
    body = OrganisationFactory(bureau=people["bureau"], uscc=OTHER_USCC, **facts)
    removed = FirmFactory(bureau=people["bureau"], organisation=body, status=FirmStatus.REMOVED)
    row = handed_in(people["bureau"])
    if shared == "lead":
        lead = LeadEvaluatorFactory(firm=removed, ended_on=ON)
        Person.objects.filter(pk=lead.person_id).update(id_index=row.people.get().id_index)

    assert [one.removed for one in resembled(row, ON)] == ([removed] if shared else [])
    assert in_notice(row, people["clerk"]).status == ApplicationStatus.NOTICE


@pytest.mark.rule("R-14")
@pytest.mark.edge("E37")
def test_e37_expert_who_reaches_the_age_limit_during_the_notice_is_not_admitted(people):
    row = handed_in(people["bureau"], ApplicationKind.EXPERT, born=date(1950, 6, 20))
    row = in_notice(row, people["clerk"])

    with pytest.raises(ExpertRefused):
        admit(application=row, by=people["clerk"], on=LATER)

    row.refresh_from_db()
    assert (row.status, Expert.objects.count(), Person.objects.count()) == (ApplicationStatus.NOTICE, 0, 0)


def test_admitted_number_is_the_person_of_the_register(people):
    lead = LeadEvaluatorFactory(firm=FirmFactory(bureau=people["bureau"]))
    row = in_notice(handed_in(people["bureau"]), people["clerk"])
    admit(application=row, by=people["clerk"], on=LATER)

    assert Person.objects.filter(id_index__isnull=False).count() == 1
    assert LeadEvaluator.objects.exclude(pk=lead.pk).get().person.id_index == row.people.get().id_index


# who may


def test_only_the_own_applicant_writes(people):
    row = complete(people["bureau"])
    other = begun(people["bureau"]).applicant

    for by in (other, people["clerk"], UserFactory(role=Role.APPLICANT)):
        for step in (
            lambda by=by: save_profile(application=row, values={"name": "x"}, by=by, on=ON),
            lambda by=by: remove_person(person=row.people.get(), by=by, on=ON),
            lambda by=by: accept_undertaking(application=row, by=by, on=ON),
            lambda by=by: submit(application=row, by=by, on=ON),
            lambda by=by: withdraw(application=row, by=by, on=ON),
            lambda by=by: reapply(application=row, by=by, on=ON),
        ):
            with pytest.raises(NotAllowed):
                step()

    row.refresh_from_db()
    assert (row.status, row.profile["name"]) == (ApplicationStatus.DRAFT, FIRM_FACTS["name"])


def test_only_who_keeps_this_register_decides(people):
    row = handed_in(people["bureau"])
    checked(row, people["clerk"])
    stranger = UserFactory(role=Role.CLERK)

    for by in (row.applicant, people["leader"], stranger):
        for step in (
            lambda by=by: review_items(application=row, answers={}, by=by, on=ON),
            lambda by=by: return_application(application=row, reason="x", by=by, on=ON),
            lambda by=by: refuse(application=row, reason="x", by=by, on=ON),
            lambda by=by: announce(application=row, by=by, on=ON),
            lambda by=by: admit(application=row, by=by, on=ON),
        ):
            with pytest.raises(NotAllowed):
                step()

    row.refresh_from_db()
    assert row.status == ApplicationStatus.SUBMITTED


def test_bureau_sees_what_was_handed_in_and_an_applicant_his_own(people):
    draft, row = complete(people["bureau"], turn=2), handed_in(people["bureau"])

    assert list(visible_to(people["clerk"])) == [row]
    assert list(visible_to(row.applicant)) == [row]
    assert list(visible_to(draft.applicant)) == [draft]
    assert not visible_to(UserFactory(role=Role.CLERK)).exists()


# files


def test_proof_is_read_by_the_applicant_and_the_bureau_it_was_handed_to(people):
    row = complete(people["bureau"])
    file, other = row.items.first().proof, begun(people["bureau"]).applicant
    readers = (row.applicant, people["clerk"], other, UserFactory(role=Role.CLERK))

    before = [may_read(reader, file) for reader in readers]
    submit(application=row, by=row.applicant, on=ON)

    assert before == [True, False, False, False]
    assert [may_read(reader, file) for reader in readers] == [True, True, False, False]


@pytest.mark.parametrize(("file", "code"), [
    (("a.png", b"no picture"), "content_mismatch"),
    (("a.exe", b"MZ"), "kind_not_allowed"),
    (("a.pdf", picture()), "content_mismatch"),
])  # fmt: skip
def test_bad_file_is_not_kept(people, file, code):
    row = begun(people["bureau"])

    with pytest.raises(FileRefused) as caught:
        save_proof(application=row, code="proofs", file=file, source="x", valid_to=None, by=row.applicant, on=ON)

    assert caught.value.refusal.code == code
    assert (StoredFile.objects.count(), ApplicationItem.objects.count()) == (0, 0)


@pytest.mark.parametrize(("more", "code"), [
    ({"code": "nonsense"}, "item_unknown"),
    ({"valid_to": ON - timedelta(days=1)}, "proof_expired"),
    ({"file": None}, "proof_missing"),
    ({"file": ("a.png", b"\x89PNG" + bytes(21 * 1024 * 1024))}, "too_large"),
])  # fmt: skip
def test_proof_that_cannot_count_is_refused(people, more, code):
    row = begun(people["bureau"])
    given = {"code": "proofs", "file": ("a.png", picture()), "source": "x", "valid_to": None}

    with pytest.raises(ApplicationRefused) as caught:
        save_proof(application=row, by=row.applicant, on=ON, **{**given, **more})

    assert caught.value.refusal.code == code
    assert not ApplicationItem.objects.exists()


def test_files_of_an_application_are_limited(people):
    row = begun(people["bureau"])
    given = {"application": row, "code": "proofs", "source": "x", "valid_to": None, "by": row.applicant, "on": ON}
    for shade in range(MOST_FILES):
        save_proof(**given, file=("a.png", picture(shade)))

    with pytest.raises(ApplicationRefused) as caught:
        save_proof(**given, file=("a.png", picture()))

    assert caught.value.refusal.code == "too_many"


def test_new_last_day_keeps_the_file(people):
    row = complete(people["bureau"])
    file = row.items.get(code="proofs").proof_id

    item = save_proof(
        application=row, code="proofs", file=None, source="新部门", valid_to=LATER, by=row.applicant, on=ON
    )

    assert (item.proof_id, item.source, item.valid_to) == (file, "新部门", LATER)


# people


def test_same_number_again_changes_the_person_and_an_expert_is_one_person(people):
    firm, expert = begun(people["bureau"]), begun(people["bureau"], ApplicationKind.EXPERT)
    for row in (firm, expert):
        for name, number in (("甲", id_number(1)), ("乙", id_number(2)), ("丙", id_number(2))):
            add_person(application=row, person=PersonFacts(name, number), by=row.applicant, on=ON)

    assert list(firm.people.order_by("pk").values_list("name", flat=True)) == ["甲", "丙"]
    assert list(expert.people.values_list("name", flat=True)) == ["丙"]


def test_wrong_number_is_refused_and_a_person_can_be_taken_out(people):
    row = complete(people["bureau"])

    with pytest.raises(ApplicationRefused) as caught:
        add_person(application=row, person=PersonFacts("甲", "370102197001010000"), by=row.applicant, on=ON)
    remove_person(person=row.people.get(), by=row.applicant, on=ON)

    assert caught.value.refusal.code == "id_wrong"
    assert gaps(row, ON) == [Gap("people")]


def test_no_id_number_stands_in_the_journal_or_in_clear(people):
    row = in_notice(handed_in(people["bureau"], ApplicationKind.EXPERT), people["clerk"])
    admit(application=row, by=people["clerk"], on=LATER)

    assert Entry.objects.count() > 10
    assert not Entry.objects.filter(text__contains=SECRET).exists()
    assert SECRET not in str(list(Application.objects.values())) + str(list(row.people.values()))


def test_states_in_which_the_applicant_writes(people):
    row = begun(people["bureau"])

    for status in ApplicationStatus:
        row.status = status
        assert may_edit(row.applicant, row) == (status in EDITED)
