"""Feedback on experts and what they are paid: to the 分, in order, once."""

from datetime import date

import pytest

from assignments.enums import AssignmentStatus
from experts.enums import TitleLevel
from experts.services import change_title
from foundation.accounts.enums import Role
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from reviews.models import ExpertFee, ExpertFeedback, FeeSheet
from reviews.selectors import expert_feedback_visible_to, fees_visible_to
from reviews.services import (
    FeeDraft,
    FeeRefused,
    answer_feedback,
    draft_fees,
    give_expert_feedback,
    pay_fees,
    submit_fees,
)
from tests.factories.assignments import ExpertAssignmentFactory, ReReviewFactory, expert_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 9, 21)
MONTH = date(2020, 9, 1)


@pytest.fixture
def people():
    return office()


def review_of(people, evaluation=None, **facts):
    facts |= {"evaluation": evaluation} if evaluation else {"evaluation__plan__bureau": people["bureau"]}
    return ReReviewFactory(meets_on=date(2020, 9, 10), created_by=people["clerk"], **facts)


def seat_of(review, expert=None, **facts):
    facts |= {"expert": expert} if expert else {}
    return ExpertAssignmentFactory(re_review=review, **({"status": AssignmentStatus.SIGNED} | facts))


def drafted(people, review, *drafts, month=MONTH):
    return draft_fees(re_review=review, month=month, drafts=drafts, by=people["clerk"], on=ON)


def code_of(call, **facts):
    with pytest.raises(FeeRefused) as caught:
        call(**facts)
    return caught.value.refusal.code


@pytest.mark.rule("R-31")
@pytest.mark.parametrize(
    ("months", "gross", "tax"),
    [
        ((9, 9, 9), 428_571, 68_571),  # one income of 3,600 after tax: 4,285.71, of which 685.71 tax
        ((9, 10, 11), 392_000, 32_000),  # three incomes: 1,600 + 1,600 + 720
    ],
)
def test_fees_of_an_item_are_one_income_a_month(people, months, gross, tax):
    first = review_of(people)
    expert = seat_of(first).expert
    reviews = [first, *(review_of(people, first.evaluation) for _again in range(2))]
    rates = (240_000, 240_000, 120_000)

    for review, month, rate in zip(reviews, months, rates, strict=True):
        seat = review.assignments.first() or seat_of(review, expert)
        expert.title_level = TitleLevel.SENIOR if rate == 240_000 else TitleLevel.INTERMEDIATE
        expert.save(update_fields=["title_level"])
        drafted(people, review, FeeDraft(seat, 1, rate), month=date(2020, month, 20))

    rows = list(ExpertFee.objects.order_by("pk"))
    assert [row.net_cents for row in rows] == [144_000, 144_000, 72_000]
    assert (sum(row.gross_cents for row in rows), sum(row.tax_cents for row in rows)) == (gross, tax)


@pytest.mark.rule("R-31")
def test_rate_follows_the_title_of_the_day_of_the_meeting(people):
    review = review_of(people)
    seat = seat_of(review, expert__title_level=TitleLevel.INTERMEDIATE)
    review.meets_on = date(2020, 9, 1)
    review.save(update_fields=["meets_on"])
    change_title(
        expert=seat.expert, title="教授", level=TitleLevel.SENIOR, by=people["clerk"], on=date(2020, 9, 2),
    )  # fmt: skip

    with pytest.raises(FeeRefused):
        drafted(people, review, FeeDraft(seat, 2, 240_000))
    review.meets_on = date(2020, 9, 2)
    review.save(update_fields=["meets_on"])
    drafted(people, review, FeeDraft(seat, 2, 240_000))

    assert ExpertFee.objects.get().net_cents == 240_000


@pytest.mark.rule("R-31")
@pytest.mark.parametrize(
    ("level", "draft", "net"),
    [
        (TitleLevel.SENIOR, (2, 150_000, False), 150_000),
        (TitleLevel.SENIOR, (2, 149_999, False), None),
        (TitleLevel.SENIOR, (2, 240_001, False), None),
        (TitleLevel.INTERMEDIATE, (2, 150_000, False), 150_000),
        (TitleLevel.INTERMEDIATE, (2, 150_001, False), None),
        (TitleLevel.ACADEMICIAN, (2, 240_000, False), 360_000),
        (TitleLevel.SENIOR, (0, 30_000, True), 30_000),
        (TitleLevel.SENIOR, (0, 29_999, True), None),
        (TitleLevel.SENIOR, (0, 120_001, True), None),
    ],
)
def test_rate_lies_in_the_scale_of_the_title(people, level, draft, net):
    review = review_of(people)
    seat = seat_of(review, expert__title_level=level)
    given = FeeDraft(seat, draft[0], draft[1], by_letter=draft[2])

    if net is None:
        with pytest.raises(FeeRefused) as caught:
            drafted(people, review, given)
        assert (caught.value.refusal.code, caught.value.refusal.source) == ("outside_scale", "财科教〔2017〕128号")
        assert not FeeSheet.objects.exists()
    else:
        drafted(people, review, given)
        assert ExpertFee.objects.get().net_cents == net


