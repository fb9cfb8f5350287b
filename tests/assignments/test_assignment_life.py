"""The life of a seat: told, called, answered, declared, left. What is refused changes nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assignments.enums import AssignmentStatus, DeclineReason, ReReviewStatus, TaskStatus
from assignments.models import Assignment, CallAttempt, Declaration
from assignments.selectors.assignments import own_of
from assignments.services.assignments import (
    AssignmentRefused,
    accept,
    declare,
    decline,
    log_call,
    note_no_answer,
    notify,
    recuse,
    serve,
    sign,
)
from assignments.services.handing_over import hand_over
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.models import StoredFile
from foundation.files.services import FileRefused
from foundation.notices.models import Notice
from tests.factories.admissions import picture
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    FirmAssignmentFactory,
    ReReviewFactory,
    expert_user,
    firm_user,
)
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory, office

pytestmark = pytest.mark.django_db
AT = datetime(2020, 9, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
STATUS = AssignmentStatus


@pytest.fixture
def seat():
    return ExpertAssignmentFactory()


@pytest.fixture
def people(seat):
    return office(seat.bureau)


@pytest.fixture
def clerk(people):
    return people["clerk"]


def at_status(seat, status):
    Assignment.objects.filter(pk=seat.pk).update(status=status)
    return Assignment.objects.get(pk=seat.pk)


def code_of(call, **facts):
    with pytest.raises(AssignmentRefused) as caught:
        call(**facts)
    return caught.value.refusal.code


def test_expert_is_told_without_the_names_of_firm_and_unit(seat, clerk):
    user = expert_user(seat.expert)
    assert not own_of(user).exists()

    notify(assignment=seat, by=clerk, at=AT)

    assert list(own_of(user).values_list("status", "notified_at")) == [(STATUS.NOTIFIED, AT)]
    notice = Notice.objects.get(user=user)
    shown = f"{notice.code} {notice.path} {notice.facts}"
    task = seat.re_review.evaluation
    assert task.title not in shown
    assert task.unit.organisation.name not in shown
    with pytest.raises(TransitionRefused):
        notify(assignment=seat, by=clerk, at=AT)
    assert Notice.objects.filter(user=user).count() == 1


def test_only_the_expert_himself_or_a_clerk_answers(seat, clerk):
    seat = at_status(seat, STATUS.NOTIFIED)
    elsewhere = UserFactory(role=Role.CLERK)
    stranger = expert_user(ExpertAssignmentFactory(re_review=seat.re_review).expert)

    for by in (stranger, elsewhere):
        with pytest.raises(NotAllowed):
            accept(assignment=seat, by=by, at=AT)
        with pytest.raises(NotAllowed):
            decline(assignment=seat, reason=DeclineReason.BUSY, words="", by=by, at=AT)
    seat.refresh_from_db()
    assert seat.status == STATUS.NOTIFIED

    assert accept(assignment=seat, by=expert_user(seat.expert), at=AT).answered_at == AT


@pytest.mark.edge("E41")
@pytest.mark.rule("R-18")
@pytest.mark.parametrize("reason", list(DeclineReason))
def test_only_conflict_and_illness_cost_nothing(seat, reason):
    seat = at_status(seat, STATUS.NOTIFIED)

    done = decline(assignment=seat, reason=reason, words="另有安排", by=expert_user(seat.expert), at=AT)

    assert (done.status, done.decline_reason) == (STATUS.DECLINED, reason)
    assert done.decline_counts is (reason not in {DeclineReason.CONFLICT, DeclineReason.ILLNESS})


def test_other_reason_needs_words(seat, clerk):
    seat = at_status(seat, STATUS.NOTIFIED)

    code = code_of(decline, assignment=seat, reason=DeclineReason.OTHER, words="  ", by=clerk, at=AT)

    seat.refresh_from_db()
    assert (code, seat.status, seat.decline_reason) == ("words_missing", STATUS.NOTIFIED, "")


def test_call_tells_logs_and_answers_in_one_step(seat, clerk):
    log_call(assignment=seat, outcome="ACCEPTED", words="同意参加", by=clerk, at=AT)

    seat.refresh_from_db()
    assert (seat.status, seat.notified_at, seat.answered_at) == (STATUS.ACCEPTED, AT, AT)
    assert list(CallAttempt.objects.values_list("outcome", "entered_by")) == [("ACCEPTED", clerk.pk)]
    assert Entry.objects.filter(text__contains="assignments.accepted").count() == 1


def test_unknown_outcome_writes_nothing(seat, clerk):
    assert code_of(log_call, assignment=seat, outcome="MAYBE", words="", by=clerk, at=AT) == "outcome_unknown"

    seat.refresh_from_db()
    assert (seat.status, CallAttempt.objects.count()) == (STATUS.DRAWN, 0)


def test_no_answer_needs_two_calls_that_nobody_answered(seat, clerk):
    log_call(assignment=seat, outcome="NO_ANSWER", words="", by=clerk, at=AT)
    log_call(assignment=seat, outcome="CALL_BACK", words="开会中", by=clerk, at=AT)
    assert code_of(note_no_answer, assignment=seat, by=clerk, at=AT) == "calls_missing"
    seat.refresh_from_db()
    assert seat.status == STATUS.NOTIFIED

    log_call(assignment=seat, outcome="NO_ANSWER", words="", by=clerk, at=AT)

    assert note_no_answer(assignment=seat, by=clerk, at=AT + timedelta(hours=2)).status == STATUS.NO_ANSWER


@pytest.mark.rule("R-64")
def test_no_answer_is_noted_only_when_the_time_for_an_answer_is_over(seat, clerk):
    for _call in range(2):
        log_call(assignment=seat, outcome="NO_ANSWER", words="", by=clerk, at=AT)
    early = AT + timedelta(minutes=119)

    assert code_of(note_no_answer, assignment=seat, by=clerk, at=early) == "answer_awaited"
    seat.refresh_from_db()
    assert seat.status == STATUS.NOTIFIED
    assert not Entry.objects.filter(action="assignments.no_answer").exists()
    assert note_no_answer(assignment=seat, by=clerk, at=AT + timedelta(hours=2)).status == STATUS.NO_ANSWER


@pytest.mark.rule("R-64")
def test_bureau_sets_how_long_and_how_often_it_asks(seat, clerk):
    rules = RuleSetFactory(bureau=seat.bureau)
    for key, value in (("answer_wait_hours", 0), ("answer_calls", 1)):
        RuleValueFactory(rule_set=rules, key=key, value=value)
    log_call(assignment=seat, outcome="NO_ANSWER", words="", by=clerk, at=AT)

    assert note_no_answer(assignment=seat, by=clerk, at=AT).status == STATUS.NO_ANSWER


def test_declaration_comes_after_the_answer_and_before_the_service(seat, clerk):
    for early in (STATUS.NOTIFIED, STATUS.DECLARED):
        seat = at_status(seat, early)
        with pytest.raises(TransitionRefused):
            declare(assignment=seat, has_conflict=False, words="", by=clerk, at=AT)
    assert not Declaration.objects.exists()
    seat = at_status(seat, STATUS.ACCEPTED)
    with pytest.raises(TransitionRefused):
        serve(assignment=seat, by=clerk, at=AT)

    declare(assignment=seat, has_conflict=False, words="", by=expert_user(seat.expert), at=AT)

    assert serve(assignment=seat, by=clerk, at=AT).status == STATUS.SERVING
    assert sign(assignment=seat, by=clerk, at=AT).status == STATUS.SIGNED


def test_declared_conflict_voids_the_seat_and_is_kept(seat):
    seat = at_status(seat, STATUS.ACCEPTED)
    user = expert_user(seat.expert)
    given = {"assignment": seat, "has_conflict": True, "by": user, "at": AT}
    assert code_of(declare, **given, words=" ") == "words_missing"
    assert not Declaration.objects.exists()

    done = declare(**given, words="曾任该单位顾问")

    assert (done.status, done.decline_reason, done.decline_counts) == (STATUS.VOID, DeclineReason.CONFLICT, False)
    assert Declaration.objects.get().has_conflict


@pytest.mark.parametrize("status", ["NOTIFIED", "ACCEPTED", "DECLARED", "SERVING", "SIGNED"])
def test_recusal_at_any_moment_changes_nobody_else(seat, status):
    others = [ExpertAssignmentFactory(re_review=seat.re_review, status=STATUS.DECLARED) for _seat in range(2)]
    before = list(Assignment.objects.exclude(pk=seat.pk).order_by("pk").values())
    seat = at_status(seat, status)
    user = expert_user(seat.expert)
    assert code_of(recuse, assignment=seat, words="", by=user, at=AT) == "words_missing"

    done = recuse(assignment=seat, words="配偶在该单位任职", by=user, at=AT)

    assert (done.status, done.void_words) == (STATUS.VOID, "配偶在该单位任职")
    assert list(Assignment.objects.exclude(pk=seat.pk).order_by("pk").values()) == before
    assert len(others) == 2


@pytest.mark.rule("R-68")
@pytest.mark.parametrize("status", ["ACCEPTED", "DECLARED"])
def test_clerk_lets_nobody_go_who_has_accepted_without_his_own_letter(seat, clerk, status):
    seat = at_status(seat, status)
    firm = FirmAssignmentFactory(status=STATUS.DECLARED, bureau=clerk.bureau, task__bureau=clerk.bureau)
    letter = ("回避申请.png", picture())
    asked = {"assignment": seat, "by": clerk, "at": AT}

    codes = [code_of(recuse, **asked, words="曾任该单位顾问")]
    codes += [code_of(decline, assignment=firm, reason=DeclineReason.BUSY, words="", by=clerk, at=AT)]
    if status == "ACCEPTED":
        codes += [code_of(decline, **asked, reason=DeclineReason.BUSY, words="")]
        codes += [code_of(declare, **asked, has_conflict=True, words="曾任该单位顾问")]
        codes += [code_of(log_call, **asked, outcome="DECLINED", words="又说来不了", reason=DeclineReason.BUSY)]

    seat.refresh_from_db()
    assert set(codes) == {"own_act_missing"}
    assert (seat.status, seat.void_words, seat.decline_reason) == (status, "", "")
    assert not CallAttempt.objects.exists()
    assert not Declaration.objects.exists()
    assert recuse(**asked, words="曾任该单位顾问", act=letter).status == STATUS.VOID
    (file,) = StoredFile.objects.filter(owner_kind="assignments.assignment", owner_id=seat.pk)
    assert file.uploaded_by == clerk
    assert Entry.objects.filter(action="assignments.own_act_entered", text__contains=file.sha256).count() == 1


@pytest.mark.rule("R-68")
@pytest.mark.parametrize("status", ["DRAWN", "NOTIFIED"])
def test_clerk_takes_nobody_off_for_a_conflict_by_his_own_word(seat, clerk, status):
    seat = at_status(seat, status)

    assert code_of(recuse, assignment=seat, words="听说有关系", by=clerk, at=AT) == "own_act_missing"
    assert recuse(assignment=seat, words="听证后认定", by=clerk, at=AT, is_decided=True).status == STATUS.VOID


@pytest.mark.rule("R-68")
def test_unreadable_letter_is_refused_and_nothing_changes(seat, clerk):
    seat = at_status(seat, STATUS.ACCEPTED)

    with pytest.raises(FileRefused):
        recuse(assignment=seat, words="曾任顾问", by=clerk, at=AT, act=("申请.png", b"MZ not a picture"))

    seat.refresh_from_db()
    assert (seat.status, StoredFile.objects.count()) == (STATUS.ACCEPTED, 0)


@pytest.mark.parametrize("status", ["DECLINED", "NO_ANSWER", "VOID"])
def test_who_has_left_cannot_leave_again(seat, clerk, status):
    seat = at_status(seat, status)

    with pytest.raises(TransitionRefused):
        recuse(assignment=seat, words="再次", by=clerk, at=AT)

    seat.refresh_from_db()
    assert (seat.status, seat.void_words) == (status, "")


def test_task_of_a_firm_that_declines_is_chosen_again():
    seat = FirmAssignmentFactory(status=STATUS.NOTIFIED)

    decline(assignment=seat, reason=DeclineReason.BUSY, words="人手不足", by=firm_user(seat.firm), at=AT)

    seat.task.refresh_from_db()
    assert seat.task.status == TaskStatus.PLANNED


def test_declaration_of_a_firm_confirms_its_recusal_check():
    seat = FirmAssignmentFactory(status=STATUS.ACCEPTED)

    declare(assignment=seat, has_conflict=False, words="", by=firm_user(seat.firm), at=AT)

    seat.task.refresh_from_db()
    assert seat.task.status == TaskStatus.RECUSAL_CONFIRMED


def test_task_is_handed_to_a_clerk_of_the_bureau_only(seat, people):
    task = seat.re_review.evaluation
    given = {"task": task, "by": people["clerk"], "on": date(2020, 9, 1)}
    before = task.clerk_id
    for nobody in (UserFactory(role=Role.CLERK), expert_user(seat.expert)):
        assert code_of(hand_over, **given, to=nobody) == "no_clerk"
    task.refresh_from_db()
    assert task.clerk_id == before

    other = UserFactory(bureau=task.bureau, role=Role.CLERK)

    assert hand_over(**given, to=other).clerk == other


def test_seats_of_another_bureau_are_not_the_clerks(seat):
    elsewhere = office(ReReviewFactory(status=ReReviewStatus.OPEN).bureau)["clerk"]

    with pytest.raises(NotAllowed):
        notify(assignment=seat, by=elsewhere, at=AT)

    seat.refresh_from_db()
    assert (seat.status, Notice.objects.count()) == (STATUS.DRAWN, 0)
