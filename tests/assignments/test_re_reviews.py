"""Re-reviews: opened with a lawful panel, seated, begun when all have declared, led by one."""

from datetime import UTC, date, datetime

import pytest

from assignments.enums import AssignmentStatus, Origin, ReReviewKind, ReReviewStatus, TaskStatus
from assignments.models import Assignment, AssignmentBatch, ReReviewTask
from assignments.selectors.batches import pool_of
from assignments.selectors.eligibility import expert_eligibility
from assignments.services import assignments as life
from assignments.services.re_reviews import (
    ReReviewRefused,
    add_guest,
    begin,
    close,
    fill,
    name_leader,
    open_re_review,
    seat,
    stop,
)
from experts.enums import ExpertSource, TitleLevel
from experts.services import ExpertDraft
from foundation.accounts.enums import Role
from foundation.core.errors import NotAllowed, TransitionRefused
from parties.enums import EmploymentKind
from parties.models import Employment
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ExpertFactory,
    PersonFactory,
    ReReviewFactory,
    TaskFactory,
    expert_user,
)
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 9, 1)
AT = datetime(2020, 9, 1, 2, tzinfo=UTC)
STATUS = AssignmentStatus


@pytest.fixture
def task():
    return TaskFactory(status=TaskStatus.SUBMITTED)


@pytest.fixture
def clerk(task):
    return office(task.bureau)["clerk"]


@pytest.fixture
def review(task):
    return ReReviewFactory(evaluation=task)


def code_of(call, **facts):
    with pytest.raises(ReReviewRefused) as caught:
        call(**facts)
    return caught.value.refusal.code


def opened(task, by, **facts):
    given = {"kind": ReReviewKind.REPORT, "panel_size": 3, "due_on": date(2020, 9, 20), "on": ON}
    return open_re_review(task=task, by=by, **(given | facts))


@pytest.mark.rule("R-15")
@pytest.mark.parametrize("size", [0, 1, 2, 4, 6, 7])
def test_panel_of_another_size_is_refused_with_its_source(task, clerk, size):
    with pytest.raises(ReReviewRefused) as caught:
        opened(task, clerk, panel_size=size)

    task.refresh_from_db()
    assert (caught.value.refusal.code, caught.value.refusal.source) == ("panel_size", "财库〔2016〕198号")
    assert (ReReviewTask.objects.count(), task.status) == (0, TaskStatus.SUBMITTED)


@pytest.mark.rule("R-15")
@pytest.mark.parametrize(
    ("experts", "office", "kind", "code"),
    [
        (5, [], ReReviewKind.REPORT, ""),
        (4, ["甲"], ReReviewKind.REPORT, ""),
        (3, ["甲", "乙"], ReReviewKind.REPORT, "expert_share"),
        (3, ["甲"], ReReviewKind.REPORT, "panel_size"),
        (2, ["甲"], ReReviewKind.REPORT, "too_few_raters"),
        (2, ["甲"], ReReviewKind.EX_ANTE, ""),
        (1, ["甲", "乙"], ReReviewKind.EX_ANTE, "expert_share"),
        (3, [" ", ""], ReReviewKind.REPORT, ""),
    ],
)
def test_experts_are_at_least_two_thirds_of_a_mixed_panel(task, clerk, experts, office, kind, code):
    if code:
        with pytest.raises(ReReviewRefused) as caught:
            opened(task, clerk, panel_size=experts, office_members=office, kind=kind)
        assert (caught.value.refusal.code, ReReviewTask.objects.count()) == (code, 0)
    else:
        row = opened(task, clerk, panel_size=experts, office_members=office, kind=kind)
        assert (row.panel_size, row.office_members) == (experts, [name for name in office if name.strip()])


@pytest.mark.rule("R-15")
def test_share_of_experts_is_the_one_of_the_rule_set(task, clerk):
    RuleValueFactory(rule_set=RuleSetFactory(bureau=task.bureau), key="panel_expert_share", value=[1, 2])

    assert opened(task, clerk, panel_size=3, office_members=["甲", "乙"]).panel_size == 3


@pytest.mark.rule("R-15")
@pytest.mark.parametrize("size", [3, 5])
def test_review_of_a_report_moves_its_task(task, clerk, size):
    row = opened(task, clerk, panel_size=size)

    task.refresh_from_db()
    assert (row.status, row.panel_size, task.status) == (ReReviewStatus.OPEN, size, TaskStatus.EXPERT_REVIEW)


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"due_on": date(2020, 8, 31)}, "day_past"), ({"meets_on": date(2020, 8, 31)}, "day_past")],
)
def test_days_of_the_past_are_refused(task, clerk, facts, code):
    with pytest.raises(ReReviewRefused) as caught:
        opened(task, clerk, **facts)

    assert caught.value.refusal.code == code
    assert not ReReviewTask.objects.exists()


def test_second_review_of_the_kind_waits_for_the_first(task, clerk):
    row = opened(task, clerk)
    with pytest.raises(ReReviewRefused):
        opened(task, clerk)
    assert ReReviewTask.objects.count() == 1

    stop(re_review=row, reason="材料不齐", by=clerk, on=ON)

    assert opened(task, clerk).number != row.number


def test_only_a_clerk_of_the_bureau_opens(task):
    for by in (UserFactory(role=Role.CLERK), UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)):
        with pytest.raises(NotAllowed):
            opened(task, by)
    assert not ReReviewTask.objects.exists()


def seated(review, clerk, count=1):
    return [
        seat(re_review=review, expert=ExpertFactory(bureau=review.bureau), origin=Origin.DRAW, by=clerk, on=ON)
        for _place in range(count)
    ]