def test_unsigned_unfinished_or_foreign_work_is_not_paid(people):
    review = review_of(people)
    serving = seat_of(review, status=AssignmentStatus.SERVING)
    elsewhere = seat_of(review_of(people, review.evaluation))

    for seat in (serving, elsewhere):
        given = {"re_review": review, "month": MONTH, "by": people["clerk"], "on": ON}
        assert code_of(draft_fees, drafts=[FeeDraft(seat, 1, 150_000)], **given) == "not_signed"
    assert code_of(draft_fees, drafts=[], **given) == "no_lines"
    assert (ExpertFee.objects.count(), FeeSheet.objects.count()) == (0, 0)


def test_sheet_is_drafted_again_until_it_is_submitted_then_paid_after_feedback(people):
    review = review_of(people)
    seat = seat_of(review)
    drafted(people, review, FeeDraft(seat, 1, 150_000))
    sheet = drafted(people, review, FeeDraft(seat, 2, 200_000))
    assert (FeeSheet.objects.count(), ExpertFee.objects.get().net_cents) == (1, 200_000)
    pay = {"sheet": sheet, "voucher": "记-09-0031", "by": people["clerk"], "on": ON}

    approval = submit_fees(sheet=sheet, by=people["clerk"], on=ON)
    assert approval.amount_cents == ExpertFee.objects.get().gross_cents > 200_000
    redraft = {"re_review": review, "month": MONTH, "drafts": [FeeDraft(seat, 1, 150_000)], "on": ON}
    assert code_of(draft_fees, by=people["clerk"], **redraft) == "sheet_closed"
    assert code_of(pay_fees, **pay) == "not_approved"
    agree(approval=approval, by=people["head"], on=ON)
    agree(approval=approval, by=people["leader"], on=ON)
    assert code_of(submit_fees, sheet=sheet, by=people["clerk"], on=ON) == "sheet_closed"
    assert code_of(pay_fees, **pay | {"voucher": " "}) == "voucher_missing"
    assert code_of(pay_fees, **pay) == "feedback_missing"
    give_expert_feedback(assignment=seat, points=100, words="", by=people["clerk"], on=ON)

    pay_fees(**pay)

    seat.refresh_from_db()
    assert seat.status == AssignmentStatus.PAID
    assert code_of(pay_fees, **pay) == "paid_before"
    assert Entry.objects.filter(action="reviews.fees_paid").count() == 1


@pytest.mark.rule("R-24")
def test_feedback_is_due_five_working_days_after_the_meeting_and_answered_once(people):
    review = review_of(people)
    seat = seat_of(review)
    expert, stranger = expert_user(seat.expert), expert_user(seat_of(review).expert)
    given = {"assignment": seat, "by": people["clerk"], "on": ON}
    assert code_of(give_expert_feedback, points=101, words="", **given) == "out_of_range"
    assert code_of(give_expert_feedback, points=80, words=" ", **given) == "words_missing"

    row = give_expert_feedback(points=80, words="意见未写页码", **given)

    assert row.due_on == date(2020, 9, 17)
    assert '"late":true' in Entry.objects.get(action="reviews.expert_feedback_given").text
    assert code_of(give_expert_feedback, points=80, words="再评", **given) == "not_signed"
    with pytest.raises(NotAllowed):
        answer_feedback(feedback=row, words="不是我", by=stranger, on=ON)
    answer_feedback(feedback=row, words="已补充", by=expert, on=ON)
    assert code_of(answer_feedback, feedback=row, words="再答", by=expert, on=ON) == "answer_once"
    assert ExpertFeedback.objects.get().answer == "已补充"


def test_everybody_sees_what_is_his(people):
    review = review_of(people)
    seat = seat_of(review)
    expert, other = expert_user(seat.expert), expert_user(seat_of(review).expert)
    sheet = drafted(people, review, FeeDraft(seat, 1, 150_000))
    give_expert_feedback(assignment=seat, points=100, words="", by=people["clerk"], on=ON)
    elsewhere = UserFactory(role=Role.CLERK)

    seen = [expert_feedback_visible_to(user).count() for user in (people["head"], expert, other, elsewhere)]
    before = [fees_visible_to(user).count() for user in (people["head"], expert)]
    FeeSheet.objects.filter(pk=sheet.pk).update(paid_on=ON, voucher="1")

    assert (seen, before) == ([1, 1, 0, 0], [1, 0])
    assert [fees_visible_to(user).count() for user in (expert, other, elsewhere)] == [1, 0, 0]


def test_only_who_commissions_writes_fees_and_feedback(people):
    review = review_of(people)
    seat = seat_of(review)

    for user in (people["leader"], expert_user(seat.expert), UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            give_expert_feedback(assignment=seat, points=100, words="", by=user, on=ON)
        with pytest.raises(NotAllowed):
            draft_fees(re_review=review, month=MONTH, drafts=[FeeDraft(seat, 1, 150_000)], by=user, on=ON)
    assert (ExpertFeedback.objects.count(), FeeSheet.objects.count()) == (0, 0)
