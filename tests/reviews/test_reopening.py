"""A recusal after the review: the opinion is void and kept, the rating is kept as it stood and computed again."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assignments.enums import AssignmentStatus, FirmTrack, ReReviewStatus
from assignments.models import Assignment, ReReviewTask
from disclosure.enums import WithdrawnFor
from disclosure.models import Publication
from disclosure.services import PublicationRefused, publish_rating
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, TransitionRefused
from foundation.notices.models import Notice
from reviews.enums import AppealStatus, OpinionStatus, RatingAction, RatingStatus
from reviews.models import EarlierRating, Opinion, QualityRating
from reviews.services import (
    OpinionRefused,
    RatingRefused,
    appeal,
    compute_rating,
    confirm_rating,
    finalise,
    step_back,
    tell_firm,
    void_opinion,
)
from reviews.services.ratings import state_after
from reviews.transitions import RATING
from rubrics.enums import Scorer
from tests.factories.admissions import picture
from tests.factories.assignments import ExpertAssignmentFactory, expert_user
from tests.factories.reviews import AT, ON, World

pytestmark = pytest.mark.django_db
FIVE = (1.0, 0.9, 0.8, 0.7, 0.2)
LATER = ON + timedelta(days=40)


def final(world):
    row = world.told()
    return finalise(rating=row, by=world.people["clerk"], on=LATER)


def take_off(world, place=4, words="曾任该单位顾问", by=None):
    return step_back(assignment=world.seats[place], words=words, by=by or world.people["clerk"], at=AT, is_decided=True)


def again(world, on=LATER):
    row = compute_rating(task=world.task, by=world.people["clerk"], on=on)
    approval = confirm_rating(rating=row, by=world.people["head"], on=on)
    return row, approval


def expected(world, *shares):
    expert = sum(item.weight_hundredths for item in world.items if item.scorer == Scorer.EXPERT)
    kept = sorted(shares)[1:-1]
    mean = sum(Fraction(str(share)) for share in kept) / len(kept)
    return Fraction(expert, 100) * mean + (100 - Fraction(expert, 100))


def test_every_state_of_a_rating_is_opened_again_but_the_first():
    row = QualityRating()
    for status in RatingStatus:
        row.status = status
        if (status, RatingAction.REOPEN) in RATING:
            assert state_after(row, RatingAction.REOPEN) == RatingStatus.RAW
        else:
            assert status == RatingStatus.RAW
            with pytest.raises(TransitionRefused):
                state_after(row, RatingAction.REOPEN)


@pytest.mark.edge("E38")
def test_recusal_after_a_final_rating_keeps_it_and_computes_another():
    world = World(shares=FIVE)
    before = final(world)
    assert Fraction(before.final) == expected(world, *FIVE)

    take_off(world)

    row = QualityRating.objects.get()
    world.task.refresh_from_db()
    kept = EarlierRating.objects.get()
    assert (kept.round, kept.status, kept.final, kept.document) == (1, "FINAL", before.final, before.document)
    assert (kept.reason, kept.grade) == ("曾任该单位顾问", before.grade)
    assert (row.status, row.round, row.final, row.final_on, row.told_on) == (RatingStatus.RAW, 2, "", None, None)
    assert Opinion.objects.get(assignment=world.seats[4]).status == OpinionStatus.VOID
    assert world.task.firm_track == FirmTrack.NONE
    assert Notice.objects.filter(code="rating_reopened", user=world.firm).exists()
    assert Entry.objects.filter(action="reviews.rating_reopened", subject_id=row.pk).exists()

    row, approval = again(world)

    assert Fraction(row.adjusted) == expected(world, *FIVE[:4])
    told = {"rating": row, "by": world.people["clerk"], "on": LATER}
    with pytest.raises(RatingRefused) as caught:  # the approval of the first result does not carry the second
        tell_firm(**told)
    assert caught.value.refusal.code == "not_approved"
    agree(approval=approval, by=world.people["leader"], on=LATER)
    row = tell_firm(**told)
    with pytest.raises(RatingRefused) as caught:
        finalise(rating=row, by=world.people["clerk"], on=LATER)
    assert caught.value.refusal.code == "appeal_period"
    row = finalise(rating=row, by=world.people["clerk"], on=LATER + timedelta(days=30))
    assert (row.status, Fraction(row.final)) == (RatingStatus.FINAL, expected(world, *FIVE[:4]))
    world.task.refresh_from_db()
    assert world.task.firm_track == FirmTrack.FINAL


@pytest.mark.edge("E38")
def test_open_appeal_and_running_approval_lapse_with_the_result_they_are_about():
    world = World(shares=FIVE)
    row = world.told()
    given = {"item": world.items[0], "by": world.firm}
    first = appeal(rating=row, ground="有误", on=ON, **given)

    take_off(world)

    first.refresh_from_db()
    assert (first.status, first.decided_by) == (AppealStatus.LAPSED, world.people["clerk"])
    row, approval = again(world, ON)
    take_off(world, place=3)
    approval.refresh_from_db()
    assert approval.status == ApprovalStatus.WITHDRAWN
    row, approval = again(world, ON)
    agree(approval=approval, by=world.people["leader"], on=ON)
    row = tell_firm(rating=row, by=world.people["clerk"], on=ON)
    assert appeal(rating=row, ground="仍有误", on=ON, **given).round == row.round == 3
    assert Approval.objects.filter(kind="RATING").count() == 3


@pytest.mark.edge("E38")
def test_panel_that_becomes_too_small_goes_on_with_the_next_of_the_list():
    world = World()
    row = world.computed()
    ReReviewTask.objects.update(status=ReReviewStatus.DONE)

    take_off(world, place=2)

    world.review.refresh_from_db()
    assert world.review.status == ReReviewStatus.REVIEWING
    with pytest.raises(RatingRefused) as caught:
        compute_rating(task=world.task, by=world.people["clerk"], on=ON)
    assert caught.value.refusal.code == "too_few"
    world.seats.append(ExpertAssignmentFactory(re_review=world.review, status=AssignmentStatus.DECLARED))
    world.users.append(expert_user(world.seats[3].expert))
    world.write(3, 0.8)
    found = compute_rating(task=world.task, by=world.people["clerk"], on=ON)
    assert (found.adjusted, found.round) == (row.adjusted, 2)


def test_larger_panel_stays_closed_and_a_draft_opens_nothing():
    world = World(shares=FIVE)
    world.computed()
    ReReviewTask.objects.update(status=ReReviewStatus.DONE)
    take_off(world)
    assert ReReviewTask.objects.get().status == ReReviewStatus.DONE

    Opinion.objects.filter(assignment=world.seats[3]).update(status=OpinionStatus.RETURNED)
    compute = {"task": world.task, "by": world.people["clerk"], "on": ON}
    with pytest.raises(RatingRefused):
        compute_rating(**compute)
    take_off(world, place=3)

    assert compute_rating(**compute).round == 2


def test_expert_leaves_by_himself_only_until_the_rating_is_confirmed():
    world = World(shares=FIVE)
    world.told()
    before = Entry.objects.count()

    with pytest.raises(OpinionRefused) as caught:
        take_off(world, by=world.users[4])

    assert caught.value.refusal.code == "rating_rests_on_it"
    assert Entry.objects.count() == before
    assert Assignment.objects.get(pk=world.seats[4].pk).status != AssignmentStatus.VOID
    void_opinion(opinion=world.opinions[4], reason="回避", by=world.people["clerk"], at=AT)
    assert QualityRating.objects.get().status == RatingStatus.RAW


@pytest.mark.edge("E38")
def test_recusal_after_publication_puts_a_notice_of_correction_in_its_place(client):
    world = World(shares=FIVE)
    final(world)
    first = publish_rating(task=world.task, by=world.people["leader"], on=LATER)
    name = world.seats[4].expert.person.name
    address = reverse("pages:public-publication", args=[first.slug])

    take_off(world, words=f"{name}曾任该单位顾问")

    first.refresh_from_db()
    body, digest = first.body, first.sha256
    assert (first.withdrawn_for, first.withdrawn_at is None) == (WithdrawnFor.CORRECTION, False)
    shown = client.get(address)
    page = shown.content.decode()
    assert shown.status_code == 410
    assert "更正公告" in page
    assert digest in page
    assert name not in page
    assert "顾问" not in page
    with pytest.raises(PublicationRefused):
        publish_rating(task=world.task, by=world.people["leader"], on=LATER)

    row, approval = again(world)
    agree(approval=approval, by=world.people["leader"], on=LATER)
    tell_firm(rating=row, by=world.people["clerk"], on=LATER)
    day = LATER + timedelta(days=30)
    finalise(rating=row, by=world.people["clerk"], on=day)
    second = publish_rating(task=world.task, by=world.people["leader"], on=day)

    assert (second.slug, second.version) == (first.slug, 2)
    told = second.body["corrections"]
    assert [(one["version"], one["sha256"], one["printed"]) for one in told] == [
        (1, digest, body["report_quality"]["printed"])
    ]
    page = client.get(address).content.decode()
    assert "更正公告" in page
    assert body["report_quality"]["printed"] in page
    assert second.body["report_quality"]["printed"] in page
    assert name not in page
    assert Publication.objects.get(pk=first.pk).body == body


@pytest.mark.edge("E38")
def test_page_of_the_rating_shows_the_result_that_no_longer_holds(client):
    world = World(shares=FIVE)
    final(world)
    seat = world.seats[4]
    client.force_login(world.people["clerk"])
    recuse = reverse("pages:recuse", args=[seat.pk])
    assert "更正公告" in client.get(recuse).content.decode()

    assert (
        client.post(
            recuse,
            {"words": "曾任该单位顾问", "act": SimpleUploadedFile("申请.png", picture(), content_type="image/png")},
        ).status_code
        == 302
    )

    page = client.get(reverse("pages:rating", args=[world.task.number])).content.decode()
    assert "此前结果" in page
    assert "待重新计算" in page
    assert 'class="big-n"' not in page
    assert "曾任该单位顾问" in page


@pytest.mark.edge("E38")
def test_api_gives_each_result_that_no_longer_holds_to_the_bureau_only(client):
    world = World(shares=FIVE)
    before = final(world)
    take_off(world)
    row, approval = again(world)
    agree(approval=approval, by=world.people["leader"], on=LATER)
    take_off(world, place=3, words="又一人回避")
    row.refresh_from_db()
    address = f"/api/v1/ratings/{row.pk}/"
    client.force_login(world.people["clerk"])

    newest, oldest = client.get(address).json()["earlier"]

    kept = EarlierRating.objects.get(round=1)
    assert oldest == {
        "round": 1, "status": "FINAL", "raw": before.raw, "adjusted": before.adjusted, "final": before.final,
        "grade": before.grade, "told_on": ON.isoformat(), "final_on": LATER.isoformat(), "reason": "曾任该单位顾问",
        "reopened_by_name": world.people["clerk"].name, "reopened_on": kept.reopened_on.isoformat(),
    }  # fmt: skip
    assert (newest["round"], newest["status"], newest["final"], newest["reason"]) == (2, "CONFIRMED", "", "又一人回避")
    QualityRating.objects.update(status=RatingStatus.TOLD)
    client.force_login(world.firm)
    told = client.get(address)
    assert (told.status_code, "earlier" in told.json(), "顾问" in told.content.decode()) == (200, False, False)


def test_recusal_without_words_opens_nothing():
    world = World(shares=FIVE)
    final(world)

    with pytest.raises(DomainError):
        take_off(world, words=" ")

    assert not EarlierRating.objects.exists()
    assert QualityRating.objects.get().status == RatingStatus.FINAL