def test_panel_is_ready_when_every_seat_is_taken_and_no_seat_is_taken_twice(review, clerk):
    seated(review, clerk, 2)
    assert fill(re_review=review, by=clerk, on=ON).status == ReReviewStatus.OPEN
    seated(review, clerk)
    assert fill(re_review=review, by=clerk, on=ON).status == ReReviewStatus.PANEL_READY

    with pytest.raises(ReReviewRefused):
        seated(review, clerk)

    assert Assignment.objects.filter(re_review=review).count() == 3


def test_first_leads_and_the_replacement_of_a_leader_leads_in_his_place(review, clerk):
    first, second, _third = seated(review, clerk, 3)
    assert (first.is_leader, second.is_leader) == (True, False)
    before = Assignment.objects.filter(pk=second.pk).values().get()
    Assignment.objects.filter(pk=first.pk).update(status=STATUS.VOID)

    new = seat(
        re_review=review, expert=ExpertFactory(bureau=review.bureau), origin=Origin.REPLACEMENT, replaces=first,
        by=clerk, on=ON,
    )  # fmt: skip

    assert (new.is_leader, new.replaces) == (True, first)
    assert Assignment.objects.filter(pk=second.pk).values().get() == before


def test_one_member_leads(review, clerk):
    first, second = seated(review, clerk, 2)
    gone = ExpertAssignmentFactory(re_review=review, status=STATUS.DECLINED)
    assert code_of(name_leader, assignment=gone, by=clerk, on=ON) == "no_member"

    name_leader(assignment=second, by=clerk, on=ON)

    assert list(Assignment.objects.filter(re_review=review, is_leader=True)) == [second]
    assert not Assignment.objects.get(pk=first.pk).is_leader


def test_review_begins_when_every_member_has_declared(review, clerk):
    review.status = ReReviewStatus.PANEL_READY
    review.save()
    seats = [ExpertAssignmentFactory(re_review=review, status=STATUS.DECLARED) for _place in range(3)]
    ExpertAssignmentFactory(re_review=review, status=STATUS.DECLINED)
    Assignment.objects.filter(pk=seats[0].pk).update(status=STATUS.ACCEPTED)
    assert code_of(begin, re_review=review, by=clerk, on=ON) == "declarations_missing"
    review.refresh_from_db()
    assert review.status == ReReviewStatus.PANEL_READY

    Assignment.objects.filter(pk=seats[0].pk).update(status=STATUS.DECLARED)

    assert begin(re_review=review, by=clerk, on=ON).status == ReReviewStatus.REVIEWING


def test_steps_out_of_order_and_stops_without_a_reason_are_refused(review, clerk):
    for step in (begin, close):
        with pytest.raises(TransitionRefused):
            step(re_review=review, by=clerk, on=ON)
    assert code_of(stop, re_review=review, reason=" ", by=clerk, on=ON) == "reason_missing"

    review.refresh_from_db()
    assert review.status == ReReviewStatus.OPEN


def guest_of(review, *, person=None, **facts):
    person = person or PersonFactory(bureau=review.bureau)
    given = {"source": ExpertSource.GUEST, "guest_for": review.number, "works_since": date(2000, 1, 1)}
    return ExpertDraft(person, "正高级工程师", TitleLevel.SENIOR, **(given | facts))


@pytest.mark.edge("E51")
def test_guest_needs_a_reason_and_to_be_a_guest(review, clerk):
    given = {"re_review": review, "by": clerk, "on": ON}

    assert code_of(add_guest, **given, draft=guest_of(review), reason=" ") == "reason_missing"
    not_guest = guest_of(review, source=ExpertSource.OWN)
    assert code_of(add_guest, **given, draft=not_guest, reason="库内无人") == "not_a_guest"
    assert not Assignment.objects.exists()


@pytest.mark.edge("E51")
def test_guest_sits_and_declares_like_everybody_and_is_drawn_for_nothing_else(review, clerk):
    person = PersonFactory(bureau=review.bureau)

    seat = add_guest(
        re_review=review, draft=guest_of(review, person=person), reason="库内无海绵城市专家", by=clerk, on=ON
    )

    guest = seat.expert
    assert (seat.origin, seat.reason, guest.source, guest.guest_for) == (
        Origin.GUEST, "库内无海绵城市专家", ExpertSource.GUEST, review.number,
    )  # fmt: skip
    life.notify(assignment=seat, by=clerk, at=AT)
    life.accept(assignment=seat, by=expert_user(guest), at=AT)
    declared = life.declare(assignment=seat, has_conflict=False, words="", by=expert_user(guest), at=AT)
    assert declared.status == STATUS.DECLARED
    other = ReReviewFactory(evaluation=TaskFactory(plan=review.evaluation.plan, bureau=review.bureau))
    answers = {answer.party.pk: [one.code for one in answer.refusals] for answer in expert_eligibility(other, ON)}
    assert guest.pk not in answers or answers[guest.pk]
    assert guest.pk not in set(pool_of(AssignmentBatch(bureau=review.bureau)).values_list("pk", flat=True))


@pytest.mark.edge("E51")
def test_guest_who_works_for_the_unit_is_refused_like_everybody(review, clerk):
    person = PersonFactory(bureau=review.bureau)
    Employment.objects.create(
        person=person, organisation=review.evaluation.unit.organisation, kind=EmploymentKind.EMPLOYEE,
        started_on=date(2010, 1, 1),
    )  # fmt: skip

    code = code_of(
        add_guest, re_review=review, draft=guest_of(review, person=person), reason="库内无人", by=clerk, on=ON
    )

    assert code == "unit_employer"
    assert not Assignment.objects.exists()
